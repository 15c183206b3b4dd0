// Activations, 16-bit numbers and sums over a block.
#pragma once

#include "platform.h"

namespace headlight::cuda {

constexpr int kWarp = 32;

/// headlight::Activation by its number.
enum ActivationNumber {
    kNone = 0,
    kRelu = 1,
    kGelu = 2,
    kGeluTanh = 3,
    kGeluQuick = 4,
    kSilu = 5,
    kTanh = 6
};

__device__ inline float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x));
}

__device__ inline float activated(int activation, float x) {
    switch (activation) {
    case kRelu:
        return x < 0.0f ? 0.0f : x; // NaN stays NaN
    case kGelu:
        return 0.5f * x * (1.0f + erff(x * 0.70710678f));
    case kGeluTanh:
        return x * sigmoid(2.0f * 0.79788456f * (x + 0.044715f * (x * x * x)));
    case kGeluQuick:
        return x * sigmoid(1.702f * x);
    case kSilu:
        return x * sigmoid(x);
    case kTanh:
        return tanhf(x);
    default:
        return x;
    }
}

/// Rounds to the nearest BF16, ties to even; NaN stays NaN.
__device__ inline std::uint16_t bf16Bits(float x) {
    const std::uint32_t bits = floatBits(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u)
        return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
__device__ inline float bf16Value(std::uint32_t bits) {
    return bitsFloat(bits << 16);
}

/// F16 reaches to 65,504 only: what is larger becomes that, rather than an infinity that spoils the whole
/// row. NaN stays NaN.
__device__ inline float withinF16(float x) {
    constexpr float kLargest = 65504.0f;
    return x > kLargest ? kLargest : (x < -kLargest ? -kLargest : x);
}
__device__ inline std::uint16_t f16Bits(float x) {
    return halfBits(withinF16(x));
}

/// exp(score - maximum), a term of a softmax whose products are of `kNumber`: the same numbers in a forward
/// pass and in a rebuild. -infinity gives 0.
template <Number kNumber>
__device__ inline float softmaxTerm(float score, float maximum) {
    if constexpr (kNumber == Number::F32) {
        return expf(score - maximum);
    } else {
        // Three instructions a score instead of seven: with tensor cores these are what takes time. (Not one
        // multiply-add for the first two: scores in the billions would leave its rounding as their power.)
        constexpr float kLog2OfE = 1.44269504f;
        return fastExp2((score - maximum) * kLog2OfE);
    }
}

__device__ inline float warpSum(float value) {
    for (int apart = kWarp / 2; apart > 0; apart /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, apart, kWarp);
    return value;
}

/// The sum over all threads of a block, for each of them. `partial` has room for a float a warp; all threads
/// must come.
__device__ inline float blockSum(float value, float* partial) {
    const int warp = static_cast<int>(threadIdx.x) / kWarp;
    const int n_warps = static_cast<int>(blockDim.x) / kWarp;
    value = warpSum(value);
    if (static_cast<int>(threadIdx.x) % kWarp == 0)
        partial[warp] = value;
    __syncthreads();
    float sum = 0.0f;
    for (int i = 0; i < n_warps; ++i)
        sum += partial[i];
    __syncthreads(); // before the next sum writes there
    return sum;
}

} // namespace headlight::cuda
