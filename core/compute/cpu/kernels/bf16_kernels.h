// Products with BF16 operands and F32 sums, for CPUs with AMX. (AVX-512 BF16 alone was measured: slower than
// F32 on CPUs that also have AMX, so it is not used.) As kernel_table.h, this includes nothing of ours that
// could be compiled for the wrong CPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {

inline constexpr std::size_t kBf16PanelWidth = 32; ///< output columns of a panel
inline constexpr std::size_t kBf16Tile = 16;       ///< rows of a strip of the left-hand side, at most
inline constexpr std::size_t kBf16DepthStep =
    32; ///< depth of one tile; depth is padded with zeros to a multiple of it
/// Depth of one block: 16 KB of a panel, which stay in the L1 cache while the rows go by.
inline constexpr std::size_t kBf16DepthBlock = 256;
/// BF16 numbers of a strip's step, and of a panel's.
inline constexpr std::size_t kBf16StripStep = kBf16Tile * kBf16DepthStep;
inline constexpr std::size_t kBf16PanelStep = kBf16PanelWidth * kBf16DepthStep;

/// Where number k of column c lies in a panel: [n_steps][2 halves][16 pairs][16 columns][2], pairs along the
/// depth side by side.
[[gnu::always_inline]] constexpr std::size_t bf16PanelIndex(std::size_t k, std::size_t c) {
    const std::size_t half = c / kBf16Tile * (kBf16PanelStep / 2);
    return k / kBf16DepthStep * kBf16PanelStep + half +
           (k % kBf16DepthStep / 2 * kBf16Tile + c % kBf16Tile) * 2 + k % 2;
}

/// Rows that become a strip, [n_steps][16][32] numbers: one row's numbers of a step are one cache line.
struct Bf16Source {
    const float* values; ///< [count, depth]
    std::size_t stride;
    std::size_t count;
    std::size_t padded_count; ///< at most 16: further rows up to this become zero
    std::size_t depth;
    float factor = 1.0f; ///< what the numbers are multiplied by before they are rounded
};

inline constexpr std::size_t kBf16StepsACall = 2;

/// product[n_tiles * tile_rows, 32] = left[.., depth] right[depth, 32]
struct Bf16Product {
    const std::uint16_t* left; ///< n_tiles strips, `left_stride` numbers apart
    std::size_t left_stride;
    std::size_t n_tiles;
    std::size_t tile_rows;      ///< rows of a strip in use
    std::size_t depth;          ///< multiple of kBf16DepthStep
    const std::uint16_t* right; ///< a panel
    float* product;             ///< 64-byte aligned
    std::size_t product_stride = kBf16PanelWidth;
    /// If not null: called once in kBf16StepsACall steps of two strips, for small pieces of other work while
    /// the tile registers multiply: finishing the panel before.
    void (*meanwhile)(void* context) = nullptr;
    void* context = nullptr;
};

/// Attention's scores are products of numbers in two BF16 parts, x = high + low, which hold 16 bits of it:
/// q k = q_high k_high + q_high k_low + q_low k_high is one product over three times the depth. With one
/// part, attention weights would err twice as much as the linear layers make them err.
inline constexpr std::size_t kBf16SplitParts = 3;

/// Softmax of a block of scores into strips of BF16 factors, exp(score - maximum), not divided by their sum.
struct Bf16Softmax {
    const float* scores; ///< [n_panels][.., 32], panels `panel_stride` floats apart
    std::size_t panel_stride;
    std::size_t n_panels;
    std::size_t rows;
    std::size_t strip_rows; ///< rows of a strip
    float* maximum;         ///< [rows]
    float* inverse_sum;     ///< [rows], of the exponentials in F32
    std::uint16_t* strips;  ///< [n_strips][n_panels][16][32]; rows behind the last are left as they are
};

struct Bf16AttentionKernels {
    /// High, high and low parts of rows: [3][n_steps][16][32].
    void (*pack_queries)(const Bf16Source& source, std::uint16_t* strip);
    /// High, low and high parts of up to 32 rows as the columns of a panel, [3][n_steps] of it; missing ones
    /// become zero.
    void (*pack_keys)(const Bf16Source& source, std::uint16_t* panel);
    /// Up to 32 rows of up to 32 columns (`depth`) as one step of a panel.
    void (*pack_values)(const Bf16Source& source, std::uint16_t* step);
    void (*softmax)(const Bf16Softmax& block);
};

struct Bf16Kernels {
    const char* name;
    void (*enter)(std::size_t tile_rows); ///< before a thread's products
    void (*leave)();                      ///< after them
    void (*pack_strip)(const Bf16Source& source, std::uint16_t* strip);
    void (*multiply_panel)(const Bf16Product& product);
    Bf16AttentionKernels attention;
};

#if defined(HEADLIGHT_HAVE_BF16_KERNELS)
const Bf16AttentionKernels& amxAttentionKernels();
const Bf16Kernels& amxKernels(); ///< needs AVX-512 BF16, AMX BF16 and the system's leave to use its registers
#endif

} // namespace headlight::cpu
