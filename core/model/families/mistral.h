// Mistral: Llama with a sliding window.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family mistralFamily();

} // namespace headlight
