#include "core/compute/cpu/attention_blocks.h"

#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/attention_bf16.h"
#include "core/compute/cpu/cpu_buffer.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {

KeyRange QueryBlock::visibleToAny() const {
    KeyRange any = visible[0];
    for (std::size_t r = 1; r < n_rows; ++r) {
        any.begin = std::min(any.begin, visible[r].begin);
        any.end = std::max(any.end, visible[r].end);
    }
    return any;
}

QueryBlock packQueries(const Engine& engine, const AttentionProblem& problem, HeadIndex head, std::size_t first_row,
                       std::size_t n_rows) {
    assert(n_rows > 0 && n_rows <= kMaximumBlockRows);
    const HeadsView& query = problem.query;
    QueryBlock block;
    block.first_row = first_row;
    block.n_rows = n_rows;
    const float* const rows = dataOf(query) + first_row * query.token_stride + head.value * query.head_stride;
    if (engine.bf16 != nullptr) {
        packQueryStrips(*engine.bf16, query, rows, problem.scale, block);
    } else {
        float* packed = threadScratch(ScratchUse::PackedRows, packedRowsSize(n_rows, query.head_dim));
        engine.kernels.pack_scaled_rows(rows, query.token_stride, n_rows, query.head_dim, problem.scale, packed);
        block.packed = packed;
    }
    for (std::size_t r = 0; r < n_rows; ++r) {
        const TokenRange visible = problem.mask.visible(first_row + r, problem.key.n_tokens);
        block.visible[r] = {visible.begin, visible.end};
    }
    return block;
}

std::size_t keyHeadOf(const AttentionProblem& problem, HeadIndex head) {
    return head.value / (problem.query.n_heads / problem.key.n_heads);
}

std::size_t rowStep(const Engine& engine) { return engine.bf16 != nullptr ? kBf16Tile : engine.kernels.row_block; }

std::size_t scoreRows(const QueryBlock& block) {
    return block.strip_rows > 0 ? roundUp(block.n_rows, block.strip_rows) : block.n_rows;
}

std::size_t keyPanelSize(const Engine& engine, std::size_t head_dim) {
    return engine.bf16 != nullptr ? bf16KeyPanelSize(head_dim) : head_dim * engine.kernels.panel_width;
}

void packKeyPanel(const Engine& engine, const HeadsView& key, std::size_t kv_head, std::size_t first, std::size_t count,
                  float* panel) {
    const float* const rows = dataOf(key) + first * key.token_stride + kv_head * key.head_stride;
    if (engine.bf16 != nullptr)
        engine.bf16->attention.pack_keys(
            {.values = rows, .stride = key.token_stride, .count = count, .padded_count = kBf16PanelWidth, .depth = key.head_dim},
            reinterpret_cast<std::uint16_t*>(panel));
    else
        engine.kernels.pack_transposed(rows, key.token_stride, count, key.head_dim, panel);
}

void scorePanel(const Engine& engine, const AttentionProblem& problem, HeadIndex head, const QueryBlock& block,
                const float* key_panel, std::size_t first_key, float* scores, std::size_t score_stride) {
    const MatrixView& table = problem.bias.table;
    const auto position = static_cast<std::ptrdiff_t>(problem.bias.by_key ? 0 : problem.mask.query_offset + block.first_row);
    if (engine.bf16 != nullptr)
        multiplyQueries(*engine.bf16, block, problem.query.head_dim, key_panel, scores, score_stride);
    const auto finish = engine.bf16 != nullptr ? engine.kernels.finish_scores : engine.kernels.score_tile;
    finish({
        .query = block.packed,
        .block_stride = block.n_rows * kPackedRowStride,
        .rows = block.n_rows,
        .head_dim = problem.query.head_dim,
        .key_panel = key_panel,
        .first_key = first_key,
        .softcap = problem.softcap,
        .bias = table.empty() ? nullptr : rowOf(table, head.value),
        .n_distances = static_cast<std::ptrdiff_t>(table.columns),
        .first_distance = static_cast<std::ptrdiff_t>(first_key) - position - problem.bias.min_distance,
        .row_step = problem.bias.by_key ? 0 : 1,
        .visible = block.visible.data(),
        .scores = scores,
        .score_stride = score_stride,
    });
}

} // namespace headlight::cpu
