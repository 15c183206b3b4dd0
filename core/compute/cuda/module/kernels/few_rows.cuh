// Linear layers of one to four rows, as in generating: the weights are read once, at the speed of memory. A
// warp takes an output, its lanes the inputs.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

namespace headlight::cuda {

constexpr int kMostFewRows = 4;
constexpr int kFewRowsThreads = 128;
constexpr int kOutputsOfBlock = kFewRowsThreads / kWarp;

struct FewRowsArguments {
    const void* matrix; ///< [n_out, n_in], 16-byte aligned rows
    const float* bias;
    std::size_t n_in; ///< multiple of what a lane reads at once: 4 (F32) or 8
    std::size_t n_out;
    Matrix input; ///< 16-byte aligned rows
    Matrix output;
    int activation;
    int accumulate;
};

/// Eight weights of 16 bits, or four of 32, times as many inputs.
template <Number kNumber>
struct Lane;
template <>
struct Lane<Number::F32> {
    static constexpr int kWeights = 4;
    float values[kWeights];
    __device__ void load(const void* matrix, std::size_t index) {
        const float4 four = *reinterpret_cast<const float4*>(static_cast<const float*>(matrix) + index);
        values[0] = four.x;
        values[1] = four.y;
        values[2] = four.z;
        values[3] = four.w;
    }
};
template <Number kNumber>
struct Lane {
    static constexpr int kWeights = 8;
    float values[kWeights];
    __device__ void load(const void* matrix, std::size_t index) {
        const uint4 eight =
            *reinterpret_cast<const uint4*>(static_cast<const std::uint16_t*>(matrix) + index);
        const std::uint32_t words[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            values[2 * i] = value(words[i] & 0xffffu);
            values[2 * i + 1] = value(words[i] >> 16);
        }
    }
    __device__ static float value(std::uint32_t bits) {
        return kNumber == Number::F16 ? halfValue(static_cast<std::uint16_t>(bits)) : bf16Value(bits);
    }
};

template <Number kNumber, int kRows>
__global__ void multiplyFewRows(FewRowsArguments a) {
    constexpr int kStep = Lane<kNumber>::kWeights;
    const std::size_t output = static_cast<std::size_t>(blockIdx.x) * kOutputsOfBlock + threadIdx.x / kWarp;
    const unsigned lane = threadIdx.x % kWarp;
    if (output >= a.n_out)
        return; // a whole warp at once
    float sums[kRows] = {};
#pragma unroll 4
    for (std::size_t k = lane * kStep; k < a.n_in; k += kWarp * kStep) {
        Lane<kNumber> weights;
        weights.load(a.matrix, output * a.n_in + k);
#pragma unroll
        for (int r = 0; r < kRows; ++r) {
            const float* const input = a.input.data + static_cast<std::size_t>(r) * a.input.row_stride + k;
#pragma unroll
            for (int i = 0; i < kStep; i += 4) {
                const float4 four = *reinterpret_cast<const float4*>(input + i);
                sums[r] = fmaf(weights.values[i], four.x, sums[r]);
                sums[r] = fmaf(weights.values[i + 1], four.y, sums[r]);
                sums[r] = fmaf(weights.values[i + 2], four.z, sums[r]);
                sums[r] = fmaf(weights.values[i + 3], four.w, sums[r]);
            }
        }
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
        const float sum = warpSum(sums[r]);
        if (lane != 0)
            continue;
        float& value = a.output.data[static_cast<std::size_t>(r) * a.output.row_stride + output];
        const float result = activated(a.activation, sum + (a.bias != nullptr ? a.bias[output] : 0.0f));
        value = a.accumulate != 0 ? value + result : result;
    }
}

} // namespace headlight::cuda
