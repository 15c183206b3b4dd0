// Which part of a model each trained tensor belongs to.
#pragma once

#include "core/model/slots.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <string>
#include <vector>

namespace headlight {

/// In the order in which a pass reads them.
enum class ModelPart {
    TokenEmbedding,
    PositionEmbedding,
    TypeEmbedding,
    EmbeddingProjection,
    RelativeBias,
    EmbeddingNorm,
    SelfAttention,
    SelfAttentionNorm, ///< before or behind it, and on its output (sandwich)
    CrossAttention,
    CrossAttentionNorm,
    FeedForward,
    FeedForwardNorm,
    FinalNorm,
    Head,
};

/// One tensor of the checkpoint.
struct ParameterTensor {
    ModelPart part = ModelPart::Head;
    StackKind stack = StackKind::Encoder; ///< without meaning for Head
    std::size_t layer = 0;                ///< of the parts of a block
    std::string name;
    Shape shape;
    [[nodiscard]] std::size_t count() const { return elementCount(shape); }
};

/// Every tensor once, at the part that reads it first: tied embeddings at the first stack's tokens, shared
/// layers' (ALBERT) at the first of them, a bias that all layers read at its stack. Their counts sum to
/// Model::parameterCount().
[[nodiscard]] std::vector<ParameterTensor> listParameters(const ModelSlots& slots);

} // namespace headlight
