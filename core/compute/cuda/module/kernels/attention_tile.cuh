// A tile of scores: kRows queries against kColumns keys of one head. The forward pass and every rebuild go
// through `addProducts`, which sums each score over the dimensions in their order: the same two vectors give
// the same bits wherever they stand in a tile, and attendFewRows sums the same way.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

#include <cstddef>

namespace headlight::cuda {

constexpr int kTileThreads = 256; ///< 16 x 16: a thread has kRows / 16 rows and kColumns / 16 columns
constexpr int kSide = 16;

/// Sizes of a tile for heads of up to kDim dimensions. Rows in shared memory lie four floats further apart
/// than they are long, so that neighbouring rows fall into different banks.
template <int kHeadDim>
struct TileShape {
    static constexpr int kDim = kHeadDim;
    static constexpr int kRows = kDim > 128 ? 32 : 64;
    static constexpr int kColumns = kDim > 128 ? 32 : 64;
    static constexpr int kThreadRows = kRows / kSide;
    static constexpr int kThreadColumns = kColumns / kSide;
    static constexpr int kStride = kDim + 4;
    static constexpr int kWeightStride = kColumns + 4;
    static constexpr int kQueryFloats = kRows * kStride;
    static constexpr int kKeyFloats = kColumns * kStride;
    static constexpr int kWeightFloats = kRows * kWeightStride;
};

/// Copies `count` rows from `first` on of one head into shared memory, times `factor`; what lies behind the
/// last row and behind the head's dimensions becomes zero.
template <int kDim>
__device__ inline void loadRows(const Heads& heads, std::size_t head, std::size_t first, int count,
                                float factor, float* tile) {
    constexpr int kStride = kDim + 4;
    const float* const source = heads.data + head * heads.head_stride;
    const int dim = static_cast<int>(heads.head_dim);
    const bool whole =
        dim % 4 == 0 && heads.token_stride % 4 == 0 && reinterpret_cast<std::uintptr_t>(source) % 16 == 0;
    if (whole) {
        for (int i = static_cast<int>(threadIdx.x); i < count * (kDim / 4);
             i += static_cast<int>(blockDim.x)) {
            const int row = i / (kDim / 4);
            const int d = i % (kDim / 4) * 4;
            const std::size_t token = first + static_cast<std::size_t>(row);
            float4 four = {0.0f, 0.0f, 0.0f, 0.0f};
            if (token < heads.n_tokens && d < dim)
                four = *reinterpret_cast<const float4*>(source + token * heads.token_stride + d);
            *reinterpret_cast<float4*>(tile + row * kStride + d) = {four.x * factor, four.y * factor,
                                                                    four.z * factor, four.w * factor};
        }
        return;
    }
    for (int i = static_cast<int>(threadIdx.x); i < count * kDim; i += static_cast<int>(blockDim.x)) {
        const int row = i / kDim;
        const int d = i % kDim;
        const std::size_t token = first + static_cast<std::size_t>(row);
        tile[row * kStride + d] =
            token < heads.n_tokens && d < dim ? source[token * heads.token_stride + d] * factor : 0.0f;
    }
}

/// Which rows and columns of a tile a thread has: rows ty * kThreadRows + m, columns tx + 16 * n.
struct Place {
    int tx;
    int ty;
};
__device__ inline Place placeOf() {
    return {static_cast<int>(threadIdx.x) % kSide, static_cast<int>(threadIdx.x) / kSide};
}

/// scores[m][n] = query row . key row
template <class Shape>
__device__ inline void addProducts(const float* query, const float* key, Place place,
                                   float (&scores)[Shape::kThreadRows][Shape::kThreadColumns]) {
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m)
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n)
            scores[m][n] = 0.0f;
#pragma unroll 2
    for (int d = 0; d < Shape::kDim; d += 4) {
        float4 q[Shape::kThreadRows];
        float4 k[Shape::kThreadColumns];
#pragma unroll
        for (int m = 0; m < Shape::kThreadRows; ++m)
            q[m] = *reinterpret_cast<const float4*>(query +
                                                    (place.ty * Shape::kThreadRows + m) * Shape::kStride + d);
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n)
            k[n] = *reinterpret_cast<const float4*>(key + (place.tx + kSide * n) * Shape::kStride + d);
#pragma unroll
        for (int m = 0; m < Shape::kThreadRows; ++m)
#pragma unroll
            for (int n = 0; n < Shape::kThreadColumns; ++n) {
                scores[m][n] = fmaf(q[m].x, k[n].x, scores[m][n]);
                scores[m][n] = fmaf(q[m].y, k[n].y, scores[m][n]);
                scores[m][n] = fmaf(q[m].z, k[n].z, scores[m][n]);
                scores[m][n] = fmaf(q[m].w, k[n].w, scores[m][n]);
            }
    }
}

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

/// What comes behind a row's products with the keys of a tile, in numbers that count from the tile's first
/// key: 32 bits do.
struct RowFinish {
    int begin; ///< first visible key
    int end;
    float softcap;
    const float* bias;    ///< of this head, null without
    std::ptrdiff_t index; ///< into the biases, of the tile's first key
    std::ptrdiff_t last;

    /// Soft cap, bias and mask of the score with key `column`.
    __device__ float operator()(int column, float score) const {
        if (softcap > 0.0f)
            score = tanhf(score / softcap) * softcap;
        if (bias != nullptr) {
            const std::ptrdiff_t at = index + column;
            score += bias[at < 0 ? 0 : (at > last ? last : at)];
        }
        return column >= begin && column < end ? score : minusInfinity();
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
