// GPT-2, RoBERTa and BERT tokenizers from the files that came before tokenizer.json.
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/tokenizer_parts.h"
#include "core/tokenizer/word_piece.h"

#include <algorithm>

namespace headlight {
namespace {

constexpr std::size_t max_bytes = std::size_t{256} << 20;

bool fileExists(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

/// The folder's tokenizer_config.json, special_tokens_map.json and config.json; empty objects where there are none.
struct Configuration {
    Json tokenizer = Json::object();
    Json special_tokens = Json::object();
    Json model = Json::object();
    std::string file; // tokenizer_config.json, for messages

    static Result<Configuration> read(const std::filesystem::path& folder) {
        Configuration configuration;
        configuration.file = (folder / "tokenizer_config.json").string();
        const std::pair<const char*, Json*> files[] = {{"tokenizer_config.json", &configuration.tokenizer},
                                                       {"special_tokens_map.json", &configuration.special_tokens},
                                                       {"config.json", &configuration.model}};
        for (const auto& [name, target] : files) {
            if (!fileExists(folder / name))
                continue;
            HEADLIGHT_ASSIGN(Json json, readJsonFile(folder / name));
            if (json.is_object())
                *target = std::move(json);
        }
        return configuration;
    }

    /// A special token's settings; `role` is "bos_token", ... A string, or an object with content, lstrip and so on.
    [[nodiscard]] AddedToken special(const std::string& role, const std::string& fallback) const {
        AddedToken token;
        token.content = fallback;
        token.special = true;
        token.normalized = false;
        for (const Json* source : {&tokenizer, &special_tokens}) {
            const auto found = source->find(role);
            if (found == source->end())
                continue;
            if (found->is_string()) {
                token.content = found->get<std::string>();
                break;
            }
            if (found->is_object() && found->contains("content") && (*found)["content"].is_string()) {
                const auto flag = [&](const char* key) { return found->contains(key) && (*found)[key].is_boolean() && (*found)[key].get<bool>(); };
                token.content = (*found)["content"].get<std::string>();
                token.lstrip = flag("lstrip");
                token.rstrip = flag("rstrip");
                token.single_word = flag("single_word");
                token.normalized = flag("normalized");
                break;
            }
        }
        return token;
    }

    [[nodiscard]] bool mentions(std::string_view name) const {
        const auto in = [&](const Json& json, const char* key) {
            if (!json.contains(key) || !json[key].is_string())
                return false;
            std::string text = json[key].get<std::string>();
            std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
            return text.find(name) != std::string::npos;
        };
        return in(tokenizer, "tokenizer_class") || in(model, "model_type");
    }
};

/// Special tokens that exist, once each.
std::vector<AddedToken> distinct(std::vector<AddedToken> tokens) {
    std::vector<AddedToken> out;
    for (AddedToken& token : tokens)
        if (!token.content.empty() && std::none_of(out.begin(), out.end(), [&](const AddedToken& o) { return o.content == token.content; }))
            out.push_back(std::move(token));
    return out;
}

Result<std::vector<std::pair<std::string, std::string>>> readMerges(const std::filesystem::path& path, const Vocabulary& vocabulary) {
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(path, max_bytes));
    std::vector<std::pair<std::string, std::string>> merges;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = std::string_view(text).substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with("#version"))
            continue;
        HEADLIGHT_ASSIGN(auto merge, splitMerge(line, number, vocabulary, path.string()));
        merges.push_back(std::move(merge));
    }
    return merges;
}

Result<SpecialToken> required(const TokenModel& model, const AddedToken& token, const std::string& file) {
    const auto id = model.vocabulary().find(token.content);
    if (!id)
        return makeError(ErrorKind::Tokenizer, "a special token is not in the vocabulary")
            .inFile(file)
            .atItem(token.content)
            .butFound("\"" + token.content + "\" in the vocabulary", "none")
            .because("the vocabulary belongs to another kind of tokenizer")
            .nextStep("Put the model's tokenizer.json into the folder.");
    return SpecialToken{token.content, *id};
}

