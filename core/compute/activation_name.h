// What activations are called by people.
#pragma once

#include "core/compute/backend.h"

#include <string_view>

namespace headlight {

/// "ReLU", "GELU", "GELU (tanh)", "GELU (quick)", "SiLU", "tanh", "linear".
[[nodiscard]] std::string_view activationName(Activation activation);

} // namespace headlight
