// What each step is called and what it does, in words.
#pragma once

#include "core/analysis/steps/steps.h"

#include <QString>

namespace headlight::ui {

/// For the strip of steps: "q·k", "÷ √dₖ", "softmax".
[[nodiscard]] QString stepName(const Step& step);
/// One or two sentences.
[[nodiscard]] QString stepExplanation(const Step& step, AttentionKind kind);
/// "Q: the queries, one row a token that looks": what a matrix holds.
[[nodiscard]] QString matrixExplanation(const StepMatrix& matrix);

} // namespace headlight::ui
