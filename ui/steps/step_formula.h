// What a step computes, as a formula in letters.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/inspector/formula.h"

#include <vector>

namespace headlight::ui {

/// What the step does in general: softmax(S) = eˢ / Σ eˢ.
[[nodiscard]] Formula stepFormula(const Step& step);
/// The same where there is room for several lines: query, key and value each on its own.
[[nodiscard]] std::vector<Formula> stepFormulaLines(const Step& step);

} // namespace headlight::ui
