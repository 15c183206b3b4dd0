#include "core/tokenizer/folder_files.h"

#include "core/tokenizer/class_assembly.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/tokenizer_class.h"

#include <algorithm>

namespace headlight {
namespace {

constexpr std::size_t max_tokenizer_bytes = std::size_t{256} << 20;

bool isThere(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

Error noTokenizer(const PretrainedConfig& config, const std::string& name) {
    std::string found;
    for (const char* file : {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model",
                             "tekken.json", "vocab.json", "bpe.codes"})
        if (found.empty() && isThere(config.folder() / file))
            found = file;
    const TokenizerClass* known = findTokenizerClass(name);
    std::string expected = "tokenizer.json, vocab.json with merges.txt or source.spm, vocab.txt, or a "
                           "SentencePiece model and the name of its class";
    if (known)
        expected =
            "tokenizer.json or " +
            std::string(!known->sentence_piece_file.empty()               ? known->sentence_piece_file
                        : known->kind == ClassVocabulary::Kind::WordPiece ? "vocab.txt"
                                                                          : "vocab.json with merges.txt");
    std::string cause = "The folder is not a model's, or was downloaded without its tokenizer";
    if (!found.empty())
        cause = name.empty() ? "no tokenizer_config.json or config.json says which class of tokenizer " +
                                   found + " belongs to"
                : known ? "the model was downloaded without one of its tokenizer's files"
                        : "this program does not know the tokenizer class " + name;
    return makeError(ErrorKind::File, "the folder has no tokenizer this program can read")
        .inFile(config.folder().string())
        .atItem(name.empty() ? "the tokenizer" : name)
        .butFound(std::move(expected), found.empty() ? "none of them" : found)
        .because(std::move(cause))
        .nextStep(found.empty() ? "Put the model's tokenizer.json into the folder."
                                : "Make a tokenizer.json with Hugging Face transformers "
                                  "(AutoTokenizer.from_pretrained(folder).save_pretrained(folder)).");
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
    const Json list =
        inside != normalizer->end() && inside->is_array() ? *inside : Json::array({*normalizer});
    for (const Json& step : list)
        if (step.is_object() && step.value("type", Json()) == "Precompiled" &&
            step.value("precompiled_charsmap", Json()).is_string())
            return step["precompiled_charsmap"].get<std::string>();
    return {};
}

/// tokenizer.json under a class that builds its own tokenizer from the file's vocabulary; nothing where it
/// does not.
Result<std::optional<TokenizerParts>> rebuilt(const PretrainedConfig& config, const TokenizerClass& type,
                                              const Json& document, const std::string& file) {
    std::optional<TokenizerParts> none;
    const auto model = document.find("model");
    if (model == document.end() || !model->is_object())
        return none;
    HEADLIGHT_ASSIGN(auto vocabulary,
                     vocabularyOfTokenizerJson(JsonFields(*model, file, "model"), type.kind));
    if (!vocabulary)
        return none;
    vocabulary->charsmap_base64 = charsmapOf(document);
    HEADLIGHT_ASSIGN(PostProcessorPtr post_processor, postProcessorOfTokenizerJson(document, file));
    HEADLIGHT_ASSIGN(ClassParts parts, type.build(config, *std::move(vocabulary)));
    HEADLIGHT_ASSIGN(TokenizerParts all, assembleClass(config, std::move(parts),
                                                       {.file = file,
                                                        .post_processor = std::move(post_processor),
                                                        .has_tokenizer_json = true}));
    return std::optional(std::move(all));
}

/// tokenizer.json as it stands, with the special tokens that tokenizer_config.json adds.
Result<TokenizerParts> asItStands(const PretrainedConfig& config, TokenizerParts parts,
                                  const std::vector<AddedToken>& known, const std::string& file) {
    ClassParts generic;
    for (std::size_t i = 0; i < generic.named.size(); ++i)
        generic.named[i] = config.named(PretrainedConfig::roles[i], std::nullopt);
    generic.additional = config.additionalTokens();
    if (const auto mask = config.named("mask_token", std::nullopt))
        parts.mask_token = mask->content;
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(tokensToAdd(config, generic, known), *parts.model,
                                                         parts.normalizer.get(), file));
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
    const std::string name =
        resolveTokenizerClass(config, pre_tokenizer != document.end() && isByteLevel(*pre_tokenizer));
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
Result<std::optional<ClassVocabulary>> vocabularyFiles(const PretrainedConfig& config,
                                                       const TokenizerClass& type) {
    std::optional<ClassVocabulary> vocabulary;
    const auto& folder = config.folder();
    if (!type.sentence_piece_file.empty()) {
        if (isThere(folder / type.sentence_piece_file)) {
            HEADLIGHT_ASSIGN(vocabulary,
                             readSentencePieceVocabulary(folder / type.sentence_piece_file, type.kind));
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
        HEADLIGHT_ASSIGN(ClassVocabulary vocabulary,
                         readSentencePieceVocabulary(folder / "tokenizer.model", std::nullopt));
        const std::string file = vocabulary.file;
        HEADLIGHT_ASSIGN(ClassParts parts, buildGenericSentencePiece(config, std::move(vocabulary)));
        return assembleClass(config, std::move(parts), {.file = file});
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
    return assembleClass(config, std::move(parts), {.file = file, .tokens_must_exist = tokens_must_exist});
}

/// Python tokenizers of transformers, which read SentencePiece files even where there is a tokenizer.json.
std::optional<Result<TokenizerParts>> fromSentencePieceItself(const PretrainedConfig& config) {
    const auto& folder = config.folder();
    if (!isThere(folder / "vocab.json"))
        return std::nullopt;
    const std::string name = resolveTokenizerClass(config, false);
    if (name == "M2M100Tokenizer" && isThere(folder / "sentencepiece.bpe.model"))
        return partsFromM2M100Files(config);
    const bool unnamed =
        name.empty() && !isThere(folder / "merges.txt") && !isThere(folder / "tokenizer.json");
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
