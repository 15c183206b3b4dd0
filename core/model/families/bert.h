// BERT: encoder-only models, post-norm, learned positions, segment embeddings.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family bertFamily();

} // namespace headlight
