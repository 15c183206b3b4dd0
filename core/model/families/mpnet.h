// MPNet: BERT with a relative position bias beside its learned positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family mpnetFamily();

} // namespace headlight
