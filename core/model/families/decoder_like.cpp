#include "core/model/families/decoder_like.h"

#include "core/model/families/common.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace headlight {

namespace {

/// More heads, or wider ones, no real model has.
constexpr std::size_t kMaxHeads = 65'536;

HeadKind headOf(std::string_view architecture) {
    if (architecture.ends_with("ForCausalLM") || architecture.ends_with("LMHeadModel"))
        return HeadKind::LanguageModel;
    if (architecture.ends_with("ForSequenceClassification"))
        return HeadKind::SequenceClassification;
    const bool tokens =
        architecture.ends_with("ForTokenClassification") || architecture.ends_with("ForQuestionAnswering");
    return tokens ? HeadKind::TokenClassification : HeadKind::None;
}

HeadSlots headSlots(const ModelSpec& spec, const TensorNames& names, const DecoderNames& parts,
                    const TensorSlot& embedding) {
    const std::size_t d_output = spec.decoder->embeddingWidth();
    HeadSlots head;
    if (spec.head == HeadKind::LanguageModel) {
        std::string name = parts.lm_heads.front() + ".weight";
        for (const std::string& spelling : parts.lm_heads)
            if (names.contains(spelling + ".weight"))
                name = spelling + ".weight";
        head.output.weights.push_back(spec.tied_head ? embedding
                                                     : TensorSlot{name, {spec.vocabulary_size, d_output}});
    } else if (spec.head == HeadKind::SequenceClassification) {
        head.output = linearSlot("score", d_output, spec.n_classes, WeightLayout::OutIn, false);
    } else if (spec.head == HeadKind::TokenClassification) {
        const bool answers = spec.architecture.ends_with("ForQuestionAnswering");
        head.output = linearSlot(answers ? "qa_outputs" : parts.token_classifier, d_output, spec.n_classes);
    }
    return head;
}

/// Masks and frequencies that were saved as buffers once.
bool isBuffer(std::string_view name) {
    constexpr std::string_view kBuffers[] = {".attn.bias", ".attn.masked_bias", ".attention.bias",
                                             ".attention.masked_bias", "rotary_emb.inv_freq"};
    return std::any_of(std::begin(kBuffers), std::end(kBuffers),
                       [&](std::string_view end) { return name.ends_with(end); });
}

} // namespace

bool switchedOff(const ConfigReader& config, std::string_view key) {
    const auto place = config.json().find(key);
    return place != config.json().end() && place->is_null();
}

Result<ModelSpec> readDecoder(const ConfigReader& config, std::string_view family, std::string architecture,
                              bool tied_by_default) {
    ModelSpec spec;
    spec.family = family;
    spec.kind = ModelKind::DecoderOnly;
    spec.head = headOf(architecture);
    HEADLIGHT_ASSIGN(const bool tied, config.booleanOr("tie_word_embeddings", tied_by_default));
    spec.tied_head = tied && spec.head == HeadKind::LanguageModel;
    spec.output.classifier_token = ClassifierToken::Last;
    if (architecture.ends_with("ForQuestionAnswering")) {
        spec.class_names = {"start", "end"};
    } else if (spec.head == HeadKind::SequenceClassification || spec.head == HeadKind::TokenClassification) {
        HEADLIGHT_ASSIGN(spec.class_names, readClassNames(config));
    }
    spec.n_classes = spec.class_names.size();
    HEADLIGHT_ASSIGN(const bool classifier_bias, config.booleanOr("token_classification_bias", true));
    if (!classifier_bias)
        return config.reject("token_classification_bias", "a classifier without bias is not supported",
                             "true", "false");
    spec.architecture = std::move(architecture);
    return spec;
}

Result<void> checkKeyValueHeads(const ConfigReader& config, std::string_view key, const StackSpec& stack) {
    if (stack.n_heads % stack.n_kv_heads == 0)
        return {};
    return config.reject(key, "the key/value heads do not divide the heads",
                         "a divisor of " + std::to_string(stack.n_heads), std::to_string(stack.n_kv_heads),
                         "The two numbers belong to different models");
}

Result<void> readGroupedHeads(const ConfigReader& config, const HeadDefaults& defaults, StackSpec& stack) {
    HEADLIGHT_ASSIGN(stack.n_heads,
                     config.positiveSizeOr("num_attention_heads", defaults.n_heads, kMaxHeads));
    const bool as_heads = defaults.n_kv_heads == 0 || switchedOff(config, "num_key_value_heads");
    HEADLIGHT_ASSIGN(stack.n_kv_heads,
                     config.positiveSizeOr("num_key_value_heads",
                                           as_heads ? stack.n_heads : defaults.n_kv_heads, kMaxHeads));
    HEADLIGHT_CHECK(checkKeyValueHeads(config, "num_key_value_heads", stack));
    HEADLIGHT_ASSIGN(stack.head_dim, config.positiveSizeOr(
                                         "head_dim", std::max<std::size_t>(defaults.head_dim, 1), kMaxHeads));
    if (config.has("head_dim") || defaults.head_dim > 0)
        return {};
    if (stack.d_model % stack.n_heads != 0)
        return config.reject("num_attention_heads", "the heads do not divide the model's width",
                             "a divisor of " + std::to_string(stack.d_model), std::to_string(stack.n_heads),
                             "Width and number of heads belong to different models, or head_dim is missing");
    stack.head_dim = stack.d_model / stack.n_heads;
    return {};
}

