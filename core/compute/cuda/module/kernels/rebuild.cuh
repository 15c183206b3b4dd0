// Tiles of scores and weights, and pooled maps, from queries, keys and the rows' softmax statistics.
#pragma once

#include "core/compute/cuda/module/kernels/tensor_tile.cuh"

namespace headlight::cuda {

struct RebuildArguments {
    Attention attention;
    SoftmaxStatistics statistics; ///< of weights
    Tile tile;
    float* out; ///< dense [tile.n_rows, tile.n_columns]
    unsigned column_blocks;
};

template <Number kNumber>
__device__ inline float weightOf(const SoftmaxStatistics& statistics, std::size_t head, std::size_t row,
                                 float score) {
    return softmaxTerm<kNumber>(score, statistics.maximum.data[row * statistics.maximum.row_stride + head]) *
           statistics.inverse_sum.data[row * statistics.inverse_sum.row_stride + head];
}

/// A block takes kRows x kColumns cells of the map. Shared memory: queries, keys.
template <class Shape, bool kWeights>
__global__ __launch_bounds__(Shape::kThreads) void rebuildTile(RebuildArguments a) {
    using Element = typename Shape::Element;
    Element* const query = sharedMemory<Element>();
    Element* const key = query + Shape::kRows * Shape::kStride;
    const std::size_t head = a.tile.head;
    const std::size_t row0 = blockIdx.x / a.column_blocks * static_cast<std::size_t>(Shape::kRows);
    const std::size_t column0 = blockIdx.x % a.column_blocks * static_cast<std::size_t>(Shape::kColumns);
    const std::size_t end_row = row0 + Shape::kRows < a.tile.n_rows ? row0 + Shape::kRows : a.tile.n_rows;
    const std::size_t first_key = a.tile.first_column + column0;
    const KeyRange any = visibleToAny(a.attention, a.tile.first_row + row0, a.tile.first_row + end_row - 1);
    const bool seen =
        first_key < any.end && first_key + Shape::kColumns > any.begin; // the same for all threads
    const Shape tile;
    float scores[Shape::kThreadRows][Shape::kThreadColumns];
    if (seen) {
        loadRows<Shape>(a.attention.query, head, a.tile.first_row + row0, Shape::kRows, a.attention.scale,
                        query);
        loadRows<Shape>(a.attention.key, keyHeadOf(a.attention, head), first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        tile.addProducts(query, key, scores);
    }
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const std::size_t row = row0 + static_cast<std::size_t>(tile.row(m));
        if (row >= a.tile.n_rows)
            continue;
        const std::size_t token = a.tile.first_row + row;
        const RowFinish finish =
            finishOf(a.attention, head, token, visibleKeys(a.attention, token), first_key, Shape::kColumns);
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            const std::size_t column = column0 + static_cast<std::size_t>(tile.column(n));
            if (column >= a.tile.n_columns)
                continue;
            float value = kWeights ? 0.0f : minusInfinity();
            if (seen) {
                value = finish(tile.column(n), scores[m][n]);
                if (kWeights)
                    value = weightOf<Shape::kNumber>(a.statistics, head, token, value);
            }
            a.out[row * a.tile.n_columns + column] = value;
        }
    }
}

/// Pooling goes in two steps: rows first, into `reduced`, then columns. Memory grows with the cells asked for
/// and the keys, never with the map. Output row r covers the tile's rows [r * n_rows / rows, (r + 1) * n_rows
/// / rows).
struct PoolArguments {
    Attention attention;
    SoftmaxStatistics statistics;
    Tile tile;
    PooledMap map;
    std::size_t first_out_row; ///< of this call
    std::size_t n_out_rows;
    std::size_t group; ///< output rows a block takes, at most kRows of its shape
    float* reduced;    ///< [n_out_rows, tile.n_columns]
    float* out;        ///< [n_out_rows, map.columns]
    unsigned column_blocks;
};

__device__ inline std::size_t firstOf(std::size_t cell, std::size_t n, std::size_t n_cells) {
    return cell * n / n_cells;
}

/// Writes the weights of rows [row, row + kRows) of the tile to shared memory, [kRows][kWeightStride].
template <class Shape>
__device__ inline void weightsToShared(const PoolArguments& a, std::size_t row, std::size_t end_row,
                                       std::size_t first_key, const Shape& tile,
                                       const typename Shape::Element* query,
                                       const typename Shape::Element* key, float* weights) {
    float scores[Shape::kThreadRows][Shape::kThreadColumns];
    tile.addProducts(query, key, scores);
#pragma unroll
    for (int m = 0; m < Shape::kThreadRows; ++m) {
        const int local = tile.row(m);
        const std::size_t token = a.tile.first_row + row + static_cast<std::size_t>(local);
        const bool inside = row + static_cast<std::size_t>(local) < end_row;
        const KeyRange visible = inside ? visibleKeys(a.attention, token) : KeyRange{0, 0};
        const RowFinish finish =
            finishOf(a.attention, a.tile.head, token, visible, first_key, Shape::kColumns);
#pragma unroll
        for (int n = 0; n < Shape::kThreadColumns; ++n) {
            const int column = tile.column(n);
            const float score = finish(column, scores[m][n]);
            weights[local * Shape::kWeightStride + column] =
                inside ? weightOf<Shape::kNumber>(a.statistics, a.tile.head, token, score) : 0.0f;
        }
    }
}

