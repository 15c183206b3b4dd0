// What a loaded model knows about order: its own position table, its own biases, and measures of them.
#pragma once

#include "core/analysis/positions/sinusoids.h"
#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/model/model.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// The rows the model adds to its embeddings, position 0 first, at most `n_most`, [n_positions, width]:
/// learned, or computed sinusoids as F32. Error: this stack adds none.
[[nodiscard]] Result<Tensor> positionTable(const Model& model, StackKind stack, std::size_t n_most);

/// The bias a stack adds to the scores of its self attention.
struct BiasByDistance {
    std::vector<double> distances; ///< key position minus query position, rising
    DoubleMatrix bias;             ///< [n_heads, n_distances]
};
/// Of all distances up to `farthest` on either side, on the causal side alone where the stack is causal.
/// ALiBi biases are told relative to the query's own position (a row's softmax is the same whatever is added
/// to all of it). Error: this stack has no bias.
[[nodiscard]] Result<BiasByDistance> biasByDistance(const Model& model, StackKind stack,
                                                    std::size_t farthest);

/// Distances that share one bucket, T5's.
struct BucketRun {
    std::size_t bucket = 0;
    std::ptrdiff_t first = 0; ///< key position minus query position
    std::ptrdiff_t last = 0;
};
/// From -farthest to farthest (to 0 where the spec is not bidirectional), in order of distance.
[[nodiscard]] std::vector<BucketRun> bucketRuns(const RelativeBiasSpec& spec, std::ptrdiff_t farthest);

/// Cosine of the angle between each two rows, [n, n]; 0 where a row is all zero. In double precision.
[[nodiscard]] DoubleMatrix cosineSimilarities(const Tensor& rows);
/// Mean of a square matrix along its diagonals: entry d is that of all pairs d apart (both sides), [n].
[[nodiscard]] std::vector<double> meanByDistance(const DoubleMatrix& square);
/// Singular values of `rows` [n, width], largest first, [min(n, width)], from the eigenvalues of the smaller
/// Gram matrix in double precision: those below 1e-8 of the largest are noise. Error: cancelled before it
/// began; not enough memory.
[[nodiscard]] Result<std::vector<double>> singularValues(const Tensor& rows, const RunControl& control = {});

} // namespace headlight
