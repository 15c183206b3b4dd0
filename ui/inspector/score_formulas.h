// The two lines of arithmetic that make a weight, with the real numbers in them.
#pragma once

#include "core/analysis/provenance/quantity.h"
#include "ui/inspector/formula.h"
#include "ui/inspector/pair_numbers.h"

namespace headlight::ui {

/// score = q.k / sqrt(d_k) = ... and weight = e^(score - max) / sum = ..., or that the mask hides the cell. Numbers are links;
/// a link is the Quantity that is opened.
[[nodiscard]] std::vector<Formula> scoreFormulas(const PairNumbers& numbers);

} // namespace headlight::ui
