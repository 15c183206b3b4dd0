// ELECTRA: BERT trained to tell replaced tokens, generators and discriminators.
#pragma once

#include "core/model/families/registry.h"

namespace headlight {

[[nodiscard]] Family electraFamily();

} // namespace headlight
