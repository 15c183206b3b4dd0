// A tile of scores by tensor cores: queries, keys, values and weights rounded to TF32 or F16, products summed
// in F32. A warp has 16 or 32 rows of the tile and all its columns, so the softmax of a row stays inside four
// lanes, and the weights are multiplied with the values from the registers they were computed in (Dao 2023).
//
// What "the weights the forward pass multiplied with" are here: queries (scaled first) and keys are rounded
// by TensorTile::putFactors and multiplied by the same instructions over the dimensions in the same order in
// the forward pass, in a rebuild and in a step of generation, so scores and statistics are the same numbers.
// The weight itself, an F32, is rounded once more as a factor of the values, which changes the output and no
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

/// Four neighbours as two words of 16-bit numbers, or as four of TF32, to where a row has dimension `d`.
template <Number kNumber>
__device__ inline void putFour(std::uint32_t* row, int d, float4 four) {
    if constexpr (kNumber == Number::TF32) {
        *reinterpret_cast<uint4*>(row + d) = {tf32Bits(four.x), tf32Bits(four.y), tf32Bits(four.z),
                                              tf32Bits(four.w)};
    } else {
        *reinterpret_cast<uint2*>(row + d / 2) = {halfPair(withinF16(four.x), withinF16(four.y)),
                                                  halfPair(withinF16(four.z), withinF16(four.w))};
    }
}

/// `kWarps` warps of `kRowTiles` times 16 rows. Thread g * 4 + t of a warp has rows g and g + 8 of each 16
/// and columns 8 i + 2 t and 8 i + 2 t + 1: PTX's fragments of a 16 x 8 sum. Memory is counted in words of a
/// TF32 number or two of 16 bits; rows lie four words further apart than they are long, which keeps every
/// access below free of bank conflicts. Keys and values out of shared memory are used for all rows of a warp:
/// with 32 rows, half as much is read for each product.
template <int kHeadDim, Number kNumberOfTile, int kWarps, int kRowTiles>
struct TensorTile {
    using Element = std::uint32_t;
    static constexpr Number kNumber = kNumberOfTile;
    static constexpr bool kHalf = kNumber == Number::F16;
    static constexpr int kThreads = kWarps * kWarp;
    static constexpr int kDim = kHeadDim;
    static constexpr int kRows = 16 * kRowTiles * kWarps;
    static constexpr int kColumns =
        kHalf ? (kDim > 128 ? 32 : 64) : (kDim > 128 ? 16 : (kDim > 64 ? 32 : 64));
    static constexpr int kThreadRows = 2 * kRowTiles;
    static constexpr int kThreadColumns = kColumns / 4;
    static constexpr int kRowLanes = 4;
    static constexpr int kOutputs = kDim / 4;
    static constexpr int kWords = kHalf ? kDim / 2 : kDim; ///< of a row
    static constexpr int kStride = kWords + 4;
    static constexpr int kDepth = 8; ///< words an instruction sums over: 8 of TF32, 16 numbers of 16 bits
    static constexpr int kWeightStride = kColumns + 4;

    int warp = static_cast<int>(threadIdx.x) / kWarp;
    int lane = static_cast<int>(threadIdx.x) % kWarp;
    int g = lane / 4;
    int t = lane % 4;

    __device__ int row(int m) const { return 16 * (kRowTiles * warp + m / 2) + g + 8 * (m % 2); }
    __device__ int column(int n) const { return n / 2 * 8 + 2 * t + n % 2; }
    __device__ int outputColumn(int i) const { return column(i); }
    __device__ bool firstOfRow() const { return t == 0; }

    __device__ static void putFactors(std::uint32_t* row, int d, float4 four) {
        putFour<kNumber>(row, d, four);
    }

    /// sum = one query (the first row of 16, the others are zeros) . key rows of eight keys from `first_key`
    /// on, over the head's dimensions: the numbers of addProducts.
    __device__ void multiplyOneQuery(const std::uint32_t* query, const std::uint32_t* key, int first_key,
                                     float (&sum)[4]) const {
        const std::uint32_t* const keys = key + (first_key + g) * kStride + t;
#pragma unroll
        for (int d = 0; d < kWords; d += kDepth) {
            const std::uint32_t a[4] = {g == 0 ? query[d + t] : 0u, 0u, g == 0 ? query[d + t + 4] : 0u, 0u};
            const std::uint32_t b[2] = {keys[d], keys[d + 4]};
            multiplyFragments<kNumber>(sum, a, b);
        }
    }

