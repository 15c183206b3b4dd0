// The forward pass of attention, block by block with a running maximum (Milakov and Gimelshein 2018; Dao et
// al. 2022), in F32. Each row leaves its maximum and 1/sum, from which any tile of weights is rebuilt.
#pragma once

#include "core/compute/cuda/module/kernels/attention_tile.cuh"

namespace headlight::cuda {

struct AttendArguments {
    Attention attention;
    SoftmaxStatistics statistics;
    Matrix output; ///< [n_query, n_heads * value head_dim]
    unsigned row_blocks;
};

/// Over the 16 lanes that have a row's columns.
__device__ inline float rowMaximum(float value) {
    for (int apart = kSide / 2; apart > 0; apart /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, apart, kSide));
    return value;
}
__device__ inline float rowSum(float value) {
    for (int apart = kSide / 2; apart > 0; apart /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, apart, kSide);
    return value;
}

/// Running softmax of a thread's rows. The 16 threads of a row hold the same numbers.
template <class Shape>
struct RunningRows {
    float maximum[Shape::kThreadRows];
    float sum[Shape::kThreadRows];
    float output[Shape::kThreadRows][Shape::kDim / kSide]; ///< columns valueColumn(tx, i)
};

/// Columns lie in groups of four (two where a head is small) a thread, so that they are read in one go.
template <class Shape>
__device__ inline int valueColumn(int tx, int i) {
    constexpr int kTogether = Shape::kDim / kSide < 4 ? Shape::kDim / kSide : 4;
    return i / kTogether * (kTogether * kSide) + tx * kTogether + i % kTogether;
}

/// Neighbouring floats of shared memory in one go.
__device__ inline void loadTogether(const float* from, float (&to)[4]) {
    const float4 four = *reinterpret_cast<const float4*>(from);
    to[0] = four.x;
    to[1] = four.y;
    to[2] = four.z;
    to[3] = four.w;
}
__device__ inline void loadTogether(const float* from, float (&to)[2]) {
    const float2 two = *reinterpret_cast<const float2*>(from);
    to[0] = two.x;
    to[1] = two.y;
}

/// output += weights values, for a tile of weights [kRows][kWeightStride] and of values [kColumns][kStride].
template <class Shape>
__device__ inline void addValues(const float* weights, const float* values, Place place,
                                 RunningRows<Shape>& rows) {
    constexpr int kColumns = Shape::kDim / kSide;
    constexpr int kTogether = kColumns < 4 ? kColumns : 4;
#pragma unroll 1
    for (int j = 0; j < Shape::kColumns; j += 4) {
        float4 w[Shape::kThreadRows];
#pragma unroll
        for (int m = 0; m < Shape::kThreadRows; ++m)
            w[m] = *reinterpret_cast<const float4*>(
                weights + (place.ty * Shape::kThreadRows + m) * Shape::kWeightStride + j);
#pragma unroll
        for (int group = 0; group < kColumns; group += kTogether) {
            float v[4][kTogether];
#pragma unroll
            for (int k = 0; k < 4; ++k)
                loadTogether(values + (j + k) * Shape::kStride + valueColumn<Shape>(place.tx, group), v[k]);
#pragma unroll
            for (int m = 0; m < Shape::kThreadRows; ++m)
#pragma unroll
                for (int i = 0; i < kTogether; ++i) {
                    float sum = rows.output[m][group + i];
                    sum = fmaf(w[m].x, v[0][i], sum);
                    sum = fmaf(w[m].y, v[1][i], sum);
                    sum = fmaf(w[m].z, v[2][i], sum);
                    rows.output[m][group + i] = fmaf(w[m].w, v[3][i], sum);
                }
        }
    }
}

