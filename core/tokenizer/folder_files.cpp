#include "core/tokenizer/folder_files.h"

#include "core/tokenizer/component_json.h"
#include "core/tokenizer/tokenizer_class.h"

#include <algorithm>
#include <set>

namespace headlight {
namespace {

constexpr std::size_t max_tokenizer_bytes = std::size_t{256} << 20;

bool isThere(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

Error noTokenizer(const PretrainedConfig& config, const std::string& name) {
    std::string found;
    for (const char* file : {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model", "tekken.json", "vocab.json", "bpe.codes"})
        if (found.empty() && isThere(config.folder() / file))
            found = file;
    const TokenizerClass* known = findTokenizerClass(name);
    std::string expected = "tokenizer.json, vocab.json with merges.txt or source.spm, vocab.txt, or a SentencePiece model and the name of its class";
    if (known)
        expected = "tokenizer.json or " + std::string(!known->sentence_piece_file.empty()                    ? known->sentence_piece_file
                                                      : known->kind == ClassVocabulary::Kind::WordPiece ? "vocab.txt"
                                                                                                        : "vocab.json with merges.txt");
    std::string cause = "the folder is not a model's, or was downloaded without its tokenizer";
    if (!found.empty())
        cause = name.empty()  ? "no tokenizer_config.json or config.json says which class of tokenizer " + found + " belongs to"
                : known       ? "the model was downloaded without one of its tokenizer's files"
                              : "this program does not know the tokenizer class " + name;
    return makeError(ErrorKind::File, "the folder has no tokenizer this program can read")
        .inFile(config.folder().string())
        .atItem(name.empty() ? "the tokenizer" : name)
        .butFound(std::move(expected), found.empty() ? "none of them" : found)
        .because(std::move(cause))
        .nextStep(found.empty() ? "Put the model's tokenizer.json into the folder."
                                : "Make a tokenizer.json with Hugging Face transformers (AutoTokenizer.from_pretrained(folder).save_pretrained(folder)).");
}

bool isByteLevel(const Json& component) {
    if (component.is_array())
        return std::any_of(component.begin(), component.end(), isByteLevel);
    if (!component.is_object())
        return false;
    const auto type = component.find("type");
    if (type != component.end() && *type == "ByteLevel")
        return true;
    const auto inside = component.find("pretokenizers");
    return inside != component.end() && isByteLevel(*inside);
}

/// The first "Precompiled" step of the normalizer.
std::string charsmapOf(const Json& document) {
    const auto normalizer = document.find("normalizer");
    if (normalizer == document.end() || !normalizer->is_object())
        return {};
    const auto inside = normalizer->find("normalizers");
    const Json list = inside != normalizer->end() && inside->is_array() ? *inside : Json::array({*normalizer});
    for (const Json& step : list)
        if (step.is_object() && step.value("type", Json()) == "Precompiled" && step.value("precompiled_charsmap", Json()).is_string())
            return step["precompiled_charsmap"].get<std::string>();
    return {};
}

/// All tokens added on top of the vocabulary, in the order in which transformers adds them. `known` are there already.
std::vector<AddedToken> tokensToAdd(const PretrainedConfig& config, const ClassParts& parts, const std::vector<AddedToken>& known) {
    std::vector<AddedToken> tokens = known;
    std::set<std::string> contents, special_contents;
    for (const AddedToken& token : known)
        contents.insert(token.content);
    const auto add = [&](AddedToken token, bool is_special) {
        token.id.reset();
        token.special = token.special || is_special;
        if (!token.content.empty())
            tokens.push_back(std::move(token));
    };
    for (const auto& [id, token] : config.addedTokens()) {
        contents.insert(token.content);
        add(token, false);
    }
    for (const auto& token : parts.named)
        if (token) {
            special_contents.insert(token->content);
            if (!contents.contains(token->content))
                add(*token, true);
        }
    for (const AddedToken& token : config.modelTokens())
        if (!contents.contains(token.content))
            add(token, true);
    const auto& extra = config.extraTokens() ? config.extraTokens() : parts.additional;
    if (extra)
        for (const AddedToken& token : *extra)
            if (!contents.contains(token.content))
                add(token, special_contents.contains(token.content));
    for (const AddedToken& token : parts.last)
        add(token, true);
    return tokens;
}

/// Puts a class's parts together: tokens, what stands around a text, languages.
class Assembly {
public:
    Assembly(const PretrainedConfig& config, ClassParts parts, std::string file) : config_(config), class_(std::move(parts)), file_(std::move(file)) {}

    /// `known`: tokens the vocabulary's file adds itself; `post_processor`: that file's, or null.
    Result<TokenizerParts> run(const std::vector<AddedToken>& known, PostProcessorPtr post_processor, bool has_tokenizer_json, bool tokens_must_exist) {
        has_tokenizer_json_ = has_tokenizer_json;
        tokens_must_exist_ = tokens_must_exist;
        out_.model = std::move(class_.model);
        out_.normalizer = std::move(class_.normalizer);
        out_.pre_tokenizer = std::move(class_.pre_tokenizer);
        out_.decoder = std::move(class_.decoder);
        out_.spelling = std::move(class_.spelling);
        if (const auto& mask = role("mask_token"))
            out_.mask_token = mask->content;
        HEADLIGHT_ASSIGN(out_.added, AddedVocabulary::build(tokensToAdd(config_, class_, known), *out_.model, out_.normalizer.get(), file_));
        HEADLIGHT_ASSIGN(const bool split_special_tokens, config_.boolean("split_special_tokens", false));
        out_.added.leaveSpecialTokensInText(split_special_tokens);
        if (class_.languages)
            addLanguages();
        else
            HEADLIGHT_CHECK(addPostProcessor(std::move(post_processor)));
        return std::move(out_);
    }

private:
    [[nodiscard]] std::optional<TokenId> idOf(const std::string& content) const {
        const auto added = out_.added.find(content);
        return added ? added : out_.model->vocabulary().find(content);
    }
    [[nodiscard]] const std::optional<AddedToken>& role(std::string_view name) const {
        const auto at = std::find(PretrainedConfig::roles.begin(), PretrainedConfig::roles.end(), name) - PretrainedConfig::roles.begin();
        return class_.named[static_cast<std::size_t>(at)];
    }
    /// A special token; without an id of its own it has the unknown token's.
    Result<SpecialToken> special(const std::string& content) const {
        const auto id = tokens_must_exist_ ? out_.model->vocabulary().find(content) : idOf(content);
        if (id)
            return SpecialToken{content, *id};
        const auto& unknown = role("unk_token");
        const auto unknown_id = unknown && !tokens_must_exist_ ? idOf(unknown->content) : std::nullopt;
        if (unknown_id)
            return SpecialToken{content, *unknown_id};
        return makeError(ErrorKind::Tokenizer, "a special token is not in the vocabulary")
            .inFile(file_)
            .atItem(content)
            .butFound("\"" + content + "\" in the vocabulary", "none")
            .because("the vocabulary belongs to another kind of tokenizer")
            .nextStep("Put the model's tokenizer.json into the folder.");
    }

    Result<void> addTemplate(std::vector<TemplatePiece> single, std::vector<TemplatePiece> pair) {
        ProcessingTemplate processing;
        for (const auto* pieces : {&single, &pair})
            for (const TemplatePiece& piece : *pieces)
                if (piece.sequence < 0 && !processing.special_tokens.contains(piece.special)) {
                    HEADLIGHT_ASSIGN(SpecialToken token, special(piece.special));
                    processing.special_tokens[piece.special] = {std::move(token)};
                }
        processing.single = std::move(single);
        processing.pair = std::move(pair);
        out_.post_processor = makeTemplatePostProcessor(std::move(processing), file_);
        return {};
    }

    Result<void> addPostProcessor(PostProcessorPtr from_file) {
        if (class_.trims_like_roberta) {
            const auto text = [this](std::string_view name) { return role(name) ? role(name)->content : std::string("None"); };
            HEADLIGHT_ASSIGN(SpecialToken separator, special(text("sep_token")));
            HEADLIGHT_ASSIGN(SpecialToken classifier, special(text("cls_token")));
            out_.post_processor = makeRobertaPostProcessor(std::move(separator), std::move(classifier), class_.trim_offsets, class_.add_prefix_space);
            return {};
        }
        if (!class_.single.empty() && !(class_.template_gives_way && from_file))
            return addTemplate(std::move(class_.single), std::move(class_.pair));
        if (from_file && !class_.only_bos_and_eos) {
            out_.post_processor = std::move(from_file);
            return {};
        }
        return addBosAndEos();
    }

    /// add_bos_token and add_eos_token; tokenizer.json goes before them, even where it has no post-processor.
    Result<void> addBosAndEos() {
        HEADLIGHT_ASSIGN(bool bos, config_.boolean("add_bos_token", false));
        HEADLIGHT_ASSIGN(bool eos, config_.boolean("add_eos_token", false));
        bos = bos && !has_tokenizer_json_ && role("bos_token");
        eos = eos && !has_tokenizer_json_ && role("eos_token");
        std::vector<TemplatePiece> pair;
        for (const int sequence : {0, 1}) {
            const auto type_id = static_cast<std::uint8_t>(sequence);
            if (bos)
                pair.push_back({-1, role("bos_token")->content, type_id});
            pair.push_back({sequence, "", type_id});
            if (eos)
                pair.push_back({-1, role("eos_token")->content, type_id});
        }
        std::vector<TemplatePiece> single(pair.begin(), pair.begin() + static_cast<std::ptrdiff_t>(pair.size() / 2));
        return addTemplate(std::move(single), std::move(pair));
    }

    void addLanguages() {
        LanguageTokens languages;
        languages.code_first = class_.languages->code_first;
        languages.source = class_.languages->source;
        languages.target = class_.languages->target;
        const auto end = role("eos_token");
        languages.end = {end ? end->content : "</s>", idOf(end ? end->content : "</s>").value_or(0)};
        for (const std::string& code : class_.languages->codes)
            if (const auto id = idOf(code))
                languages.codes[code] = {code, *id};
        // A code the vocabulary lacks is the unknown token, as everywhere.
        const auto& unknown = role("unk_token");
        for (const std::string& code : {languages.source, languages.target})
            if (!languages.codes.contains(code))
                languages.codes[code] = {code, idOf(code).value_or(unknown ? idOf(unknown->content).value_or(0) : 0)};
        out_.languages = std::move(languages);
    }

    const PretrainedConfig& config_;
    ClassParts class_;
    std::string file_;
    bool has_tokenizer_json_ = false;
    bool tokens_must_exist_ = false;
    TokenizerParts out_;
};

/// tokenizer.json under a class that builds its own tokenizer from the file's vocabulary; nothing where it does not.
Result<std::optional<TokenizerParts>> rebuilt(const PretrainedConfig& config, const TokenizerClass& type, const Json& document, const std::string& file) {
    std::optional<TokenizerParts> none;
    const auto model = document.find("model");
    if (model == document.end() || !model->is_object())
        return none;
    HEADLIGHT_ASSIGN(auto vocabulary, vocabularyOfTokenizerJson(JsonFields(*model, file, "model"), type.kind));
    if (!vocabulary)
        return none;
    vocabulary->charsmap_base64 = charsmapOf(document);
    HEADLIGHT_ASSIGN(PostProcessorPtr post_processor, postProcessorOfTokenizerJson(document, file));
    HEADLIGHT_ASSIGN(ClassParts parts, type.build(config, *std::move(vocabulary)));
    HEADLIGHT_ASSIGN(TokenizerParts all, Assembly(config, std::move(parts), file).run({}, std::move(post_processor), true, false));
    return std::optional(std::move(all));
}

/// tokenizer.json as it stands, with the special tokens that tokenizer_config.json adds.
Result<TokenizerParts> asItStands(const PretrainedConfig& config, TokenizerParts parts, const std::vector<AddedToken>& known, const std::string& file) {
    ClassParts generic;
    for (std::size_t i = 0; i < generic.named.size(); ++i)
        generic.named[i] = config.named(PretrainedConfig::roles[i], std::nullopt);
    generic.additional = config.additionalTokens();
    if (const auto mask = config.named("mask_token", std::nullopt))
        parts.mask_token = mask->content;
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(tokensToAdd(config, generic, known), *parts.model, parts.normalizer.get(), file));
    HEADLIGHT_ASSIGN(const bool split_special_tokens, config.boolean("split_special_tokens", false));
    parts.added.leaveSpecialTokensInText(split_special_tokens);
    return parts;
}

Result<TokenizerParts> fromTokenizerJson(PretrainedConfig config, const std::filesystem::path& path) {
    const std::string file = path.string();
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(path, max_tokenizer_bytes));
    HEADLIGHT_ASSIGN(const Json document, parseJson(text, file));
    HEADLIGHT_ASSIGN(const std::vector<AddedToken> added, addedTokensOfTokenizerJson(document, file));
    const auto pre_tokenizer = document.is_object() ? document.find("pre_tokenizer") : document.end();
    const std::string name = resolveTokenizerClass(config, pre_tokenizer != document.end() && isByteLevel(*pre_tokenizer));
    config.addTokensOfTokenizerJson(added);
    if (const TokenizerClass* type = findTokenizerClass(name); type && document.is_object()) {
        HEADLIGHT_ASSIGN(auto parts, rebuilt(config, *type, document, file));
        if (parts)
            return *std::move(parts);
    }
    HEADLIGHT_ASSIGN(TokenizerParts parts, partsFromTokenizerJson(document, file));
    return asItStands(config, std::move(parts), added, file);
}

/// The vocabulary of a class from its own files; nothing where they are not there.
Result<std::optional<ClassVocabulary>> vocabularyFiles(const PretrainedConfig& config, const TokenizerClass& type) {
    std::optional<ClassVocabulary> vocabulary;
    const auto& folder = config.folder();
    if (!type.sentence_piece_file.empty()) {
        if (isThere(folder / type.sentence_piece_file)) {
            HEADLIGHT_ASSIGN(vocabulary, readSentencePieceVocabulary(folder / type.sentence_piece_file, type.kind));
        }
    } else if (type.kind == ClassVocabulary::Kind::WordPiece) {
        if (isThere(folder / "vocab.txt")) {
            HEADLIGHT_ASSIGN(vocabulary, readWordPieceVocabulary(folder / "vocab.txt"));
        }
    } else if (isThere(folder / "vocab.json") && isThere(folder / "merges.txt")) {
        HEADLIGHT_ASSIGN(vocabulary, readByteLevelVocabulary(folder));
    }
    return vocabulary;
}

Result<TokenizerParts> fromVocabularyFiles(const PretrainedConfig& config) {
    std::string name = resolveTokenizerClass(config, false);
    const auto& folder = config.folder();
    if (name.empty() && isThere(folder / "tokenizer.model")) {
        HEADLIGHT_ASSIGN(ClassVocabulary vocabulary, readSentencePieceVocabulary(folder / "tokenizer.model", std::nullopt));
        const std::string file = vocabulary.file;
        HEADLIGHT_ASSIGN(ClassParts parts, buildGenericSentencePiece(config, std::move(vocabulary)));
        return Assembly(config, std::move(parts), file).run({}, nullptr, false, false);
    }
    const std::string asked = name;
    if (name.empty()) // files that speak for themselves
        name = isThere(folder / "merges.txt") ? "GPT2Tokenizer" : "BertTokenizer";
    const TokenizerClass* type = findTokenizerClass(name);
    if (!type)
        return noTokenizer(config, name);
    HEADLIGHT_ASSIGN(auto vocabulary, vocabularyFiles(config, *type));
    if (!vocabulary)
        return noTokenizer(config, asked);
    const std::string file = vocabulary->file;
    const bool tokens_must_exist = !vocabulary->sentence_piece;
    HEADLIGHT_ASSIGN(ClassParts parts, type->build(config, *std::move(vocabulary)));
    return Assembly(config, std::move(parts), file).run({}, nullptr, false, tokens_must_exist);
}

/// Python tokenizers of transformers, which read SentencePiece files even where there is a tokenizer.json.
std::optional<Result<TokenizerParts>> fromSentencePieceItself(const PretrainedConfig& config) {
    const auto& folder = config.folder();
    if (!isThere(folder / "vocab.json"))
        return std::nullopt;
    const std::string name = resolveTokenizerClass(config, false);
    if (name == "M2M100Tokenizer" && isThere(folder / "sentencepiece.bpe.model"))
        return partsFromM2M100Files(config);
    const bool unnamed = name.empty() && !isThere(folder / "merges.txt") && !isThere(folder / "tokenizer.json");
    if ((name == "MarianTokenizer" || unnamed) && isThere(folder / "source.spm"))
        return partsFromMarianFiles(config);
    return std::nullopt;
}

} // namespace

Result<TokenizerParts> partsFromFolder(const std::filesystem::path& folder) {
    HEADLIGHT_ASSIGN(PretrainedConfig config, PretrainedConfig::read(folder));
    TokenizerParts parts;
    if (auto special = fromSentencePieceItself(config)) {
        HEADLIGHT_ASSIGN(parts, *std::move(special));
        return parts;
    }
    HEADLIGHT_ASSIGN(const bool clean_up, config.boolean("clean_up_tokenization_spaces", false));
    if (const auto file = folder / "tokenizer.json"; isThere(file)) {
        HEADLIGHT_ASSIGN(parts, fromTokenizerJson(std::move(config), file));
    } else {
        HEADLIGHT_ASSIGN(parts, fromVocabularyFiles(config));
    }
    parts.clean_up_spaces = clean_up && !parts.model->mergesPairs();
    return parts;
}

} // namespace headlight
