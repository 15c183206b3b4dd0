// Rounding to BF16 in AVX-512 registers. Only for files compiled with AVX-512 BF16; everything is in an
// unnamed namespace, as in vector.h.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {
namespace {

/// Numbers [first, first + 16) of a row; those beyond `depth` are zero.
[[gnu::always_inline]] inline __m512 loadInside(const float* row, std::size_t first, std::size_t depth) {
    const std::size_t count = first >= depth ? 0 : (depth - first < 16 ? depth - first : 16);
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1u), count > 0 ? row + first : row);
}

/// 32 numbers, one cache line.
[[gnu::always_inline]] inline void storeRounded(__m512 low, __m512 high, std::uint16_t* to) {
    const __m512bh rounded = _mm512_cvtne2ps_pbh(high, low);
    __builtin_memcpy(to, &rounded, sizeof rounded);
}

/// The BF16 numbers' bits in the low halves of 32 bits each.
[[gnu::always_inline]] inline __m512i roundedBits(__m512 values) {
    const __m256bh rounded = _mm512_cvtneps_pbh(values);
    __m256i bits;
    __builtin_memcpy(&bits, &rounded, sizeof bits);
    return _mm512_cvtepu16_epi32(bits);
}

/// What rounding to BF16 leaves over; nothing of what is not finite.
[[gnu::always_inline]] inline __m512 restOf(__m512 values) {
    constexpr int kNotFinite = 0x99; // quiet and signalling NaN, both infinities
    const __mmask16 finite = static_cast<__mmask16>(~_mm512_fpclass_ps_mask(values, kNotFinite));
    return _mm512_maskz_sub_ps(finite, values,
                               _mm512_castsi512_ps(_mm512_slli_epi32(roundedBits(values), 16)));
}

} // namespace
} // namespace headlight::cpu
