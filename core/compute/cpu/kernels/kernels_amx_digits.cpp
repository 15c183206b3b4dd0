// Products of three-digit numbers on AMX INT8: 16 x 16 outputs at a time in four tiles of exact sums.
#include "core/compute/cpu/kernels/digit_kernels.h"
#include "core/compute/cpu/kernels/tile_registers.h"

#include <cstring>

namespace headlight::cpu {
namespace {

constexpr std::size_t kLanes = 16;
static_assert(kDigitStepBytes == 3 * kTileBytes && kDigitTile == kTileRows);

/// All tiles but the right-hand one have `tile_rows` rows.
void enterDigitTiles(std::size_t tile_rows) {
    static constexpr TileConfigurations<7> kConfigurations;
    _tile_loadconfig(&kConfigurations.by_rows[tile_rows]);
}

// Packing.

[[gnu::always_inline]] inline __mmask16 firstLanes(std::size_t count) {
    return count >= kLanes ? __mmask16{0xffff} : static_cast<__mmask16>((1u << count) - 1u);
}
[[gnu::always_inline]] inline std::size_t remaining(std::size_t end, std::size_t i) {
    return i < end ? end - i : 0;
}

/// Magnitudes as integers: their order is that of the numbers, infinities and NaN are at least kInfinity.
constexpr int kInfinity = 0x7f800000;
[[gnu::always_inline]] inline __m512i magnitude(__m512i bits) {
    return _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff));
}

/// The largest finite magnitude of n numbers, as bits; sets `special` where one is not finite.
std::uint32_t largestMagnitude(const float* values, std::size_t n, bool& special) {
    __m512i largest = _mm512_setzero_si512();
    __mmask16 not_finite = 0;
    for (std::size_t k = 0; k < n; k += kLanes) {
        const __m512i bits = magnitude(_mm512_maskz_loadu_epi32(firstLanes(n - k), values + k));
        const __mmask16 finite = _mm512_cmplt_epi32_mask(bits, _mm512_set1_epi32(kInfinity));
        not_finite = static_cast<__mmask16>(not_finite | ~finite);
        largest = _mm512_mask_max_epi32(largest, finite, largest, bits);
    }
    special = special || not_finite != 0;
    return static_cast<std::uint32_t>(_mm512_reduce_max_epi32(largest));
}

/// The exponent e with which numbers up to this magnitude, times 2^e, round to at most 127 (2^16 + 2^8 + 1).
int scaleExponent(std::uint32_t largest_bits) {
    float largest = 0.0f;
    std::memcpy(&largest, &largest_bits, sizeof largest);
    if (largest_bits == 0)
        return 0;
    int exponent = 0;
    const float fraction = __builtin_frexpf(largest, &exponent);
    constexpr float kMost = 8355711.0f / 8388608.0f;
    return fraction > kMost ? 22 - exponent : 23 - exponent;
}

/// Sixteen numbers as integers whose bytes 0, 1 and 2 are the digits, lowest first.
[[gnu::always_inline]] inline __m512i digitsOf(__m512 values, __m512 exponent) {
    const __m512i bits = _mm512_castps_si512(values);
    const __mmask16 finite = _mm512_cmplt_epi32_mask(magnitude(bits), _mm512_set1_epi32(kInfinity));
    const __m512i integers = _mm512_maskz_cvtps_epi32(finite, _mm512_scalef_ps(values, exponent));
    // Half a base more in the two low digits makes them unsigned; taking it away again only changes their
    // sign bit.
    const __m512i half = _mm512_set1_epi32(0x8080);
    return _mm512_xor_si512(_mm512_add_epi32(integers, half), half);
}

/// Digits of one vector's 64 numbers of a step; `to` is its row in the step's highest tile.
void packStep(const float* values, std::size_t n, __m512 exponent, std::int8_t* to) {
    for (std::size_t part = 0; part < kDigitDepthStep; part += kLanes) {
        const __mmask16 lanes = firstLanes(remaining(n, part));
        const __m512i digits =
            digitsOf(_mm512_maskz_loadu_ps(lanes, lanes != 0 ? values + part : values), exponent);
        _mm_store_si128(reinterpret_cast<__m128i*>(to + part),
                        _mm512_cvtepi32_epi8(_mm512_srli_epi32(digits, 16)));
        _mm_store_si128(reinterpret_cast<__m128i*>(to + kTileBytes + part),
                        _mm512_cvtepi32_epi8(_mm512_srli_epi32(digits, 8)));
        _mm_store_si128(reinterpret_cast<__m128i*>(to + 2 * kTileBytes + part), _mm512_cvtepi32_epi8(digits));
    }
}

