// One head's attention computed again with changes: the rows that differ, and what they give.
#pragma once

#include "core/analysis/interventions/change.h"

#include <map>
#include <set>

namespace headlight {

/// The changes that concern one head.
struct HeadChanges {
    std::optional<float> scale;
    std::optional<float> temperature;
    std::optional<float> output_factor;
    std::map<std::size_t, std::vector<SetScore>> scores; ///< by row
    std::map<std::size_t, std::vector<SetMask>> masks;
    std::map<std::size_t, std::vector<SetWeight>> weights;

    [[nodiscard]] bool changesEveryRow() const { return scale.has_value() || temperature.has_value(); }
    /// Rows of a map of `n_rows` whose weights change.
    [[nodiscard]] std::set<std::size_t> rows(std::size_t n_rows) const;
};

/// The row as it becomes: scores from query and key with the changes, softmax in double precision, then
/// changed weights.
[[nodiscard]] EditedRow changedRow(const ComputeBackend& backend, const AttentionProblem& problem,
                                   HeadIndex head, std::size_t row, const HeadChanges& changes);

/// The values this head reads, [n_key, head_dim].
[[nodiscard]] std::vector<float> valuesOf(const ComputeBackend& backend, const AttentionProblem& problem,
                                          HeadIndex head);

/// What the row gives, [head_dim]: sum_j weights[j] * value(j), added up in double precision.
[[nodiscard]] std::vector<float> headOutput(const std::vector<float>& weights,
                                            const std::vector<float>& values);

} // namespace headlight
