#include "core/model/families/common.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace headlight {

namespace {

constexpr std::pair<std::string_view, Activation> kActivations[] = {
    {"relu", Activation::Relu},           {"gelu", Activation::Gelu},
    {"gelu_python", Activation::Gelu},    {"gelu_new", Activation::GeluTanh},
    {"gelu_fast", Activation::GeluTanh},  {"gelu_pytorch_tanh", Activation::GeluTanh},
    {"quick_gelu", Activation::GeluQuick}, {"silu", Activation::Silu},
    {"swish", Activation::Silu},          {"tanh", Activation::Tanh},
    {"linear", Activation::None},
};

constexpr std::size_t kMaxClasses = 1'000'000;

using Json = nlohmann::json;

/// bad_words_ids: a list of lists of token ids.
Result<void> readBadWords(const ConfigReader& config, GenerationSpec& spec) {
    if (!config.has("bad_words_ids"))
        return {};
    const Json& value = config.json().at("bad_words_ids");
    const auto isId = [](const Json& id) { return id.is_number_unsigned() && id.get<std::uint64_t>() < kMaxSize; };
    const auto isSequence = [&](const Json& list) {
        return list.is_array() && !list.empty() && std::all_of(list.begin(), list.end(), isId);
    };
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), isSequence))
        return config.reject("bad_words_ids", "configuration value cannot be used", "a list of lists of token ids",
                             "something else", "The file was edited or is damaged");
    for (const Json& list : value) {
        auto sequence = list.get<std::vector<TokenId>>();
        if (sequence.size() > 1)
            spec.banned_sequences.push_back(std::move(sequence));
        else if (std::find(spec.eos_tokens.begin(), spec.eos_tokens.end(), sequence.front()) == spec.eos_tokens.end())
            spec.suppressed_tokens.push_back(sequence.front()); // Hugging Face never bans the end token itself
    }
    return {};
}

Result<EarlyStopping> readEarlyStopping(const ConfigReader& config) {
    if (!config.has("early_stopping"))
        return EarlyStopping::No;
    const Json& value = config.json().at("early_stopping");
    if (value.is_boolean())
        return value.get<bool>() ? EarlyStopping::Yes : EarlyStopping::No;
    if (value.is_string() && value.get<std::string>() == "never")
        return EarlyStopping::Never;
    return config.reject("early_stopping", "configuration value cannot be used", "true, false or \"never\"", "something else");
}

/// The first of a key's token ids, if any.
Result<std::optional<TokenId>> readToken(const ConfigReader& config, std::string_view key) {
    HEADLIGHT_ASSIGN(const std::vector<TokenId> ids, config.tokenIds(key));
    return ids.empty() ? std::nullopt : std::optional<TokenId>(ids.front());
}

Result<void> readTokens(const ConfigReader& config, GenerationSpec& spec) {
    HEADLIGHT_ASSIGN(spec.bos_token, readToken(config, "bos_token_id"));
    HEADLIGHT_ASSIGN(spec.eos_tokens, config.tokenIds("eos_token_id"));
    HEADLIGHT_ASSIGN(spec.forced_bos_token, readToken(config, "forced_bos_token_id"));
    HEADLIGHT_ASSIGN(spec.forced_eos_tokens, config.tokenIds("forced_eos_token_id"));
    HEADLIGHT_CHECK(readBadWords(config, spec));
    HEADLIGHT_ASSIGN(const std::vector<TokenId> suppressed, config.tokenIds("suppress_tokens"));
    spec.suppressed_tokens.insert(spec.suppressed_tokens.end(), suppressed.begin(), suppressed.end());
    HEADLIGHT_ASSIGN(spec.begin_suppressed_tokens, config.tokenIds("begin_suppress_tokens"));
    return {};
}

