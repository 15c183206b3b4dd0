// Phi-3, Phi-3.5 and Phi-4: Llama with fused matrices, LongRope and a sliding window.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family phi3Family();

} // namespace headlight
