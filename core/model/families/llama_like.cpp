#include "core/model/families/llama_like.h"

#include "core/model/families/common.h"

// Names as in transformers' modeling_llama.

namespace headlight {

Result<ModelSpec> readLlama(const ConfigReader& config, std::string architecture,
                            const LlamaDefaults& defaults) {
    HEADLIGHT_ASSIGN(ModelSpec spec,
                     readDecoder(config, defaults.family, std::move(architecture), defaults.tied));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", defaults.vocabulary_size));
    StackSpec stack;
    HEADLIGHT_ASSIGN(stack.d_model, config.positiveSizeOr("hidden_size", defaults.d_model));
    HEADLIGHT_ASSIGN(stack.n_layers,
                     config.positiveSizeOr("num_hidden_layers", defaults.n_layers, kMaxLayers));
    HEADLIGHT_CHECK(readGroupedHeads(config, defaults.heads, stack));
    HEADLIGHT_ASSIGN(stack.d_feed_forward,
                     config.positiveSizeOr("intermediate_size", defaults.d_feed_forward));
    HEADLIGHT_ASSIGN(stack.activation,
                     readActivation(config, std::string_view(defaults.activation_key), defaults.activation));
    stack.gated_feed_forward = true;
    stack.norm.kind = NormKind::RmsNorm;
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "rms_norm_eps", defaults.epsilon));
    stack.biases = {false, false, false};
    HEADLIGHT_ASSIGN(const std::size_t max_positions,
                     config.positiveSizeOr("max_position_embeddings", defaults.max_positions));
    HEADLIGHT_CHECK(readRotary(config, stack, max_positions, defaults.rotary));
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

Result<void> readAttentionBias(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(stack.biases.query_key_value, config.booleanOr("attention_bias", false));
    stack.biases.attention_output = stack.biases.query_key_value;
    return {};
}

Result<void> readUpperWindows(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(const bool sliding, config.booleanOr("use_sliding_window", false));
    HEADLIGHT_ASSIGN(const std::size_t first, config.sizeOr("max_window_layers", 28));
    std::optional<std::size_t> window;
    if (sliding) {
        HEADLIGHT_ASSIGN(window, readWindow(config, 4096));
    }
    return readLayerWindows(
        config, window, [&](std::size_t layer) { return window && layer >= first; }, stack);
}

BlockSlots llamaBlock(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_query = stack.n_heads * stack.head_dim;
    const std::size_t d_key = stack.n_kv_heads * stack.head_dim;
    const std::string attention = block + "self_attn.";
    const auto linear = [](const std::string& name, std::size_t n_in, std::size_t n_out, bool bias) {
        return linearSlot(name, n_in, n_out, WeightLayout::OutIn, bias);
    };
    const auto norm = [&](const std::string& name, std::size_t size) {
        return stackNormSlot(stack, names, name, size);
    };
    const bool qkv_bias = stack.biases.query_key_value;
    BlockSlots slots;
    slots.self.query_key_value = stackedSlot({linear(attention + "q_proj", stack.d_model, d_query, qkv_bias),
                                              linear(attention + "k_proj", stack.d_model, d_key, qkv_bias),
                                              linear(attention + "v_proj", stack.d_model, d_key, qkv_bias)});
    slots.self.output = linear(attention + "o_proj", d_query, stack.d_model, stack.biases.attention_output);
    if (stack.query_key_norm) {
        slots.self.query_norm = norm(attention + "q_norm", stack.head_dim);
        slots.self.key_norm = norm(attention + "k_norm", stack.head_dim);
    }
    slots.self.norm = norm(block + "input_layernorm", stack.d_model);
    const bool sandwich = stack.norm.placement == NormPlacement::Sandwich;
    slots.feed_forward.norm =
        norm(block + (sandwich ? "pre_feedforward_layernorm" : "post_attention_layernorm"), stack.d_model);
    if (sandwich) {
        slots.self.output_norm = norm(block + "post_attention_layernorm", stack.d_model);
        slots.feed_forward.output_norm = norm(block + "post_feedforward_layernorm", stack.d_model);
    }
    const bool bias = stack.biases.feed_forward;
    slots.feed_forward.gate = linear(block + "mlp.gate_proj", stack.d_model, stack.d_feed_forward, bias);
    slots.feed_forward.up = linear(block + "mlp.up_proj", stack.d_model, stack.d_feed_forward, bias);
    slots.feed_forward.down = linear(block + "mlp.down_proj", stack.d_feed_forward, stack.d_model, bias);
    return slots;
}

ModelSlots llamaSlots(const ModelSpec& spec, const TensorNames& names) {
    return decoderSlots(spec, names, {},
                        [&](const std::string& block) { return llamaBlock(*spec.decoder, names, block); });
}

} // namespace headlight
