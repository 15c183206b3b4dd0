#include "core/model/families/falcon.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"
#include "core/model/families/rotary_config.h"

#include <algorithm>
#include <cmath>

// Almazrouei et al. 2023, "The Falcon Series of Open Language Models"; names as in transformers'
// modeling_falcon.

namespace headlight {

namespace {

/// One key/value head (7B), one for each head (rw-1b), or groups (40B, 180B, 11B).
Result<void> readKeyValueHeads(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(const bool grouped, config.booleanOr("new_decoder_architecture", false));
    HEADLIGHT_ASSIGN(const bool multi_query, config.booleanOr("multi_query", true));
    HEADLIGHT_ASSIGN(const std::size_t given,
                     config.positiveSizeOr({"num_kv_heads", "n_head_kv"}, stack.n_heads));
    stack.n_kv_heads = grouped ? given : multi_query ? 1 : stack.n_heads;
    if (!grouped && !multi_query && given != stack.n_heads)
        return config.reject(
            "num_kv_heads", "Falcon shares key/value heads only with multi_query or new_decoder_architecture",
            std::to_string(stack.n_heads), std::to_string(given));
    return checkKeyValueHeads(config, "num_kv_heads", stack);
}

/// Whether attention and feed-forward run beside each other, and on how many norms: 0 if they do not.
Result<std::size_t> readParallelNorms(const ConfigReader& config) {
    HEADLIGHT_ASSIGN(const bool grouped, config.booleanOr("new_decoder_architecture", false));
    HEADLIGHT_ASSIGN(const bool parallel, config.booleanOr("parallel_attn", true));
    HEADLIGHT_ASSIGN(const std::size_t n_norms,
                     config.positiveSizeOr("num_ln_in_parallel_attn", grouped ? 2 : 1, 2));
    if (grouped && !parallel)
        return config.reject("parallel_attn", "Falcon's new decoder architecture is always parallel", "true",
                             "false");
    if (!grouped && parallel && n_norms == 2)
        return config.reject("num_ln_in_parallel_attn",
                             "two norms belong to Falcon's new decoder architecture", "1", "2");
    return parallel ? n_norms : 0;
}

Result<void> readPositions(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(const bool alibi, config.booleanOr("alibi", false));
    HEADLIGHT_ASSIGN(const std::size_t max_positions, config.positiveSizeOr("max_position_embeddings", 2048));
    if (!alibi)
        return readRotary(config, stack, max_positions);
    stack.positions.kind = PositionKind::Alibi;
    stack.positions.max_positions = std::max(max_positions, kAlibiPositions);
    stack.positions.alibi = {static_cast<float>(1.0 / std::sqrt(double(stack.head_dim))), true};
    return {};
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "falcon", std::move(architecture), true));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 65024));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr({"hidden_size", "n_embed"}, 4544));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr({"num_hidden_layers", "n_layer"}, 32, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, {"num_attention_heads", "n_head"}, d_model, stack, 71));
    HEADLIGHT_CHECK(readKeyValueHeads(config, stack));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("ffn_hidden_size", 4 * d_model));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation", "gelu"));
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-5));
    HEADLIGHT_ASSIGN(const bool biased, config.booleanOr("bias", false));
    stack.biases = {biased, biased, biased};
    HEADLIGHT_ASSIGN(const std::size_t n_parallel_norms, readParallelNorms(config));
    stack.parallel_residual = n_parallel_norms > 0;
    stack.shared_norm = n_parallel_norms == 1;
    HEADLIGHT_CHECK(readPositions(config, stack));
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    const std::size_t d_fused = (stack.n_heads + 2 * stack.n_kv_heads) * stack.head_dim;
    const auto linear = [&](const std::string& name, std::size_t n_in, std::size_t n_out) {
        return linearSlot(block + name, n_in, n_out, WeightLayout::OutIn, stack.biases.feed_forward);
    };
    const auto norm = [&](const std::string& name) { return normSlot(names, block + name, d_model); };
    BlockSlots slots;
    slots.self.query_key_value = linear("self_attention.query_key_value", d_model, d_fused);
    slots.self.query_key_value.rows = ungroupedRows(stack);
    slots.self.output = linear("self_attention.dense", d_model, d_model);
    const bool two_parallel_norms = stack.parallel_residual && !stack.shared_norm;
    slots.self.norm = norm(two_parallel_norms ? "ln_attn" : "input_layernorm");
    if (!stack.shared_norm)
        slots.feed_forward.norm = norm(two_parallel_norms ? "ln_mlp" : "post_attention_layernorm");
    slots.feed_forward.up = linear("mlp.dense_h_to_4h", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linear("mlp.dense_4h_to_h", stack.d_feed_forward, d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{.prefixes = {"transformer."},
                             .token_embedding = "word_embeddings",
                             .blocks = "h.",
                             .final_norm = "ln_f",
                             .token_classifier = "classifier"};
    return decoderSlots(spec, names, parts,
                        [&](const std::string& block) { return blockSlots(*spec.decoder, names, block); });
}

} // namespace

Family falconFamily() {
    return {"falcon",
            {"FalconForCausalLM", "FalconModel", "FalconForSequenceClassification",
             "FalconForTokenClassification", "FalconForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
