// What the kernels on AMX tiles share: how the eight tile registers are laid out, and fetching ahead.
// Only for files compiled with AMX; everything is in an unnamed namespace, as in vector.h.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {
namespace {

constexpr std::size_t kTileRows = 16;
constexpr std::size_t kTileBytes = kTileRows * 64; ///< a full tile

/// The processor's layout. All tiles have rows of 64 bytes; tiles [0, n_short) have `short_rows` of them, the
/// others 16.
struct alignas(64) TileConfiguration {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t bytes_a_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};

    constexpr TileConfiguration() = default;
    constexpr TileConfiguration(std::size_t n_short, std::size_t short_rows) {
        for (std::size_t i = 0; i < n_short; ++i)
            rows[i] = static_cast<std::uint8_t>(short_rows);
    }
};

/// A configuration for every count of rows, which the first `NShort` tiles have. Constants of this type are what
/// `_tile_loadconfig` gets: GCC does not know that the instruction reads all 64 bytes, and may not have stored a local one yet.
template <std::size_t NShort>
struct TileConfigurations {
    TileConfiguration by_rows[kTileRows + 1];

    constexpr TileConfigurations() {
        for (std::size_t i = 1; i <= kTileRows; ++i)
            by_rows[i] = TileConfiguration(NShort, i);
    }
};

inline void leaveTiles() {
    _tile_release();
}

/// Tile loads are not followed by the hardware prefetcher as plain ones are: asks for `bytes` of what comes
/// next.
template <int Hint>
[[gnu::always_inline]] inline void fetchAhead(const void* from, std::size_t bytes) {
    const char* line = static_cast<const char*>(from);
    for (std::size_t i = 0; i < bytes; i += 64)
        __builtin_prefetch(line + i, 0, Hint);
}
constexpr int kIntoL1 = 3;
constexpr int kIntoL2 = 2;

/// 16 x 16 words of four bytes turned around the diagonal.
[[gnu::always_inline]] inline void transpose(__m512i (&row)[kTileRows]) {
    __m512i pair[kTileRows];
    for (std::size_t i = 0; i < kTileRows; i += 4) {
        const __m512i low0 = _mm512_unpacklo_epi32(row[i], row[i + 1]);
        const __m512i high0 = _mm512_unpackhi_epi32(row[i], row[i + 1]);
        const __m512i low1 = _mm512_unpacklo_epi32(row[i + 2], row[i + 3]);
        const __m512i high1 = _mm512_unpackhi_epi32(row[i + 2], row[i + 3]);
        pair[i] = _mm512_unpacklo_epi64(low0, low1);     // column 0 of each quarter
        pair[i + 1] = _mm512_unpackhi_epi64(low0, low1); // column 1
        pair[i + 2] = _mm512_unpacklo_epi64(high0, high1);
        pair[i + 3] = _mm512_unpackhi_epi64(high0, high1);
    }
    for (std::size_t i = 0; i < 4; ++i) { // pair[4 r + i], quarter q: rows 4 r ... 4 r + 3 of column 4 q + i
        const __m512i even0 = _mm512_shuffle_i32x4(pair[i], pair[4 + i], 0x88);
        const __m512i odd0 = _mm512_shuffle_i32x4(pair[i], pair[4 + i], 0xdd);
        const __m512i even1 = _mm512_shuffle_i32x4(pair[8 + i], pair[12 + i], 0x88);
        const __m512i odd1 = _mm512_shuffle_i32x4(pair[8 + i], pair[12 + i], 0xdd);
        row[i] = _mm512_shuffle_i32x4(even0, even1, 0x88);
        row[4 + i] = _mm512_shuffle_i32x4(odd0, odd1, 0x88);
        row[8 + i] = _mm512_shuffle_i32x4(even0, even1, 0xdd);
        row[12 + i] = _mm512_shuffle_i32x4(odd0, odd1, 0xdd);
    }
}

} // namespace
} // namespace headlight::cpu
