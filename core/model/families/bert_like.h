// What BERT and its relatives share: post-norm encoders with learned positions and a norm after the
// embeddings. They differ in names, defaults and heads, which a family file lists as data.
#pragma once

#include "core/model/families/registry.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Names inside a block. Devlin et al. 2018, section 3; Vaswani et al. 2017, section 3.
struct EncoderBlockNames {
    std::string_view query = "attention.self.query";
    std::string_view key = "attention.self.key";
    std::string_view value = "attention.self.value";
    std::string_view attention_output = "attention.output.dense";
    std::string_view attention_norm = "attention.output.LayerNorm";
    std::string_view up = "intermediate.dense";
    std::string_view down = "output.dense";
    std::string_view feed_forward_norm = "output.LayerNorm";
};

/// One of a family's classes in transformers and what it puts on top of the encoder.
struct EncoderHead {
    std::string_view architecture; ///< "BertForMaskedLM"
    HeadKind kind = HeadKind::None;
    std::string_view transform = {};           ///< linear layer before the output; empty: none
    bool pooled = false;                       ///< the transform is the encoder's own pooler
    std::optional<Activation> activation = {}; ///< of the transform; none: the encoder's
    std::string_view norm = {};                ///< behind the transform
    std::string_view output = {};
    std::string_view other_bias = {}; ///< second name of the output's bias, the first where the head is tied
    std::vector<std::string_view> classes = {}; ///< fixed ones; empty: config.json's
    bool single_logit = false;                  ///< see OutputSpec
    std::string_view warning = {};              ///< what is not computed
};

/// transformers' configuration class, where config.json says nothing.
struct EncoderDefaults {
    std::size_t vocabulary_size = 30522;
    std::size_t d_model = 768;
    std::size_t n_layers = 12;
    std::size_t n_heads = 12;
    std::size_t d_feed_forward = 3072;
    std::string_view activation = "gelu";
};

/// Keys of config.json that families spell differently.
struct EncoderKeys {
    ConfigKeys d_model = "hidden_size";
    ConfigKeys n_layers = "num_hidden_layers";
    ConfigKeys n_heads = "num_attention_heads";
    ConfigKeys d_feed_forward = "intermediate_size";
    ConfigKeys activation = "hidden_act";
};

struct EncoderFamily {
    std::string_view model_type;
    std::string_view prefix;        ///< of the encoder inside a model with a head: "bert."
    std::vector<EncoderHead> heads; ///< the first is assumed where config.json names none
    std::vector<std::string_view>
        unread_heads; ///< prefixes of pre-training heads that checkpoints for other tasks still carry
    EncoderDefaults defaults = {};
    EncoderKeys keys = {};
    EncoderBlockNames block = {};
    std::string_view blocks =
        "encoder.layer."; ///< followed by the layer's number; empty: the family names them itself
    std::string_view pooler = "pooler.dense";
    bool token_types = true;
    bool fixed_epsilon = false; ///< 1e-12 whatever config.json says (DistilBERT)
};

[[nodiscard]] std::vector<std::string_view> architecturesOf(const EncoderFamily& family);

/// config.json as a spec. Errors: what no family of these can be, and options that would change the
/// computation.
[[nodiscard]] Result<ModelSpec> readEncoder(const EncoderFamily& family, const ConfigReader& config,
                                            std::string architecture);

/// RoBERTa's positions: padding takes row `padding_token` of the table, the first token the row behind it.
[[nodiscard]] Result<void> placeBehindPadding(const ConfigReader& config, std::size_t padding_token,
                                              StackSpec& stack);

/// Names of all tensors. Checkpoints of the bare encoder leave the family's prefix out; those with a head
/// may.
[[nodiscard]] ModelSlots encoderSlots(const EncoderFamily& family, const ModelSpec& spec,
                                      const TensorNames& names);

/// "bert." or "": how this checkpoint begins the encoder's names.
[[nodiscard]] std::string encoderPrefix(const EncoderFamily& family, const ModelSpec& spec,
                                        const TensorNames& names);

/// One block, `block` its name with the dot.
[[nodiscard]] BlockSlots encoderBlock(const EncoderFamily& family, const StackSpec& stack,
                                      const TensorNames& names, const std::string& block);

// Heads that families have under the same names.
[[nodiscard]] EncoderHead tokenClassifier(std::string_view architecture);
[[nodiscard]] EncoderHead questionAnswering(std::string_view architecture);
/// Runs without its head, which scores one text against others; `transform` is the layer before the
/// classifier, if any.
[[nodiscard]] EncoderHead multipleChoice(std::string_view architecture, std::string_view transform = {});

} // namespace headlight
