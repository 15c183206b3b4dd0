// The numbers of one cell spelled out: what the step's formula is there.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/inspector/formula.h"

#include <vector>

namespace headlight::ui {

/// The chosen cell, in `column` of its matrix: "18.42 ÷ √32 = 3.256", and, where it can be, the same in
/// double precision.
[[nodiscard]] std::vector<Formula> cellFormulas(const Step& step, const CellArithmetic& cell,
                                                std::size_t column);

} // namespace headlight::ui
