// A trace of random queries and keys, and its weights in double precision for comparisons.
#pragma once

#include "core/compute/backend.h"
#include "core/maps/map_source.h"
#include "core/trace/trace.h"

#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace headlight::test {

using Grid = std::vector<std::vector<double>>; // [n_rows][n_columns]

struct RandomTrace {
    std::size_t n_queries = 7;
    std::size_t n_keys = 7;
    std::size_t n_layers = 2;
    std::size_t n_heads = 3;
    AttentionMask mask = {};
    unsigned seed = 1;
    float spread = 1.5f; ///< how far from each other scores lie
};

inline std::shared_ptr<const Trace> makeTrace(const RandomTrace& made) {
    constexpr std::size_t head_dim = 4;
    const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    std::mt19937 random(made.seed);
    std::normal_distribution<float> normal(0.0f, made.spread);
    const auto heads = [&](std::size_t n_tokens) {
        const std::size_t width = made.n_heads * head_dim;
        std::vector<float> values(n_tokens * width);
        for (float& value : values)
            value = normal(random);
        const BufferPtr buffer = backend->allocate(values.size()).value();
        backend->upload(values, {buffer, 0, n_tokens, width, width});
        return HeadsView{buffer, 0, n_tokens, made.n_heads, head_dim, width, head_dim};
    };
    const auto matrix = [&](std::size_t rows, std::size_t columns) {
        return MatrixView{backend->allocate(rows * columns).value(), 0, rows, columns, columns};
    };
    StackRecord stack;
    for (std::size_t layer = 0; layer < made.n_layers; ++layer) {
        AttentionRecord record;
        record.problem = {.query = heads(made.n_queries),
                          .key = heads(made.n_keys),
                          .value = {},
                          .scale = 0.5f,
                          .softcap = 0.0f,
                          .mask = made.mask,
                          .bias = {}};
        record.problem.value = record.problem.key;
        record.softmax = {matrix(made.n_queries, made.n_heads), matrix(made.n_queries, made.n_heads)};
        backend->attention(record.problem, matrix(made.n_queries, made.n_heads * head_dim), record.softmax);
        stack.cross.push_back(record);
    }
    stack.embedding = stack.final_hidden = matrix(made.n_queries, 1);
    return std::make_shared<const Trace>(backend, std::nullopt, stack);
}

inline HeadAddress cross(std::size_t layer, std::size_t head) {
    return {AttentionKind::Cross, LayerIndex(layer), HeadIndex(head)};
}

inline Grid gridOf(const Tensor& tensor) {
    Grid grid(tensor.dimension(0));
    for (std::size_t r = 0; r < grid.size(); ++r)
        grid[r].assign(tensor.row(r).begin(), tensor.row(r).end());
    return grid;
}
inline Grid weightsOf(const Trace& trace, const HeadAddress& head) {
    return gridOf(trace.weights(head));
}
inline Grid gridOf(const MapSource& source) {
    return gridOf(source.tile({0, source.nRows()}, {0, source.nColumns()}));
}

/// The largest difference; infinite where shapes differ or only one of the two is NaN.
inline double distance(const Grid& a, const Grid& b) {
    double largest = a.size() == b.size() ? 0.0 : INFINITY;
    for (std::size_t r = 0; r < std::min(a.size(), b.size()); ++r) {
        if (a[r].size() != b[r].size())
            return INFINITY;
        for (std::size_t c = 0; c < a[r].size(); ++c) {
            if (std::isnan(a[r][c]) != std::isnan(b[r][c]))
                return INFINITY;
            if (!std::isnan(a[r][c]))
                largest = std::max(largest, std::abs(a[r][c] - b[r][c]));
        }
    }
    return largest;
}

/// Cells as MapSource::pooled describes them, one by one.
inline Grid pooledGrid(const Grid& grid, const MapSource& source, TokenRange rows, TokenRange columns,
                       std::size_t out_rows, std::size_t out_columns, Pooling pooling) {
    const auto part = [](TokenRange range, std::size_t i, std::size_t n) {
        return TokenRange{range.begin + i * range.size() / n, range.begin + (i + 1) * range.size() / n};
    };
    const auto wanted = [](const MapAxis& axis, TokenRange range) {
        AxisMark best = AxisMark::Gap;
        for (std::size_t i = range.begin; i < range.end; ++i)
            best = std::min(best, axis.mark(i));
        return best;
    };
    Grid out(out_rows, std::vector<double>(out_columns));
    for (std::size_t r = 0; r < out_rows; ++r)
        for (std::size_t c = 0; c < out_columns; ++c) {
            const TokenRange y = part(rows, r, out_rows), x = part(columns, c, out_columns);
            const AxisMark row_mark = wanted(source.rows(), y), column_mark = wanted(source.columns(), x);
            double farthest = 0.0, sum = 0.0;
            std::size_t n = 0;
            for (std::size_t i = y.begin; i < y.end; ++i)
                for (std::size_t j = x.begin; j < x.end; ++j) {
                    if (source.rows().mark(i) != row_mark || source.columns().mark(j) != column_mark ||
                        std::isnan(grid[i][j]))
                        continue;
                    ++n;
                    sum += grid[i][j];
                    farthest = std::abs(grid[i][j]) > std::abs(farthest) ? grid[i][j] : farthest;
                }
            out[r][c] = n == 0 ? std::nan("") : pooling == Pooling::Mean ? sum / double(n) : farthest;
        }
    return out;
}

} // namespace headlight::test
