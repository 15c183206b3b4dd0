// Which tokens a row of logits favours.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// A token that could have come next.
struct Candidate {
    TokenId id = 0;
    float logit = 0.0f;
    float probability = 0.0f; ///< softmax over the whole vocabulary, before temperature and cuts
};

/// The `k` most probable tokens of one row of logits [vocabulary], most probable first, ties by smaller id.
/// The softmax subtracts the maximum and sums in double precision. NaN counts as the least probable.
[[nodiscard]] std::vector<Candidate> topCandidates(std::span<const float> logits, std::size_t k);

/// The probability of one token under softmax(logits).
[[nodiscard]] double probabilityOf(std::span<const float> logits, TokenId id);

/// How one row of logits spreads, and where one token stands in it. All in double precision.
struct RowStatistics {
    double entropy = 0.0;          ///< -sum(p ln p), nats
    double log_probability = 0.0;  ///< ln p of the token
    std::size_t rank = 0;          ///< how many tokens are more probable (ties: those of a smaller id)
};
[[nodiscard]] RowStatistics rowStatistics(std::span<const float> logits, TokenId id);

/// log(sum(exp(logits))) in double precision; -infinity when all are -infinity.
[[nodiscard]] double logSumExp(std::span<const float> logits);

} // namespace headlight
