// Normalizers and pre-tokenizers from JSON.
#include "core/tokenizer/component_json.h"

namespace headlight {
namespace {

Result<NormalizerPtr> parseBertNormalizer(const JsonFields& fields) {
    BertNormalizerOptions options;
    HEADLIGHT_ASSIGN(options.clean_text, fields.boolean("clean_text", true));
    HEADLIGHT_ASSIGN(options.handle_chinese_chars, fields.boolean("handle_chinese_chars", true));
    HEADLIGHT_ASSIGN(options.lowercase, fields.boolean("lowercase", true));
    if (fields.find("strip_accents")) {
        HEADLIGHT_ASSIGN(options.strip_accents, fields.boolean("strip_accents"));
    }
    return makeBertNormalizer(options);
}

Result<SplitBehavior> parseBehavior(const JsonFields& fields, std::optional<std::string> fallback) {
    HEADLIGHT_ASSIGN(const std::string name, fields.string("behavior", std::move(fallback)));
    if (name == "Removed")
        return SplitBehavior::Removed;
    if (name == "Isolated")
        return SplitBehavior::Isolated;
    if (name == "MergedWithPrevious")
        return SplitBehavior::MergedWithPrevious;
    if (name == "MergedWithNext")
        return SplitBehavior::MergedWithNext;
    if (name == "Contiguous")
        return SplitBehavior::Contiguous;
    return fields.wrongType("behavior", "Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous");
}

Result<PreTokenizerPtr> parseByteLevel(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const bool add_prefix_space, fields.boolean("add_prefix_space", true));
    HEADLIGHT_ASSIGN(const bool use_regex, fields.boolean("use_regex", true));
    std::unique_ptr<Regex> pattern;
    if (use_regex) {
        HEADLIGHT_ASSIGN(Regex regex, Regex::compile(gpt2_pattern, fields.file(), fields.item()));
        pattern = std::make_unique<Regex>(std::move(regex));
    }
    return makeByteLevelPreTokenizer(add_prefix_space, std::move(pattern));
}

Result<PreTokenizerPtr> parseSplit(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(Regex pattern, fields.pattern("pattern"));
    HEADLIGHT_ASSIGN(const SplitBehavior behavior, parseBehavior(fields, std::nullopt));
    HEADLIGHT_ASSIGN(const bool invert, fields.boolean("invert", false));
    return makeSplitPreTokenizer(std::move(pattern), behavior, invert);
}

} // namespace

Result<NormalizerPtr> parseNormalizer(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const std::string type, fields.string("type"));
    if (type == "Sequence") {
        HEADLIGHT_ASSIGN(const auto parts, fields.objects("normalizers"));
        std::vector<NormalizerPtr> steps;
        for (const JsonFields& part : parts) {
            HEADLIGHT_ASSIGN(NormalizerPtr step, parseNormalizer(part));
            steps.push_back(std::move(step));
        }
        return makeSequenceNormalizer(std::move(steps));
    }
    if (type == "BertNormalizer" || type == "Bert")
        return parseBertNormalizer(fields);
    if (type == "NFC")
        return makeUnicodeNormalizer(NormalizationForm::Nfc);
    if (type == "NFD")
        return makeUnicodeNormalizer(NormalizationForm::Nfd);
    if (type == "NFKC")
        return makeUnicodeNormalizer(NormalizationForm::Nfkc);
    if (type == "NFKD")
        return makeUnicodeNormalizer(NormalizationForm::Nfkd);
    if (type == "Lowercase")
        return makeLowercaseNormalizer();
    if (type == "StripAccents")
        return makeStripAccentsNormalizer();
    if (type == "Nmt")
        return makeNmtNormalizer();
    if (type == "ByteLevel")
        return makeByteLevelNormalizer();
    if (type == "Strip") {
        HEADLIGHT_ASSIGN(const bool left, fields.boolean("strip_left"));
        HEADLIGHT_ASSIGN(const bool right, fields.boolean("strip_right"));
        return makeStripNormalizer(left, right);
    }
    if (type == "Replace") {
        HEADLIGHT_ASSIGN(Regex pattern, fields.pattern("pattern"));
        HEADLIGHT_ASSIGN(std::string content, fields.string("content"));
        return makeReplaceNormalizer(std::move(pattern), std::move(content));
    }
    if (type == "Prepend") {
        HEADLIGHT_ASSIGN(std::string prefix, fields.string("prepend"));
        return makePrependNormalizer(std::move(prefix));
    }
    if (type == "Precompiled") {
        HEADLIGHT_ASSIGN(const std::string base64, fields.string("precompiled_charsmap"));
        HEADLIGHT_ASSIGN(PrecompiledCharsmap map, PrecompiledCharsmap::parse(base64, fields.file()));
        return makePrecompiledNormalizer(std::move(map));
    }
    return fields.unknownComponent("normalizer", type);
}

