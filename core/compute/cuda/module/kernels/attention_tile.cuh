// A tile of scores in F32: kRows queries against kColumns keys of one head. The forward pass and every
// rebuild go through `addProducts`, which sums each score over the dimensions in their order: the same two
// vectors give the same bits wherever they stand in a tile, and attendSplits sums the same way.
//
// A tile (F32Tile here, TensorTile in tensor_tile.cuh) says how a block's threads share it: a thread has
// kThreadRows rows and of each kThreadColumns columns, the kRowLanes threads of a row are neighbours in a
// warp.
#pragma once

#include "core/compute/cuda/module/kernels/attention_mask.cuh"

#include <type_traits>

namespace headlight::cuda {

/// Four neighbouring numbers of a head's row, zeros behind its dimensions.
struct HeadRows {
    const float* first_row;
    std::size_t token_stride;
    int dim;
    bool whole; ///< fours are aligned, and none ends behind the row

    __device__ HeadRows(const Heads& heads, std::size_t head)
        : first_row(heads.data + head * heads.head_stride)
        , token_stride(heads.token_stride)
        , dim(static_cast<int>(heads.head_dim))
        , whole(dim % 4 == 0 && token_stride % 4 == 0 &&
                reinterpret_cast<std::uintptr_t>(first_row) % 16 == 0) {}
    __device__ float4 four(std::size_t token, int d) const {
        const float* const from = first_row + token * token_stride + d;
        if (whole)
            return d < dim ? *reinterpret_cast<const float4*>(from) : float4{0.0f, 0.0f, 0.0f, 0.0f};
        return {d < dim ? from[0] : 0.0f, d + 1 < dim ? from[1] : 0.0f, d + 2 < dim ? from[2] : 0.0f,
                d + 3 < dim ? from[3] : 0.0f};
    }
};

/// Copies `count` rows from `first` on of one head into shared memory, times `factor`; what lies behind the
/// last row and behind the head's dimensions becomes zero. Shape::putFactors puts four neighbours down as the
/// tile keeps them.
template <class Shape>
__device__ inline void loadRows(const Heads& heads, std::size_t head, std::size_t first, int count,
                                float factor, typename Shape::Element* tile) {
    constexpr int kFours = Shape::kDim / 4;
    const HeadRows rows(heads, head);
    for (int i = static_cast<int>(threadIdx.x); i < count * kFours; i += static_cast<int>(blockDim.x)) {
        const int row = i / kFours;
        const int d = i % kFours * 4;
        const std::size_t token = first + static_cast<std::size_t>(row);
        float4 four = {0.0f, 0.0f, 0.0f, 0.0f};
        if (token < heads.n_tokens)
            four = rows.four(token, d);
        Shape::putFactors(tile + row * Shape::kStride, d,
                          {four.x * factor, four.y * factor, four.z * factor, four.w * factor});
    }
}

/// 16 x 16 threads: thread (tx, ty) has rows ty * kThreadRows + m and columns tx + 16 * n. Rows in shared
/// memory lie four floats further apart than they are long, so that neighbouring rows fall into different
/// banks.
template <int kHeadDim>
struct F32Tile {
    using Element = float;
    static constexpr Number kNumber = Number::F32;
    static constexpr int kThreads = 256;
    static constexpr int kSide = 16;
    static constexpr int kDim = kHeadDim;
    static constexpr int kRows = kDim > 128 ? 32 : 64;
    static constexpr int kColumns = kDim > 128 ? 32 : 64;
    static constexpr int kThreadRows = kRows / kSide;
    static constexpr int kThreadColumns = kColumns / kSide;
    static constexpr int kRowLanes = kSide;
    static constexpr int kOutputs = kDim / kSide; ///< columns of the output that a thread has of a row
    static constexpr int kStride = kDim + 4;
    static constexpr int kWeightStride = kColumns + 4;

    int tx = static_cast<int>(threadIdx.x) % kSide;
    int ty = static_cast<int>(threadIdx.x) / kSide;

