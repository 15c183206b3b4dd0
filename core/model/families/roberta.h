// RoBERTa, and XLM-RoBERTa and CamemBERT, which are RoBERTa with other vocabularies.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family robertaFamily();
[[nodiscard]] Family xlmRobertaFamily();
[[nodiscard]] Family camembertFamily();

} // namespace headlight
