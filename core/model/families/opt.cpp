#include "core/model/families/opt.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"

// Zhang et al. 2022, "OPT: Open Pre-trained Transformer Language Models"; names as in transformers'
// modeling_opt.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "opt", std::move(architecture), true));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 50272));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr("hidden_size", 768));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr("num_hidden_layers", 12, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, "num_attention_heads", d_model, stack, 12));
    HEADLIGHT_ASSIGN(const std::size_t d_embedding, config.positiveSizeOr("word_embed_proj_dim", d_model));
    stack.d_embedding = d_embedding == d_model ? 0 : d_embedding;
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSizeOr("ffn_dim", 3072));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "relu"));
    HEADLIGHT_ASSIGN(const bool biased, config.booleanOr("enable_bias", true));
    stack.biases = {biased, biased, biased};
    HEADLIGHT_ASSIGN(const bool pre_norm, config.booleanOr("do_layer_norm_before", true));
    stack.norm.placement = pre_norm ? NormPlacement::Pre : NormPlacement::Post;
    HEADLIGHT_ASSIGN(stack.norm.has_weights, config.booleanOr("layer_norm_elementwise_affine", true));
    HEADLIGHT_ASSIGN(const bool without_final_norm, config.booleanOr("_remove_final_layer_norm", false));
    stack.final_norm = pre_norm && !without_final_norm;
    stack.positions.kind = PositionKind::Learned;
    stack.positions.offset = 2; // rows of fairseq's padding and start
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 2048));
    stack.causal = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    const auto linear = [&](const std::string& name, std::size_t n_in, std::size_t n_out) {
        return linearSlot(block + name, n_in, n_out, WeightLayout::OutIn, stack.biases.feed_forward);
    };
    BlockSlots slots;
    slots.self.query_key_value = stackedSlot({linear("self_attn.q_proj", d_model, d_model),
                                              linear("self_attn.k_proj", d_model, d_model),
                                              linear("self_attn.v_proj", d_model, d_model)});
    slots.self.output = linear("self_attn.out_proj", d_model, d_model);
    slots.self.norm = stackNormSlot(stack, names, block + "self_attn_layer_norm", d_model);
    slots.feed_forward.up = linear("fc1", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linear("fc2", stack.d_feed_forward, d_model);
    slots.feed_forward.norm = stackNormSlot(stack, names, block + "final_layer_norm", d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const StackSpec& stack = *spec.decoder;
    const DecoderNames parts{.prefixes = {"model.decoder.", "decoder."},
                             .position_embedding = "embed_positions",
                             .final_norm = "final_layer_norm"};
    ModelSlots slots = decoderSlots(
        spec, names, parts, [&](const std::string& block) { return blockSlots(stack, names, block); });
    if (stack.d_embedding == 0)
        return slots;
    const std::string prefix = prefixOf(names, parts);
    const auto linear = [&](const std::string& name, std::size_t n_in, std::size_t n_out) {
        return linearSlot(prefix + name, n_in, n_out, WeightLayout::OutIn, false);
    };
    slots.decoder->embedding_projection = linear("project_in", stack.d_embedding, stack.d_model);
    if (spec.head != HeadKind::None)
        slots.head.transform = linear("project_out", stack.d_model, stack.d_embedding);
    else // nothing reads it: hidden states are shown at their full width
        slots.ignorable = [name = prefix + "project_out.weight", others = slots.ignorable](
                              std::string_view tensor) { return tensor == name || others(tensor); };
    return slots;
}

} // namespace

Family optFamily() {
    return {"opt",
            {"OPTForCausalLM", "OPTModel", "OPTForSequenceClassification", "OPTForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
