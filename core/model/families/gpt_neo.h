// GPT-Neo: GPT-2 with local attention in every other layer and scores that are not divided.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family gptNeoFamily();

} // namespace headlight
