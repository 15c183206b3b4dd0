// A softmax taken apart in double precision: how spread it is, how much it still gives way, what the division
// by sqrt(d_k) does.
#pragma once

#include "core/trace/trace.h"

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// e^score / sum of e^score; 0 where a score is -infinity or NaN. All 0 when every score is.
[[nodiscard]] std::vector<double> softmaxOf(std::span<const float> scores);

/// What a row of probabilities looks like as a whole.
struct SoftmaxShape {
    double entropy = 0.0;    ///< -sum p log p, nats
    double perplexity = 1.0; ///< e^entropy: as many equally likely choices
    double largest = 0.0;    ///< the largest probability
    double largest_gradient =
        0.0; ///< max p (1 - p), at most 1/4: how much any probability still moves with its own score
    std::size_t n_possible = 0; ///< entries above 0
};
[[nodiscard]] SoftmaxShape shapeOf(std::span<const double> probabilities);

/// The Jacobian of a softmax: dp_i / dscore_j = p_i (1 if i = j else 0 - p_j), [n, n]; its rows and columns
/// sum to 0 where all of the probabilities are given. `temperature`: of scores that were divided by it, which
/// divides the Jacobian as well.
[[nodiscard]] Eigen::MatrixXd softmaxJacobian(std::span<const double> probabilities,
                                              double temperature = 1.0);

/// One row of an attention with its products divided by sqrt(head_dim) and not, each with the same soft cap,
/// bias and mask.
struct DividedRow {
    std::vector<float> scores;               ///< as the model computed them, [n_keys]; -infinity where masked
    std::vector<float> divided;              ///< q.k / sqrt(head_dim)
    std::vector<float> undivided;            ///< q.k
    double root = 1.0;                       ///< sqrt(head_dim)
    double scale = 1.0;                      ///< the model's own factor on q.k
    [[nodiscard]] bool modelDivides() const; ///< scale = 1 / sqrt(head_dim)
    [[nodiscard]] bool modelLeavesIt() const; ///< scale = 1 (T5)
};
/// `row` must be inside the trace.
[[nodiscard]] DividedRow dividedRow(const Trace& trace, const HeadAddress& head, std::size_t row);

} // namespace headlight
