// GPT-NeoX and Pythia: decoder-only, parallel residual, rotary positions on part of each head.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family gptNeoxFamily();

} // namespace headlight
