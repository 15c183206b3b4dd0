// Marian (MarianMT): encoder-decoder translation models, post-norm, sinusoidal positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family marianFamily();

} // namespace headlight
