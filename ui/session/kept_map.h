// The weights a session kept, as a map that the heatmap can show.
#pragma once

#include "core/base/result.h"
#include "ui/heatmap/head_map.h"
#include "ui/session/session_state.h"

namespace headlight::ui {

/// A map of the one head that was kept. Its trace rebuilds exactly the weights of the file (to F32 rounding): keys are unit vectors,
/// queries the logarithms of the weights, and the softmax is already done. Nothing else of the trace means anything: no vector, no
/// residual, and the other heads up to this one are the same. Error: not enough memory.
[[nodiscard]] Result<HeadMap> keptMap(const session::Session& session);

[[nodiscard]] AxisTokens axisOf(const session::KeptTokens& tokens);

} // namespace headlight::ui
