// M2M100 and NLLB: many-to-many translation, pre-norm, sinusoidal positions as in fairseq.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family m2m100Family();

} // namespace headlight
