// A tile of scores by tensor cores: queries, keys, values and weights rounded to TF32, F16 or BF16, products
// summed in F32. A warp has 16 rows of the tile and all its columns, so the softmax of a row stays inside
// four lanes, and the weights are multiplied with the values from the registers they were computed in (Dao
// 2023).
//
// What "the weights the forward pass multiplied with" are here: queries (scaled first) and keys are rounded
// by TensorTile::store and multiplied by the same instructions over the dimensions in the same order in the
// forward pass, in a rebuild and in a step of generation, so scores and statistics are the same numbers. The
// weight itself, an F32, is rounded once more as a factor of the values, which changes the output and no
// weight.
#pragma once

#include "core/compute/cuda/module/kernels/attention_tile.cuh"
#include "tensor_instructions.h"

namespace headlight::cuda {

/// Rounds to the nearest of TF32's 10 bits of mantissa, halves away from zero, as cvt.rna.tf32 does.
__device__ inline std::uint32_t tf32Bits(float x) {
    const std::uint32_t bits = floatBits(x);
    return (bits & 0x7fffffffu) > 0x7f800000u ? bits : (bits + 0x1000u) & 0xffffe000u; // NaN stays NaN
}

/// Two neighbours in a word, the first in its lower half.
template <Number kNumber>
__device__ inline std::uint32_t pairOf(float first, float second) {
    if constexpr (kNumber == Number::F16) {
        constexpr float kLargest = 65504.0f;
        return halfPair(fminf(fmaxf(first, -kLargest), kLargest), fminf(fmaxf(second, -kLargest), kLargest));
    } else {
        return bf16Pair(first, second);
    }
}

/// `kWarps` warps of 16 rows. Thread g * 4 + t of a warp has rows g and g + 8 of them and columns 8 i + 2 t
/// and 8 i + 2 t + 1: PTX's fragments of a 16 x 8 sum. Memory is counted in words of a TF32 number or two of
/// 16 bits; rows lie four words further apart than they are long, which keeps every access below free of bank
/// conflicts.
template <int kHeadDim, Number kNumber, int kWarps>
struct TensorTile {
    using Element = std::uint32_t;
    static constexpr bool kHalf = kNumber == Number::F16 || kNumber == Number::BF16;
    static constexpr int kThreads = kWarps * kWarp;
    static constexpr int kDim = kHeadDim;
    static constexpr int kRows = 16 * kWarps;
    static constexpr int kColumns =
        kHalf ? (kDim > 128 ? 32 : 64) : (kDim > 128 ? 16 : (kDim > 64 ? 32 : 64));
    static constexpr int kThreadRows = 2;
    static constexpr int kThreadColumns = kColumns / 4;
    static constexpr int kRowLanes = 4;
    static constexpr int kOutputs = kDim / 4;
    static constexpr int kStride = (kHalf ? kDim / 2 : kDim) + 4;
    static constexpr int kDepth = 8; ///< words an instruction sums over: 8 of TF32, 16 numbers of 16 bits
    static constexpr int kWeightStride = kColumns + 4;
    static constexpr int kForwardWeightFloats = 0;

    int warp = static_cast<int>(threadIdx.x) / kWarp;
    int lane = static_cast<int>(threadIdx.x) % kWarp;
    int g = lane / 4;
    int t = lane % 4;

    __device__ int row(int m) const { return 16 * warp + g + 8 * m; }
    __device__ int column(int n) const { return n / 2 * 8 + 2 * t + n % 2; }
    __device__ int outputColumn(int i) const { return column(i); }
    __device__ bool firstOfRow() const { return t == 0; }

    __device__ static void store(std::uint32_t* tile, int row, int d, float4 four) {
        if constexpr (kHalf)
            *reinterpret_cast<uint2*>(tile + row * kStride + d / 2) = {pairOf<kNumber>(four.x, four.y),
                                                                       pairOf<kNumber>(four.z, four.w)};
        else
            *reinterpret_cast<uint4*>(tile + row * kStride + d) = {tf32Bits(four.x), tf32Bits(four.y),
                                                                   tf32Bits(four.z), tf32Bits(four.w)};
    }

    /// sum += query rows . key rows of eight keys from `first_key` on, over the head's dimensions. `query`:
    /// the tile's, moved to this thread's row g; rows from `n_rows` on are not there and count as zeros.
    __device__ void multiplyKeys(const std::uint32_t* query, int n_rows, const std::uint32_t* key,
                                 int first_key, float (&sum)[4]) const {
        const std::uint32_t* const keys = key + (first_key + g) * kStride + t;
        const bool upper = g < n_rows;
        const bool lower = g + 8 < n_rows;
#pragma unroll
        for (int d = 0; d < kStride - 4; d += kDepth) {
            const std::uint32_t a[4] = {upper ? query[d + t] : 0u, lower ? query[8 * kStride + d + t] : 0u,
                                        upper ? query[d + t + 4] : 0u,
                                        lower ? query[8 * kStride + d + t + 4] : 0u};
            const std::uint32_t b[2] = {keys[d], keys[d + 4]};
            multiplyFragments<kNumber>(sum, a, b);
        }
    }

