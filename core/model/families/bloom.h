// BLOOM: decoder-only, ALiBi, a norm behind the embedding.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family bloomFamily();

} // namespace headlight
