// What a session keeps of a run, so that it shows something where its model is gone.
#pragma once

#include "ui/document/run_snapshot.h"
#include "ui/selection/selection.h"
#include "ui/session/session_state.h"

namespace headlight::ui {

/// Tokens and words of both sides, the predictions at the pinned row, at the row shown first and at the last one, and the selected
/// head's weights where neither side has more than KeptHead::kMostTokens tokens. For a worker thread: predictions cost a product
/// with the whole vocabulary each.
[[nodiscard]] session::KeptRun keepRun(const SnapshotPtr& snapshot, const SelectionState& selection);

} // namespace headlight::ui
