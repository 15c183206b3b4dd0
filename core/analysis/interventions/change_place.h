// Where a change is made: which of two replaces the other, and which cells of a map it names.
#pragma once

#include "core/analysis/interventions/change.h"

namespace headlight {

/// Whether both set the same thing (the score of one cell, the scale of one layer), to whatever value.
[[nodiscard]] bool samePlace(const Change& a, const Change& b);

/// The cell a change of a score, a mask or a weight is about; nothing for the others.
[[nodiscard]] std::optional<MapCellAddress> cellOf(const Change& change);

/// The head a change is about: that of its cell, or its own; nothing where it is about several heads or none.
[[nodiscard]] std::optional<HeadAddress> headOf(const Change& change);

} // namespace headlight
