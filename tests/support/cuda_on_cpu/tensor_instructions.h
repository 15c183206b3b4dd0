// Tensor cores in C++: the instructions of core/compute/cuda/module/gpu/tensor_instructions.h with the
// fragment layouts of the PTX ISA, so that which lane has which number is tested for real. Sums are F32, one
// product after the other; a GPU's own order and rounding inside an instruction are not what this shows.
#pragma once

#include "tests/support/cuda_on_cpu/platform.h"

namespace headlight::cuda {

inline std::uint32_t halfPair(float first, float second) {
    return static_cast<std::uint32_t>(f32ToF16(first)) | static_cast<std::uint32_t>(f32ToF16(second)) << 16;
}

/// A lane's registers as the numbers they hold. 16-bit numbers: register r of `a` is elements 2 r and 2 r
/// + 1.
struct Fragments {
    float a[8]; ///< elements a0 to a7, of TF32 a0 to a3
    float b[4];
};

/// Which lane's which element is (row, k) of the left factor and (k, column) of the right one.
struct FragmentPlace {
    unsigned lane;
    unsigned index;
};
/// mma.m16n8k16, 16-bit: element i of lane (g, t) is in row g, or g + 8 for i in 2, 3, 6, 7, and in column
/// 2 t + i % 2, or 8 more for i >= 4; of the right factor in row 2 t + i % 2, or 8 more for i >= 2, column g.
constexpr FragmentPlace leftOf16(unsigned row, unsigned k) {
    return {row % 8 * 4 + k % 8 / 2, k % 2 + row / 8 * 2 + k / 8 * 4};
}
constexpr FragmentPlace rightOf16(unsigned k, unsigned column) {
    return {column * 4 + k % 8 / 2, k % 2 + k / 8 * 2};
}
/// mma.m16n8k8, TF32: element i is in row g, or g + 8 for i in 1, 3, and column t, or t + 4 for i >= 2; of
/// the right factor in row t, or t + 4 for i = 1, column g.
constexpr FragmentPlace leftOf8(unsigned row, unsigned k) {
    return {row % 8 * 4 + k % 4, row / 8 + k / 4 * 2};
}
constexpr FragmentPlace rightOf8(unsigned k, unsigned column) {
    return {column * 4 + k % 4, k / 4};
}

template <Number kNumber>
float numberIn(std::uint32_t word, unsigned half) {
    const auto bits = static_cast<std::uint16_t>(word >> (16 * half));
    if constexpr (kNumber == Number::F16)
        return f16ToF32(bits);
    else
        return bitsFloat(word & 0xffffe000u); // the rest is not read
}

template <Number kNumber>
void multiplyFragments(float (&sum)[4], const std::uint32_t (&a)[4], const std::uint32_t (&b)[2]) {
    constexpr bool kHalf = kNumber == Number::F16;
    constexpr unsigned kPerWord = kHalf ? 2 : 1;
    Fragments mine{};
    for (unsigned i = 0; i < 4 * kPerWord; ++i)
        mine.a[i] = numberIn<kNumber>(a[i / kPerWord], i % kPerWord);
    for (unsigned i = 0; i < 2 * kPerWord; ++i)
        mine.b[i] = numberIn<kNumber>(b[i / kPerWord], i % kPerWord);
    meetWarp(
        &mine,
        [](const void* const offered[32], void* result) {
            const unsigned g = threadIdx.x % 32 / 4;
            const unsigned t = threadIdx.x % 4;
            float* const sums = static_cast<float*>(result);
            for (unsigned i = 0; i < 4;
                 ++i) { // elements 0, 1 in row g, 2, 3 in row g + 8, columns 2 t and 2 t + 1
                const unsigned row = g + i / 2 * 8;
                const unsigned column = 2 * t + i % 2;
                for (unsigned k = 0; k < (kHalf ? 16u : 8u); ++k) {
                    const FragmentPlace left = kHalf ? leftOf16(row, k) : leftOf8(row, k);
                    const FragmentPlace right = kHalf ? rightOf16(k, column) : rightOf8(k, column);
                    sums[i] += static_cast<const Fragments*>(offered[left.lane])->a[left.index] *
                               static_cast<const Fragments*>(offered[right.lane])->b[right.index];
                }
            }
        },
        sum);
}

inline void loadMatrices(const std::uint32_t* row, std::uint32_t (&matrices)[4]) {
    meetWarp(
        row,
        [](const void* const offered[32], void* result) {
            const unsigned g = threadIdx.x % 32 / 4;
            const unsigned t = threadIdx.x % 4;
            for (unsigned matrix = 0; matrix < 4; ++matrix)
                static_cast<std::uint32_t*>(result)[matrix] =
                    static_cast<const std::uint32_t*>(offered[8 * matrix + g])[t];
        },
        matrices);
}

inline void loadTransposed(const std::uint32_t* row, std::uint32_t (&matrices)[4]) {
    meetWarp(
        row,
        [](const void* const offered[32], void* result) {
            const unsigned g = threadIdx.x % 32 / 4;
            const unsigned t = threadIdx.x % 4;
            for (unsigned matrix = 0; matrix < 4; ++matrix) {
                const auto element = [&](unsigned r) { // (r, g)
                    const auto* const words = static_cast<const std::uint32_t*>(offered[8 * matrix + r]);
                    return words[g / 2] >> (16 * (g % 2)) & 0xffffu;
                };
                static_cast<std::uint32_t*>(result)[matrix] = element(2 * t) | element(2 * t + 1) << 16;
            }
        },
        matrices);
}

} // namespace headlight::cuda
