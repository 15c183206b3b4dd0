#include "core/model/families/bert_like.h"

#include "core/model/families/common.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace headlight {

namespace {

constexpr std::string_view kWordEmbeddings = "embeddings.word_embeddings.weight";

const EncoderHead& headOf(const EncoderFamily& family, std::string_view architecture) {
    const auto head = std::find_if(family.heads.begin(), family.heads.end(),
                                   [&](const EncoderHead& one) { return one.architecture == architecture; });
    return head != family.heads.end() ? *head : family.heads.front();
}

Result<void> refuseOptions(const ConfigReader& config) {
    HEADLIGHT_CHECK(
        refuseOption(config, "is_decoder", "Headlight runs these models as encoders, without a causal mask"));
    HEADLIGHT_CHECK(
        refuseOption(config, "add_cross_attention", "Halves of an encoder-decoder are not supported"));
    HEADLIGHT_ASSIGN(const std::string positions, config.textOr("position_embedding_type", "absolute"));
    if (positions != "absolute")
        return config.reject("position_embedding_type",
                             "position embeddings \"" + positions + "\" are not supported", "\"absolute\"",
                             "\"" + positions + "\"");
    if (config.has("pruned_heads") && !config.json().at("pruned_heads").empty())
        return config.reject("pruned_heads", "models with pruned heads are not supported", "nothing",
                             "some heads", "Layers with different numbers of heads are not supported");
    return {};
}

Result<StackSpec> readStack(const EncoderFamily& family, const ConfigReader& config) {
    const EncoderDefaults& defaults = family.defaults;
    const EncoderKeys& keys = family.keys;
    StackSpec stack;
    HEADLIGHT_ASSIGN(const std::size_t d_model, config.positiveSizeOr(keys.d_model, defaults.d_model));
    HEADLIGHT_ASSIGN(stack.n_layers, config.positiveSizeOr(keys.n_layers, defaults.n_layers, kMaxLayers));
    HEADLIGHT_CHECK(readHeads(config, keys.n_heads, d_model, stack, defaults.n_heads));
    HEADLIGHT_ASSIGN(stack.d_feed_forward,
                     config.positiveSizeOr(keys.d_feed_forward, defaults.d_feed_forward));
    HEADLIGHT_ASSIGN(stack.activation,
                     readActivation(config, keys.activation, std::string(defaults.activation)));
    stack.norm.placement = NormPlacement::Post;
    stack.norm.epsilon = 1e-12f;
    if (!family.fixed_epsilon) {
        HEADLIGHT_ASSIGN(stack.norm.epsilon, readEpsilon(config, "layer_norm_eps", 1e-12));
    }
    stack.positions.kind = PositionKind::Learned;
    HEADLIGHT_ASSIGN(stack.positions.max_positions, config.positiveSizeOr("max_position_embeddings", 512));
    stack.embedding_norm = true;
    if (family.token_types) {
        HEADLIGHT_ASSIGN(stack.n_token_types, config.positiveSizeOr("type_vocab_size", 2, 256));
    }
    return stack;
}

LinearSlot linear(std::string_view block, std::string_view name, std::size_t n_in, std::size_t n_out) {
    return linearSlot(std::string(block) + std::string(name), n_in, n_out);
}

/// The head's second half: rows of the vocabulary, tied to the embedding or not, or classes.
LinearSlot outputSlot(const EncoderHead& head, const ModelSpec& spec, const TensorNames& names,
                      const std::string& prefix) {
    const std::string output(head.output);
    if (head.kind != HeadKind::MaskedLanguageModel)
        return linearSlot(output, spec.encoder->d_model, head.single_logit ? 1 : spec.n_classes);
    LinearSlot slot = linearSlot(output, spec.encoder->embeddingWidth(), spec.vocabulary_size);
    std::string& weight = slot.weights.front().name;
    weight = spec.tied_head ? prefix + std::string(kWordEmbeddings) : weight;
    // One bias under two names where the head is tied; the linear layer's own where it is not.
    std::string& bias = slot.biases.front().name;
    if (!head.other_bias.empty()) {
        const std::string other(head.other_bias);
        bias = spec.tied_head ? names.firstOf({other, bias}) : names.firstOf({bias, other});
    }
    return slot;
}

HeadSlots headSlots(const EncoderFamily& family, const ModelSpec& spec, const TensorNames& names,
                    const std::string& prefix) {
    const EncoderHead& head = headOf(family, spec.architecture);
    HeadSlots slots;
    if (head.kind == HeadKind::None)
        return slots;
    const std::size_t d_model = spec.encoder->d_model;
    const bool masked_lm = head.kind == HeadKind::MaskedLanguageModel;
    const std::size_t d_transform = masked_lm ? spec.encoder->embeddingWidth() : d_model;
    if (head.pooled)
        slots.transform = linear(prefix, family.pooler, d_model, d_model);
    else if (!head.transform.empty())
        slots.transform = linear({}, head.transform, d_model, d_transform);
    if (!head.norm.empty())
        slots.norm = normSlot(names, std::string(head.norm), d_transform);
    slots.output = outputSlot(head, spec, names, prefix);
    return slots;
}

/// What checkpoints carry and `head` does not read: buffers, the pooler, tied copies, and heads of other
/// tasks.
std::function<bool(std::string_view)> ignorable(const EncoderFamily& family, const EncoderHead& head,
                                                const std::string& prefix) {
    std::vector<std::string> names = {prefix + "embeddings.position_ids",
                                      prefix + "embeddings.token_type_ids"};
    if (head.kind == HeadKind::MaskedLanguageModel)
        for (const std::string& name : {std::string(head.output) + ".weight",
                                        std::string(head.output) + ".bias", std::string(head.other_bias)})
            names.push_back(name);
    std::vector<std::string> prefixes = {prefix + std::string(family.pooler) + "."};
    for (const std::string_view unread : family.unread_heads)
        if (!head.transform.starts_with(unread) && !head.output.starts_with(unread) &&
            !head.norm.starts_with(unread))
            prefixes.emplace_back(unread);
    if (!head.warning.empty()) // its layers are what the warning says is left out
        for (const std::string_view layer : {head.transform, head.output})
            if (!layer.empty())
                prefixes.push_back(std::string(layer) + ".");
    return [names = std::move(names), prefixes = std::move(prefixes)](std::string_view name) {
        return std::find(names.begin(), names.end(), name) != names.end() ||
               std::any_of(prefixes.begin(), prefixes.end(),
                           [&](const std::string& one) { return name.starts_with(one); });
    };
}

} // namespace