/// Byte-level BPE. RoBERTa wraps the text in <s> and </s>; GPT-2 does so only with add_bos_token.
Result<TokenizerParts> byteLevelParts(const std::filesystem::path& folder) {
    HEADLIGHT_ASSIGN(const Configuration configuration, Configuration::read(folder));
    const std::string vocabulary_file = (folder / "vocab.json").string();
    HEADLIGHT_ASSIGN(const Json vocabulary_json, readJsonFile(folder / "vocab.json"));
    if (!vocabulary_json.is_object())
        return JsonFields(vocabulary_json, vocabulary_file, "vocab").wrongType("tokens", "an object of tokens and ids");
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, parseVocabulary(vocabulary_json, vocabulary_file, "vocab"));
    HEADLIGHT_ASSIGN(const auto merges, readMerges(folder / "merges.txt", vocabulary));
    const JsonFields settings(configuration.tokenizer, configuration.file, "tokenizer_config");
    HEADLIGHT_ASSIGN(const bool add_prefix_space, settings.boolean("add_prefix_space", false));
    HEADLIGHT_ASSIGN(const bool add_bos_token, settings.boolean("add_bos_token", false));
    HEADLIGHT_ASSIGN(const bool trim_offsets, settings.boolean("trim_offsets", true));

    TokenizerParts parts;
    HEADLIGHT_ASSIGN(parts.model, makeBpe(std::move(vocabulary), merges, {}, vocabulary_file));
    HEADLIGHT_ASSIGN(Regex pattern, Regex::compile(gpt2_pattern, vocabulary_file, "ByteLevel"));
    parts.pre_tokenizer = makeByteLevelPreTokenizer(add_prefix_space, std::make_unique<Regex>(std::move(pattern)));
    parts.decoder = makeByteLevelDecoder();
    parts.spelling.byte_level = true;

    std::vector<AddedToken> specials;
    if (configuration.mentions("roberta")) {
        AddedToken mask = configuration.special("mask_token", "<mask>");
        const AddedToken classifier = configuration.special("cls_token", "<s>"), separator = configuration.special("sep_token", "</s>");
        HEADLIGHT_ASSIGN(SpecialToken sep, required(*parts.model, separator, vocabulary_file));
        HEADLIGHT_ASSIGN(SpecialToken cls, required(*parts.model, classifier, vocabulary_file));
        parts.post_processor = makeRobertaPostProcessor(std::move(sep), std::move(cls), trim_offsets, add_prefix_space);
        specials = {configuration.special("bos_token", "<s>"), configuration.special("eos_token", "</s>"), configuration.special("unk_token", "<unk>"),
                    separator, configuration.special("pad_token", "<pad>"), classifier, mask};
    } else {
        const AddedToken bos = configuration.special("bos_token", "<|endoftext|>");
        specials = {bos, configuration.special("eos_token", "<|endoftext|>"), configuration.special("unk_token", "<|endoftext|>"),
                    configuration.special("pad_token", "")};
        if (add_bos_token) {
            HEADLIGHT_ASSIGN(SpecialToken token, required(*parts.model, bos, vocabulary_file));
            ProcessingTemplate processing;
            processing.special_tokens[token.token] = {token};
            processing.single = {{-1, token.token, 0}, {0, "", 0}};
            processing.pair = {{-1, token.token, 0}, {0, "", 0}, {1, "", 1}};
            parts.post_processor = makeTemplatePostProcessor(std::move(processing), vocabulary_file);
        }
    }
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(distinct(std::move(specials)), *parts.model, nullptr, vocabulary_file));
    return parts;
}

Result<Vocabulary> readVocabularyLines(const std::filesystem::path& path, std::string& text) {
    HEADLIGHT_ASSIGN(text, readTextFile(path, max_bytes));
    if (const std::size_t bad = firstInvalidUtf8(text); bad != text.size())
        return makeError(ErrorKind::Tokenizer, "the vocabulary is not UTF-8")
            .inFile(path.string())
            .atItem("byte " + std::to_string(bad))
            .butFound("UTF-8", "other bytes")
            .because("the file is not a vocabulary or is damaged")
            .nextStep("Get the tokenizer's files again.");
    std::vector<std::pair<std::string_view, std::int64_t>> entries;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = std::string_view(text).substr(begin, end - begin);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        entries.emplace_back(line, static_cast<std::int64_t>(entries.size()));
        begin = end + 1;
    }
    return Vocabulary::build(entries, path.string(), "vocab", true);
}

/// WordPiece; `do_lower_case` defaults to true as in BertTokenizer.
Result<TokenizerParts> bertParts(const std::filesystem::path& folder) {
    HEADLIGHT_ASSIGN(const Configuration configuration, Configuration::read(folder));
    const std::string file = (folder / "vocab.txt").string();
    std::string text;
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, readVocabularyLines(folder / "vocab.txt", text));
    const JsonFields settings(configuration.tokenizer, configuration.file, "tokenizer_config");
    BertNormalizerOptions options;
    HEADLIGHT_ASSIGN(options.lowercase, settings.boolean("do_lower_case", true));
    HEADLIGHT_ASSIGN(options.handle_chinese_chars, settings.boolean("tokenize_chinese_chars", true));
    if (settings.find("strip_accents")) {
        HEADLIGHT_ASSIGN(options.strip_accents, settings.boolean("strip_accents"));
    }
    const AddedToken unknown = configuration.special("unk_token", "[UNK]"), separator = configuration.special("sep_token", "[SEP]"),
                     classifier = configuration.special("cls_token", "[CLS]");
    TokenizerParts parts;
    WordPieceOptions word_piece;
    word_piece.unknown_token = unknown.content;
    parts.model = makeWordPiece(std::move(vocabulary), std::move(word_piece), file);
    parts.normalizer = makeBertNormalizer(options);
    parts.pre_tokenizer = makeBertPreTokenizer();
    parts.decoder = makeWordPieceDecoder("##", true);
    HEADLIGHT_ASSIGN(SpecialToken sep, required(*parts.model, separator, file));
    HEADLIGHT_ASSIGN(SpecialToken cls, required(*parts.model, classifier, file));
    parts.post_processor = makeBertPostProcessor(std::move(sep), std::move(cls));
    std::vector<AddedToken> specials{unknown, separator, configuration.special("pad_token", "[PAD]"), classifier, configuration.special("mask_token", "[MASK]")};
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(distinct(std::move(specials)), *parts.model, parts.normalizer.get(), file));
    return parts;
}

} // namespace

std::optional<Result<TokenizerParts>> partsFromVocabularyFiles(const std::filesystem::path& folder, TextSide side) {
    if (fileExists(folder / "vocab.json") && fileExists(folder / "merges.txt"))
        return byteLevelParts(folder);
    if (fileExists(folder / "vocab.txt"))
        return bertParts(folder);
    if (fileExists(folder / "vocab.json") && fileExists(folder / "source.spm"))
        return partsFromMarianFiles(folder, side);
    return std::nullopt;
}

} // namespace headlight