Result<std::optional<std::size_t>> readWindow(const ConfigReader& config,
                                              std::optional<std::size_t> otherwise) {
    if (switchedOff(config, "sliding_window"))
        return std::optional<std::size_t>();
    if (!config.has("sliding_window"))
        return otherwise;
    HEADLIGHT_ASSIGN(const std::size_t window, config.positiveSize("sliding_window"));
    return std::optional(window);
}

Result<void> readLayerWindows(const ConfigReader& config, std::optional<std::size_t> window,
                              const std::function<bool(std::size_t)>& slides, StackSpec& stack) {
    HEADLIGHT_ASSIGN(const std::vector<std::string> types, config.textList("layer_types"));
    if (!types.empty() && types.size() != stack.n_layers)
        return config.reject("layer_types", "there is not one kind of attention a layer",
                             std::to_string(stack.n_layers) + " kinds", std::to_string(types.size()));
    std::vector<std::size_t> windows(stack.n_layers, 0);
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer) {
        if (!types.empty() && types[layer] != "sliding_attention" && types[layer] != "full_attention")
            return config.reject("layer_types", "attention of kind \"" + types[layer] + "\" is not supported",
                                 "\"full_attention\" or \"sliding_attention\"", "\"" + types[layer] + "\"");
        if (types.empty() ? !slides(layer) : types[layer] != "sliding_attention")
            continue;
        if (!window)
            return config.reject("sliding_window", "a layer has sliding attention, but there is no window",
                                 "a number of tokens", "nothing");
        windows[layer] = *window;
    }
    if (std::any_of(windows.begin(), windows.end(), [](std::size_t size) { return size > 0; }))
        stack.sliding_windows = std::move(windows);
    return {};
}

std::string prefixOf(const TensorNames& names, const DecoderNames& parts) {
    for (const std::string& prefix : parts.prefixes)
        if (names.contains(prefix + parts.token_embedding + ".weight"))
            return prefix;
    return names.contains(parts.token_embedding + ".weight") ? "" : parts.prefixes.front();
}

NormSlot stackNormSlot(const StackSpec& stack, const TensorNames& names, const std::string& name,
                       std::size_t size) {
    if (!stack.norm.has_weights)
        return {};
    return stack.norm.kind == NormKind::RmsNorm ? rmsNormSlot(name, size) : normSlot(names, name, size);
}

std::vector<RowRange> ungroupedRows(const StackSpec& stack) {
    const std::size_t group_size = stack.n_heads / stack.n_kv_heads;
    const std::size_t stride = (group_size + 2) * stack.head_dim;
    std::vector<RowRange> rows;
    for (std::size_t group = 0; group < stack.n_kv_heads; ++group)
        rows.push_back({group * stride, group_size * stack.head_dim});
    for (const std::size_t head : {group_size, group_size + 1}) // the key, then the value
        for (std::size_t group = 0; group < stack.n_kv_heads; ++group)
            rows.push_back({group * stride + head * stack.head_dim, stack.head_dim});
    return rows;
}

ModelSlots decoderSlots(const ModelSpec& spec, const TensorNames& names, const DecoderNames& parts,
                        const std::function<BlockSlots(const std::string&)>& block) {
    const StackSpec& stack = *spec.decoder;
    const std::string prefix = prefixOf(names, parts);
    StackSlots decoder;
    decoder.token_embedding = {prefix + parts.token_embedding + ".weight",
                               {spec.vocabulary_size, stack.embeddingWidth()}};
    if (!parts.position_embedding.empty())
        decoder.position_embedding = {
            prefix + parts.position_embedding + ".weight",
            {stack.positions.offset + stack.positions.max_positions, stack.d_model}};
    for (std::size_t layer = 0; layer < stack.n_layers; ++layer)
        decoder.blocks.push_back(block(prefix + parts.blocks + std::to_string(layer) + "."));
    if (stack.final_norm)
        decoder.final_norm = stackNormSlot(stack, names, prefix + parts.final_norm, stack.d_model);
    ModelSlots slots;
    slots.head = headSlots(spec, names, parts, decoder.token_embedding);
    slots.decoder = std::move(decoder);
    const bool unused_head = spec.tied_head || spec.head != HeadKind::LanguageModel;
    slots.ignorable = [unused_head, heads = parts.lm_heads](std::string_view name) {
        const auto is_head = [&](const std::string& head) { return name == head + ".weight"; };
        return isBuffer(name) || (unused_head && std::any_of(heads.begin(), heads.end(), is_head));
    };
    return slots;
}

} // namespace headlight