std::uint32_t packStrip(const DigitSource& source, std::int8_t* digits, float* exponents) {
    const DigitDepth depth(source.depth);
    std::uint32_t special = 0;
    for (std::size_t i = 0; i < source.padded_count; ++i) {
        const float* values = source.values + (i < source.count ? i : 0) * source.stride;
        const std::size_t n = i < source.count ? source.depth : 0;
        bool is_special = false;
        for (std::size_t block = 0; block < depth.n_blocks; ++block) {
            const std::size_t first_step = depth.firstStep(block);
            const std::size_t end_step = depth.firstStep(block + 1);
            const std::size_t first = first_step * kDigitDepthStep;
            const std::size_t size =
                remaining(n < end_step * kDigitDepthStep ? n : end_step * kDigitDepthStep, first);
            const int scale =
                scaleExponent(largestMagnitude(values + (size > 0 ? first : 0), size, is_special));
            exponents[block * kDigitTile + i] = static_cast<float>(-scale);
            for (std::size_t step = first_step; step < end_step; ++step) {
                const std::size_t k = step * kDigitDepthStep;
                packStep(values + (k < n ? k : 0), remaining(n, k), _mm512_set1_ps(static_cast<float>(scale)),
                         digits + step * kDigitStepBytes + i * kDigitDepthStep);
            }
        }
        special |= static_cast<std::uint32_t>(is_special) << i;
    }
    return special;
}

void transposeStrip(std::int8_t* digits, std::size_t n_steps) {
    for (std::size_t tile = 0; tile < 3 * n_steps; ++tile) {
        std::int8_t* const bytes = digits + tile * kTileBytes;
        __m512i row[kLanes];
        for (std::size_t i = 0; i < kLanes; ++i)
            row[i] = _mm512_load_si512(bytes + i * 64);
        transpose(row);
        for (std::size_t i = 0; i < kLanes; ++i)
            _mm512_store_si512(bytes + i * 64, row[i]);
    }
}

void gatherColumns(const float* source, std::size_t source_stride, std::size_t depth, std::size_t count,
                   float* target, std::size_t target_stride) {
    const __mmask16 columns = firstLanes(count);
    for (std::size_t k = 0; k < depth; k += kLanes) {
        __m512i row[kLanes];
        for (std::size_t i = 0; i < kLanes; ++i)
            row[i] = k + i < depth ? _mm512_maskz_loadu_epi32(columns, source + (k + i) * source_stride)
                                   : _mm512_setzero_si512();
        transpose(row);
        for (std::size_t column = 0; column < count; ++column)
            _mm512_storeu_si512(target + column * target_stride + k, row[column]);
    }
}

// Multiplying.

/// What of the right-hand side is asked for meanwhile: a step has six gaps between its products, each for so
/// many lines. Spread like this, waiting for memory does not hold up the tile loads.
struct FetchPlan {
    static constexpr std::size_t kGaps = 6;
    const std::int8_t* from;
    std::size_t lines_a_gap;
};

/// Adds the products of one step to the four sums: tile 0 those of weight 2^32, 1 of 2^24, 2 of 2^16, 3 of
/// 2^8.
template <int Hint>
[[gnu::always_inline]] inline void addStep(const std::int8_t* left, const std::int8_t* right,
                                           const FetchPlan& fetch) {
    const std::size_t gap = fetch.lines_a_gap * 64;
    _tile_loadd(4, left, 64);
    _tile_loadd(7, right, 64);
    fetchAhead<Hint>(fetch.from, gap);
    _tile_dpbssd(0, 4, 7);
    _tile_loadd(5, left + kTileBytes, 64);
    fetchAhead<Hint>(fetch.from + gap, gap);
    _tile_dpbssd(1, 5, 7);
    _tile_loadd(6, left + 2 * kTileBytes, 64);
    fetchAhead<Hint>(fetch.from + 2 * gap, gap);
    _tile_dpbssd(2, 6, 7);
    _tile_loadd(7, right + kTileBytes, 64);
    fetchAhead<Hint>(fetch.from + 3 * gap, gap);
    _tile_dpbssd(1, 4, 7);
    _tile_dpbssd(3, 6, 7);
    fetchAhead<Hint>(fetch.from + 4 * gap, gap);
    _tile_dpbssd(2, 5, 7);
    _tile_loadd(7, right + 2 * kTileBytes, 64);
    fetchAhead<Hint>(fetch.from + 5 * gap, gap);
    _tile_dpbssd(3, 5, 7);
    _tile_dpbssd(2, 4, 7);
}

struct alignas(64) Sums {
    std::int32_t values[4][kDigitTile][kDigitTile];
};

/// Sums that are still to become floats: done row by row while the tile registers work on the next ones.
struct Unfinished {
    const Sums* sums = nullptr;
    const float* left_exponents = nullptr;
    const float* right_exponents = nullptr;
    float* product = nullptr;
    std::size_t row = 0;
    std::size_t n_rows = 0;
    bool accumulate = false;

