// Falcon: decoder-only, one or few key/value heads, parallel residual; rotary positions or ALiBi.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family falconFamily();

} // namespace headlight
