// Host weights, as a checkpoint has them, into the layout and the numbers that products read.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

namespace headlight::cuda {

/// Rows [first_row, first_row + rows.rows) of a host matrix, as they came, into weights [n_out, n_in] of
/// `number`.
struct PackArguments {
    const float* rows; ///< [count, width]
    std::size_t first_row;
    std::size_t count;
    std::size_t width;
    void* weights;
    std::size_t n_in;
    int transposed; ///< rows are inputs, columns are outputs
    int number;
};
constexpr int kPackTile = 32;
constexpr int kPackThreads = 256; ///< 32 x 8

__device__ inline void storeWeight(const PackArguments& a, std::size_t index, float value) {
    if (a.number == static_cast<int>(Number::F16))
        static_cast<std::uint16_t*>(a.weights)[index] = f16Bits(value);
    else if (a.number == static_cast<int>(Number::BF16))
        static_cast<std::uint16_t*>(a.weights)[index] = bf16Bits(value);
    else
        static_cast<float*>(a.weights)[index] = value;
}

/// A block takes a tile of 32 x 32, through shared memory, so that both sides are read and written in whole
/// lines.
static __global__ void packWeightTiles(PackArguments a) {
    float* const tile = sharedMemory<float>(); // [kPackTile][kPackTile + 1]
    constexpr int kStride = kPackTile + 1;
    const std::size_t tiles_across = (a.width + kPackTile - 1) / kPackTile;
    const std::size_t row0 = blockIdx.x / tiles_across * kPackTile;
    const std::size_t column0 = blockIdx.x % tiles_across * kPackTile;
    const int x = static_cast<int>(threadIdx.x) % kPackTile;
    for (int y = static_cast<int>(threadIdx.x) / kPackTile; y < kPackTile; y += kPackThreads / kPackTile) {
        const std::size_t row = row0 + static_cast<std::size_t>(y);
        const std::size_t column = column0 + static_cast<std::size_t>(x);
        if (row < a.count && column < a.width)
            tile[y * kStride + x] = a.rows[row * a.width + column];
    }
    __syncthreads();
    for (int y = static_cast<int>(threadIdx.x) / kPackTile; y < kPackTile; y += kPackThreads / kPackTile) {
        const int from_row = a.transposed != 0 ? x : y;
        const int from_column = a.transposed != 0 ? y : x;
        const std::size_t row = row0 + static_cast<std::size_t>(from_row);
        const std::size_t column = column0 + static_cast<std::size_t>(from_column);
        if (row >= a.count || column >= a.width)
            continue;
        const std::size_t index =
            a.transposed != 0 ? column * a.n_in + a.first_row + row : (a.first_row + row) * a.n_in + column;
        storeWeight(a, index, tile[from_row * kStride + from_column]);
    }
}

} // namespace headlight::cuda
