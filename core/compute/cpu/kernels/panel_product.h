// The product every dense operation is made of: a block of packed rows times one panel of columns, in registers.
// Each element sums over the depth in order, one fused multiply-add at a time, wherever it stands in a tile:
// that is why a rebuilt score has the bits of the forward pass.
#pragma once

#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/kernels/vector.h"

namespace headlight::cpu {
namespace {

constexpr std::size_t kPanelVectors = 2;
constexpr std::size_t kPanelWidth = kPanelVectors * kLanes;
constexpr std::size_t kRowBlock = HEADLIGHT_ROW_BLOCK;
static_assert(kDepthBlock % kPanelWidth == 0);

using BlockFunction = void (*)(const float* left, const float* right, std::size_t depth, float* product,
                               std::size_t stride, bool accumulate, const float* next_right);

template <std::size_t Rows>
void multiplyBlock(const float* left, const float* right, std::size_t depth, float* product, std::size_t stride,
                   bool accumulate, const float* next_right) {
    Vec sum[Rows][kPanelVectors];
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r) {
        sum[r][0] = accumulate ? load(product + r * stride) : Vec{};
        sum[r][1] = accumulate ? load(product + r * stride + kLanes) : Vec{};
    }
#pragma GCC unroll 2
    for (std::size_t k = 0; k < depth; ++k) {
        __builtin_prefetch(next_right + k * kLanes, 0, 2);
        const Vec right0 = load(right + k * kPanelWidth);
        const Vec right1 = load(right + k * kPanelWidth + kLanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < Rows; ++r) {
            const Vec value = broadcast(left[r * kPackedRowStride + k]);
            sum[r][0] += value * right0;
            sum[r][1] += value * right1;
        }
    }
#pragma GCC unroll 16
    for (std::size_t r = 0; r < Rows; ++r) {
        store(product + r * stride, sum[r][0]);
        store(product + r * stride + kLanes, sum[r][1]);
    }
}

template <std::size_t... Rows>
struct BlockFunctions {
    static constexpr BlockFunction table[] = {multiplyBlock<Rows + 1>...};
};
template <std::size_t Count, std::size_t... Rows>
struct MakeBlocks : MakeBlocks<Count - 1, Count - 1, Rows...> {};
template <std::size_t... Rows>
struct MakeBlocks<0, Rows...> : BlockFunctions<Rows...> {};

void multiplyPanel(const PanelProduct& p) {
    const std::size_t n_blocks = (p.rows + kRowBlock - 1) / kRowBlock;
    for (std::size_t k = 0; k < p.depth; k += kDepthBlock) {
        const std::size_t depth = p.depth - k < kDepthBlock ? p.depth - k : kDepthBlock;
        const float* left = p.left + k / kDepthBlock * p.block_stride;
        // While this depth block is multiplied, the next one of the panel (or of the panel behind it) is fetched: each
        // row block asks for its share of it.
        const float* next_right = p.right + (k + depth) * kPanelWidth;
        // Rows are shared out evenly: 16 rows run as 8 + 8, not as 14 + 2.
        for (std::size_t block = 0; block < n_blocks; ++block) {
            const std::size_t first = block * p.rows / n_blocks;
            const std::size_t rows = (block + 1) * p.rows / n_blocks - first;
            MakeBlocks<kRowBlock>::table[rows - 1](left + first * kPackedRowStride, p.right + k * kPanelWidth, depth,
                                                   p.product + first * p.product_stride, p.product_stride, p.accumulate || k > 0,
                                                   next_right + block * depth * kLanes);
        }
    }
    if (p.depth == 0 && !p.accumulate)
        for (std::size_t r = 0; r < p.rows; ++r)
            for (std::size_t c = 0; c < kPanelWidth; ++c)
                p.product[r * p.product_stride + c] = 0.0f;
}

void packRows(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth, float* packed) {
    for (std::size_t k = 0; k < depth; k += kDepthBlock) {
        const std::size_t width = depth - k < kDepthBlock ? depth - k : kDepthBlock;
        for (std::size_t r = 0; r < rows; ++r)
            copyFloats(source + r * source_stride + k, packed + r * kPackedRowStride, width);
        packed += rows * kPackedRowStride;
    }
}

void packScaledRows(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth, float factor,
                    float* packed) {
    for (std::size_t k = 0; k < depth; k += kDepthBlock) {
        const std::size_t width = depth - k < kDepthBlock ? depth - k : kDepthBlock;
        for (std::size_t r = 0; r < rows; ++r)
            transform(source + r * source_stride + k, packed + r * kPackedRowStride, width,
                      [factor](Vec, Vec value) { return value * factor; });
        packed += rows * kPackedRowStride;
    }
}

/// 4 x 4 floats turned around the diagonal: four registers of any instruction set.
HEADLIGHT_INLINE void transposeBlock(const float* source, std::size_t source_stride, float* target) {
    typedef float Four __attribute__((vector_size(16), aligned(sizeof(float)), may_alias));
    typedef std::int32_t FourInt __attribute__((vector_size(16)));
    Four row[4];
    for (std::size_t i = 0; i < 4; ++i)
        row[i] = *reinterpret_cast<const Four*>(source + i * source_stride);
    const FourInt low = {0, 4, 1, 5};
    const FourInt high = {2, 6, 3, 7};
    const Four low02 = __builtin_shuffle(row[0], row[2], low);
    const Four low13 = __builtin_shuffle(row[1], row[3], low);
    const Four high02 = __builtin_shuffle(row[0], row[2], high);
    const Four high13 = __builtin_shuffle(row[1], row[3], high);
    *reinterpret_cast<Four*>(target) = __builtin_shuffle(low02, low13, low);
    *reinterpret_cast<Four*>(target + kPanelWidth) = __builtin_shuffle(low02, low13, high);
    *reinterpret_cast<Four*>(target + 2 * kPanelWidth) = __builtin_shuffle(high02, high13, low);
    *reinterpret_cast<Four*>(target + 3 * kPanelWidth) = __builtin_shuffle(high02, high13, high);
}

void packTransposed(const float* source, std::size_t source_stride, std::size_t count, std::size_t depth, float* panel) {
    const std::size_t whole_lanes = count / 4 * 4;
    const std::size_t whole_depth = depth / 4 * 4;
    for (std::size_t lane = 0; lane < whole_lanes; lane += 4)
        for (std::size_t d = 0; d < whole_depth; d += 4)
            transposeBlock(source + lane * source_stride + d, source_stride, panel + d * kPanelWidth + lane);
    for (std::size_t d = 0; d < depth; ++d) {
        float* row = panel + d * kPanelWidth;
        for (std::size_t lane = d < whole_depth ? whole_lanes : 0; lane < count; ++lane)
            row[lane] = source[lane * source_stride + d];
        for (std::size_t lane = count; lane < kPanelWidth; ++lane)
            row[lane] = 0.0f;
    }
}

} // namespace
} // namespace headlight::cpu
