// DistilBERT: BERT with half the layers, without token types and pooler.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family distilBertFamily();

} // namespace headlight
