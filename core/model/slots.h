// Which checkpoint tensors a spec's blocks read, and which shapes they must have. A family's second half: names.
#pragma once

#include "core/compute/backend.h"
#include "core/tensor/tensor.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// One checkpoint tensor and the shape the config asks for. An empty name: the block has no such tensor.
struct TensorSlot {
    std::string name;
    Shape shape;
    [[nodiscard]] bool empty() const { return name.empty(); }
};

/// Consecutive output rows of a fused weight matrix.
struct RowRange {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// One linear layer. Several weights (query, key and value) are stacked along their output, in order.
struct LinearSlot {
    std::vector<TensorSlot> weights; ///< each [n_out, n_in] or [n_in, n_out], as `layout` says; InOut: one only
    std::vector<TensorSlot> biases;  ///< each [n_out]; empty: no bias
    WeightLayout layout = WeightLayout::OutIn;
    /// The rows that are read, in this order: how a fused matrix is taken apart (Phi-3) or sorted (GPT-NeoX, Falcon).
    /// Of the stacked weights and biases alike; OutIn only. Empty: all as they are.
    std::vector<RowRange> rows;
    [[nodiscard]] bool empty() const { return weights.empty(); }
};

/// Where in the checkpoint one output of a linear layer has its weights and its bias.
struct OutputPlace {
    std::string weight;      ///< tensor name
    std::string bias;        ///< tensor name; empty: none
    std::size_t index = 0;   ///< row of the weight (OutIn) or column (InOut), and element of the bias
};
/// Output `output` of the layer, counted over what is stacked and picked. The slot is not empty and has that output.
[[nodiscard]] OutputPlace placeOfOutput(const LinearSlot& slot, std::size_t output);

struct NormSlot {
    TensorSlot gain; ///< [d_model]
    TensorSlot bias; ///< [d_model]; empty for RMS norms
};

struct AttentionSlots {
    LinearSlot query_key_value; ///< self attention: the three stacked
    LinearSlot query;           ///< cross attention: from the decoder
    LinearSlot key_value;       ///< cross attention: from the encoder's output
    LinearSlot output;
    NormSlot norm;
    NormSlot output_norm;       ///< Sandwich placement: on what is added to the residual stream
    NormSlot query_norm;        ///< [head_dim], with query_key_norm
    NormSlot key_norm;
};

struct FeedForwardSlots {
    LinearSlot gate; ///< of a gated feed-forward layer only
    LinearSlot up;
    LinearSlot down;
    NormSlot norm;              ///< empty where attention and feed-forward share one norm (Falcon 7B)
    NormSlot output_norm;       ///< Sandwich placement
};

struct BlockSlots {
    AttentionSlots self;
    AttentionSlots cross; ///< empty without cross attention
    FeedForwardSlots feed_forward;
};

struct StackSlots {
    TensorSlot token_embedding;    ///< [vocabulary, d_embedding]
    TensorSlot position_embedding; ///< [offset + max_positions, d_embedding or d_model]; empty: computed or none
    TensorSlot type_embedding;     ///< [n_token_types, d_embedding]
    LinearSlot embedding_projection; ///< d_embedding -> d_model
    TensorSlot relative_bias;      ///< [n_buckets, n_heads], read by every layer
    NormSlot embedding_norm;
    std::vector<BlockSlots> blocks;
    NormSlot final_norm;
};

struct HeadSlots {
    LinearSlot transform; ///< before the output: BERT's prediction transform or its pooler
    NormSlot norm;
    LinearSlot output;
};

struct ModelSlots {
    std::optional<StackSlots> encoder;
    std::optional<StackSlots> decoder;
    HeadSlots head;
    /// Tensors that are known, harmless and not needed (tied copies, mask buffers). All other names are extra.
    std::function<bool(std::string_view)> ignorable;
};

/// The names of a checkpoint, for choosing between spellings.
class TensorNames {
public:
    explicit TensorNames(std::vector<std::string> names);
    [[nodiscard]] bool contains(std::string_view name) const;
    /// The first spelling that is there, else the first one, so that it is reported as missing.
    [[nodiscard]] std::string firstOf(std::initializer_list<std::string> spellings) const;
    [[nodiscard]] const std::vector<std::string>& all() const { return names_; }

private:
    std::vector<std::string> names_; ///< sorted
};

/// All tensors of a slot tree, in reading order, empty ones left out.
void forEachTensor(const ModelSlots& slots, const std::function<void(const TensorSlot&)>& use);

// Building blocks for families; names come without ".weight" and ".bias".
[[nodiscard]] LinearSlot linearSlot(const std::string& name, std::size_t n_in, std::size_t n_out,
                                    WeightLayout layout = WeightLayout::OutIn, bool with_bias = true);
/// Linear layers that read the same input, stacked along their output.
[[nodiscard]] LinearSlot stackedSlot(const std::vector<LinearSlot>& parts);
/// The weight alone, as RMS norms have it.
[[nodiscard]] NormSlot rmsNormSlot(const std::string& name, std::size_t size);
/// A layer norm under its present names (weight, bias) or those of old TensorFlow conversions (gamma, beta).
[[nodiscard]] NormSlot normSlot(const TensorNames& names, const std::string& name, std::size_t size);

} // namespace headlight
