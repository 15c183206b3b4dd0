#include "core/model/families/bart_like.h"

#include "core/model/families/common.h"

#include <cmath>

namespace headlight {

namespace {

Result<StackSpec> readStack(const BartLike& family, const ConfigReader& config, const std::string& side,
                            std::size_t d_model) {
    StackSpec stack;
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSize(std::string_view(side + "_layers"), kMaxLayers));
    const std::string heads = side + "_attention_heads";
    HEADLIGHT_CHECK(readHeads(config, std::string_view(heads), d_model, stack));
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSize(std::string_view(side + "_ffn_dim")));
    HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "activation_function", "gelu"));
    stack.norm = {NormKind::LayerNorm, family.placement, 1e-5f};
    stack.final_norm = family.placement == NormPlacement::Pre;
    stack.embedding_norm = family.embedding_norm;
    stack.positions.kind = family.positions;
    stack.positions.sinusoids = family.sinusoids;
    stack.positions.offset = family.position_offset;
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 1024));
    HEADLIGHT_ASSIGN(const bool scaled, config.booleanOr("scale_embedding", false));
    stack.embedding_scale = scaled ? static_cast<float>(std::sqrt(double(d_model))) : 1.0f;
    stack.causal = stack.cross_attention = side == "decoder";
    stack.positions_after_norm = family.positions_after_norm && stack.causal;
    if (stack.positions_after_norm)
        stack.embedding_scale = 1.0f; // that norm would undo it; transformers leaves it out
    return stack;
}

LinearSlot square(const std::string& name, std::size_t d_model) {
    return linearSlot(name, d_model, d_model);
}

BlockSlots blockSlots(const TensorNames& names, const std::string& block, const StackSpec& stack) {
    const std::size_t d_model = stack.d_model;
    const std::string self = block + "self_attn.";
    BlockSlots slots;
    slots.self.query_key_value =
        stackedSlot({square(self + "q_proj", d_model), square(self + "k_proj", d_model),
                     square(self + "v_proj", d_model)});
    slots.self.output = square(self + "out_proj", d_model);
    slots.self.norm = normSlot(names, block + "self_attn_layer_norm", d_model);
    if (stack.cross_attention) {
        const std::string cross = block + "encoder_attn.";
        slots.cross.query = square(cross + "q_proj", d_model);
        slots.cross.key_value =
            stackedSlot({square(cross + "k_proj", d_model), square(cross + "v_proj", d_model)});
        slots.cross.output = square(cross + "out_proj", d_model);
        slots.cross.norm = normSlot(names, block + "encoder_attn_layer_norm", d_model);
    }
    slots.feed_forward.up = linearSlot(block + "fc1", d_model, stack.d_feed_forward);
    slots.feed_forward.down = linearSlot(block + "fc2", stack.d_feed_forward, d_model);
    slots.feed_forward.norm = normSlot(names, block + "final_layer_norm", d_model);
    return slots;
}

StackSlots stackSlots(const TensorNames& names, const std::string& prefix, const StackSpec& stack,
                      TensorSlot embedding) {
    StackSlots slots;
    slots.token_embedding = std::move(embedding);
    // Older checkpoints carry the computed table of Marian and PEGASUS; what is saved counts, as in Hugging
    // Face.
    const std::string positions = prefix + "embed_positions.weight";
    if (stack.positions.kind == PositionKind::Learned ||
        (stack.positions.sinusoids == SinusoidLayout::Marian && names.contains(positions)))
        slots.position_embedding = {positions,
                                    {stack.positions.offset + stack.positions.max_positions, stack.d_model}};
    if (stack.embedding_norm)
        slots.embedding_norm = normSlot(names, prefix + "layernorm_embedding", stack.d_model);
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        slots.blocks.push_back(blockSlots(names, prefix + "layers." + std::to_string(layer) + ".", stack));
    if (stack.final_norm)
        slots.final_norm = normSlot(names, prefix + "layer_norm", stack.d_model);
    return slots;
}

/// The embedding one side reads, [vocabulary, d_model].
TensorSlot embeddingSlot(const ModelSpec& spec, const TensorNames& names, const std::string& prefix,
                         StackKind side) {
    const std::string shared = prefix + "shared.weight";
    const std::string encoder = prefix + "encoder.embed_tokens.weight";
    const std::string decoder = prefix + "decoder.embed_tokens.weight";
    const bool is_encoder = side == StackKind::Encoder;
    const std::size_t d_model = spec.decoder->d_model;
    std::string name;
    if (spec.source_vocabulary_size > 0 && is_encoder) // separate vocabularies: nothing is shared
        name = encoder;
    else if (spec.source_vocabulary_size > 0 || !spec.hasEncoder())
        name = names.firstOf({decoder, spec.tied_head ? "lm_head.weight" : decoder});
    else
        name = names.firstOf({is_encoder ? encoder : decoder, shared, is_encoder ? decoder : encoder,
                              spec.tied_head ? "lm_head.weight" : shared});
    if (!names.contains(name) && spec.source_vocabulary_size == 0 && spec.hasEncoder())
        name = shared; // the name to miss
    return {name, {spec.vocabularyOf(side), d_model}};
}