/// Takes a tile's scores into the running softmax and writes exp(score - maximum) to `weights`.
template <class Shape>
__device__ inline void takeScores(const AttendArguments& a, std::size_t head, std::size_t first_row,
                                  std::size_t first_key, Place place,
                                  float (&scores)[Shape::kThreadRows][Shape::kThreadColumns], float* weights,
                                  RunningRows<Shape>& rows) {
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const int local = place.ty * Shape::kThreadRows + m;
        const std::size_t row = first_row + static_cast<std::size_t>(local);
        const KeyRange visible =
            row < a.attention.query.n_tokens ? visibleKeys(a.attention, row) : KeyRange{0, 0};
        const RowFinish finish = finishOf(a.attention, head, row, visible, first_key, Shape::kColumns);
        float highest = minusInfinity();
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            scores[m][n] = finish(place.tx + kSide * n, scores[m][n]);
            highest = fmaxf(highest, scores[m][n]);
        }
        const float before = rows.maximum[m];
        const float maximum = fmaxf(before, rowMaximum(highest));
        const float base =
            maximum == minusInfinity() ? 0.0f : maximum; // a row that sees nothing yet: zeros, not NaN
        const float shrink = before == minusInfinity() ? 0.0f : expf(before - base);
        float sum = 0.0f;
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            const float weight = expf(scores[m][n] - base);
            weights[local * Shape::kWeightStride + place.tx + kSide * n] = weight;
            sum += weight;
        }
        rows.maximum[m] = maximum;
        rows.sum[m] = rows.sum[m] * shrink + rowSum(sum);
#pragma unroll
        for (int i = 0; i < Shape::kDim / kSide; ++i)
            rows.output[m][i] *= shrink;
    }
}

template <class Shape>
__device__ inline void writeRows(const AttendArguments& a, std::size_t head, std::size_t first_row,
                                 Place place, const RunningRows<Shape>& rows) {
    const std::size_t value_dim = a.attention.value.head_dim;
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const std::size_t row = first_row + static_cast<std::size_t>(place.ty * Shape::kThreadRows + m);
        if (row >= a.attention.query.n_tokens)
            continue;
        const float inverse_sum = rows.sum[m] == 0.0f ? 0.0f : 1.0f / rows.sum[m];
        float* const output = a.output.data + row * a.output.row_stride + head * value_dim;
#pragma unroll
        for (int i = 0; i < Shape::kDim / kSide; ++i) {
            const int column = valueColumn<Shape>(place.tx, i);
            if (column < static_cast<int>(value_dim))
                output[column] = rows.output[m][i] * inverse_sum;
        }
        if (place.tx == 0) {
            const float maximum = rows.maximum[m];
            a.statistics.maximum.data[row * a.statistics.maximum.row_stride + head] =
                maximum == minusInfinity() ? 0.0f : maximum;
            a.statistics.inverse_sum.data[row * a.statistics.inverse_sum.row_stride + head] = inverse_sum;
        }
    }
}

/// A block takes kRows queries of a head. Shared memory: queries, keys (then values), weights.
template <int kHeadDim>
__global__ __launch_bounds__(kTileThreads, 2) void attendRows(AttendArguments a) {
    using Shape = TileShape<kHeadDim>;
    float* const query = sharedMemory<float>();
    float* const key = query + Shape::kQueryFloats;
    float* const weights = key + Shape::kKeyFloats;
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
    const Place place = placeOf();

    loadRows<kHeadDim>(a.attention.query, head, first_row, Shape::kRows, a.attention.scale, query);
    RunningRows<Shape> rows;
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        rows.maximum[m] = minusInfinity();
        rows.sum[m] = 0.0f;
#pragma unroll
        for (int i = 0; i < kHeadDim / kSide; ++i)
            rows.output[m][i] = 0.0f;
    }
    for (std::size_t first_key = keys.begin / Shape::kColumns * Shape::kColumns; first_key < keys.end;
         first_key += Shape::kColumns) {
        __syncthreads(); // the values of the tile before have been read
        loadRows<kHeadDim>(a.attention.key, kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        float scores[Shape::kThreadRows][Shape::kThreadColumns];
        addProducts<Shape>(query, key, place, scores);
        takeScores<Shape>(a, head, first_row, first_key, place, scores, weights, rows);
        __syncthreads(); // all keys are read, all weights written
        loadRows<kHeadDim>(a.attention.value, kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        addValues<Shape>(weights, key, place, rows);
    }
    writeRows<Shape>(a, head, first_row, place, rows);
}

} // namespace headlight::cuda
