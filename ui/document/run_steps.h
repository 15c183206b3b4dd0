// What a run does, one way for each kind of request: read a text, write a translation, go on writing.
#pragma once

#include "ui/document/run_snapshot.h"

namespace headlight::ui {

/// What a run is given besides its request; borrowed for the call.
struct RunContext {
    const RunControl& control;
    const RunResult* earlier = nullptr; ///< of the same model: what it has of the text is taken over
    const TellDraft& tell;
};

/// Fills everything of `snapshot` that is no word for people; its request is there. For the worker thread.
[[nodiscard]] Result<void> runInto(RunSnapshot& snapshot, const RunContext& context);

} // namespace headlight::ui
