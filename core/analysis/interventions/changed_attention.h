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

/// What `changes` say about each head they concern, of a model of `spec`; their heads are there
/// (checkChange).
[[nodiscard]] std::map<HeadAddress, HeadChanges> headChanges(const std::vector<Change>& changes,
                                                             const ModelSpec& spec);

/// A row on its way through the changes, [n_key] each; masked scores are kMaskedScore.
struct RowStages {
    std::vector<float> masked;  ///< query · key with the changed scale, soft cap, bias and the changed mask
    std::vector<float> set;     ///< with the scores that were set
    std::vector<float> scores;  ///< divided by the changed temperature: what the softmax reads
    std::vector<float> softmax; ///< of the scores, in double precision
    std::vector<float> weights; ///< with the weights that were set
};
[[nodiscard]] RowStages rowStages(const ComputeBackend& backend, const AttentionProblem& problem,
                                  HeadIndex head, std::size_t row, const HeadChanges& changes);

/// Weights of one row as they become when one of them is set.
void applyWeight(std::vector<double>& weights, const SetWeight& change);

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
