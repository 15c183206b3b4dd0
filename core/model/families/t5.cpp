#include "core/model/families/t5.h"

#include "core/model/families/bart_like.h"
#include "core/model/families/common.h"

#include <cmath>

// Raffel et al. 2019, "Exploring the Limits of Transfer Learning"; Shazeer 2020 for the gated feed-forward
// layer of T5 1.1; Xue et al. 2020, "mT5"; names as in transformers' modeling_t5.

namespace headlight {

namespace {

constexpr std::size_t kMaxBuckets = 65536;
constexpr std::size_t kMaxDistance = 1u << 20;

/// Whether this class reads with the encoder alone.
bool encoderAlone(std::string_view architecture) {
    return architecture.ends_with("EncoderModel") || architecture.ends_with("ForTokenClassification");
}

/// "relu" or "gated-gelu"; the latter means the tanh approximation. Configs may say the outcome themselves.
Result<void> readFeedForward(const ConfigReader& config, StackSpec& stack) {
    HEADLIGHT_ASSIGN(stack.d_feed_forward, config.positiveSize("d_ff"));
    HEADLIGHT_ASSIGN(const std::string projection, config.text("feed_forward_proj"));
    const bool gated = projection.starts_with("gated-");
    const std::string name = gated ? projection.substr(projection.find('-') + 1) : projection;
    if (name.find('-') != std::string::npos)
        return config.reject("feed_forward_proj", "unknown feed-forward layer \"" + projection + "\"",
                             "an activation, or \"gated-\" and an activation", "\"" + projection + "\"");
    HEADLIGHT_ASSIGN(stack.gated_feed_forward, config.booleanOr("is_gated_act", gated));
    if (config.has("dense_act_fn")) {
        HEADLIGHT_ASSIGN(stack.activation, readActivation(config, "dense_act_fn", name));
        return {};
    }
    HEADLIGHT_ASSIGN(stack.activation, activationNamed(config, "feed_forward_proj",
                                                       projection == "gated-gelu" ? "gelu_new" : name));
    return {};
}

Result<void> readRelativeBias(const ConfigReader& config, StackSpec& stack) {
    stack.positions.kind = PositionKind::RelativeBias; // any number of positions
    RelativeBiasSpec& relative = stack.positions.relative;
    HEADLIGHT_ASSIGN(relative.n_buckets, config.positiveSize("relative_attention_num_buckets", kMaxBuckets));
    HEADLIGHT_ASSIGN(relative.max_distance,
                     config.positiveSize("relative_attention_max_distance", kMaxDistance));
    if (relative.n_buckets < 4)
        return config.reject("relative_attention_num_buckets", "too few buckets for distances", "4 or more",
                             std::to_string(relative.n_buckets));
    if (relative.max_distance <= relative.n_buckets / 2)
        return config.reject("relative_attention_max_distance",
                             "the largest distance falls among those with a bucket of their own",
                             "more than " + std::to_string(relative.n_buckets / 2),
                             std::to_string(relative.max_distance));
    return {};
}

Result<StackSpec> readStack(const ConfigReader& config) {
    StackSpec stack;
    HEADLIGHT_ASSIGN(stack.d_model, config.positiveSize("d_model"));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSize("num_layers", kMaxLayers));
    HEADLIGHT_ASSIGN(stack.n_heads, config.positiveSize("num_heads", 65536));
    HEADLIGHT_ASSIGN(stack.head_dim, config.positiveSize("d_kv", 65536)); // heads need not divide d_model
    stack.n_kv_heads = stack.n_heads;
    stack.norm = {NormKind::RmsNorm, NormPlacement::Pre};
    HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_epsilon", 1e-6));
    stack.final_norm = true;
    stack.attention_scale = 1.0f; // the factor is in the weights
    HEADLIGHT_CHECK(readFeedForward(config, stack));
    HEADLIGHT_CHECK(readRelativeBias(config, stack));
    return stack;
}

Result<ModelSpec> readT5(const ConfigReader& config, std::string architecture, std::string family) {
    ModelSpec spec;
    spec.family = std::move(family);
    spec.head = encoderDecoderHead(architecture);
    spec.architecture = std::move(architecture);
    spec.kind = encoderAlone(spec.architecture) ? ModelKind::EncoderOnly : ModelKind::EncoderDecoder;
    HEADLIGHT_ASSIGN(spec.vocabulary_size, config.positiveSize("vocab_size"));
    HEADLIGHT_ASSIGN(spec.encoder, readStack(config));
    spec.encoder->positions.relative.bidirectional = true;
    if (spec.kind == ModelKind::EncoderDecoder) {
        spec.decoder = spec.encoder;
        HEADLIGHT_ASSIGN(spec.decoder->n_layers,
                         config.positiveSizeOr("num_decoder_layers", spec.encoder->n_layers, kMaxLayers));
        spec.decoder->causal = spec.decoder->cross_attention = true;
        spec.decoder->positions.relative.bidirectional = false;
    }
    HEADLIGHT_CHECK(readClasses(config, spec));
    if (spec.classifies())
        spec.decoder_prompt = DecoderPrompt::ShiftedSource;
    spec.tied_head = true; // unless the checkpoint has a head beside the embedding, as T5 1.1
    return spec;
}

Result<ModelSpec> readT5Spec(const ConfigReader& config, std::string architecture) {
    HEADLIGHT_ASSIGN(ModelSpec spec, readT5(config, std::move(architecture), "t5"));
    // T5 1.1 says "tie_word_embeddings": false; that tells the two apart even where the head is tied after
    // all.
    HEADLIGHT_ASSIGN(const bool tied, config.booleanOr("tie_word_embeddings", true));
    HEADLIGHT_ASSIGN(const bool scaled, config.booleanOr("scale_decoder_outputs", tied));
    if (scaled && spec.head == HeadKind::LanguageModel)
        spec.output.hidden_scale = static_cast<float>(1.0 / std::sqrt(double(spec.decoder->d_model)));
    return spec;
}

Result<ModelSpec> readMt5Spec(const ConfigReader& config, std::string architecture) {
    return readT5(config, std::move(architecture), "mt5");
}

LinearSlot linear(const std::string& name, std::size_t n_in, std::size_t n_out) {
    return linearSlot(name, n_in, n_out, WeightLayout::OutIn, false);
}

BlockSlots blockSlots(const std::string& block, const StackSpec& stack) {
    const std::size_t d_model = stack.d_model;
    const std::size_t width = stack.n_heads * stack.head_dim;
    BlockSlots slots;
    const std::string self = block + "layer.0.SelfAttention.";
    slots.self.query_key_value =
        stackedSlot({linear(self + "q", d_model, width), linear(self + "k", d_model, width),
                     linear(self + "v", d_model, width)});
    slots.self.output = linear(self + "o", width, d_model);
    slots.self.norm = rmsNormSlot(block + "layer.0.layer_norm", d_model);
    if (stack.cross_attention) {
        const std::string cross = block + "layer.1.EncDecAttention.";
        slots.cross.query = linear(cross + "q", d_model, width);
        slots.cross.key_value =
            stackedSlot({linear(cross + "k", d_model, width), linear(cross + "v", d_model, width)});
        slots.cross.output = linear(cross + "o", width, d_model);
        slots.cross.norm = rmsNormSlot(block + "layer.1.layer_norm", d_model);
    }
    const std::string layer = block + (stack.cross_attention ? "layer.2." : "layer.1.");
    const std::string inner = layer + "DenseReluDense.";
    if (stack.gated_feed_forward)
        slots.feed_forward.gate = linear(inner + "wi_0", d_model, stack.d_feed_forward);
    slots.feed_forward.up =
        linear(inner + (stack.gated_feed_forward ? "wi_1" : "wi"), d_model, stack.d_feed_forward);
    slots.feed_forward.down = linear(inner + "wo", stack.d_feed_forward, d_model);
    slots.feed_forward.norm = rmsNormSlot(layer + "layer_norm", d_model);
    return slots;
}

StackSlots stackSlots(const std::string& prefix, const StackSpec& stack, TensorSlot embedding) {
    StackSlots slots;
    slots.token_embedding = std::move(embedding);
    slots.relative_bias = {prefix + "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
                           {stack.positions.relative.n_buckets, stack.n_heads}};
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        slots.blocks.push_back(blockSlots(prefix + "block." + std::to_string(layer) + ".", stack));
    slots.final_norm = rmsNormSlot(prefix + "final_layer_norm", stack.d_model);
    return slots;
}

ModelSlots findSlots(const ModelSpec& spec, const TensorNames& names) {
    const std::string prefix =
        names.contains("transformer.encoder.final_layer_norm.weight") ? "transformer." : "";
    const std::string shared = prefix + "shared.weight";
    const std::string head = "lm_head.weight";
    const std::string encoder = prefix + "encoder.embed_tokens.weight";
    const std::string decoder = prefix + "decoder.embed_tokens.weight";
    const auto embedding = [&](const std::string& own, const std::string& other) {
        const std::string name = names.firstOf({own, shared, other, head});
        return TensorSlot{names.contains(name) ? name : shared,
                          {spec.vocabulary_size, spec.encoder->d_model}};
    };
    ModelSlots slots;
    slots.encoder = stackSlots(prefix + "encoder.", *spec.encoder, embedding(encoder, decoder));
    if (spec.hasDecoder())
        slots.decoder = stackSlots(prefix + "decoder.", *spec.decoder, embedding(decoder, encoder));
    slots.head = classifierSlots(spec);
    if (spec.head == HeadKind::LanguageModel) {
        TensorSlot weight = embedding(decoder, encoder);
        if (names.contains(head))
            weight.name = head;
        else if (names.contains(shared))
            weight.name = shared;
        slots.head.output.weights.push_back(std::move(weight));
    }
    // Copies of the embedding, a bias of the first checkpoints that nothing reads, and what an encoder alone
    // leaves.
    slots.ignorable = [=, alone = !spec.hasDecoder()](std::string_view name) {
        return name == shared || name == encoder || name == decoder || name == head ||
               name == prefix + "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight" ||
               (alone && name.starts_with(prefix + "decoder."));
    };
    return slots;
}

} // namespace

Family t5Family() {
    return {"t5",
            {"T5ForConditionalGeneration", "T5Model", "T5EncoderModel", "T5ForSequenceClassification",
             "T5ForTokenClassification", "T5ForQuestionAnswering", "T5WithLMHeadModel"},
            readT5Spec,
            findSlots,
            R"({
        "vocab_size": 32128, "d_model": 512, "d_kv": 64, "d_ff": 2048, "num_layers": 6, "num_heads": 8,
        "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "feed_forward_proj": "relu",
        "pad_token_id": 0, "eos_token_id": 1})"};
}

Family mt5Family() {
    return {"mt5",
            {"MT5ForConditionalGeneration", "MT5Model", "MT5EncoderModel", "MT5ForSequenceClassification",
             "MT5ForTokenClassification", "MT5ForQuestionAnswering"},
            readMt5Spec,
            findSlots,
            R"({
        "vocab_size": 250112, "d_model": 512, "d_kv": 64, "d_ff": 1024, "num_layers": 8, "num_heads": 6,
        "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "feed_forward_proj": "gated-gelu",
        "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0})"};
}

} // namespace headlight
