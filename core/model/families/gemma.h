// Gemma 1 and 2: Llama with scaled embeddings and gains stored less one; Gemma 2 with norms around each
// sublayer, soft caps and alternating windows.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family gemmaFamily();
[[nodiscard]] Family gemma2Family();

} // namespace headlight
