#include "core/model/families/gpt_neox.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"
#include "core/model/families/rotary_config.h"

// Black et al. 2022, "GPT-NeoX-20B"; Biderman et al. 2023, "Pythia"; names as in transformers'
// modeling_gpt_neox.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "gpt_neox", std::move(architecture), false));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50432));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr("hidden_size", 6144));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr("num_hidden_layers", 44, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, "num_attention_heads", d_model, stack, 64));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("intermediate_size", 24576));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "hidden_act", "gelu"));
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_eps", 1e-5));
    HEADLIGHT_ASSIGN(stack.parallel_residual, config.booleanOr("use_parallel_residual", true));
    HEADLIGHT_ASSIGN(stack.biases.query_key_value, config.booleanOr("attention_bias", true));
    stack.biases.attention_output = stack.biases.query_key_value;
    HEADLIGHT_ASSIGN(const std::size_t max_positions, config.positiveSizeOr("max_position_embeddings", 2048));
    HEADLIGHT_CHECK(readRotary(config, stack, max_positions,
                               {.base_key = {"rotary_emb_base", "rope_theta"},
                                .fraction_key = {"rotary_pct", "partial_rotary_factor"},
                                .fraction = 0.25}));
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    BlockSlots slots;
    slots.self.norm = normSlot(names, block + "input_layernorm", d_model);
    slots.self.query_key_value = linearSlot(block + "attention.query_key_value", d_model, 3 * d_model,
                                            WeightLayout::OutIn, stack.biases.query_key_value);
    slots.self.query_key_value.rows = ungroupedRows(stack);
    slots.self.output = linearSlot(block + "attention.dense", d_model, d_model, WeightLayout::OutIn,
                                   stack.biases.attention_output);
    slots.feed_forward.norm = normSlot(names, block + "post_attention_layernorm", d_model);
    slots.feed_forward.up = linearSlot(block + "mlp.dense_h_to_4h", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "mlp.dense_4h_to_h", stack.d_feed_forward, d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{.prefixes = {"gpt_neox."},
                             .token_embedding = "embed_in",
                             .final_norm = "final_layer_norm",
                             .lm_heads = {"embed_out", "lm_head"},
                             .token_classifier = "classifier"};
    return decoderSlots(spec, names, parts,
                        [&](const std::string& block) { return blockSlots(*spec.decoder, names, block); });
}

} // namespace

Family gptNeoxFamily() {
    return {"gpt_neox",
            {"GPTNeoXForCausalLM", "GPTNeoXModel", "GPTNeoXForSequenceClassification",
             "GPTNeoXForTokenClassification", "GPTNeoXForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
