// What measuring needs to know about the tokens of a run.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/model/token_sequence.h"

namespace headlight {

/// Special keys and, for self attention, the ids of the keys of `kind`.
[[nodiscard]] MeasureInput measureInputOf(const ModelInput& input, AttentionKind kind);

} // namespace headlight
