// F32-accurate products made of exact integer products, for CPUs with AMX INT8.
//
// A number x of a row becomes a 24-bit integer X: x = X 2^s (+ rounding), with one s for a row's block of the
// depth, so that the block's largest magnitude is just below 2^23. X is written in three balanced digits of
// base 256, X = d0 2^16 + d1 2^8 + d2, each a signed byte; weights likewise, column by column. Products of
// digits summed in int32 are exact: a block is short enough that no sum can overflow. Of the nine digit
// products the smallest, d2 d2, is left out. (Ozaki, Ogita, Oishi, Rump 2012, "Error-free transformations of
// matrix multiplication by using fast routines of matrix multiplication"; Ootomo, Ozaki, Yokota 2024, "DGEMM
// on integer matrix multiplication unit".)
//
// Error: with X the largest magnitude of an input row's block and W that of a weight column's,
//     |error| <= sum over blocks of n_k (2^-23 X mean|w| + 2^-23 W mean|x| + 2^-32 X W) + 2^-22 |result|,
// at most; rounding errors being random, it grows with sqrt(n_k). F32 sums err by about sqrt(n_k) 2^-25 of
// the result's size, which is more as long as the largest magnitude is less than about 10 times the mean one
// (tst_linear measures it).
//
// As kernel_table.h, this includes nothing of ours that could be compiled for the wrong CPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headlight::cpu {

inline constexpr std::size_t kDigitTile = 16;       ///< rows, or columns, of a strip
inline constexpr std::size_t kDigitPanelWidth = 32; ///< output columns of a panel: two strips
inline constexpr std::size_t kDigitDepthStep =
    64; ///< depth of one tile; depth is padded with zeros to a multiple of it
inline constexpr std::size_t kDigitStepBytes =
    3 * kDigitTile * kDigitDepthStep; ///< a strip's three tiles of one step
/// Steps of a depth block at most: a strip's block is 36 KB and stays in the L1 cache, and a sum of 3 * 768
/// products of digits is below 2^26.
inline constexpr std::size_t kDigitBlockSteps = 12;

/// How the depth is cut into steps and these, as evenly as can be, into blocks. It depends on the depth
/// alone, and so the bits of a result do.
struct DigitDepth {
    std::size_t n_steps;
    std::size_t n_blocks;

    [[gnu::always_inline]] constexpr explicit DigitDepth(std::size_t depth)
        : n_steps(depth == 0 ? 1 : (depth + kDigitDepthStep - 1) / kDigitDepthStep)
        , n_blocks((n_steps + kDigitBlockSteps - 1) / kDigitBlockSteps) {}
    [[nodiscard, gnu::always_inline]] constexpr std::size_t firstStep(std::size_t block) const {
        return block * n_steps / n_blocks;
    }
    [[nodiscard, gnu::always_inline]] constexpr std::size_t stripBytes() const {
        return n_steps * kDigitStepBytes;
    }
    [[nodiscard, gnu::always_inline]] constexpr std::size_t stripExponents() const {
        return n_blocks * kDigitTile;
    }
};

/// Up to 16 vectors along the depth: input rows, or weight columns. They become a strip: digits
/// [n_steps][3][16][64], the highest digit first, and exponents [n_blocks][16], whole numbers.
struct DigitSource {
    const float* values; ///< [count, depth]
    std::size_t stride;
    std::size_t count;
    std::size_t padded_count; ///< at most 16: further vectors up to this become zero
    std::size_t depth;
};

/// product[n_tiles * tile_rows, 32] = left right
struct DigitProduct {
    const std::int8_t* left; ///< n_tiles strips
    const float* left_exponents;
    std::size_t n_tiles;
    std::size_t tile_rows;    ///< rows of a strip in use
    const std::int8_t* right; ///< two strips, transposed
    const float* right_exponents;
    std::size_t depth;
    float* product; ///< 64-byte aligned
};

struct DigitKernels {
    const char* name;
    void (*enter)(std::size_t tile_rows); ///< before a thread's products
    void (*leave)();                      ///< after them
    /// Numbers that are not finite become zero. Returns which vectors had one: bit i for vector i.
    std::uint32_t (*pack_strip)(const DigitSource& source, std::int8_t* digits, float* exponents);
    /// Turns a packed strip into the right-hand side of a product: four numbers along the depth side by side,
    /// [n_steps][3][16][16][4].
    void (*transpose_strip)(std::int8_t* digits, std::size_t n_steps);
    /// target[c][k] = source[k][c] for `depth` k and `count` <= 16 c; rows of target are `target_stride`
    /// apart, a multiple of 16 that is at least `depth`.
    void (*gather_columns)(const float* source, std::size_t source_stride, std::size_t depth,
                           std::size_t count, float* target, std::size_t target_stride);
    void (*multiply_panel)(const DigitProduct& product);
};

#if defined(HEADLIGHT_HAVE_DIGIT_KERNELS)
const DigitKernels&
amxDigitKernels(); ///< needs AVX-512 F, BW, DQ and VL, AMX INT8 and the system's leave to use its registers
#endif

} // namespace headlight::cpu
