// GPT-2 and DistilGPT-2: decoder-only language models, pre-norm, learned positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family gpt2Family();

} // namespace headlight
