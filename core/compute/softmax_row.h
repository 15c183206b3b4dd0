// A row of logits as probabilities, and its most probable tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headlight {

/// A token that could have come next.
struct Candidate {
    std::int32_t id = 0;
    float logit = 0.0f;
    float probability = 0.0f; ///< softmax over the whole vocabulary, before temperature and cuts
};

/// What a softmax divides by, relative to the largest logit. NaN counts as -infinity, so that a damaged row
/// still gives an order.
struct SoftmaxNormaliser {
    double maximum = 0.0;
    double sum = 0.0; ///< of exp(logit - maximum); 0: no token is possible
    [[nodiscard]] double probability(float logit) const;
    /// log(sum(exp(logits))); -infinity when all are -infinity.
    [[nodiscard]] double logSumExp() const;
};
[[nodiscard]] SoftmaxNormaliser softmaxNormaliser(std::span<const float> logits);

/// `logit`, or -infinity for NaN.
[[nodiscard]] float sortableLogit(float logit);

/// The `k` most probable tokens of one row of logits [vocabulary], most probable first, ties by smaller id.
/// The softmax subtracts the maximum and sums in double precision. NaN counts as the least probable.
[[nodiscard]] std::vector<Candidate> topCandidates(std::span<const float> logits, std::size_t k);

/// The probability of one token under softmax(logits).
[[nodiscard]] double probabilityOf(std::span<const float> logits, std::int32_t id);

/// log(sum(exp(logits))) in double precision; -infinity when all are -infinity.
[[nodiscard]] double logSumExp(std::span<const float> logits);

} // namespace headlight
