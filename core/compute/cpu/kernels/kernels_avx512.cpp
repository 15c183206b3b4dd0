// Kernels for AVX-512: sixteen floats at a time, 32 registers.
#define HEADLIGHT_LANES 16
#define HEADLIGHT_ROW_BLOCK 14
#include "core/compute/cpu/kernels/make_table.h"

#include <immintrin.h>

namespace headlight::cpu {
namespace {

/// Whole lines of the target are written without being read before.
void streamRows(const float* source, std::size_t source_stride, std::size_t rows, std::size_t columns, float* target,
                std::size_t target_stride) {
    for (std::size_t r = 0; r < rows; ++r) {
        const float* const from = source + r * source_stride;
        float* const to = target + r * target_stride;
        const std::size_t past_line = reinterpret_cast<std::uintptr_t>(to) / sizeof(float) % kLanes;
        const std::size_t before = past_line == 0 ? 0 : kLanes - past_line; // up to the first whole line
        std::size_t i = before < columns ? before : columns;
        copyFloats(from, to, i);
        for (; i + kLanes <= columns; i += kLanes)
            _mm512_stream_ps(to + i, _mm512_loadu_ps(from + i));
        copyFloats(from + i, to + i, columns - i);
    }
    _mm_sfence(); // before others are told that it is there
}

} // namespace

const KernelTable& avx512Kernels() {
    static constexpr KernelTable kTable = makeTable("AVX-512", streamRows);
    return kTable;
}

} // namespace headlight::cpu