    /// scores[m][n] = query row . key row
    __device__ void addProducts(const std::uint32_t* query, const std::uint32_t* key,
                                float (&scores)[kThreadRows][kThreadColumns]) const {
        const std::uint32_t* const rows = query + row(0) * kStride;
#pragma unroll
        for (int n = 0; n < kThreadColumns; n += 2) {
            float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            multiplyKeys(rows, 16, key, 4 * n, sum);
            scores[0][n] = sum[0];
            scores[0][n + 1] = sum[1];
            scores[1][n] = sum[2];
            scores[1][n + 1] = sum[3];
        }
    }

    __device__ void shareWeights(const float (&)[kThreadRows][kThreadColumns], float*) const {}

    /// output += weights values: a thread's weights are already a fragment of the left factor. Of TF32's,
    /// which has columns t and t + 4 where sums have 2 t and 2 t + 1, the keys are taken in another order.
    __device__ void addValues(const float (&weights)[kThreadRows][kThreadColumns], const float*,
                              const std::uint32_t* values, float (&output)[kThreadRows][kOutputs]) const {
        constexpr int kKeys = kHalf ? 16 : 8; // of a step
#pragma unroll
        for (int key = 0; key < kColumns; key += kKeys) {
            const int n = key / 4;
            std::uint32_t a[4];
            if constexpr (kHalf) {
                a[0] = pairOf<kNumber>(weights[0][n], weights[0][n + 1]);
                a[1] = pairOf<kNumber>(weights[1][n], weights[1][n + 1]);
                a[2] = pairOf<kNumber>(weights[0][n + 2], weights[0][n + 3]);
                a[3] = pairOf<kNumber>(weights[1][n + 2], weights[1][n + 3]);
            } else {
                a[0] = tf32Bits(weights[0][n]);
                a[1] = tf32Bits(weights[1][n]);
                a[2] = tf32Bits(weights[0][n + 1]);
                a[3] = tf32Bits(weights[1][n + 1]);
            }
#pragma unroll
            for (int i = 0; i < kOutputs; i += 4) { // 16 columns of the output
                std::uint32_t b[4];
                if constexpr (kHalf) {
                    loadTransposed(values + (key + lane % 16) * kStride + i * 2 + lane / 16 * 4, b);
                } else {
                    const std::uint32_t* const from = values + (key + 2 * t) * kStride + i * 4 + g;
                    b[0] = from[0];
                    b[1] = from[kStride];
                    b[2] = from[8];
                    b[3] = from[kStride + 8];
                }
                addColumns(output, i, a, {b[0], b[1]});
                addColumns(output, i + 2, a, {b[2], b[3]});
            }
        }
    }

private:
    struct Right {
        std::uint32_t first, second;
    };
    __device__ static void addColumns(float (&output)[kThreadRows][kOutputs], int i,
                                      const std::uint32_t (&a)[4], Right right) {
        float sum[4] = {output[0][i], output[0][i + 1], output[1][i], output[1][i + 1]};
        const std::uint32_t b[2] = {right.first, right.second};
        multiplyFragments<kNumber>(sum, a, b);
        output[0][i] = sum[0];
        output[0][i + 1] = sum[1];
        output[1][i] = sum[2];
        output[1][i + 1] = sum[3];
    }
};

/// The tile of a forward pass: as many rows as registers allow, since every block reads all keys.
template <int kHeadDim, Number kNumber>
using ForwardTile =
    std::conditional_t<kNumber == Number::F32, F32Tile<kHeadDim>,
                       TensorTile<kHeadDim, kNumber, kNumber == Number::TF32 || (kHeadDim > 128) ? 4 : 8>>;
/// The tile of a rebuild.
template <int kHeadDim, Number kNumber>
using RebuildTile =
    std::conditional_t<kNumber == Number::F32, F32Tile<kHeadDim>, TensorTile<kHeadDim, kNumber, 4>>;

template <class Shape>
constexpr std::size_t queryBytes() {
    return sizeof(typename Shape::Element) * Shape::kRows * Shape::kStride;
}
template <class Shape>
constexpr std::size_t keyBytes() {
    return sizeof(typename Shape::Element) * Shape::kColumns * Shape::kStride;
}

} // namespace headlight::cuda
