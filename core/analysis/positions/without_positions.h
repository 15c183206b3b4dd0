// What a model loses when it no longer knows where its tokens stand.
#pragma once

#include "core/analysis/positions/sinusoids.h"
#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/generate/predictions.h"
#include "core/model/model.h"

#include <map>
#include <optional>
#include <vector>

namespace headlight {

/// One row of the output stack, with positions and without.
struct RowWithoutPositions {
    Candidate with;    ///< most probable with positions
    Candidate without; ///< most probable without
    /// Kullback-Leibler divergence of the distribution without from the one with, in nats: 0 where nothing
    /// changed.
    double divergence = 0.0;
    /// Of the token the text has there (the next one, where it is known), in nats: -log p.
    std::optional<double> surprise_with;
    std::optional<double> surprise_without;
};

struct WithoutPositions {
    RunResult run; ///< the same input, positions off
    /// How much of its attention each head moves elsewhere, [n_layers, n_heads]: half the sum of |difference|
    /// of a row's weights, mean over rows; 0: the same map, 1: nothing is where it was.
    std::map<AttentionKind, DoubleMatrix> moved;
    std::vector<RowWithoutPositions> rows; ///< empty for a model without a vocabulary's head
    std::size_t n_same = 0;                ///< rows whose most probable token stays
    std::optional<double>
        surprise_with; ///< mean over the rows that have one, nats; e to its power is the perplexity
    std::optional<double> surprise_without;
};

/// Runs `with`'s input again without positions and compares. `next` [n_rows or fewer]: the token that follows
/// each row of the output stack. Error: cancelled, not enough memory.
[[nodiscard]] Result<WithoutPositions> compareWithoutPositions(const Model& model, const RunResult& with,
                                                               const std::vector<TokenId>& next,
                                                               const RunControl& control = {});

} // namespace headlight
