// T5, FLAN-T5 and mT5: encoder-decoders with relative position biases, RMS norms before each sublayer and no
// biases.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family t5Family();
[[nodiscard]] Family mt5Family();

} // namespace headlight
