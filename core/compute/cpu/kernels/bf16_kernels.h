// Products with BF16 operands and F32 sums, for CPUs with AMX. (AVX-512 BF16 alone was measured: slower than F32 on
// CPUs that also have AMX, so it is not used.)
// As kernel_table.h, this includes nothing of ours that could be compiled for the wrong CPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {

inline constexpr std::size_t kBf16PanelWidth = 32;  ///< output columns of a panel
inline constexpr std::size_t kBf16RowBlock = 16;    ///< packed rows come in multiples of this
inline constexpr std::size_t kBf16DepthStep = 32;   ///< depth is padded with zeros to a multiple of this
inline constexpr std::size_t kBf16DepthBlock = 512; ///< depth of one block: 32 KB of a panel
/// BF16 numbers between packed rows: 17 cache lines, an odd number, so that rows fall into different cache sets.
inline constexpr std::size_t kBf16RowStride = kBf16DepthBlock + 32;

/// product[rows, 32] = left[rows, depth] right[depth, 32]
struct Bf16Product {
    const std::uint16_t* left;  ///< [depth blocks][rows][kBf16RowStride]
    std::size_t rows;           ///< multiple of kBf16RowBlock
    std::size_t depth;          ///< multiple of kBf16DepthStep
    const std::uint16_t* right; ///< [depth / 2][32][2]: pairs along the depth side by side
    float* product;             ///< 64-byte aligned
};

struct Bf16Kernels {
    const char* name;
    void (*enter)();            ///< before a thread's products
    void (*leave)();            ///< after them
    /// Rounds row-major [rows, depth] to BF16; missing rows and depth become zero. padded_rows, padded_depth as above.
    void (*pack_rows)(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth,
                      std::size_t padded_rows, std::size_t padded_depth, std::uint16_t* packed);
    void (*multiply_panel)(const Bf16Product&);
};

#if defined(HEADLIGHT_HAVE_BF16_KERNELS)
const Bf16Kernels& amxKernels(); ///< needs AVX-512 BF16, AMX BF16 and the system's leave to use its registers
#endif

} // namespace headlight::cpu
