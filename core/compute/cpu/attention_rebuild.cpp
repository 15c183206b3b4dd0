// Tiles of scores and weights, and pooled maps, from queries, keys and the rows' softmax statistics.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/attention_blocks.h"
#include "core/compute/cpu/cpu_buffer.h"
#include "core/compute/cpu/thread_pool.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace headlight::cpu {
namespace {

/// Maximum and 1/sum of a block's rows.
struct BlockStatistics {
    std::array<float, kMaximumBlockRows> maximum;
    std::array<float, kMaximumBlockRows> inverse_sum;
};

BlockStatistics statisticsOf(const SoftmaxRows& softmax, HeadIndex head, const QueryBlock& block) {
    BlockStatistics statistics;
    for (std::size_t r = 0; r < block.n_rows; ++r) {
        statistics.maximum[r] = rowOf(softmax.maximum, block.first_row + r)[head.value];
        statistics.inverse_sum[r] = rowOf(softmax.inverse_sum, block.first_row + r)[head.value];
    }
    return statistics;
}

/// Keys of the tile's columns, packed from the first column on, one panel behind the other.
const float* packColumns(const Engine& engine, const AttentionProblem& problem, const MapTile& tile) {
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t panel_size = keyPanelSize(engine, problem.key.head_dim);
    const std::size_t n_panels = (tile.columns.size() + width - 1) / width;
    float* keys = threadScratch(ScratchUse::PackedKeys, n_panels * panel_size);
    engine.pool.parallelFor(n_panels, [&](std::size_t panel) {
        const std::size_t first = tile.columns.begin + panel * width;
        packKeyPanel(engine, problem.key, keyHeadOf(problem, tile.head), first, std::min(width, tile.columns.end - first),
                     keys + panel * panel_size);
    });
    return keys;
}

/// Where a block's rows of the tile end up; null where they are only looked at.
struct BlockRows {
    float* first;
    std::size_t stride;
};

/// Calls finish(scores, stride, first_column, n_columns) for every panel of a block of rows. Whole panels are computed in
/// place in `target`, others in scratch. Panels no row can see are not computed: `finish` gets null scores for them.
template <class Finish>
void forPanels(const Engine& engine, const AttentionProblem& problem, const MapTile& tile, const float* keys,
               const QueryBlock& block, const BlockRows& target, const Finish& finish) {
    const std::size_t width = engine.kernels.panel_width;
    const KeyRange seen = block.visibleToAny();
    float* scratch = threadScratch(ScratchUse::Scores, scoreRows(block) * width);
    const bool has_room = target.first != nullptr && scoreRows(block) == block.n_rows;
    for (std::size_t column = 0; column < tile.columns.size(); column += width) {
        const std::size_t first_key = tile.columns.begin + column;
        const std::size_t count = std::min(width, tile.columns.size() - column);
        if (first_key >= seen.end || first_key + count <= seen.begin) {
            finish(static_cast<float*>(nullptr), std::size_t{0}, column, count);
            continue;
        }
        const bool in_place = has_room && count == width;
        float* scores = in_place ? target.first + column : scratch;
        const std::size_t stride = in_place ? target.stride : width;
        scorePanel(engine, problem, tile.head, block, keys + column / width * keyPanelSize(engine, problem.key.head_dim), first_key, scores, stride);
        finish(scores, stride, column, count);
    }
}

void checkTile([[maybe_unused]] const AttentionProblem& problem, [[maybe_unused]] const MapTile& tile) {
    assert(tile.head.value < problem.query.n_heads);
    assert(tile.rows.end <= problem.query.n_tokens && tile.columns.end <= problem.key.n_tokens);
}

/// Rows of a rebuilt block: whole register blocks, at least one block a thread.
std::size_t rebuildRows(const Engine& engine, std::size_t n_rows) {
    const std::size_t step = rowStep(engine);
    const std::size_t by_threads = (n_rows / (2 * engine.pool.size()) + step - 1) / step * step;
    return std::clamp(by_threads, step, kMaximumBlockRows / step * step);
}

/// Rebuilds a tile; `convert(block)` gives what turns a panel of scores into what is stored.
template <class Convert>
void rebuildTile(const Engine& engine, const AttentionProblem& problem, const MapTile& tile, float masked, float* out,
                 const Convert& convert) {
    checkTile(problem, tile);
    const std::size_t n_columns = tile.columns.size();
    const std::size_t n_rows = tile.rows.size();
    if (n_rows == 0 || n_columns == 0)
        return;
    const float* keys = packColumns(engine, problem, tile);
    const std::size_t step = rebuildRows(engine, n_rows);
    engine.pool.parallelFor((n_rows + step - 1) / step, [&](std::size_t i) {
        const std::size_t count = std::min(step, n_rows - i * step);
        const QueryBlock block = packQueries(engine, problem, tile.head, tile.rows.begin + i * step, count);
        float* rows = out + i * step * n_columns;
        const auto finish_panel = convert(block);
        forPanels(engine, problem, tile, keys, block, {rows, n_columns},
                  [&](float* scores, std::size_t stride, std::size_t column, std::size_t n) {
                      if (scores != nullptr)
                          finish_panel(scores, stride);
                      for (std::size_t r = 0; r < count && scores != rows + column; ++r) {
                          float* to = rows + r * n_columns + column;
                          if (scores == nullptr)
                              std::fill(to, to + n, masked);
                          else
                              std::memcpy(to, scores + r * stride, n * sizeof(float));
                      }
                  });
    });
}

/// Cells of the pooled map one task reduces: output rows [begin, end) of `shape`.
struct PooledRows {
    std::size_t begin;
    std::size_t end;
};

/// Reduces the map's rows of one output row after the other, column by column; `reduced` is [n_out_rows, padded columns].
void poolRows(const Engine& engine, const AttentionProblem& problem, const SoftmaxRows& softmax, const MapTile& tile,
              const PooledShape& shape, const float* keys, PooledRows out_rows, float* reduced, std::size_t stride) {
    const std::size_t n_rows = tile.rows.size();
    const std::size_t width = engine.kernels.panel_width;
    const auto first_row_of = [&](std::size_t out_row) { return out_row * n_rows / shape.rows; };
    const auto reduce = shape.pooling == Pooling::Maximum ? engine.kernels.maximum_rows : engine.kernels.sum_rows;
    const std::size_t end = first_row_of(out_rows.end);
    for (std::size_t row = first_row_of(out_rows.begin); row < end; row += kMaximumBlockRows) {
        const std::size_t count = std::min(kMaximumBlockRows, end - row);
        const QueryBlock block = packQueries(engine, problem, tile.head, tile.rows.begin + row, count);
        const BlockStatistics statistics = statisticsOf(softmax, tile.head, block);
        forPanels(engine, problem, tile, keys, block, {}, [&](float* scores, std::size_t, std::size_t column, std::size_t) {
            if (scores == nullptr)
                return; // masked for all: the weights are zero
            engine.kernels.weight_tile({scores, width, count, statistics.maximum.data(), statistics.inverse_sum.data()});
            for (std::size_t out_row = out_rows.begin; out_row < out_rows.end; ++out_row) {
                const std::size_t begin = std::max(row, first_row_of(out_row));
                const std::size_t stop = std::min(row + count, first_row_of(out_row + 1));
                if (begin < stop)
                    reduce(scores + (begin - row) * width, width, stop - begin,
                           reduced + (out_row - out_rows.begin) * stride + column);
            }
        });
    }
}

/// Reduces one row of column values to the cells of an output row that stands for `n_rows` rows.
void poolColumns(const Engine& engine, const float* reduced, std::size_t n_columns, std::size_t n_rows,
                 const PooledShape& shape, float* out) {
    if (shape.pooling == Pooling::Maximum) {
        engine.kernels.maximum_cells(reduced, n_columns, shape.columns, out);
        return;
    }
    engine.kernels.sum_cells(reduced, n_columns, shape.columns, out);
    for (std::size_t c = 0; c < shape.columns; ++c) {
        const std::size_t cell_columns = (c + 1) * n_columns / shape.columns - c * n_columns / shape.columns;
        out[c] /= static_cast<float>(cell_columns * n_rows);
    }
}

} // namespace