std::vector<std::string_view> architecturesOf(const EncoderFamily& family) {
    std::vector<std::string_view> names;
    for (const EncoderHead& head : family.heads)
        names.push_back(head.architecture);
    return names;
}

Result<ModelSpec> readEncoder(const EncoderFamily& family, const ConfigReader& config,
                              std::string architecture) {
    const EncoderHead& head = headOf(family, architecture);
    ModelSpec spec;
    spec.family = family.model_type;
    spec.head = head.kind;
    spec.architecture = std::move(architecture);
    spec.kind = ModelKind::EncoderOnly;
    HEADLIGHT_CHECK(refuseOptions(config));
    HEADLIGHT_ASSIGN(spec.vocabulary_size,
                     config.positiveSizeOr("vocab_size", family.defaults.vocabulary_size));
    HEADLIGHT_ASSIGN(const bool tied, config.booleanOr("tie_word_embeddings", true));
    spec.tied_head = tied && spec.head == HeadKind::MaskedLanguageModel;
    HEADLIGHT_ASSIGN(spec.encoder, readStack(family, config));
    spec.output.transform_activation = head.activation.value_or(spec.encoder->activation);
    spec.output.norm_epsilon = spec.encoder->norm.epsilon;
    spec.output.single_logit = head.single_logit;
    if (!head.warning.empty())
        spec.warnings.emplace_back(head.warning);
    if (spec.head == HeadKind::SequenceClassification || spec.head == HeadKind::TokenClassification) {
        spec.class_names.assign(head.classes.begin(), head.classes.end());
        if (head.classes.empty()) {
            HEADLIGHT_ASSIGN(spec.class_names, readClassNames(config));
        }
        spec.n_classes = spec.class_names.size();
    }
    return spec;
}

