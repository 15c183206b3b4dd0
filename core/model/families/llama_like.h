// The Llama line (Touvron et al. 2023): pre-norm RMS norms, rotary positions, gated feed-forward, grouped
// heads. Mistral, Qwen, Gemma and Phi-3 differ in numbers, biases and a few options.
#pragma once

#include "core/model/families/decoder_like.h"
#include "core/model/families/registry.h"
#include "core/model/families/rotary_config.h"

namespace headlight {

/// What transformers' configuration class assumes where config.json says nothing.
struct LlamaDefaults {
    std::string_view family;
    std::size_t vocabulary_size = 32000;
    std::size_t d_model = 4096;
    std::size_t n_layers = 32;
    HeadDefaults heads{32, 0, 0};
    std::size_t d_feed_forward = 11008;
    std::size_t max_positions = 2048;
    double epsilon = 1e-6;
    std::string activation_key = "hidden_act";
    std::string activation = "silu";
    bool tied = false;
    RotaryDefaults rotary = {};
};

/// What the whole line reads alike; biases all off.
[[nodiscard]] Result<ModelSpec> readLlama(const ConfigReader& config, std::string architecture,
                                          const LlamaDefaults& defaults);
/// attention_bias, where a family has that option: on query, key, value and output.
[[nodiscard]] Result<void> readAttentionBias(const ConfigReader& config, StackSpec& stack);

/// Qwen: use_sliding_window switches windows on in the layers from max_window_layers up, or where layer_types
/// says so.
[[nodiscard]] Result<void> readUpperWindows(const ConfigReader& config, StackSpec& stack);

[[nodiscard]] BlockSlots llamaBlock(const StackSpec& stack, const TensorNames& names,
                                    const std::string& block);
[[nodiscard]] ModelSlots llamaSlots(const ModelSpec& spec, const TensorNames& names);

} // namespace headlight
