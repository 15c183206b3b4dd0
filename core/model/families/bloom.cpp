#include "core/model/families/bloom.h"

#include "core/model/families/common.h"
#include "core/model/families/decoder_like.h"

// Le Scao et al. 2022, "BLOOM"; names as in transformers' modeling_bloom.

namespace headlight {

namespace {

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readDecoder(config, "bloom", std::move(architecture), true));
    HEADLIGHT_CHECK(refuseOption(config, "apply_residual_connection_post_layernorm",
                                 "BLOOM whose residual stream begins behind the norm is not supported"));
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 250880));
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr({"hidden_size", "n_embed"}, 64));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr({"n_layer", "num_hidden_layers"}, 2, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, {"n_head", "num_attention_heads"}, d_model, stack, 8));
    stack.d_feed_forward = 4 * d_model;
    stack.activation = Activation::GeluTanh;
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-5));
    stack.positions.kind = PositionKind::Alibi;
    stack.positions.max_positions = kAlibiPositions;
    stack.embedding_norm = true;
    stack.causal = true;
    stack.final_norm = true;
    spec.decoder = std::move(stack);
    return spec;
}

BlockSlots blockSlots(const StackSpec& stack, const TensorNames& names, const std::string& block) {
    const std::size_t d_model = stack.d_model;
    BlockSlots slots;
    slots.self.norm = normSlot(names, block + "input_layernorm", d_model);
    slots.self.query_key_value = linearSlot(block + "self_attention.query_key_value", d_model, 3 * d_model);
    slots.self.query_key_value.rows = ungroupedRows(stack);
    slots.self.output = linearSlot(block + "self_attention.dense", d_model, d_model);
    slots.feed_forward.norm = normSlot(names, block + "post_attention_layernorm", d_model);
    slots.feed_forward.up = linearSlot(block + "mlp.dense_h_to_4h", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "mlp.dense_4h_to_h", stack.d_feed_forward, d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const DecoderNames parts{.prefixes = {"transformer."}, // those first published have none
                             .token_embedding = "word_embeddings",
                             .blocks = "h.",
                             .final_norm = "ln_f",
                             .token_classifier = "classifier"};
    ModelSlots slots = decoderSlots(spec, names, parts, [&](const std::string& block) {
        return blockSlots(*spec.decoder, names, block);
    });
    slots.decoder->embedding_norm =
        normSlot(names, prefixOf(names, parts) + "word_embeddings_layernorm", spec.decoder->d_model);
    return slots;
}

} // namespace

Family bloomFamily() {
    return {"bloom",
            {"BloomForCausalLM", "BloomModel", "BloomForSequenceClassification",
             "BloomForTokenClassification", "BloomForQuestionAnswering"},
            readSpec,
            findSlots};
}

} // namespace headlight