    [[gnu::always_inline]] void finishRow() {
        const auto floats = [this](std::size_t sum) {
            return _mm512_cvtepi32_ps(_mm512_load_si512(sums->values[sum][row]));
        };
        const __m512 base = _mm512_set1_ps(256.0f);
        const __m512 inverse = _mm512_set1_ps(1.0f / 256.0f);
        const __m512 low = _mm512_fmadd_ps(floats(3), inverse, floats(2));
        const __m512 sum =
            _mm512_fmadd_ps(low, inverse, _mm512_fmadd_ps(floats(0), base, floats(1))); // in units of 2^24
        const __m512 exponent =
            _mm512_add_ps(_mm512_set1_ps(left_exponents[row] + 24.0f), _mm512_load_ps(right_exponents));
        float* const to = product + row * kDigitPanelWidth;
        __m512 value = _mm512_scalef_ps(sum, exponent);
        if (accumulate)
            value = _mm512_add_ps(value, _mm512_load_ps(to));
        _mm512_store_ps(to, value);
        ++row;
    }
    [[gnu::always_inline]] void finish(std::size_t most_rows) {
        for (std::size_t i = 0; i < most_rows && row < n_rows; ++i)
            finishRow();
    }
};

template <int Hint>
[[gnu::always_inline]] inline void sumBlock(const std::int8_t* left, const std::int8_t* right,
                                            std::size_t n_steps, FetchPlan fetch, Unfinished& before) {
    constexpr std::size_t kRowsAStep = 2;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (std::size_t step = 0; step < n_steps; ++step) {
        addStep<Hint>(left + step * kDigitStepBytes, right + step * kDigitStepBytes, fetch);
        fetch.from += kDigitStepBytes;
        before.finish(kRowsAStep);
    }
    before.finish(kDigitTile);
}

void storeSums(Sums& sums) {
    _tile_stored(0, sums.values[0], 64);
    _tile_stored(1, sums.values[1], 64);
    _tile_stored(2, sums.values[2], 64);
    _tile_stored(3, sums.values[3], 64);
}

/// With a single tile row the right-hand side is read once, straight through: what is a few steps away is
/// asked for. With several, each asks for its share of the block that comes next.
FetchPlan fetchPlan(std::size_t n_tiles, std::size_t tile, const std::int8_t* right, std::size_t n_steps) {
    constexpr std::size_t kStepsAhead = 3;
    constexpr std::size_t kLines =
        kDigitStepBytes / 64 / FetchPlan::kGaps; // in each gap they are a whole step
    if (n_tiles == 1)
        return {right + kStepsAhead * kDigitStepBytes, kLines};
    const std::size_t lines = (kLines + n_tiles - 1) / n_tiles;
    const std::size_t first = tile * FetchPlan::kGaps * lines * 64;
    return {right + n_steps * kDigitStepBytes + first, first < kDigitStepBytes ? lines : 0};
}

void multiplyPanel(const DigitProduct& p) {
    const DigitDepth depth(p.depth);
    Sums sums;
    Unfinished unfinished;
    const std::int8_t* right = p.right;
    for (std::size_t strip = 0; strip < 2; ++strip) {
        for (std::size_t block = 0; block < depth.n_blocks; ++block) {
            const std::size_t first_step = depth.firstStep(block);
            const std::size_t n_steps = depth.firstStep(block + 1) - first_step;
            for (std::size_t tile = 0; tile < p.n_tiles; ++tile) {
                const std::int8_t* const left =
                    p.left + tile * depth.stripBytes() + first_step * kDigitStepBytes;
                const FetchPlan fetch = fetchPlan(p.n_tiles, tile, right, n_steps);
                if (p.n_tiles == 1)
                    sumBlock<kIntoL1>(left, right, n_steps, fetch, unfinished);
                else
                    sumBlock<kIntoL2>(left, right, n_steps, fetch, unfinished);
                storeSums(sums);
                unfinished = {
                    .sums = &sums,
                    .left_exponents = p.left_exponents + (tile * depth.n_blocks + block) * kDigitTile,
                    .right_exponents = p.right_exponents + (strip * depth.n_blocks + block) * kDigitTile,
                    .product = p.product + tile * p.tile_rows * kDigitPanelWidth + strip * kDigitTile,
                    .row = 0,
                    .n_rows = p.tile_rows,
                    .accumulate = block > 0};
            }
            right += n_steps * kDigitStepBytes;
        }
    }
    unfinished.finish(kDigitTile);
}

} // namespace

const DigitKernels& amxDigitKernels() {
    static constexpr DigitKernels kKernels{"exact integer products on AMX, F32 accuracy",
                                           enterDigitTiles,
                                           leaveTiles,
                                           packStrip,
                                           transposeStrip,
                                           gatherColumns,
                                           multiplyPanel};
    return kKernels;
}

} // namespace headlight::cpu
