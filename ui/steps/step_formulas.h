// The numbers of one cell spelled out, set as formulas.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/inspector/formula.h"

namespace headlight::ui {

/// What the step does in general: softmax(S) = eˢ / Σ eˢ.
[[nodiscard]] Formula stepFormula(const Step& step);
/// The same where there is room for several lines: query, key and value each on its own.
[[nodiscard]] std::vector<Formula> stepFormulaLines(const Step& step);
/// The chosen cell, in `column` of its matrix: "18.42 ÷ √32 = 3.256", and, where it can be, the same in
/// double precision.
[[nodiscard]] std::vector<Formula> cellFormulas(const Step& step, const CellArithmetic& cell,
                                                std::size_t column);

} // namespace headlight::ui