void rebuildScores(const Engine& engine, const AttentionProblem& problem, const MapTile& tile, float* out) {
    rebuildTile(engine, problem, tile, kMaskedScore, out, [](const QueryBlock&) { return [](float*, std::size_t) {}; });
}

void rebuildWeights(const Engine& engine, const AttentionProblem& problem, const SoftmaxRows& softmax,
                    const MapTile& tile, float* out) {
    rebuildTile(engine, problem, tile, 0.0f, out, [&](const QueryBlock& block) {
        return [&engine, statistics = statisticsOf(softmax, tile.head, block), rows = block.n_rows](float* scores, std::size_t stride) {
            engine.kernels.weight_tile({scores, stride, rows, statistics.maximum.data(),
                                        statistics.inverse_sum.data()});
        };
    });
}

void poolWeights(const Engine& engine, const AttentionProblem& problem, const SoftmaxRows& softmax, const MapTile& tile,
                 const PooledShape& shape, float* out) {
    checkTile(problem, tile);
    assert(shape.rows <= tile.rows.size() && shape.columns <= tile.columns.size());
    if (shape.rows == 0 || shape.columns == 0)
        return;
    const float* keys = packColumns(engine, problem, tile);
    const std::size_t width = engine.kernels.panel_width;
    const std::size_t n_rows = tile.rows.size();
    const std::size_t n_columns = tile.columns.size();
    const std::size_t stride = (n_columns + width - 1) / width * width;
    // As many output rows a task as fill one block of rows.
    const std::size_t group = std::max<std::size_t>(1, kMaximumBlockRows * shape.rows / n_rows);
    const std::size_t n_groups = (shape.rows + group - 1) / group;
    engine.pool.parallelFor(n_groups, [&](std::size_t i) {
        const PooledRows out_rows{i * shape.rows / n_groups, (i + 1) * shape.rows / n_groups};
        const std::size_t n_out = out_rows.end - out_rows.begin;
        float* reduced = threadScratch(ScratchUse::Pooled, n_out * stride);
        std::fill(reduced, reduced + n_out * stride, 0.0f);
        poolRows(engine, problem, softmax, tile, shape, keys, out_rows, reduced, stride);
        for (std::size_t r = out_rows.begin; r < out_rows.end; ++r)
            poolColumns(engine, reduced + (r - out_rows.begin) * stride, n_columns,
                        (r + 1) * n_rows / shape.rows - r * n_rows / shape.rows, shape, out + r * shape.columns);
    });
}

} // namespace headlight::cpu
