// Llama 1 to 3 and models of that shape (SmolLM, Vicuna, TinyLlama): decoder-only, rotary positions, grouped
// heads.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family llamaFamily();

} // namespace headlight