/// Old files say add_prefix_space instead of prepend_scheme; together they must agree.
Result<MetaspaceOptions> parseMetaspace(const JsonFields& fields) {
    MetaspaceOptions options;
    HEADLIGHT_ASSIGN(options.replacement, fields.character("replacement"));
    HEADLIGHT_ASSIGN(options.split, fields.boolean("split", true));
    HEADLIGHT_ASSIGN(const bool add_prefix_space, fields.boolean("add_prefix_space", true));
    HEADLIGHT_ASSIGN(const std::string scheme, fields.string("prepend_scheme", add_prefix_space ? "always" : "never"));
    if (scheme == "always")
        options.prepend_scheme = PrependScheme::Always;
    else if (scheme == "first")
        options.prepend_scheme = PrependScheme::First;
    else if (scheme == "never")
        options.prepend_scheme = PrependScheme::Never;
    else
        return fields.wrongType("prepend_scheme", "always, first or never");
    if (!add_prefix_space && options.prepend_scheme != PrependScheme::Never)
        return fields.wrongType("prepend_scheme", "never, as add_prefix_space is false");
    return options;
}

Result<PreTokenizerPtr> parsePreTokenizer(const JsonFields& fields) {
    HEADLIGHT_ASSIGN(const std::string type, fields.string("type"));
    if (type == "Sequence") {
        HEADLIGHT_ASSIGN(const auto parts, fields.objects("pretokenizers"));
        std::vector<PreTokenizerPtr> steps;
        for (const JsonFields& part : parts) {
            HEADLIGHT_ASSIGN(PreTokenizerPtr step, parsePreTokenizer(part));
            steps.push_back(std::move(step));
        }
        return makeSequencePreTokenizer(std::move(steps));
    }
    if (type == "BertPreTokenizer")
        return makeBertPreTokenizer();
    if (type == "ByteLevel")
        return parseByteLevel(fields);
    if (type == "Metaspace") {
        HEADLIGHT_ASSIGN(const MetaspaceOptions options, parseMetaspace(fields));
        return makeMetaspacePreTokenizer(options);
    }
    if (type == "Whitespace")
        return makeWhitespacePreTokenizer();
    if (type == "WhitespaceSplit")
        return makeWhitespaceSplitPreTokenizer();
    if (type == "Punctuation") {
        HEADLIGHT_ASSIGN(const SplitBehavior behavior, parseBehavior(fields, "Isolated"));
        return makePunctuationPreTokenizer(behavior);
    }
    if (type == "Split")
        return parseSplit(fields);
    if (type == "Digits") {
        HEADLIGHT_ASSIGN(const bool individual_digits, fields.boolean("individual_digits"));
        return makeDigitsPreTokenizer(individual_digits);
    }
    if (type == "CharDelimiterSplit" || type == "Delimiter") {
        HEADLIGHT_ASSIGN(const CodePoint delimiter, fields.character("delimiter"));
        return makeCharDelimiterPreTokenizer(delimiter);
    }
    if (type == "UnicodeScripts")
        return makeUnicodeScriptsPreTokenizer();
    if (type == "FixedLength") {
        HEADLIGHT_ASSIGN(const std::int64_t length, fields.integer("length", 5));
        if (length < 1)
            return fields.wrongType("length", "at least 1");
        return makeFixedLengthPreTokenizer(static_cast<std::size_t>(length));
    }
    return fields.unknownComponent("pre-tokenizer", type);
}

} // namespace headlight
