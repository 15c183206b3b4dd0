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
                                                   p.product + first * p.product_stride, p.product_stride, k > 0,
                                                   next_right + block * depth * kLanes);
        }
    }
    if (p.depth == 0)
        for (std::size_t r = 0; r < p.rows; ++r)
            for (std::size_t c = 0; c < kPanelWidth; ++c)
                p.product[r * p.product_stride + c] = 0.0f;
}

void packRows(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth, float* packed) {
    for (std::size_t k = 0; k < depth; k += kDepthBlock) {
        const std::size_t width = depth - k < kDepthBlock ? depth - k : kDepthBlock;
        for (std::size_t r = 0; r < rows; ++r)
            __builtin_memcpy(packed + r * kPackedRowStride, source + r * source_stride + k, width * sizeof(float));
        packed += rows * kPackedRowStride;
    }
}

void packTransposed(const float* source, std::size_t source_stride, std::size_t count, std::size_t depth, float* panel) {
    for (std::size_t d = 0; d < depth; ++d) {
        float* row = panel + d * kPanelWidth;
        for (std::size_t lane = 0; lane < count; ++lane)
            row[lane] = source[lane * source_stride + d];
        for (std::size_t lane = count; lane < kPanelWidth; ++lane)
            row[lane] = 0.0f;
    }
}

void finishLinear(const LinearTile& t) {
    for (std::size_t r = 0; r < t.rows; ++r) {
        float* row = t.tile + r * t.tile_stride;
        float* output = t.output + r * t.output_stride;
        if (t.bias != nullptr)
            for (std::size_t v = 0; v < kPanelWidth; v += kLanes)
                store(row + v, load(row + v) + load(t.bias + v));
        if (t.activate != nullptr)
            t.activate(row, kPanelWidth);
        if (t.accumulate)
            transform(row, output, t.columns, [](Vec old, Vec value) { return old + value; });
        else
            __builtin_memcpy(output, row, t.columns * sizeof(float));
    }
}

} // namespace
} // namespace headlight::cpu
