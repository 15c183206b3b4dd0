// ALBERT: BERT whose layers share their weights, with a narrow embedding that is projected.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family albertFamily();

} // namespace headlight
