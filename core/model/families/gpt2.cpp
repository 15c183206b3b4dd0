#include "core/model/families/gpt2.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"

// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; names as in transformers'
// modeling_gpt2.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "gpt2", std::move(architecture), true));
    HEADLIGHT_CHECK(
        refuseOption(config, "add_cross_attention", "GPT-2 as half of an encoder-decoder is not supported"));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50257));

    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr({"n_embd", "hidden_size"}, 768));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr({"n_layer", "num_hidden_layers"}, 12, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, {"n_head", "num_attention_heads"}, d_model, stack, 12));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("n_inner", 4 * d_model));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "gelu_new"));
    stack.norm.placement = NormPlacement::Pre;
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-5));
    stack.positions.kind = PositionKind::Learned;
    HEADLIGHT_ASSIGN(stack.positions.max_positions,
                     config.positiveSizeOr({"n_positions", "max_position_embeddings"}, 1024));
    stack.causal = true;
    stack.final_norm = true;
    HEADLIGHT_ASSIGN(const bool scaled, config.booleanOr("scale_attn_weights", true));
    stack.attention_scale = scaled ? 0.0f : 1.0f;
    HEADLIGHT_ASSIGN(stack.scale_by_layer, config.booleanOr("scale_attn_by_inverse_layer_idx", false));
    spec.decoder = stack;
    return spec;
}

BlockSlots blockSlots(const TensorNames& names, const std::string& block, const StackSpec& stack) {
    const std::size_t d_model = stack.d_model;
    BlockSlots slots;
    slots.self.norm = normSlot(names, block + "ln_1", d_model);
    slots.self.query_key_value = linearSlot(block + "attn.c_attn", d_model, 3 * d_model, WeightLayout::InOut);
    slots.self.output = linearSlot(block + "attn.c_proj", d_model, d_model, WeightLayout::InOut);
    slots.feed_forward.norm = normSlot(names, block + "ln_2", d_model);
    slots.feed_forward.up =
        linearSlot(block + "mlp.c_fc", d_model, stack.d_feed_forward, WeightLayout::InOut);
    slots.feed_forward.down =
        linearSlot(block + "mlp.c_proj", stack.d_feed_forward, d_model, WeightLayout::InOut);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{.prefixes = {"transformer."}, // the first ones published have none
                             .token_embedding = "wte",
                             .position_embedding = "wpe",
                             .blocks = "h.",
                             .final_norm = "ln_f",
                             .token_classifier = "classifier"};
    return decoderSlots(spec, names, parts,
                        [&](const std::string& block) { return blockSlots(names, block, *spec.decoder); });
}

} // namespace

Family gpt2Family() {
    return {"gpt2",
            {"GPT2LMHeadModel", "GPT2Model", "GPT2ForSequenceClassification", "GPT2ForTokenClassification",
             "GPT2ForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
