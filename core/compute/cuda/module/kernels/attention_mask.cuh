// Which keys a query may see, and what stands between its products with them and the softmax. The same for
// every kind of numbers that products are made of.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

#include <cstddef>

namespace headlight::cuda {

__device__ inline float minusInfinity() {
    return -bitsFloat(0x7f800000u);
}

/// Keys [begin, end) that a query row may see, as AttentionMask::visible says.
struct KeyRange {
    std::size_t begin;
    std::size_t end;
};
__device__ inline KeyRange visibleKeys(const Attention& a, std::size_t row) {
    const std::size_t position = a.query_offset + row;
    const std::size_t n_keys = a.key.n_tokens;
    const std::size_t end = a.causal != 0 && position + 1 < n_keys ? position + 1 : n_keys;
    const std::size_t begin = a.window > 0 && position + 1 > a.window ? position + 1 - a.window : 0;
    return {begin < end ? begin : end, end};
}

/// Keys that any of the rows [first, last] may see: both ends of a row's range only grow from row to row.
__device__ inline KeyRange visibleToAny(const Attention& a, std::size_t first, std::size_t last) {
    return {visibleKeys(a, first).begin, visibleKeys(a, last).end};
}

/// Whether each of the rows [first, last] sees all of the `n_keys` keys from `first_key` on.
__device__ inline bool visibleToAll(const Attention& a, std::size_t first, std::size_t last,
                                    std::size_t first_key, int n_keys) {
    return visibleKeys(a, first).end >= first_key + static_cast<std::size_t>(n_keys) &&
           visibleKeys(a, last).begin <= first_key;
}

/// What comes behind a row's products with the keys of a tile, in numbers that count from the tile's first
/// key: 32 bits do.
struct RowFinish {
    int begin; ///< first visible key
    int end;
    float softcap;
    const float* bias;    ///< of this head, null without
    std::ptrdiff_t index; ///< into the biases, of the tile's first key
    std::ptrdiff_t last;

    __device__ float masked(int column, float score) const {
        return column >= begin && column < end ? score : minusInfinity();
    }
    /// Soft cap, bias and mask of the score with key `column`.
    __device__ float operator()(int column, float score) const {
        if (softcap > 0.0f)
            score = tanhf(score / softcap) * softcap;
        if (bias != nullptr) {
            const std::ptrdiff_t at = index + column;
            score += bias[at < 0 ? 0 : (at > last ? last : at)];
        }
        return masked(column, score);
    }
};

/// `visible` of row `row`, for a tile of `n_columns` keys from `first_key` on.
__device__ inline RowFinish finishOf(const Attention& a, std::size_t head, std::size_t row, KeyRange visible,
                                     std::size_t first_key, int n_columns) {
    const std::size_t end_key = first_key + static_cast<std::size_t>(n_columns);
    RowFinish finish;
    finish.begin = visible.begin <= first_key
                       ? 0
                       : (visible.begin < end_key ? static_cast<int>(visible.begin - first_key) : n_columns);
    finish.end = visible.end <= first_key
                     ? 0
                     : (visible.end < end_key ? static_cast<int>(visible.end - first_key) : n_columns);
    finish.softcap = a.softcap;
    finish.bias = a.bias.data != nullptr ? a.bias.data + head * a.bias.row_stride : nullptr;
    const std::ptrdiff_t position =
        a.bias_by_key != 0 ? 0 : static_cast<std::ptrdiff_t>(a.query_offset + row);
    finish.index = static_cast<std::ptrdiff_t>(first_key) - position - a.min_distance;
    finish.last = static_cast<std::ptrdiff_t>(a.bias.columns) - 1;
    return finish;
}

__device__ inline std::size_t keyHeadOf(const Attention& a, std::size_t head) {
    return head / (a.query.n_heads / a.key.n_heads);
}

} // namespace headlight::cuda