    /// scores[m][n] = query row . key row
    __device__ void addProducts(const std::uint32_t* query, const std::uint32_t* key,
                                float (&scores)[kThreadRows][kThreadColumns]) const {
#pragma unroll
        for (int m = 0; m < kThreadRows; ++m)
#pragma unroll
            for (int n = 0; n < kThreadColumns; ++n)
                scores[m][n] = 0.0f;
        // Lanes name rows of 8 x 4 words: of queries rows 0 to 7, 8 to 15, and both again four words further;
        // of keys eight of them, four times four words further.
        const std::uint32_t* const queries =
            query + (16 * kRowTiles * warp + lane % 16) * kStride + lane / 16 * 4;
        const std::uint32_t* const keys = key + lane % 8 * kStride + lane / 8 * 4;
#pragma unroll
        for (int d = 0; d < kWords; d += 2 * kDepth) {
            std::uint32_t a[2][kRowTiles][4];
#pragma unroll
            for (int step = 0; step < 2; ++step)
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r)
                    loadMatrices(queries + 16 * r * kStride + d + step * kDepth, a[step][r]);
#pragma unroll
            for (int n = 0; n < kThreadColumns; n += 2) {
                std::uint32_t b[4];
                loadMatrices(keys + 4 * n * kStride + d, b);
#pragma unroll
                for (int step = 0; step < 2; ++step)
#pragma unroll
                    for (int r = 0; r < kRowTiles; ++r)
                        addColumns(scores, 2 * r, n, a[step][r], {b[2 * step], b[2 * step + 1]});
            }
        }
    }

    /// output += weights values: a thread's weights are already a fragment of the left factor. Of TF32's,
    /// which has columns t and t + 4 where sums have 2 t and 2 t + 1, the keys are taken in another order.
    __device__ void addValues(const float (&weights)[kThreadRows][kThreadColumns],
                              const std::uint32_t* values, float (&output)[kThreadRows][kOutputs]) const {
        constexpr int kKeys = kHalf ? 16 : 8; // of a step
#pragma unroll
        for (int key = 0; key < kColumns; key += kKeys) {
            std::uint32_t a[kRowTiles][4];
#pragma unroll
            for (int r = 0; r < kRowTiles; ++r)
                takeWeights(weights[2 * r], weights[2 * r + 1], key / 4, a[r]);
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
#pragma unroll
                for (int r = 0; r < kRowTiles; ++r) {
                    addColumns(output, 2 * r, i, a[r], {b[0], b[1]});
                    addColumns(output, 2 * r, i + 2, a[r], {b[2], b[3]});
                }
            }
        }
    }

private:
    struct Right {
        std::uint32_t first, second;
    };
    /// Weights of rows g and g + 8 from column `n` on, rounded.
    __device__ static void takeWeights(const float (&upper)[kThreadColumns],
                                       const float (&lower)[kThreadColumns], int n, std::uint32_t (&a)[4]) {
        if constexpr (kHalf) {
            a[0] = halfPair(upper[n], upper[n + 1]);
            a[1] = halfPair(lower[n], lower[n + 1]);
            a[2] = halfPair(upper[n + 2], upper[n + 3]);
            a[3] = halfPair(lower[n + 2], lower[n + 3]);
        } else {
            a[0] = tf32Bits(upper[n]);
            a[1] = tf32Bits(lower[n]);
            a[2] = tf32Bits(upper[n + 1]);
            a[3] = tf32Bits(lower[n + 1]);
        }
    }
    /// Rows m and m + 1, columns n and n + 1 of this thread's sums.
    template <int kSums>
    __device__ static void addColumns(float (&sums)[kThreadRows][kSums], int m, int n,
                                      const std::uint32_t (&a)[4], Right right) {
        float sum[4] = {sums[m][n], sums[m][n + 1], sums[m + 1][n], sums[m + 1][n + 1]};
        const std::uint32_t b[2] = {right.first, right.second};
        multiplyFragments<kNumber>(sum, a, b);
        sums[m][n] = sum[0];
        sums[m][n + 1] = sum[1];
        sums[m + 1][n] = sum[2];
        sums[m + 1][n + 1] = sum[3];
    }
};

/// The tile of a forward pass: as many rows as registers allow, since every block reads all keys.
template <int kHeadDim, Number kNumber>
using ForwardTile = std::conditional_t<kNumber == Number::F32, F32Tile<kHeadDim>,
                                       TensorTile<kHeadDim, kNumber, 4, (kHeadDim > 128 ? 1 : 2)>>;
/// The tile of a rebuild.
template <int kHeadDim, Number kNumber>
using RebuildTile =
    std::conditional_t<kNumber == Number::F32, F32Tile<kHeadDim>, TensorTile<kHeadDim, kNumber, 4, 1>>;

template <class Shape>
constexpr std::size_t queryBytes() {
    return sizeof(typename Shape::Element) * Shape::kRows * Shape::kStride;
}
template <class Shape>
constexpr std::size_t keyBytes() {
    return sizeof(typename Shape::Element) * Shape::kColumns * Shape::kStride;
}

} // namespace headlight::cuda
