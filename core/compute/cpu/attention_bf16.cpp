#include "core/compute/cpu/attention_bf16.h"

#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/cpu_buffer.h"
#include "core/compute/cpu/row_strips.h"

#include <algorithm>

namespace headlight::cpu {
namespace {

/// Floats that hold `n` BF16 numbers.
constexpr std::size_t floatsFor(std::size_t n) {
    return (n + 1) / 2;
}

} // namespace

void packQueryStrips(const Bf16Kernels& bf16, const HeadsView& query, const float* rows, float scale,
                     QueryBlock& block) {
    const RowStrips strips(0, block.n_rows);
    const std::size_t strip_size = kBf16SplitParts * roundUp(query.head_dim, kBf16DepthStep) * kBf16Tile;
    float* const packed = threadScratch(ScratchUse::PackedRows, floatsFor(strips.count() * strip_size));
    for (std::size_t strip = 0; strip < strips.count(); ++strip)
        bf16.attention.pack_queries({.values = rows + strip * strips.strip_rows * query.token_stride,
                                     .stride = query.token_stride,
                                     .count = strips.rowsOf(strip),
                                     .padded_count = strips.strip_rows,
                                     .depth = query.head_dim,
                                     .factor = scale},
                                    reinterpret_cast<std::uint16_t*>(packed) + strip * strip_size);
    block.strip_rows = strips.strip_rows;
    block.packed = packed;
}

void packValuePanel(const Bf16Kernels& bf16, const HeadsView& value, std::size_t kv_head, std::size_t first,
                    float* panel) {
    const float* const source = dataOf(value) + kv_head * value.head_stride + first;
    auto* step = reinterpret_cast<std::uint16_t*>(panel);
    for (std::size_t key = 0; key < value.n_tokens; key += kBf16DepthStep, step += kBf16PanelStep)
        bf16.attention.pack_values({.values = source + key * value.token_stride,
                                    .stride = value.token_stride,
                                    .count = std::min(kBf16DepthStep, value.n_tokens - key),
                                    .padded_count = kBf16DepthStep,
                                    .depth = std::min(kBf16PanelWidth, value.head_dim - first)},
                                   step);
}

void multiplyQueries(const Bf16Kernels& bf16, const QueryBlock& block, std::size_t head_dim,
                     const float* key_panel, float* scores, std::size_t score_stride) {
    const std::size_t depth = kBf16SplitParts * roundUp(head_dim, kBf16DepthStep);
    bf16.enter(block.strip_rows);
    bf16.multiply_panel({.left = reinterpret_cast<const std::uint16_t*>(block.packed),
                         .left_stride = depth * kBf16Tile,
                         .n_tiles = divideUp(block.n_rows, block.strip_rows),
                         .tile_rows = block.strip_rows,
                         .depth = depth,
                         .right = reinterpret_cast<const std::uint16_t*>(key_panel),
                         .product = scores,
                         .product_stride = score_stride});
    bf16.leave();
}

Bf16Scores::Bf16Scores(const QueryBlock& block, std::size_t first, std::size_t n)
    : first_panel(first)
    , n_panels(n)
    , panel_stride((scoreRows(block) | 1) * kBf16PanelWidth)
    , // an odd number of rows: panels fall into different cache sets
    scores(threadScratch(ScratchUse::Scores, n_panels * panel_stride)) {}

BlockSoftmax softmaxAndSum(const Engine& engine, const QueryBlock& block, const Bf16Scores& scores,
                           const HeadsView& value, const float* values, float* output,
                           std::size_t output_stride) {
    const std::size_t n_strips = divideUp(block.n_rows, block.strip_rows);
    const std::size_t strip_size = scores.n_panels * kBf16StripStep;
    auto* const strips = reinterpret_cast<std::uint16_t*>(
        threadScratch(ScratchUse::Weights, floatsFor(n_strips * strip_size)));
    BlockSoftmax softmax;
    engine.bf16->attention.softmax({.scores = scores.scores,
                                    .panel_stride = scores.panel_stride,
                                    .n_panels = scores.n_panels,
                                    .rows = block.n_rows,
                                    .strip_rows = block.strip_rows,
                                    .maximum = softmax.maximum.data(),
                                    .inverse_sum = softmax.inverse_sum.data(),
                                    .strips = strips});
    float* const tile = threadScratch(ScratchUse::ProductTile, scoreRows(block) * kBf16PanelWidth);
    engine.bf16->enter(block.strip_rows);
    for (std::size_t first = 0; first < value.head_dim; first += kBf16PanelWidth) {
        const float* const panel = values + first / kBf16PanelWidth * bf16ValuePanelSize(value.n_tokens);
        engine.bf16->multiply_panel(
            {.left = strips,
             .left_stride = strip_size,
             .n_tiles = n_strips,
             .tile_rows = block.strip_rows,
             .depth = scores.n_panels * kBf16DepthStep,
             .right = reinterpret_cast<const std::uint16_t*>(panel) + scores.first_panel * kBf16PanelStep,
             .product = tile});
        for (std::size_t r = 0; r < block.n_rows; ++r)
            engine.kernels.scale(tile + r * kBf16PanelWidth, softmax.inverse_sum[r],
                                 output + r * output_stride + first,
                                 std::min(kBf16PanelWidth, value.head_dim - first));
    }
    engine.bf16->leave();
    return softmax;
}

} // namespace headlight::cpu
