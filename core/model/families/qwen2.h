// Qwen 2 and 2.5: Llama with biases on query, key and value, and a sliding window in the upper layers.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family qwen2Family();

} // namespace headlight
