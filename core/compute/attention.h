// The attention problem, as data: what attends to what, under which mask and position bias.
// Vaswani et al., "Attention Is All You Need" (2017), section 3.2: weights = softmax(q k^T * scale + bias + mask).
#pragma once

#include "core/base/indices.h"
#include "core/compute/views.h"

#include <cstddef>
#include <limits>

namespace headlight {

/// Which keys a query may see. Query row i stands at position `query_offset + i`, key j at position j.
struct AttentionMask {
    bool causal = false;            ///< only keys j <= position of the query
    std::size_t window = 0;         ///< sliding window: only keys j > position - window; 0: no window
    std::size_t query_offset = 0;   ///< position of query row 0 (tokens already in the key/value cache)

    /// Keys [begin, end) that query row `row` of `n_keys` may see.
    [[nodiscard]] TokenRange visible(std::size_t row, std::size_t n_keys) const {
        const std::size_t position = query_offset + row;
        const std::size_t end = causal && position + 1 < n_keys ? position + 1 : n_keys;
        const std::size_t begin = window > 0 && position + 1 > window ? position + 1 - window : 0;
        return {begin < end ? begin : end, end};
    }
};

/// A bias that depends on head and distance only (T5's relative bias, ALiBi):
/// bias(head, i, j) = table[head][(j - position(i)) - min_distance], distances clamped to the table's ends.
/// With `by_key` the key's position j stands for the distance (Falcon's ALiBi; a row's softmax is the same).
struct RelativeBias {
    MatrixView table;               ///< [n_heads, n_distances]; empty: no bias
    std::ptrdiff_t min_distance = 0;
    bool by_key = false;
};

/// One attention of one layer, all heads. Grouped heads: query head h reads key/value head h / (n_heads / n_kv_heads).
struct AttentionProblem {
    HeadsView query;                ///< [n_query, n_heads, head_dim]
    HeadsView key;                  ///< [n_key, n_kv_heads, head_dim]
    HeadsView value;                ///< [n_key, n_kv_heads, value head_dim]
    float scale = 1.0f;             ///< usually 1 / sqrt(head_dim)
    float softcap = 0.0f;           ///< scores = softcap * tanh(scores / softcap) before bias and mask; 0: none
    AttentionMask mask;
    RelativeBias bias;
};

/// What the softmax of each row leaves behind, enough to rebuild any weight:
/// weight(i, j) = exp(score(i, j) - maximum(i)) * inverse_sum(i).
struct SoftmaxRows {
    MatrixView maximum;             ///< [n_query, n_heads]
    MatrixView inverse_sum;         ///< [n_query, n_heads]
};

/// How many cells of the map fall into one pixel's cell is reduced by the largest or by the mean weight.
enum class Pooling { Maximum, Mean };

/// The score of a masked cell.
inline constexpr float kMaskedScore = -std::numeric_limits<float>::infinity();

} // namespace headlight
