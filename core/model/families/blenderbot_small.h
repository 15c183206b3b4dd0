// BlenderbotSmall (90M): dialogue models, post-norm with a norm after the embeddings.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family blenderbotSmallFamily();

} // namespace headlight