    __device__ int row(int m) const { return ty * kThreadRows + m; }
    __device__ int column(int n) const { return tx + kSide * n; }
    __device__ bool firstOfRow() const { return tx == 0; }
    /// Columns lie in groups of four (two where a head is small) a thread, so that they are read in one go.
    __device__ int outputColumn(int i) const {
        constexpr int kTogether = kOutputs < 4 ? kOutputs : 4;
        return i / kTogether * (kTogether * kSide) + tx * kTogether + i % kTogether;
    }

    __device__ static void putFactors(float* row, int d, float4 four) {
        *reinterpret_cast<float4*>(row + d) = four;
    }

    /// scores[m][n] = query row . key row
    __device__ void addProducts(const float* query, const float* key,
                                float (&scores)[kThreadRows][kThreadColumns]) const;

    /// Weights go to the threads that multiply them through shared memory, [kRows][kWeightStride].
    __device__ void shareWeights(const float (&weights)[kThreadRows][kThreadColumns], float* shared) const {
#pragma unroll
        for (int m = 0; m < kThreadRows; ++m)
#pragma unroll
            for (int n = 0; n < kThreadColumns; ++n)
                shared[row(m) * kWeightStride + column(n)] = weights[m][n];
    }
    /// output += weights values, for the weights shared by all threads and values [kColumns][kStride].
    __device__ void addValues(const float* shared, const float* values,
                              float (&output)[kThreadRows][kOutputs]) const;
};

template <int kHeadDim>
__device__ inline void F32Tile<kHeadDim>::addProducts(const float* query, const float* key,
                                                      float (&scores)[kThreadRows][kThreadColumns]) const {
#pragma unroll
    for (int m = 0; m < kThreadRows; ++m)
#pragma unroll
        for (int n = 0; n < kThreadColumns; ++n)
            scores[m][n] = 0.0f;
#pragma unroll 2
    for (int d = 0; d < kDim; d += 4) {
        float4 q[kThreadRows];
        float4 k[kThreadColumns];
#pragma unroll
        for (int m = 0; m < kThreadRows; ++m)
            q[m] = *reinterpret_cast<const float4*>(query + row(m) * kStride + d);
#pragma unroll
        for (int n = 0; n < kThreadColumns; ++n)
            k[n] = *reinterpret_cast<const float4*>(key + column(n) * kStride + d);
#pragma unroll
        for (int m = 0; m < kThreadRows; ++m)
#pragma unroll
            for (int n = 0; n < kThreadColumns; ++n) {
                scores[m][n] = fmaf(q[m].x, k[n].x, scores[m][n]);
                scores[m][n] = fmaf(q[m].y, k[n].y, scores[m][n]);
                scores[m][n] = fmaf(q[m].z, k[n].z, scores[m][n]);
                scores[m][n] = fmaf(q[m].w, k[n].w, scores[m][n]);
            }
    }
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

template <int kHeadDim>
__device__ inline void F32Tile<kHeadDim>::addValues(const float* shared, const float* values,
                                                    float (&output)[kThreadRows][kOutputs]) const {
    constexpr int kTogether = kOutputs < 4 ? kOutputs : 4;
#pragma unroll 1
    for (int j = 0; j < kColumns; j += 4) {
        float4 w[kThreadRows];
#pragma unroll
        for (int m = 0; m < kThreadRows; ++m)
            w[m] = *reinterpret_cast<const float4*>(shared + row(m) * kWeightStride + j);
#pragma unroll
        for (int group = 0; group < kOutputs; group += kTogether) {
            float v[4][kTogether];
#pragma unroll
            for (int k = 0; k < 4; ++k)
                loadTogether(values + (j + k) * kStride + outputColumn(group), v[k]);
#pragma unroll
            for (int m = 0; m < kThreadRows; ++m)
#pragma unroll
                for (int i = 0; i < kTogether; ++i) {
                    float sum = output[m][group + i];
                    sum = fmaf(w[m].x, v[0][i], sum);
                    sum = fmaf(w[m].y, v[1][i], sum);
                    sum = fmaf(w[m].z, v[2][i], sum);
                    output[m][group + i] = fmaf(w[m].w, v[3][i], sum);
                }
        }
    }
}

} // namespace headlight::cuda