Result<void> placeBehindPadding(const ConfigReader& config, std::size_t padding_token, StackSpec& stack) {
    PositionSpec& positions = stack.positions;
    positions.offset = padding_token + 1;
    if (positions.max_positions <= positions.offset)
        return config.reject("max_position_embeddings", "the table of positions holds no position",
                             "more than " + std::to_string(positions.offset) +
                                 ", the rows that padding takes",
                             std::to_string(positions.max_positions));
    positions.max_positions -= positions.offset;
    positions.skipped_token = static_cast<TokenId>(padding_token);
    return {};
}

std::string encoderPrefix(const EncoderFamily& family, const ModelSpec& spec, const TensorNames& names) {
    const std::string prefixed = std::string(family.prefix) + std::string(kWordEmbeddings);
    const bool headless = headOf(family, spec.architecture).output.empty();
    return names.contains(prefixed) || (!headless && !names.contains(kWordEmbeddings))
               ? std::string(family.prefix)
               : "";
}

BlockSlots encoderBlock(const EncoderFamily& family, const StackSpec& stack, const TensorNames& names,
                        const std::string& block) {
    const std::size_t d_model = stack.d_model;
    const EncoderBlockNames& name = family.block;
    BlockSlots slots;
    slots.self.query_key_value =
        stackedSlot({linear(block, name.query, d_model, d_model), linear(block, name.key, d_model, d_model),
                     linear(block, name.value, d_model, d_model)});
    slots.self.output = linear(block, name.attention_output, d_model, d_model);
    slots.self.norm = normSlot(names, block + std::string(name.attention_norm), d_model);
    slots.feed_forward.up = linear(block, name.up, d_model, stack.d_feed_forward);
    slots.feed_forward.down = linear(block, name.down, stack.d_feed_forward, d_model);
    slots.feed_forward.norm = normSlot(names, block + std::string(name.feed_forward_norm), d_model);
    return slots;
}

ModelSlots encoderSlots(const EncoderFamily& family, const ModelSpec& spec, const TensorNames& names) {
    const StackSpec& stack = *spec.encoder;
    const std::string prefix = encoderPrefix(family, spec, names);
    const std::string embeddings = prefix + "embeddings.";
    const std::size_t d_embedding = stack.embeddingWidth();
    StackSlots encoder;
    encoder.token_embedding = {prefix + std::string(kWordEmbeddings), {spec.vocabulary_size, d_embedding}};
    encoder.position_embedding = {embeddings + "position_embeddings.weight",
                                  {stack.positions.offset + stack.positions.max_positions, d_embedding}};
    if (family.token_types)
        encoder.type_embedding = {embeddings + "token_type_embeddings.weight",
                                  {stack.n_token_types, d_embedding}};
    encoder.embedding_norm = normSlot(names, embeddings + "LayerNorm", d_embedding);
    for (std::size_t layer = 0; layer < stack.n_layers && !family.blocks.empty(); ++layer)
        encoder.blocks.push_back(encoderBlock(
            family, stack, names, prefix + std::string(family.blocks) + std::to_string(layer) + "."));
    ModelSlots slots;
    slots.encoder = std::move(encoder);
    slots.head = headSlots(family, spec, names, prefix);
    slots.ignorable = ignorable(family, headOf(family, spec.architecture), prefix);
    return slots;
}

EncoderHead tokenClassifier(std::string_view architecture) {
    return {.architecture = architecture, .kind = HeadKind::TokenClassification, .output = "classifier"};
}

EncoderHead questionAnswering(std::string_view architecture) {
    return {.architecture = architecture,
            .kind = HeadKind::TokenClassification,
            .output = "qa_outputs",
            .classes = {"start", "end"}};
}

EncoderHead multipleChoice(std::string_view architecture, std::string_view transform) {
    return {.architecture = architecture,
            .transform = transform,
            .output = "classifier",
            .warning = "The head of a multiple-choice model compares several texts; it is left out, and "
                       "there are no predictions"};
}

} // namespace headlight
