#include "core/model/families/gpt2.h"

#include "core/model/families/common.h"

// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; names as in transformers' modeling_gpt2.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    ModelSpec spec;
    spec.family = "gpt2";
    spec.head = architecture == "GPT2Model" ? HeadKind::None : HeadKind::LanguageModel;
    spec.architecture = std::move(architecture);
    spec.kind = ModelKind::DecoderOnly;
    HEADLIGHT_CHECK(refuseOption(config, "add_cross_attention", "GPT-2 as half of an encoder-decoder is not supported"));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50257));
    HEADLIGHT_ASSIGN(spec.tied_head, config.booleanOr("tie_word_embeddings", true));

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
    slots.feed_forward.up = linearSlot(block + "mlp.c_fc", d_model, stack.d_feed_forward, WeightLayout::InOut);
    slots.feed_forward.down = linearSlot(block + "mlp.c_proj", stack.d_feed_forward, d_model, WeightLayout::InOut);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const StackSpec& stack = *spec.decoder;
    // Checkpoints saved with a head say "transformer.", those of the bare model (and the first ones published) do not.
    const std::string prefix = names.firstOf({"transformer.wte.weight", "wte.weight"}) == "wte.weight" ? "" : "transformer.";
    ModelSlots slots;
    StackSlots decoder;
    decoder.token_embedding = {prefix + "wte.weight", {spec.vocabulary_size, stack.d_model}};
    decoder.position_embedding = {prefix + "wpe.weight", {stack.positions.max_positions, stack.d_model}};
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        decoder.blocks.push_back(blockSlots(names, prefix + "h." + std::to_string(layer) + ".", stack));
    decoder.final_norm = normSlot(names, prefix + "ln_f", stack.d_model);
    slots.decoder = std::move(decoder);
    if (spec.head == HeadKind::LanguageModel)
        slots.head.output.weights.push_back(
            {spec.tied_head ? prefix + "wte.weight" : "lm_head.weight", {spec.vocabulary_size, stack.d_model}});
    // The causal mask as a buffer, from times when it was saved, and the tied head's copy.
    slots.ignorable = [unused_head = spec.tied_head || spec.head == HeadKind::None](std::string_view name) {
        return name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias") || (unused_head && name == "lm_head.weight");
    };
    return slots;
}

} // namespace

Family gpt2Family() { return {"gpt2", {"GPT2LMHeadModel", "GPT2Model"}, readSpec, findSlots}; }

} // namespace headlight
