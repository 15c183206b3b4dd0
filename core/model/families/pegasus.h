// PEGASUS: summarisation, pre-norm, sinusoidal positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family pegasusFamily();

} // namespace headlight