Result<void> readLengthsAndBeams(const ConfigReader& config, GenerationSpec& spec) {
    if (config.has("max_length")) {
        HEADLIGHT_ASSIGN(spec.max_length, config.positiveSize("max_length"));
    }
    if (config.has("max_new_tokens")) {
        HEADLIGHT_ASSIGN(spec.max_new_tokens, config.positiveSize("max_new_tokens"));
    }
    HEADLIGHT_ASSIGN(spec.min_length, config.sizeOr("min_length", 0));
    if (config.has("min_new_tokens")) {
        HEADLIGHT_ASSIGN(spec.min_new_tokens, config.size("min_new_tokens"));
    }
    HEADLIGHT_ASSIGN(spec.no_repeat_ngram_size, config.sizeOr("no_repeat_ngram_size", 0));
    HEADLIGHT_ASSIGN(const double repetition_penalty, config.numberOr("repetition_penalty", 1.0, {1e-6, 1e6}));
    spec.repetition_penalty = static_cast<float>(repetition_penalty);
    HEADLIGHT_ASSIGN(spec.n_beams, config.positiveSizeOr("num_beams", 1, 1024));
    HEADLIGHT_ASSIGN(const double length_penalty, config.numberOr("length_penalty", 1.0, {-1e3, 1e3}));
    spec.length_penalty = static_cast<float>(length_penalty);
    HEADLIGHT_ASSIGN(spec.early_stopping, readEarlyStopping(config));
    HEADLIGHT_ASSIGN(spec.renormalize_logits, config.booleanOr("renormalize_logits", false));
    HEADLIGHT_ASSIGN(const double encoder_penalty, config.numberOr("encoder_repetition_penalty", 1.0, {1e-6, 1e6}));
    spec.encoder_repetition_penalty = static_cast<float>(encoder_penalty);
    HEADLIGHT_ASSIGN(spec.encoder_no_repeat_ngram_size, config.sizeOr("encoder_no_repeat_ngram_size", 0));
    return {};
}

/// A number of the sampling settings. Out of its range ("temperature": 0.0 stands in real files) it counts as not
/// given: it matters only to those who sample, and does not keep anyone from opening the model.
Result<std::optional<float>> readSetting(const ConfigReader& config, std::string_view key, double above, double most) {
    if (!config.has(key))
        return std::optional<float>();
    HEADLIGHT_ASSIGN(const double value, config.number(key));
    return value > above && value <= most ? std::optional(static_cast<float>(value)) : std::nullopt;
}

Result<void> readSampling(const ConfigReader& config, GenerationSpec& spec) {
    HEADLIGHT_ASSIGN(spec.sample, config.booleanOr("do_sample", false));
    HEADLIGHT_ASSIGN(spec.temperature, readSetting(config, "temperature", 0.0, 1e6));
    HEADLIGHT_ASSIGN(spec.top_p, readSetting(config, "top_p", 0.0, 1.0));
    HEADLIGHT_ASSIGN(spec.min_p, readSetting(config, "min_p", 0.0, 1.0));
    if (config.has("top_k")) {
        HEADLIGHT_ASSIGN(spec.top_k, config.size("top_k"));
    }
    return {};
}

} // namespace

Result<Activation> readActivation(const ConfigReader& config, const ConfigKeys& keys, std::string otherwise) {
    HEADLIGHT_ASSIGN(const std::string name, config.textOr(keys, std::move(otherwise)));
    return activationNamed(config, keys.names().front(), name);
}

Result<Activation> activationNamed(const ConfigReader& config, std::string_view key, std::string_view name) {
    std::string known;
    for (const auto& [spelling, activation] : kActivations) {
        if (spelling == name)
            return activation;
        known += (known.empty() ? "" : ", ") + std::string(spelling);
    }
    const std::string quoted = "\"" + std::string(name) + "\"";
    return config.reject(key, "unknown activation " + quoted, "one of: " + known, quoted);
}

Result<float> readEpsilon(const ConfigReader& config, const ConfigKeys& keys, double otherwise) {
    HEADLIGHT_ASSIGN(const double epsilon, config.numberOr(keys, otherwise, {1e-30, 1.0}));
    return static_cast<float>(epsilon);
}

