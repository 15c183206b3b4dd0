// Qwen 3: Llama with norms on each head's query and key.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family qwen3Family();

} // namespace headlight
