#include "core/model/families/marian.h"

#include "core/model/families/common.h"

#include <cmath>

// Junczys-Dowmunt et al. 2018, "Marian"; Vaswani et al. 2017; names as in transformers' modeling_marian.

namespace headlight {

namespace {

Result<StackSpec> readStack(const ConfigReader& config, const std::string& side, std::size_t d_model) {
    StackSpec stack;
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSize(std::string_view(side + "_layers"), kMaxLayers));
    const std::string heads = side + "_attention_heads";
    HEADLIGHT_CHECK(readHeads(config, std::string_view(heads), d_model, stack));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSize(std::string_view(side + "_ffn_dim")));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "gelu"));
    stack.norm = {NormKind::LayerNorm, NormPlacement::Post, 1e-5f};
    stack.positions.kind = PositionKind::Sinusoidal;
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 1024));
    HEADLIGHT_ASSIGN(const bool scaled, config.booleanOr("scale_embedding", false));
    stack.embedding_scale = scaled ? static_cast<float>(std::sqrt(double(d_model))) : 1.0f;
    stack.causal = stack.cross_attention = side == "decoder";
    return stack;
}

/// Options of Marian's other ancestors (BART, fairseq) that MarianMTModel does not compute.
Result<void> refuseUnknownOptions(const ConfigReader& config, std::size_t vocabulary_size) {
    for (const std::string_view option : {"normalize_before", "normalize_embedding", "add_final_layer_norm"})
        HEADLIGHT_CHECK(refuseOption(config, option, "Marian models normalise after each block only"));
    HEADLIGHT_ASSIGN(const bool shared, config.booleanOr("share_encoder_decoder_embeddings", true));
    HEADLIGHT_ASSIGN(const std::size_t target_size, config.positiveSizeOr("decoder_vocab_size", vocabulary_size));
    if (!shared || target_size != vocabulary_size)
        return config.reject(shared ? "decoder_vocab_size" : "share_encoder_decoder_embeddings",
                             "separate vocabularies of encoder and decoder are not supported",
                             "one vocabulary of " + std::to_string(vocabulary_size) + " for both",
                             shared ? std::to_string(target_size) : std::string("false"));
    return {};
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    ModelSpec spec;
    spec.family = "marian";
    spec.head = architecture == "MarianModel" ? HeadKind::None : HeadKind::LanguageModel;
    spec.architecture = std::move(architecture);
    spec.kind = ModelKind::EncoderDecoder;
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSize("vocab_size"));
    HEADLIGHT_CHECK(refuseUnknownOptions(config, spec.vocabulary_size));
    HEADLIGHT_ASSIGN(spec.tied_head, config.booleanOr("tie_word_embeddings", true));
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSize("d_model"));
    HEADLIGHT_ASSIGN(spec.encoder, readStack(config, "encoder", d_model));
    HEADLIGHT_ASSIGN(spec.decoder, readStack(config, "decoder", d_model));
    return spec;
}

LinearSlot square(const std::string& name, std::size_t d_model) { return linearSlot(name, d_model, d_model); }

BlockSlots blockSlots(const TensorNames& names, const std::string& block, const StackSpec& stack) {
    const std::size_t d_model = stack.d_model;
    const std::string self = block + "self_attn.";
    BlockSlots slots;
    slots.self.query_key_value =
        stackedSlot({square(self + "q_proj", d_model), square(self + "k_proj", d_model), square(self + "v_proj", d_model)});
    slots.self.output = square(self + "out_proj", d_model);
    slots.self.norm = normSlot(names, block + "self_attn_layer_norm", d_model);
    if (stack.cross_attention) {
        const std::string cross = block + "encoder_attn.";
        slots.cross.query = square(cross + "q_proj", d_model);
        slots.cross.key_value = stackedSlot({square(cross + "k_proj", d_model), square(cross + "v_proj", d_model)});
        slots.cross.output = square(cross + "out_proj", d_model);
        slots.cross.norm = normSlot(names, block + "encoder_attn_layer_norm", d_model);
    }
    slots.feed_forward.up = linearSlot(block + "fc1", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "fc2", stack.d_feed_forward, d_model);
    slots.feed_forward.norm = normSlot(names, block + "final_layer_norm", d_model);
    return slots;
}

StackSlots stackSlots(const TensorNames& names, const std::string& prefix, const StackSpec& stack, TensorSlot embedding) {
    StackSlots slots;
    slots.token_embedding = std::move(embedding);
    // Older checkpoints carry the computed table; what is saved counts, as in Hugging Face.
    if (names.contains(prefix + "embed_positions.weight"))
        slots.position_embedding = {prefix + "embed_positions.weight", {stack.positions.max_positions, stack.d_model}};
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        slots.blocks.push_back(blockSlots(names, prefix + "layers." + std::to_string(layer) + ".", stack));
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const bool bare = names.contains("encoder.layers.0.fc1.weight");
    const std::string prefix = bare ? "" : "model.";
    const auto embedding = [&](const std::string& side) {
        // All are one matrix unless the head is not tied; then each side may have saved its own.
        const std::string shared = prefix + "shared.weight";
        const std::string own = prefix + side + ".embed_tokens.weight";
        const std::string other = prefix + (side == "encoder" ? "decoder" : "encoder") + ".embed_tokens.weight";
        const std::string name = spec.tied_head ? names.firstOf({shared, own, other, "lm_head.weight"})
                                                : names.firstOf({own, shared, other});
        return TensorSlot{names.contains(name) ? name : shared, {spec.vocabulary_size, spec.encoder->d_model}};
    };
    ModelSlots slots;
    slots.encoder = stackSlots(names, prefix + "encoder.", *spec.encoder, embedding("encoder"));
    slots.decoder = stackSlots(names, prefix + "decoder.", *spec.decoder, embedding("decoder"));
    if (spec.head == HeadKind::LanguageModel) {
        TensorSlot weight = embedding("decoder");
        if (!spec.tied_head)
            weight.name = "lm_head.weight";
        slots.head.output.weights.push_back(std::move(weight));
        if (names.contains("final_logits_bias"))
            slots.head.output.biases.push_back({"final_logits_bias", {1, spec.vocabulary_size}});
    }
    slots.ignorable = [prefix, tied = spec.tied_head || spec.head == HeadKind::None](std::string_view name) {
        return name == prefix + "shared.weight" || name == prefix + "encoder.embed_tokens.weight" ||
               name == prefix + "decoder.embed_tokens.weight" || (tied && name == "lm_head.weight") ||
               name == "final_logits_bias";
    };
    return slots;
}

} // namespace

Family marianFamily() { return {"marian", {"MarianMTModel", "MarianModel"}, readSpec, findSlots}; }

} // namespace headlight
