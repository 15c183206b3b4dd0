// The forward pass of attention in F32, block by block, on the ordinary cores.
#pragma once

#include "core/compute/cuda/module/kernels/attention_tile.cuh"
#include "core/compute/cuda/module/kernels/running_softmax.cuh"

namespace headlight::cuda {

template <class Shape>
constexpr std::size_t attendSharedBytes() {
    return sizeof(float) * (Shape::kRows * Shape::kStride + Shape::kColumns * Shape::kStride +
                            Shape::kRows * Shape::kWeightStride);
}

/// A block takes kRows queries of a head. Shared memory: queries, keys (then values), weights. Two blocks of
/// a processor take turns: one multiplies while the other loads.
template <class Shape, bool kPlain>
__global__ __launch_bounds__(Shape::kThreads, 2) void attendRows(AttendArguments a) {
    float* const query = sharedMemory<float>();
    float* const key = query + Shape::kRows * Shape::kStride;
    float* const weights = key + Shape::kColumns * Shape::kStride;
    const BlockOfRows<Shape> block(a);
    const Shape tile;
    RunningRows<Shape> rows;
    loadRows<Shape>(a.attention.query, block.head, block.first, Shape::kRows, a.attention.scale, query);
    for (std::size_t first_key = block.keys.begin; first_key < block.keys.end; first_key += Shape::kColumns) {
        __syncthreads(); // the values of the tile before have been read
        loadRows<Shape>(a.attention.key, block.kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        float scores[Shape::kThreadRows][Shape::kThreadColumns];
        tile.addProducts(query, key, scores);
        takeTile<Shape, kPlain>(a.attention, block, first_key, tile, scores, rows);
        tile.shareWeights(scores, weights);
        __syncthreads(); // all keys are read, all weights written
        loadRows<Shape>(a.attention.value, block.kv_head, first_key, Shape::kColumns, 1.0f, key);
        __syncthreads();
        tile.addValues(weights, key, rows.output);
    }
    writeRows<Shape>(a, block, tile, rows);
}

} // namespace headlight::cuda
