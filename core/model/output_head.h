// What stands on top of a stack: next-token, masked-token or class scores.
#pragma once

#include "core/base/result.h"
#include "core/compute/backend.h"
#include "core/model/model_spec.h"
#include "core/model/weights.h"

namespace headlight {

/// Logits of rows of final hidden states, [rows, vocabulary]; a classifier's [1, n_classes] from the first row.
/// The model must have a head. Error: not enough memory.
[[nodiscard]] Result<Tensor> outputLogits(const ModelSpec& spec, const HeadWeights& weights, const ComputeBackend& backend,
                                          const MatrixView& final_hidden);

/// The same left where the backend keeps its numbers, of a model whose head gives a vocabulary's logits: for choosing
/// tokens there. Errors: not enough memory.
[[nodiscard]] Result<MatrixView> logitsOnBackend(const ModelSpec& spec, const HeadWeights& weights, const ComputeBackend& backend,
                                                 const MatrixView& final_hidden);

} // namespace headlight
