// What attention in BF16 needs beside the product: queries and keys in two parts, values, and a softmax that
// leaves factors.
#define HEADLIGHT_LANES 16
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/bf16_rounding.h"
#include "core/compute/cpu/kernels/tile_registers.h"
#include "core/compute/cpu/kernels/vector_math.h"

namespace headlight::cpu {
namespace {

/// 32 numbers of a row as they are multiplied: the high part and what it leaves over.
struct Split {
    __m512 low[2];
    __m512 high[2];
};
[[gnu::always_inline]] inline Split splitOf(const Bf16Source& source, std::size_t row, std::size_t first) {
    const std::size_t depth = row < source.count ? source.depth : 0;
    const float* const values = source.values + (row < source.count ? row : 0) * source.stride;
    const __m512 factor = _mm512_set1_ps(source.factor);
    Split split;
    for (std::size_t i = 0; i < 2; ++i) {
        split.high[i] = _mm512_mul_ps(loadInside(values, first + 16 * i, depth), factor);
        split.low[i] = restOf(split.high[i]);
    }
    return split;
}

void packQueries(const Bf16Source& source, std::uint16_t* strip) {
    const std::size_t part = (source.depth + kBf16DepthStep - 1) / kBf16DepthStep * kBf16StripStep;
    for (std::size_t r = 0; r < source.padded_count; ++r) {
        std::uint16_t* to = strip + r * kBf16DepthStep;
        for (std::size_t k = 0; k < source.depth; k += kBf16DepthStep, to += kBf16StripStep) {
            const Split split = splitOf(source, r, k);
            storeRounded(split.high[0], split.high[1], to);
            storeRounded(split.high[0], split.high[1], to + part);
            storeRounded(split.low[0], split.low[1], to + 2 * part);
        }
    }
}

/// Sixteen rows of pairs become sixteen pairs of columns.
[[gnu::always_inline]] inline void storeTransposed(__m512i (&rows)[kTileRows], std::uint16_t* tile) {
    transpose(rows);
    for (std::size_t i = 0; i < kTileRows; ++i)
        _mm512_storeu_si512(tile + i * 2 * kBf16Tile, rows[i]);
}

void packKeys(const Bf16Source& source, std::uint16_t* panel) {
    const std::size_t part = (source.depth + kBf16DepthStep - 1) / kBf16DepthStep * kBf16PanelStep;
    for (std::size_t k = 0; k < source.depth; k += kBf16DepthStep, panel += kBf16PanelStep)
        for (std::size_t half = 0; half < 2; ++half) {
            __m512i high[kTileRows];
            __m512i low[kTileRows];
            for (std::size_t i = 0; i < kTileRows; ++i) {
                const Split split = splitOf(source, half * kBf16Tile + i, k);
                storeRounded(split.high[0], split.high[1], reinterpret_cast<std::uint16_t*>(&high[i]));
                storeRounded(split.low[0], split.low[1], reinterpret_cast<std::uint16_t*>(&low[i]));
            }
            std::uint16_t* const to = panel + half * (kBf16PanelStep / 2);
            storeTransposed(high, to);
            storeTransposed(low, to + part);
            __builtin_memcpy(to + 2 * part, to, kTileBytes);
        }
}

void packValues(const Bf16Source& source, std::uint16_t* step) {
    for (std::size_t pair = 0; pair < kBf16Tile; ++pair)
        for (std::size_t half = 0; half < 2; ++half) {
            const auto bitsOf = [&](std::size_t row) {
                return roundedBits(row < source.count ? loadInside(source.values + row * source.stride,
                                                                   half * kBf16Tile, source.depth)
                                                      : _mm512_setzero_ps());
            };
            const __m512i both =
                _mm512_or_si512(bitsOf(2 * pair), _mm512_slli_epi32(bitsOf(2 * pair + 1), 16));
            _mm512_storeu_si512(step + half * (kBf16PanelStep / 2) + pair * 2 * kBf16Tile, both);
        }
}

void softmaxRow(const Bf16Softmax& b, std::size_t r) {
    const float* const row = b.scores + r * kBf16PanelWidth;
    Vec highest0 = broadcast(-__builtin_inff());
    Vec highest1 = highest0;
    for (std::size_t panel = 0; panel < b.n_panels; ++panel) {
        highest0 = maximumOf(load(row + panel * b.panel_stride), highest0);
        highest1 = maximumOf(load(row + panel * b.panel_stride + kLanes), highest1);
    }
    const float highest = _mm512_reduce_max_ps(maximumOf(highest0, highest1));
    const float maximum =
        highest == -__builtin_inff() ? 0.0f : highest; // a row that sees nothing gets zeros, not NaN
    std::uint16_t* to =
        b.strips + r / b.strip_rows * b.n_panels * kBf16StripStep + r % b.strip_rows * kBf16DepthStep;
    Vec sum0 = {};
    Vec sum1 = {};
    for (std::size_t panel = 0; panel < b.n_panels; ++panel, to += kBf16StripStep) {
        const Vec e0 = exponential(load(row + panel * b.panel_stride) - maximum);
        const Vec e1 = exponential(load(row + panel * b.panel_stride + kLanes) - maximum);
        storeRounded(e0, e1, to);
        sum0 += e0;
        sum1 += e1;
    }
    const float sum = _mm512_reduce_add_ps(sum0 + sum1);
    b.maximum[r] = maximum;
    b.inverse_sum[r] = sum == 0.0f ? 0.0f : 1.0f / sum;
}

void softmaxRows(const Bf16Softmax& b) {
    for (std::size_t r = 0; r < b.rows; ++r)
        softmaxRow(b, r);
}

} // namespace

const Bf16AttentionKernels& amxAttentionKernels() {
    static constexpr Bf16AttentionKernels kKernels{packQueries, packKeys, packValues, softmaxRows};
    return kKernels;
}

} // namespace headlight::cpu
