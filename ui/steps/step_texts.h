// What each step is called and what it does, in words.
#pragma once

#include "core/analysis/steps/steps.h"

#include <QString>

#include <vector>

namespace headlight::ui {

/// For the strip of steps: "q·k", "÷ √dₖ", "softmax".
[[nodiscard]] QString stepName(const Step& step);
/// The steps a name stands for, as lessons write it ("softmax", "add"); never translated. Empty: no such name.
[[nodiscard]] std::vector<StepKind> stepKindsNamed(const QString& name);
/// The name of a kind, as stepKindsNamed reads it.
[[nodiscard]] QString stepKindName(StepKind kind);
/// One or two sentences.
[[nodiscard]] QString stepExplanation(const Step& step, AttentionKind kind);
/// "Q: the queries, one row a token that looks": what a matrix holds.
[[nodiscard]] QString matrixExplanation(const StepMatrix& matrix);

} // namespace headlight::ui
