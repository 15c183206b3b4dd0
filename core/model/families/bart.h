// BART: encoder-decoders, post-norm with a norm after the embeddings, learned positions.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family bartFamily();

} // namespace headlight
