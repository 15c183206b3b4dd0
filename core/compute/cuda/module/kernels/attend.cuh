// The forward pass of attention, block by block with a running maximum (Milakov and Gimelshein 2018; Dao et
// al. 2022). Softmax and sums are F32 whatever the products are. Each row leaves its maximum and 1/sum, from
// which any tile of weights is rebuilt.
#pragma once

#include "core/compute/cuda/module/kernels/tensor_tile.cuh"

namespace headlight::cuda {

struct AttendArguments {
    Attention attention;
    SoftmaxStatistics statistics;
    Matrix output; ///< [n_query, n_heads * value head_dim]
    unsigned row_blocks;
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

/// Running softmax of a thread's rows. The threads of a row hold the same numbers.
template <class Shape>
struct RunningRows {
    float maximum[Shape::kThreadRows];
    float sum[Shape::kThreadRows];
    float output[Shape::kThreadRows][Shape::kOutputs]; ///< columns tile.outputColumn(i)
};

/// Takes a tile's scores into the running softmax and turns them into exp(score - maximum).
template <class Shape>
__device__ inline void takeScores(const AttendArguments& a, std::size_t head, std::size_t first_row,
                                  std::size_t first_key, const Shape& tile,
                                  float (&scores)[Shape::kThreadRows][Shape::kThreadColumns],
                                  RunningRows<Shape>& rows) {
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const std::size_t row = first_row + static_cast<std::size_t>(tile.row(m));
        const KeyRange visible =
            row < a.attention.query.n_tokens ? visibleKeys(a.attention, row) : KeyRange{0, 0};
        const RowFinish finish = finishOf(a.attention, head, row, visible, first_key, Shape::kColumns);
        float highest = minusInfinity();
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            scores[m][n] = finish(tile.column(n), scores[m][n]);
            highest = fmaxf(highest, scores[m][n]);
        }
        const float before = rows.maximum[m];
        const float maximum = fmaxf(before, rowMaximum<Shape::kRowLanes>(highest));
        const float base =
            maximum == minusInfinity() ? 0.0f : maximum; // a row that sees nothing yet: zeros, not NaN
        const float shrink = before == minusInfinity() ? 0.0f : expf(before - base);
        float sum = 0.0f;
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            scores[m][n] = expf(scores[m][n] - base);
            sum += scores[m][n];
        }
        rows.maximum[m] = maximum;
        rows.sum[m] = rows.sum[m] * shrink + rowSum<Shape::kRowLanes>(sum);
#pragma unroll
        for (int i = 0; i < Shape::kOutputs; ++i)
            rows.output[m][i] *= shrink;
    }
}

template <class Shape>
__device__ inline void writeRows(const AttendArguments& a, std::size_t head, std::size_t first_row,
                                 const Shape& tile, const RunningRows<Shape>& rows) {
    const std::size_t value_dim = a.attention.value.head_dim;
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const std::size_t row = first_row + static_cast<std::size_t>(tile.row(m));
        if (row >= a.attention.query.n_tokens)
            continue;
        const float inverse_sum = rows.sum[m] == 0.0f ? 0.0f : 1.0f / rows.sum[m];
        float* const output = a.output.data + row * a.output.row_stride + head * value_dim;
#pragma unroll
        for (int i = 0; i < Shape::kOutputs; ++i) {
            const int column = tile.outputColumn(i);
            if (column < static_cast<int>(value_dim))
                output[column] = rows.output[m][i] * inverse_sum;
        }
        if (tile.firstOfRow()) {
            const float maximum = rows.maximum[m];
            a.statistics.maximum.data[row * a.statistics.maximum.row_stride + head] =
                maximum == minusInfinity() ? 0.0f : maximum;
            a.statistics.inverse_sum.data[row * a.statistics.inverse_sum.row_stride + head] = inverse_sum;
        }
    }
}

/// A block takes kRows queries of a head. Shared memory: queries, keys (then values), weights (F32Tile only).
template <class Shape>
__global__ __launch_bounds__(Shape::kThreads,
                             Shape::kRowLanes == 16 ? 2 : 1) void attendRows(AttendArguments a) {
    using Element = typename Shape::Element;
    Element* const query = sharedMemory<Element>();
    Element* const key = query + Shape::kRows * Shape::kStride;
    float* const weights = reinterpret_cast<float*>(key + Shape::kColumns * Shape::kStride);
    const std::size_t n_heads = a.attention.query.n_heads;
    const std::size_t head = blockIdx.x % n_heads;
    const std::size_t kv_head = keyHeadOf(a.attention, head);
    // The longest rows of a causal map first: short ones fill the gaps at the end.
    const std::size_t first_row =
        (a.row_blocks - 1 - blockIdx.x / n_heads) * static_cast<std::size_t>(Shape::kRows);
    const std::size_t n_query = a.attention.query.n_tokens;
    const std::size_t last_row =
        (first_row + Shape::kRows < n_query ? first_row + Shape::kRows : n_query) - 1;
    const KeyRange keys = visibleToAny(a.attention, first_row, last_row);
    const Shape tile;

    loadRows<Shape>(a.attention.query, head, first_row, Shape::kRows, a.attention.scale, query);
    RunningRows<Shape> rows;
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        rows.maximum[m] = minusInfinity();
        rows.sum[m] = 0.0f;
#pragma unroll
        for (int i = 0; i < Shape::kOutputs; ++i)
            rows.output[m][i] = 0.0f;
    }
    for (std::size_t first_key = keys.begin / Shape::kColumns * Shape::kColumns; first_key < keys.end;
         first_key += Shape::kColumns) {
        __syncthreads(); // the values of the tile before have been read
        loadRows<Shape>(a.attention.key, kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        float scores[Shape::kThreadRows][Shape::kThreadColumns];
        tile.addProducts(query, key, scores);
        takeScores<Shape>(a, head, first_row, first_key, tile, scores, rows);
        tile.shareWeights(scores, weights);
        __syncthreads(); // all keys are read, all weights written
        loadRows<Shape>(a.attention.value, kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        tile.addValues(scores, weights, key, rows.output);
    }
    writeRows<Shape>(a, head, first_row, tile, rows);
}

} // namespace headlight::cuda
