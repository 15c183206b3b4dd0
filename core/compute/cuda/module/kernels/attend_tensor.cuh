// The forward pass of attention by tensor cores. Keys and values are rounded once for all blocks and lie
// dense in memory of their own; a block fetches them into shared memory while it multiplies: values during
// the products with the keys and the softmax, the next keys during those with the values.
#pragma once

#include "core/compute/cuda/module/kernels/running_softmax.cuh"
#include "core/compute/cuda/module/kernels/tensor_tile.cuh"

namespace headlight::cuda {

struct PackRowsArguments {
    Heads heads;
    std::uint32_t* rows;   ///< [n_heads, n_tokens, Shape::kWords]
    unsigned token_blocks; ///< of a head
};
constexpr int kPackRowsThreads = 256;

/// Tokens of a block.
template <class Shape>
constexpr int kPackedTokens = kPackRowsThreads * 4 / Shape::kDim;

/// Keys (or values) of all heads as the tile has them. A thread takes four neighbours.
template <class Shape>
__global__ __launch_bounds__(kPackRowsThreads) void packRows(PackRowsArguments a) {
    constexpr int kFours = Shape::kDim / 4;
    const std::size_t head = blockIdx.x / a.token_blocks;
    const std::size_t token =
        blockIdx.x % a.token_blocks * static_cast<std::size_t>(kPackedTokens<Shape>) + threadIdx.x / kFours;
    if (token >= a.heads.n_tokens)
        return;
    const int d = static_cast<int>(threadIdx.x) % kFours * 4;
    std::uint32_t* const row = a.rows + (head * a.heads.n_tokens + token) * Shape::kWords;
    Shape::putFactors(row, d, HeadRows(a.heads, head).four(token, d));
}

struct AttendPackedArguments {
    AttendArguments attend;
    const std::uint32_t* keys;   ///< [n_kv_heads, n_key, Shape::kWords]
    const std::uint32_t* values; ///< likewise
};

/// Starts fetching kColumns rows of a head from `first` on, zeros behind the last.
template <class Shape>
__device__ inline void fetchRows(const std::uint32_t* rows, std::size_t n_rows, std::size_t first,
                                 std::uint32_t* tile) {
    constexpr int kPieces = Shape::kWords / 4; // of a row, 16 bytes each
    constexpr int kSteps = Shape::kColumns * kPieces / Shape::kThreads;
    constexpr int kRowsOfStep = Shape::kThreads / kPieces;
    static_assert(kSteps * Shape::kThreads == Shape::kColumns * kPieces &&
                  kRowsOfStep * kPieces == Shape::kThreads);
    const int row = static_cast<int>(threadIdx.x) / kPieces;
    const int word = static_cast<int>(threadIdx.x) % kPieces * 4;
    const std::size_t left = n_rows - first;
    const int n_there = left < Shape::kColumns ? static_cast<int>(left) : Shape::kColumns;
    const std::uint32_t* const from = rows + first * Shape::kWords;
#pragma unroll
    for (int step = 0; step < kSteps; ++step) {
        const int at = row + step * kRowsOfStep;
        copyAside(tile + at * Shape::kStride + word, from + (at < n_there ? at : 0) * Shape::kWords + word,
                  at < n_there);
    }
    commitCopies();
}

template <class Shape>
constexpr std::size_t attendPackedSharedBytes() {
    return sizeof(std::uint32_t) * (Shape::kRows + 2 * Shape::kColumns) * Shape::kStride;
}

/// A block takes kRows queries of a head. Shared memory: queries, keys, values.
template <class Shape, bool kPlain>
__global__ __launch_bounds__(Shape::kThreads, 2) void attendPackedRows(AttendPackedArguments p) {
    const Attention& a = p.attend.attention;
    std::uint32_t* const query = sharedMemory<std::uint32_t>();
    std::uint32_t* const key = query + Shape::kRows * Shape::kStride;
    std::uint32_t* const value = key + Shape::kColumns * Shape::kStride;
    const BlockOfRows<Shape> block(p.attend);
    const std::size_t n_key = a.key.n_tokens;
    const std::uint32_t* const keys = p.keys + block.kv_head * n_key * Shape::kWords;
    const std::uint32_t* const values = p.values + block.kv_head * n_key * Shape::kWords;
    const Shape tile;
    RunningRows<Shape> rows;
    if (block.keys.begin < block.keys.end)
        fetchRows<Shape>(keys, n_key, block.keys.begin, key);
    loadRows<Shape>(a.query, block.head, block.first, Shape::kRows, a.scale, query);
    for (std::size_t first_key = block.keys.begin; first_key < block.keys.end; first_key += Shape::kColumns) {
        waitForCopies<0>();
        __syncthreads(); // keys are here, and the values of the tile before have been read
        fetchRows<Shape>(values, n_key, first_key, value);
        float scores[Shape::kThreadRows][Shape::kThreadColumns];
        tile.addProducts(query, key, scores);
        takeTile<Shape, kPlain>(a, block, first_key, tile, scores, rows);
        waitForCopies<0>();
        __syncthreads(); // values are here, and all keys have been read
        if (first_key + Shape::kColumns < block.keys.end)
            fetchRows<Shape>(keys, n_key, first_key + Shape::kColumns, key);
        tile.addValues(scores, value, rows.output);
    }
    writeRows<Shape>(p.attend, block, tile, rows);
}

} // namespace headlight::cuda
