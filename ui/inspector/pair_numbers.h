// Every number behind one cell of one head, read from the trace: the operands, the score, the softmax, the weight.
#pragma once

#include "core/trace/trace.h"

#include <cstddef>
#include <vector>

namespace headlight::ui {

/// score = q.k * scale (+ position bias), weight = e^score / sum of e^score over the row's keys. Vaswani et al. 2017, 3.2.1.
struct PairNumbers {
    std::size_t query_token = 0;
    std::size_t key_token = 0;
    std::vector<float> query;        ///< [head_dim]
    std::vector<float> key;          ///< [head_dim]
    std::vector<float> value;        ///< [head_dim], what the weight is multiplied with
    double dot = 0.0;                ///< q.k, added up in double precision
    double scale = 1.0;              ///< factor on q.k
    bool scale_is_root = false;      ///< scale = 1 / sqrt(head_dim)
    double bias = 0.0;               ///< position bias; 0 where the model has none
    bool has_bias = false;
    double softcap = 0.0;            ///< 0: none
    double score = 0.0;              ///< before softmax, as the forward pass computed it; -infinity when masked
    bool masked = false;
    double row_maximum = 0.0;        ///< largest score of the row
    double exponential_sum = 0.0;    ///< sum of e^(score - row_maximum) over the row's keys
    double weight = 0.0;             ///< after softmax, as the forward pass used it

    [[nodiscard]] std::size_t headDim() const { return query.size(); }
};

/// The address and both tokens must be inside the trace.
[[nodiscard]] PairNumbers pairNumbers(const Trace& trace, const HeadAddress& head, std::size_t query_token,
                                      std::size_t key_token);

/// One row's weights over all keys, [n_keys].
[[nodiscard]] std::vector<float> rowWeights(const Trace& trace, const HeadAddress& head, std::size_t query_token);

/// What of a long row is shown: its largest entries and one wanted entry, in the order of the text.
struct RowExcerpt {
    std::vector<std::size_t> shown;
    std::size_t n_rest = 0;
    double rest = 0.0; ///< sum of the values not shown
};
[[nodiscard]] RowExcerpt excerptRow(const std::vector<float>& values, std::size_t n_shown, std::size_t wanted);

} // namespace headlight::ui
