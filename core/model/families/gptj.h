// GPT-J: decoder-only, parallel residual on one norm, interleaved rotary positions, a head with a bias.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family gptjFamily();

} // namespace headlight