/// A block takes `group` output rows and kColumns columns. Shared memory: queries, keys, weights, results
/// [group][kColumns].
template <class Shape>
__global__ __launch_bounds__(Shape::kThreads) void poolRows(PoolArguments a) {
    using Element = typename Shape::Element;
    constexpr int kHelpers =
        Shape::kThreads / Shape::kColumns; // threads that share a column, output rows in turn
    Element* const query = sharedMemory<Element>();
    Element* const key = query + Shape::kRows * Shape::kStride;
    float* const weights = reinterpret_cast<float*>(key + Shape::kColumns * Shape::kStride);
    float* const results = weights + Shape::kRows * Shape::kWeightStride;
    const std::size_t first_out = a.first_out_row + blockIdx.x / a.column_blocks * a.group;
    const std::size_t last_out = a.first_out_row + a.n_out_rows;
    const std::size_t end_out = first_out + a.group < last_out ? first_out + a.group : last_out;
    const std::size_t column0 = blockIdx.x % a.column_blocks * static_cast<std::size_t>(Shape::kColumns);
    const std::size_t first_key = a.tile.first_column + column0;
    const int column = static_cast<int>(threadIdx.x) % Shape::kColumns;
    const std::size_t helper = threadIdx.x / Shape::kColumns;
    const Shape tile;
    for (std::size_t out = first_out + helper; out < end_out; out += kHelpers)
        results[(out - first_out) * Shape::kColumns + static_cast<std::size_t>(column)] = 0.0f;
    loadRows<Shape>(a.attention.key, keyHeadOf(a.attention, a.tile.head), first_key, Shape::kColumns, 1.0f,
                    key);
    const std::size_t end_row = firstOf(end_out, a.tile.n_rows, a.map.rows);
    for (std::size_t row = firstOf(first_out, a.tile.n_rows, a.map.rows); row < end_row;
         row += Shape::kRows) {
        const std::size_t stop = row + Shape::kRows < end_row ? row + Shape::kRows : end_row;
        const KeyRange any = visibleToAny(a.attention, a.tile.first_row + row, a.tile.first_row + stop - 1);
        if (first_key >= any.end || first_key + Shape::kColumns <= any.begin)
            continue;    // masked for all: the weights are zero
        __syncthreads(); // the tile before has been read
        loadRows<Shape>(a.attention.query, a.tile.head, a.tile.first_row + row, Shape::kRows,
                        a.attention.scale, query);
        __syncthreads();
        weightsToShared<Shape>(a, row, end_row, first_key, tile, query, key, weights);
        __syncthreads();
        for (std::size_t out = first_out + helper; out < end_out; out += kHelpers) {
            const std::size_t begin = firstOf(out, a.tile.n_rows, a.map.rows);
            const std::size_t end = firstOf(out + 1, a.tile.n_rows, a.map.rows);
            float& result = results[(out - first_out) * Shape::kColumns + static_cast<std::size_t>(column)];
            float value = result;
            for (std::size_t i = begin > row ? begin : row; i < end && i < stop; ++i) {
                const float weight =
                    weights[(i - row) * Shape::kWeightStride + static_cast<std::size_t>(column)];
                value = a.map.mean != 0 ? value + weight : fmaxf(value, weight);
            }
            result = value;
        }
    }
    // Every thread reads back only what it wrote itself.
    if (column0 + static_cast<std::size_t>(column) < a.tile.n_columns)
        for (std::size_t out = first_out + helper; out < end_out; out += kHelpers)
            a.reduced[(out - a.first_out_row) * a.tile.n_columns + column0 +
                      static_cast<std::size_t>(column)] =
                results[(out - first_out) * Shape::kColumns + static_cast<std::size_t>(column)];
}

/// A thread takes a cell of the output.
static __global__ void poolColumns(PoolArguments a) {
    const std::size_t index = static_cast<std::size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (index >= a.n_out_rows * a.map.columns)
        return;
    const std::size_t row = index / a.map.columns;
    const std::size_t cell = index % a.map.columns;
    const std::size_t begin = firstOf(cell, a.tile.n_columns, a.map.columns);
    const std::size_t end = firstOf(cell + 1, a.tile.n_columns, a.map.columns);
    const float* const reduced = a.reduced + row * a.tile.n_columns;
    float value = reduced[begin];
    for (std::size_t i = begin + 1; i < end; ++i)
        value = a.map.mean != 0 ? value + reduced[i] : fmaxf(value, reduced[i]);
    if (a.map.mean != 0) {
        const std::size_t out_row = a.first_out_row + row;
        const std::size_t n_rows =
            firstOf(out_row + 1, a.tile.n_rows, a.map.rows) - firstOf(out_row, a.tile.n_rows, a.map.rows);
        value /= static_cast<float>((end - begin) * n_rows);
    }
    a.out[index] = value;
}

} // namespace headlight::cuda
