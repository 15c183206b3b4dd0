// The forward pass of attention. For each block of query rows the scores of all visible keys are held at once
// (a few hundred kilobytes, in the L2 cache), so the softmax is exact and the weights are the very numbers that
// attentionWeights rebuilds: no running maximum, no rescaling.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/attention_bf16.h"
#include "core/compute/cpu/attention_blocks.h"
#include "core/compute/cpu/cpu_buffer.h"
#include "core/compute/cpu/thread_pool.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace headlight::cpu {
namespace {

/// Floats of scores a thread holds at once.
constexpr std::size_t kScoreBudget = std::size_t{160} << 10;

/// Keys and values of all key/value heads, packed once for all row blocks.
struct PackedKeysAndValues {
    const float* keys = nullptr;   // [n_kv_heads][n_key_panels][key_panel_size]
    const float* values = nullptr; // [n_kv_heads][n_value_panels][value_panel_size]
    std::size_t n_key_panels = 0;
    std::size_t n_value_panels = 0;
    std::size_t key_panel_size = 0;
    std::size_t value_panel_size = 0; // [n_keys][panel_width], or what BF16 products take

    [[nodiscard]] const float* keyPanel(std::size_t kv_head, std::size_t panel) const {
        return keys + (kv_head * n_key_panels + panel) * key_panel_size;
    }
    [[nodiscard]] const float* valuePanel(std::size_t kv_head, std::size_t panel) const {
        return values + (kv_head * n_value_panels + panel) * value_panel_size;
    }
};

void packValues(const Engine& engine, const HeadsView& value, std::size_t kv_head, std::size_t panel, float* packed) {
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t first = panel * width;
    if (engine.bf16 != nullptr)
        return packValuePanel(*engine.bf16, value, kv_head, first, packed);
    const std::size_t count = std::min(width, value.head_dim - first);
    const float* source = dataOf(value) + kv_head * value.head_stride + first;
    for (std::size_t j = 0; j < value.n_tokens; ++j) {
        float* row = packed + j * width;
        std::memcpy(row, source + j * value.token_stride, count * sizeof(float));
        std::fill(row + count, row + width, 0.0f);
    }
}

PackedKeysAndValues packAll(const Engine& engine, const AttentionProblem& problem) {
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t n_keys = problem.key.n_tokens;
    const std::size_t n_kv_heads = problem.key.n_heads;
    PackedKeysAndValues packed;
    packed.n_key_panels = (n_keys + width - 1) / width;
    packed.n_value_panels = (problem.value.head_dim + width - 1) / width;
    packed.key_panel_size = keyPanelSize(engine, problem.key.head_dim);
    packed.value_panel_size = engine.bf16 != nullptr ? bf16ValuePanelSize(n_keys) : n_keys * width;
    float* keys = threadScratch(ScratchUse::PackedKeys, n_kv_heads * packed.n_key_panels * packed.key_panel_size);
    float* values = threadScratch(ScratchUse::PackedValues, n_kv_heads * packed.n_value_panels * packed.value_panel_size);
    packed.keys = keys;
    packed.values = values;
    engine.pool.parallelFor(n_kv_heads, [&](std::size_t kv_head) {
        for (std::size_t panel = 0; panel < packed.n_key_panels; ++panel)
            packKeyPanel(engine, problem.key, kv_head, panel * width, std::min(width, n_keys - panel * width),
                         keys + (kv_head * packed.n_key_panels + panel) * packed.key_panel_size);
        for (std::size_t panel = 0; panel < packed.n_value_panels; ++panel)
            packValues(engine, problem.value, kv_head, panel,
                       values + (kv_head * packed.n_value_panels + panel) * packed.value_panel_size);
    });
    return packed;
}

/// Weighted sums of the values for a block: output rows of one head.
void sumValues(const Engine& engine, const AttentionProblem& problem, const PackedKeysAndValues& packed,
               HeadIndex head, const QueryBlock& block, const float* weights, KeyRange keys, const MatrixView& output) {
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t head_dim = problem.value.head_dim;
    const std::size_t kv_head = keyHeadOf(problem, head);
    float* tile = threadScratch(ScratchUse::ProductTile, block.n_rows * width);
    for (std::size_t panel = 0; panel < packed.n_value_panels; ++panel) {
        engine.kernels.multiply_panel({.left = weights,
                                       .block_stride = block.n_rows * kPackedRowStride,
                                       .rows = block.n_rows,
                                       .depth = keys.end > keys.begin ? keys.end - keys.begin : 0,
                                       .right = packed.valuePanel(kv_head, panel) + keys.begin * width,
                                       .product = tile,
                                       .product_stride = width});
        engine.kernels.finish_linear[0]({.tile = tile,
                                      .tile_stride = width,
                                      .rows = block.n_rows,
                                      .columns = std::min(width, head_dim - panel * width),
                                      .bias = nullptr,
                                      .output = rowOf(output, block.first_row) + head.value * head_dim + panel * width,
                                      .output_stride = output.row_stride,
                                      .accumulate = false});
    }
}

/// Softmax of a block's finished scores in F32, and the weighted sums.
BlockSoftmax attendF32(const Engine& engine, const AttentionProblem& problem, const PackedKeysAndValues& packed, HeadIndex head,
                       const QueryBlock& block, KeyRange keys, const MatrixView& output) {
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t block_stride = block.n_rows * kPackedRowStride;
    float* scores = threadScratch(ScratchUse::Scores, packedRowsSize(block.n_rows, keys.end - keys.begin));
    for (std::size_t first_key = keys.begin; first_key < keys.end; first_key += width) {
        const std::size_t column = first_key - keys.begin;
        scorePanel(engine, problem, head, block, packed.keyPanel(keyHeadOf(problem, head), first_key / width), first_key,
                   scores + column / kDepthBlock * block_stride + column % kDepthBlock, kPackedRowStride);
    }
    BlockSoftmax softmax;
    engine.kernels.softmax({scores, block_stride, block.n_rows, keys.end - keys.begin, softmax.maximum.data(), softmax.inverse_sum.data()});
    keys.end = std::min(keys.end, block.visibleToAny().end);
    sumValues(engine, problem, packed, head, block, scores, keys, output);
    return softmax;
}

/// The same with BF16 factors.
BlockSoftmax attendBf16(const Engine& engine, const AttentionProblem& problem, const PackedKeysAndValues& packed, HeadIndex head,
                        const QueryBlock& block, KeyRange keys, const MatrixView& output) {
    const std::size_t first_panel = keys.begin / kBf16PanelWidth;
    const std::size_t kv_head = keyHeadOf(problem, head);
    const Bf16Scores scores(block, first_panel, (keys.end - keys.begin) / kBf16PanelWidth);
    for (std::size_t i = 0; i < scores.n_panels; ++i)
        scorePanel(engine, problem, head, block, packed.keyPanel(kv_head, first_panel + i), (first_panel + i) * kBf16PanelWidth,
                   scores.panel(i), kBf16PanelWidth);
    return softmaxAndSum(engine, block, scores, problem.value, packed.valuePanel(kv_head, 0),
                         rowOf(output, block.first_row) + head.value * problem.value.head_dim, output.row_stride);
}

void runBlock(const Engine& engine, const AttentionProblem& problem, const PackedKeysAndValues& packed, HeadIndex head,
              TokenRange rows, const MatrixView& output, const SoftmaxRows& softmax) {
    const std::size_t width = engine.kernels.panel_width;
    const QueryBlock block = packQueries(engine, problem, head, rows.begin, rows.size());
    const KeyRange seen = block.visibleToAny();
    const KeyRange keys{seen.begin / width * width, (seen.end + width - 1) / width * width}; // whole panels
    const auto attend = engine.bf16 != nullptr ? attendBf16 : attendF32;
    const BlockSoftmax left = attend(engine, problem, packed, head, block, keys, output);
    for (std::size_t r = 0; r < block.n_rows; ++r) {
        rowOf(softmax.maximum, rows.begin + r)[head.value] = left.maximum[r];
        rowOf(softmax.inverse_sum, rows.begin + r)[head.value] = left.inverse_sum[r];
    }
}

/// Rows of a block: their scores fit the budget, and there are enough blocks for all threads.
std::size_t blockRows(const Engine& engine, const AttentionProblem& problem) {
    const std::size_t step = rowStep(engine);
    const std::size_t most = kMaximumBlockRows / step * step;
    const std::size_t by_cache = kScoreBudget / std::max<std::size_t>(1, problem.key.n_tokens) / step * step;
    const std::size_t work = problem.query.n_tokens * problem.query.n_heads;
    const std::size_t by_threads = (work / (4 * engine.pool.size()) + step - 1) / step * step;
    return std::clamp(std::min(by_cache, by_threads), step, most);
}

} // namespace

void runAttention(const Engine& engine, const AttentionProblem& problem, const MatrixView& output, const SoftmaxRows& softmax) {
    const std::size_t n_query = problem.query.n_tokens;
    const std::size_t n_heads = problem.query.n_heads;
    if (n_query == 0)
        return;
    assert(problem.key.n_tokens == problem.value.n_tokens && problem.key.n_heads == problem.value.n_heads);
    assert(problem.query.head_dim == problem.key.head_dim && n_heads % problem.key.n_heads == 0);
    assert(output.rows == n_query && output.columns == n_heads * problem.value.head_dim);
    const PackedKeysAndValues packed = packAll(engine, problem);
    const std::size_t n_blocks = (n_query + blockRows(engine, problem) - 1) / blockRows(engine, problem);
    engine.pool.parallelFor(n_heads * n_blocks, [&](std::size_t task) {
        // Within a head the longest rows of a causal map first: short ones fill the gaps at the end.
        const std::size_t i = n_blocks - 1 - task % n_blocks;
        const TokenRange rows{i * n_query / n_blocks, (i + 1) * n_query / n_blocks};
        runBlock(engine, problem, packed, HeadIndex(task / n_blocks), rows, output, softmax);
    });
}

} // namespace headlight::cpu