HeadSlots headSlots(const ModelSpec& spec, const TensorNames& names, const TensorSlot& decoder_embedding) {
    if (spec.head != HeadKind::LanguageModel)
        return classifierSlots(spec);
    HeadSlots head;
    TensorSlot weight = decoder_embedding;
    // A head that was saved beside the embedding it should be tied to is its own, as in Hugging Face.
    if (!spec.tied_head || names.contains("lm_head.weight"))
        weight.name = "lm_head.weight";
    head.output.weights.push_back(std::move(weight));
    if (spec.hasEncoder() && names.contains("final_logits_bias"))
        head.output.biases.push_back({"final_logits_bias", {1, spec.vocabulary_size}});
    return head;
}

/// Copies of embeddings, computed position tables, marks of fairseq, and what a decoder alone has no use for.
bool isIgnorable(std::string_view name, const std::string& prefix, bool decoder_only) {
    if (name == "lm_head.weight" || name == "final_logits_bias")
        return true;
    if (!name.starts_with(prefix))
        return false;
    name.remove_prefix(prefix.size());
    if (decoder_only && (name.starts_with("encoder.") ||
                         name.find(".encoder_attn") != std::string_view::npos || name == "shared.weight"))
        return true;
    for (const std::string_view side : {"encoder.", "decoder."})
        if (name.starts_with(side)) {
            const std::string_view rest = name.substr(side.size());
            return rest == "embed_tokens.weight" || rest == "embed_positions.weights" || rest == "version";
        }
    return name == "shared.weight";
}

} // namespace

HeadKind encoderDecoderHead(std::string_view architecture) {
    for (const std::string_view generator :
         {"ForConditionalGeneration", "MTModel", "ForCausalLM", "WithLMHeadModel"})
        if (architecture.ends_with(generator))
            return HeadKind::LanguageModel;
    if (architecture.ends_with("ForSequenceClassification"))
        return HeadKind::SequenceClassification;
    const bool per_token =
        architecture.ends_with("ForQuestionAnswering") || architecture.ends_with("ForTokenClassification");
    return per_token ? HeadKind::TokenClassification : HeadKind::None;
}

Result<void> readClasses(const ConfigReader& config, ModelSpec& spec) {
    if (!spec.classifies())
        return {};
    if (spec.architecture.ends_with("ForQuestionAnswering")) {
        spec.class_names = {"start", "end"};
    } else {
        HEADLIGHT_ASSIGN(spec.class_names, readClassNames(config));
    }
    spec.n_classes = spec.class_names.size();
    spec.output.transform_activation = Activation::Tanh;
    spec.output.classifier_token = ClassifierToken::Last;
    return {};
}

HeadSlots classifierSlots(const ModelSpec& spec) {
    const std::size_t d_model = (spec.decoder ? *spec.decoder : *spec.encoder).d_model;
    HeadSlots head;
    if (spec.head == HeadKind::SequenceClassification) {
        head.transform = linearSlot("classification_head.dense", d_model, d_model);
        head.output = linearSlot("classification_head.out_proj", d_model, spec.n_classes);
    } else if (spec.head == HeadKind::TokenClassification) {
        const bool answers = spec.architecture.ends_with("ForQuestionAnswering");
        head.output = linearSlot(answers ? "qa_outputs" : "classifier", d_model, spec.n_classes);
    }
    return head;
}

Result<ModelSpec> readBartLike(const BartLike& family, const ConfigReader& config, std::string architecture) {
    ModelSpec spec;
    spec.family = family.model_type;
    spec.head = encoderDecoderHead(architecture);
    const bool decoder_only = architecture.ends_with("ForCausalLM");
    spec.architecture = std::move(architecture);
    spec.kind = decoder_only ? ModelKind::DecoderOnly : ModelKind::EncoderDecoder;
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSize("vocab_size"));
    HEADLIGHT_ASSIGN(spec.tied_head, config.booleanOr("tie_word_embeddings", true));
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSize("d_model"));
    if (!decoder_only) {
        HEADLIGHT_ASSIGN(spec.encoder, readStack(family, config, "encoder", d_model));
    }
    HEADLIGHT_ASSIGN(spec.decoder, readStack(family, config, "decoder", d_model));
    spec.decoder->cross_attention = !decoder_only;
    HEADLIGHT_CHECK(readClasses(config, spec));
    if (spec.classifies())
        spec.decoder_prompt = family.classifier_prompt;
    spec.language_starts_target = family.language_starts_target;
    return spec;
}

ModelSlots bartLikeSlots(const ModelSpec& spec, const TensorNames& names) {
    const std::string prefix = names.contains("decoder.layers.0.fc1.weight") ? "" : "model.";
    ModelSlots slots;
    if (spec.hasEncoder())
        slots.encoder = stackSlots(names, prefix + "encoder.", *spec.encoder,
                                   embeddingSlot(spec, names, prefix, StackKind::Encoder));
    const TensorSlot embedding = embeddingSlot(spec, names, prefix, StackKind::Decoder);
    slots.decoder = stackSlots(names, prefix + "decoder.", *spec.decoder, embedding);
    slots.head = headSlots(spec, names, embedding);
    slots.ignorable = [prefix, decoder_only = !spec.hasEncoder()](std::string_view name) {
        return isIgnorable(name, prefix, decoder_only);
    };
    return slots;
}

} // namespace headlight