Result<void> readHeads(const ConfigReader& config, const ConfigKeys& keys, std::size_t d_model, StackSpec& stack,
                       std::size_t otherwise) {
    HEADLIGHT_ASSIGN(stack.n_heads, otherwise > 0 ? config.positiveSizeOr(keys, otherwise, d_model)
                                                  : config.positiveSize(keys, d_model));
    if (d_model % stack.n_heads != 0)
        return config.reject(keys.names().front(), "the heads do not divide the model's width",
                             "a divisor of " + std::to_string(d_model), std::to_string(stack.n_heads),
                             "Width and number of heads belong to different models");
    stack.n_kv_heads = stack.n_heads;
    stack.head_dim = d_model / stack.n_heads;
    stack.d_model = d_model;
    return {};
}

Result<void> refuseOption(const ConfigReader& config, std::string_view key, std::string why) {
    HEADLIGHT_ASSIGN(const bool set, config.booleanOr(key, false));
    if (!set)
        return {};
    return config.reject(key, "option " + std::string(key) + " is not supported", "false", "true", std::move(why));
}

Result<std::vector<std::string>> readClassNames(const ConfigReader& config) {
    const bool named = config.has("id2label");
    std::size_t n_classes = 2; // Hugging Face's default
    if (named) {
        const Json& labels = config.json().at("id2label");
        if (!labels.is_object() || labels.empty())
            return config.reject("id2label", "configuration value cannot be used", "an object of class names", "something else");
        n_classes = labels.size();
    }
    HEADLIGHT_ASSIGN(n_classes, config.positiveSizeOr("num_labels", n_classes, kMaxClasses));
    std::vector<std::string> names;
    for (std::size_t index = 0; index < n_classes; ++index) {
        names.push_back("LABEL_" + std::to_string(index));
        if (!named)
            continue;
        const Json& labels = config.json().at("id2label");
        const auto label = labels.find(std::to_string(index));
        if (label == labels.end() || !label->is_string())
            return config.reject("id2label", "a class has no name",
                                 "names for the classes 0 to " + std::to_string(n_classes - 1),
                                 "no text for class " + std::to_string(index));
        names.back() = label->get<std::string>();
    }
    return names;
}

Result<ClassProbability> readClassProbability(const ConfigReader& config, const ModelSpec& spec) {
    if (spec.architecture.ends_with("ForQuestionAnswering"))
        return ClassProbability::OverTokens;
    if (spec.head != HeadKind::SequenceClassification)
        return ClassProbability::Softmax;
    HEADLIGHT_ASSIGN(const std::string problem, config.textOr("problem_type", ""));
    if (problem == "regression")
        return ClassProbability::None;
    if (problem == "multi_label_classification")
        return ClassProbability::Sigmoid;
    if (problem.empty() || problem == "single_label_classification")
        return spec.n_classes == 1 ? ClassProbability::Sigmoid : ClassProbability::Softmax;
    return config.reject("problem_type", "unknown kind of classification \"" + problem + "\"",
                         "one of: regression, single_label_classification, multi_label_classification", "\"" + problem + "\"");
}

Result<GenerationSpec> readGeneration(const ConfigReader& config, const ConfigReader* generation_config,
                                      std::size_t vocabulary_size) {
    const ConfigReader& settings = generation_config != nullptr ? *generation_config : config;
    GenerationSpec spec;
    HEADLIGHT_CHECK(readTokens(settings, spec));
    HEADLIGHT_CHECK(readLengthsAndBeams(settings, spec));
    HEADLIGHT_CHECK(readSampling(settings, spec));
    HEADLIGHT_ASSIGN(spec.pad_token, readToken(settings, "pad_token_id"));
    HEADLIGHT_ASSIGN(spec.decoder_start_token, readToken(settings, "decoder_start_token_id"));
    if (!spec.decoder_start_token) {
        HEADLIGHT_ASSIGN(spec.decoder_start_token, readToken(config, "decoder_start_token_id"));
    }
    for (const auto& [key, token] : {std::pair{"decoder_start_token_id", spec.decoder_start_token},
                                     std::pair{"forced_bos_token_id", spec.forced_bos_token}})
        if (token && static_cast<std::size_t>(*token) >= vocabulary_size)
            return settings.reject(key, "token id outside the vocabulary", "an id below " + std::to_string(vocabulary_size),
                                   std::to_string(*token));
    return spec;
}

} // namespace headlight
