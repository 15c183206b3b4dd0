// Attention on the CPU: the forward pass in blocks of query rows, and everything rebuilt from what it left.
#pragma once

#include "core/compute/backend.h"

namespace headlight::cpu {

class ThreadPool;
struct KernelTable;
struct Bf16Kernels;

/// What attention runs on.
struct Engine {
    const ThreadPool& pool;
    const KernelTable& kernels;
    const Bf16Kernels* bf16 = nullptr; ///< for products of BF16 factors; null: F32
};

void runAttention(const Engine& engine, const AttentionProblem& problem, const MatrixView& output, const SoftmaxRows& softmax);

/// A rectangle of one head's map.
struct MapTile {
    HeadIndex head;
    TokenRange rows;
    TokenRange columns;
};
void rebuildScores(const Engine& engine, const AttentionProblem& problem, const MapTile& tile, float* out);
void rebuildWeights(const Engine& engine, const AttentionProblem& problem, const SoftmaxRows& softmax,
                    const MapTile& tile, float* out);

struct PooledShape {
    std::size_t rows;
    std::size_t columns;
    Pooling pooling;
};
void poolWeights(const Engine& engine, const AttentionProblem& problem, const SoftmaxRows& softmax, const MapTile& tile,
                 const PooledShape& shape, float* out);

} // namespace headlight::cpu
