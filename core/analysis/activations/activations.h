// What one layer computes on its way, matrix by matrix: recorded from a pass of the same input, number for
// number.
#pragma once

#include "core/analysis/interventions/change.h"
#include "core/model/model.h"
#include "core/model/pass_hook.h"
#include "core/tensor/tensor.h"

#include <map>
#include <memory>

namespace headlight {

/// A matrix that several steps show.
using SharedTensor = std::shared_ptr<const Tensor>;

/// Matrices of one layer of one stack, [n_tokens, width] as core/model/pass_hook.h says. TokenEmbedding and
/// Embedding are those of the stack. Points the model does not have are missing.
struct LayerActivations {
    StackKind stack = StackKind::Encoder;
    std::size_t layer = 0;
    SharedTensor residual_before; ///< [n_tokens, d_model] what the block reads
    std::map<PassPoint, SharedTensor> at;
    /// [n_tokens, n_heads * head_dim] what each attention of the layer gave before rows and heads were
    /// changed; empty for a pass without changes.
    std::map<AttentionKind, SharedTensor> given;

    [[nodiscard]] bool has(PassPoint point) const { return at.contains(point); }
};

/// Runs `input` again and keeps what the layer computes. Errors: no such stack or layer, and those of
/// Model::run.
[[nodiscard]] Result<LayerActivations> recordLayer(const Model& model, const ModelInput& input,
                                                   StackKind stack, LayerIndex layer,
                                                   const RunControl& control = {});
/// The same with changes, as runChanged applies them: `input` is the unchanged run's. Errors: those of
/// checkChange too.
[[nodiscard]] Result<LayerActivations> recordChangedLayer(const Model& model, const ModelInput& input,
                                                          const std::vector<Change>& changes, StackKind stack,
                                                          LayerIndex layer, const RunControl& control = {});

} // namespace headlight
