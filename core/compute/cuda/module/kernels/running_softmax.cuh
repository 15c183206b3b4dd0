// A running softmax over tiles of scores (Milakov and Gimelshein 2018; Dao et al. 2022). Softmax and sums are
// F32 whatever the products are. Each row leaves its maximum and 1/sum, from which any tile of weights is
// rebuilt.
#pragma once

#include "core/compute/cuda/module/kernels/attention_mask.cuh"

namespace headlight::cuda {

struct AttendArguments {
    Attention attention;
    SoftmaxStatistics statistics;
    Matrix output; ///< [n_query, n_heads * value head_dim]
    unsigned row_blocks;
};

/// The head and the queries of a block. The longest rows of a causal map come first: short ones fill the gaps
/// at the end.
template <class Shape>
struct BlockOfRows {
    std::size_t head;
    std::size_t kv_head;
    std::size_t first;
    std::size_t last;
    KeyRange keys; ///< that any of them sees

    __device__ explicit BlockOfRows(const AttendArguments& a) {
        const std::size_t n_heads = a.attention.query.n_heads;
        const std::size_t n_query = a.attention.query.n_tokens;
        head = blockIdx.x % n_heads;
        kv_head = keyHeadOf(a.attention, head);
        first = (a.row_blocks - 1 - blockIdx.x / n_heads) * static_cast<std::size_t>(Shape::kRows);
        last = (first + Shape::kRows < n_query ? first + Shape::kRows : n_query) - 1;
        keys = visibleToAny(a.attention, first, last);
        keys.begin = keys.begin / Shape::kColumns * Shape::kColumns;
    }
};

/// Over the lanes that have a row's columns.
template <int kLanes>
__device__ inline float rowMaximum(float value) {
    for (int apart = kLanes / 2; apart > 0; apart /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, apart, kLanes));
    return value;
}
template <int kLanes>
__device__ inline float rowSum(float value) {
    for (int apart = kLanes / 2; apart > 0; apart /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, apart, kLanes);
    return value;
}

/// Running softmax of a thread's rows. The threads of a row hold the same maximum, and each the sum of its
/// own columns.
template <class Shape>
struct RunningRows {
    float maximum[Shape::kThreadRows];
    float sum[Shape::kThreadRows];
    float output[Shape::kThreadRows][Shape::kOutputs]; ///< columns tile.outputColumn(i)

    __device__ RunningRows() {
#pragma unroll
        for (int m = 0; m < Shape::kThreadRows; ++m) {
            maximum[m] = minusInfinity();
            sum[m] = 0.0f;
#pragma unroll
            for (int i = 0; i < Shape::kOutputs; ++i)
                output[m][i] = 0.0f;
        }
    }
};

/// What stands between products and softmax.
enum class Finish { Nothing, Mask, All };

template <class Shape, Finish kFinish>
__device__ inline void finishScores(const Attention& a, const BlockOfRows<Shape>& block,
                                    std::size_t first_key, const Shape& tile,
                                    float (&scores)[Shape::kThreadRows][Shape::kThreadColumns]) {
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const std::size_t row = block.first + static_cast<std::size_t>(tile.row(m));
        const KeyRange visible = row < a.query.n_tokens ? visibleKeys(a, row) : KeyRange{0, 0};
        const RowFinish finish = finishOf(a, block.head, row, visible, first_key, Shape::kColumns);
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n)
            scores[m][n] = kFinish == Finish::All ? finish(tile.column(n), scores[m][n])
                                                  : finish.masked(tile.column(n), scores[m][n]);
    }
}

/// Takes a tile's finished scores into the running softmax and turns them into exp(score - maximum).
template <class Shape>
__device__ inline void takeScores(float (&scores)[Shape::kThreadRows][Shape::kThreadColumns],
                                  RunningRows<Shape>& rows) {
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        float highest = scores[m][0];
#pragma unroll
        for (int n = 1; n < Shape::kThreadColumns; ++n)
            highest = fmaxf(highest, scores[m][n]);
        const float before = rows.maximum[m];
        const float maximum = fmaxf(before, rowMaximum<Shape::kRowLanes>(highest));
        const float base =
            maximum == minusInfinity() ? 0.0f : maximum; // a row that sees nothing yet: zeros, not NaN
        const float shrink = before == minusInfinity() ? 0.0f : softmaxTerm<Shape::kNumber>(before, base);
        float sum = 0.0f;
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            scores[m][n] = softmaxTerm<Shape::kNumber>(scores[m][n], base);
            sum += scores[m][n];
        }
        rows.maximum[m] = maximum;
        rows.sum[m] = rows.sum[m] * shrink + sum;
#pragma unroll
        for (int i = 0; i < Shape::kOutputs; ++i)
            rows.output[m][i] *= shrink;
    }
}

/// Both, with what this tile needs. `kPlain`: neither soft cap nor bias; then only tiles at the edge of the
/// mask have anything to finish. A score is one product among hundreds of a long text: each instruction here
/// counts.
template <class Shape, bool kPlain>
__device__ inline void takeTile(const Attention& a, const BlockOfRows<Shape>& block, std::size_t first_key,
                                const Shape& tile, float (&scores)[Shape::kThreadRows][Shape::kThreadColumns],
                                RunningRows<Shape>& rows) {
    if constexpr (!kPlain)
        finishScores<Shape, Finish::All>(a, block, first_key, tile, scores);
    else if (!visibleToAll(a, block.first, block.last, first_key,
                           Shape::kColumns)) // the same for all threads
        finishScores<Shape, Finish::Mask>(a, block, first_key, tile, scores);
    takeScores<Shape>(scores, rows);
}

template <class Shape>
__device__ inline void writeRows(const AttendArguments& a, const BlockOfRows<Shape>& block, const Shape& tile,
                                 const RunningRows<Shape>& rows) {
    const std::size_t value_dim = a.attention.value.head_dim;
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const float sum = rowSum<Shape::kRowLanes>(rows.sum[m]); // all lanes come
        const std::size_t row = block.first + static_cast<std::size_t>(tile.row(m));
        if (row >= a.attention.query.n_tokens)
            continue;
        const float inverse_sum = sum == 0.0f ? 0.0f : 1.0f / sum;
        float* const output = a.output.data + row * a.output.row_stride + block.head * value_dim;
#pragma unroll
        for (int i = 0; i < Shape::kOutputs; ++i) {
            const int column = tile.outputColumn(i);
            if (column < static_cast<int>(value_dim))
                output[column] = rows.output[m][i] * inverse_sum;
        }
        if (tile.firstOfRow()) {
            const float maximum = rows.maximum[m];
            a.statistics.maximum.data[row * a.statistics.maximum.row_stride + block.head] =
                maximum == minusInfinity() ? 0.0f : maximum;
            a.statistics.inverse_sum.data[row * a.statistics.inverse_sum.row_stride + block.head] =
                inverse_sum;
        }
    }
}

} // namespace headlight::cuda
