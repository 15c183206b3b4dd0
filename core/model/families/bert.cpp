#include "core/model/families/bert.h"

#include "core/model/families/common.h"

// Devlin et al. 2018, "BERT"; names as in transformers' modeling_bert.

namespace headlight {

namespace {

HeadKind headOf(std::string_view architecture) {
    if (architecture == "BertForMaskedLM" || architecture == "BertForPreTraining")
        return HeadKind::MaskedLanguageModel;
    return architecture == "BertForSequenceClassification" ? HeadKind::SequenceClassification : HeadKind::None;
}

Result<ModelSpec> readSpec(const ConfigReader& config, std::string architecture) {
    ModelSpec spec;
    spec.family = "bert";
    spec.head = headOf(architecture);
    spec.architecture = std::move(architecture);
    spec.kind = ModelKind::EncoderOnly;
    HEADLIGHT_CHECK(refuseOption(config, "is_decoder", "BERT as a decoder is not supported"));
    HEADLIGHT_CHECK(refuseOption(config, "add_cross_attention", "BERT as half of an encoder-decoder is not supported"));
    HEADLIGHT_ASSIGN(const std::string positions, config.textOr("position_embedding_type", "absolute"));
    if (positions != "absolute")
        return config.reject("position_embedding_type", "position embeddings \"" + positions + "\" are not supported",
                             "\"absolute\"", "\"" + positions + "\"");
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSizeOr("vocab_size", 30522));
    HEADLIGHT_ASSIGN(const bool tied, config.booleanOr("tie_word_embeddings", true));
    spec.tied_head = tied && spec.head == HeadKind::MaskedLanguageModel;

    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSize("hidden_size"));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSize("num_hidden_layers", kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, "num_attention_heads", d_model, stack));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSize("intermediate_size"));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "hidden_act", "gelu"));
    stack.norm.placement = NormPlacement::Post;
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_eps", 1e-12));
    stack.positions.kind = PositionKind::Learned;
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 512));
    stack.embedding_norm = true;
    HEADLIGHT_ASSIGN(stack.n_token_types, config.positiveSizeOr("type_vocab_size", 2, 256));
    spec.encoder = stack;
    spec.output.transform_activation = spec.head == HeadKind::SequenceClassification ? Activation::Tanh : stack.activation;
    spec.output.norm_epsilon = stack.norm.epsilon;
    if (spec.head == HeadKind::SequenceClassification) {
        HEADLIGHT_ASSIGN(spec.class_names, readClassNames(config));
        spec.n_classes = spec.class_names.size();
    }
    return spec;
}

BlockSlots blockSlots(const TensorNames& names, const std::string& block, const StackSpec& stack) {
    const std::size_t d_model = stack.d_model;
    const std::string attention = block + "attention.";
    BlockSlots slots;
    slots.self.query_key_value = stackedSlot({linearSlot(attention + "self.query", d_model, d_model),
                                              linearSlot(attention + "self.key", d_model, d_model),
                                              linearSlot(attention + "self.value", d_model, d_model)});
    slots.self.output = linearSlot(attention + "output.dense", d_model, d_model);
    slots.self.norm = normSlot(names, attention + "output.LayerNorm", d_model);
    slots.feed_forward.up = linearSlot(block + "intermediate.dense", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "output.dense", stack.d_feed_forward, d_model);
    slots.feed_forward.norm = normSlot(names, block + "output.LayerNorm", d_model);
    return slots;
}

HeadSlots headSlots(const ModelSpec& spec, const TensorNames& names, const std::string& prefix) {
    const std::size_t d_model = spec.encoder->d_model;
    HeadSlots head;
    if (spec.head == HeadKind::MaskedLanguageModel) {
        head.transform = linearSlot("cls.predictions.transform.dense", d_model, d_model);
        head.norm = normSlot(names, "cls.predictions.transform.LayerNorm", d_model);
        const std::string weight = spec.tied_head ? prefix + "embeddings.word_embeddings.weight"
                                                  : std::string("cls.predictions.decoder.weight");
        head.output.weights.push_back({weight, {spec.vocabulary_size, d_model}});
        // One bias under two names where the head is tied; the linear layer's own where it is not.
        const std::string bias = spec.tied_head ? names.firstOf({"cls.predictions.bias", "cls.predictions.decoder.bias"})
                                                : names.firstOf({"cls.predictions.decoder.bias", "cls.predictions.bias"});
        head.output.biases.push_back({bias, {spec.vocabulary_size}});
    } else if (spec.head == HeadKind::SequenceClassification) {
        head.transform = linearSlot(prefix + "pooler.dense", d_model, d_model);
        head.output = linearSlot("classifier", d_model, spec.n_classes);
    }
    return head;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const StackSpec& stack = *spec.encoder;
    const std::string bare = "embeddings.word_embeddings.weight";
    const bool prefixed = names.contains("bert." + bare) || (spec.head != HeadKind::None && !names.contains(bare));
    const std::string prefix = prefixed ? "bert." : "";
    const std::string embeddings = prefix + "embeddings.";
    ModelSlots slots;
    StackSlots encoder;
    encoder.token_embedding = {prefix + bare, {spec.vocabulary_size, stack.d_model}};
    encoder.position_embedding = {embeddings + "position_embeddings.weight", {stack.positions.max_positions, stack.d_model}};
    encoder.type_embedding = {embeddings + "token_type_embeddings.weight", {stack.n_token_types, stack.d_model}};
    encoder.embedding_norm = normSlot(names, embeddings + "LayerNorm", stack.d_model);
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        encoder.blocks.push_back(blockSlots(names, prefix + "encoder.layer." + std::to_string(layer) + ".", stack));
    slots.encoder = std::move(encoder);
    slots.head = headSlots(spec, names, prefix);
    // Position numbers saved as a buffer, tied copies, the pooler where nothing reads it, and heads of the
    // pre-training that a checkpoint for another task still carries.
    const bool masked_lm = spec.head == HeadKind::MaskedLanguageModel;
    slots.ignorable = [prefix, masked_lm](std::string_view name) {
        const bool unread_head = name.starts_with("cls.seq_relationship.") || name == "cls.predictions.decoder.weight" ||
                                 name == "cls.predictions.decoder.bias" || name == "cls.predictions.bias";
        return name == prefix + "embeddings.position_ids" || name.starts_with(prefix + "pooler.dense.") || unread_head ||
               (!masked_lm && name.starts_with("cls.predictions."));
    };
    return slots;
}

} // namespace

Family bertFamily() {
    return {"bert", {"BertModel", "BertForMaskedLM", "BertForSequenceClassification", "BertForPreTraining"}, readSpec, findSlots};
}

} // namespace headlight
