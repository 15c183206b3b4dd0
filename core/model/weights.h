// A model's weights as its blocks use them, prepared for one backend.
#pragma once

#include "core/compute/backend.h"
#include "core/model/parameter_list.h"

#include <optional>
#include <vector>

namespace headlight {

struct NormWeights {
    MatrixView gain; ///< [1, d_model]
    MatrixView bias; ///< [1, d_model]; empty for RMS norms
};

struct AttentionWeights {
    LinearWeightsPtr query_key_value; ///< self: [(n_heads + 2 n_kv_heads) * head_dim, d_model]; null in cross attention
    LinearWeightsPtr query;           ///< cross: [n_heads * head_dim, d_model]
    LinearWeightsPtr key_value;       ///< cross: [2 n_kv_heads * head_dim, encoder d_model]
    LinearWeightsPtr output;          ///< [d_model, n_heads * head_dim]
    NormWeights norm;
    NormWeights output_norm;          ///< Sandwich placement only
    NormWeights query_norm;           ///< [1, head_dim]; with query_key_norm only
    NormWeights key_norm;
};

struct FeedForwardWeights {
    LinearWeightsPtr gate; ///< [d_feed_forward, d_model]; null unless gated
    LinearWeightsPtr up;   ///< [d_feed_forward, d_model]
    LinearWeightsPtr down; ///< [d_model, d_feed_forward]
    NormWeights norm;        ///< empty: reads what the attention read (parallel residual)
    NormWeights output_norm; ///< Sandwich placement only
};

struct BlockWeights {
    AttentionWeights self;
    AttentionWeights cross;
    FeedForwardWeights feed_forward;
};

struct StackWeights {
    MatrixView token_embedding;    ///< [vocabulary, d_embedding]
    MatrixView position_embedding; ///< [offset + max_positions, d_embedding or d_model]; empty: none added
    MatrixView type_embedding;     ///< [n_token_types, d_embedding]
    LinearWeightsPtr embedding_projection; ///< [d_model, d_embedding]; null: the embedding is d_model wide
    RelativeBias relative_bias;    ///< of self attention in every layer; empty: none
    NormWeights embedding_norm;
    std::vector<BlockWeights> blocks;
    NormWeights final_norm;
};

struct HeadWeights {
    LinearWeightsPtr transform; ///< may be null
    NormWeights norm;           ///< after the transform; may be empty
    LinearWeightsPtr output;    ///< [vocabulary or n_classes, d_model]; null in a headless model
};

struct ModelWeights {
    std::optional<StackWeights> encoder;
    std::optional<StackWeights> decoder;
    HeadWeights head;
    std::vector<ParameterTensor> parameters; ///< all trained tensors, tied ones once
    std::size_t parameter_count = 0;         ///< numbers in them
};

} // namespace headlight
