// Blenderbot: dialogue models, pre-norm, learned positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family blenderbotFamily();

} // namespace headlight
