// mBART and mBART-50: multilingual BART, pre-norm; targets begin with their language's code.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family mbartFamily();

} // namespace headlight
