// Which tokens a row of logits favours (core/compute/softmax_row.h), and how sure it is of one.
#pragma once

#include "core/compute/softmax_row.h"
#include "core/tokenizer/tokenizer.h"

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// How one row of logits spreads, and where one token stands in it. All in double precision.
struct RowStatistics {
    double entropy = 0.0;          ///< -sum(p ln p), nats
    double log_probability = 0.0;  ///< ln p of the token
    std::size_t rank = 0;          ///< how many tokens are more probable (ties: those of a smaller id)
};
[[nodiscard]] RowStatistics rowStatistics(std::span<const float> logits, TokenId id);

} // namespace headlight
