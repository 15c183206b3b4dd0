// OPT: decoder-only, learned positions; 350m is post-norm with a projected embedding.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family optFamily();

} // namespace headlight
