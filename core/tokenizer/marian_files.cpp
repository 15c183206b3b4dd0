// Marian and M2M-100: SentencePiece cuts the text, vocab.json numbers the pieces.
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/folder_files.h"
#include "core/tokenizer/sentence_piece_bpe.h"
#include "core/tokenizer/sentence_piece_file.h"
#include "core/tokenizer/unigram.h"

#include <algorithm>

namespace headlight {
namespace {

constexpr std::size_t max_bytes = std::size_t{256} << 20;
constexpr std::string_view escaped_space = "\u2581";

/// The steps of SentencePiece's normalizer: replacements, white space, the space in front of the first word.
Result<NormalizerPtr> makeNormalizer(const SentencePieceFile& model, const std::string& file) {
    std::vector<NormalizerPtr> steps;
    const auto replace = [&](std::string_view pattern, std::string content) -> Result<void> {
        HEADLIGHT_ASSIGN(Regex regex, Regex::compile(pattern, file, "white space"));
        steps.push_back(makeReplaceNormalizer(std::move(regex), std::move(content)));
        return {};
    };
    HEADLIGHT_ASSIGN(PrecompiledCharsmap map, PrecompiledCharsmap::fromBytes(model.charsmap, CharsmapLookup::LongestPrefix, file));
    steps.push_back(makePrecompiledNormalizer(std::move(map)));
    if (model.remove_extra_whitespaces) {
        HEADLIGHT_CHECK(replace("\\A +| +\\z", ""));
        HEADLIGHT_CHECK(replace(" {2,}", " "));
    }
    if (model.add_dummy_prefix)
        steps.push_back(makePrependNormalizer(" "));
    if (model.escape_whitespaces)
        steps.push_back(makeReplaceNormalizer(Regex::literal(" "), std::string(escaped_space)));
    if (model.remove_extra_whitespaces && model.escape_whitespaces)
        HEADLIGHT_CHECK(replace(std::string(escaped_space) + "+\\z", ""));
    return makeSequenceNormalizer(std::move(steps));
}

/// Pieces that can be found in a text. A user-defined one beats every way to cut it.
std::vector<std::pair<std::string_view, double>> findablePieces(const SentencePieceFile& model) {
    float highest = 0;
    for (const SentencePiece& piece : model.pieces)
        if (piece.kind == SentencePiece::Kind::Normal)
            highest = std::max(highest, piece.score);
    std::vector<std::pair<std::string_view, double>> pieces;
    for (const SentencePiece& piece : model.pieces) {
        if (piece.kind == SentencePiece::Kind::Normal)
            pieces.emplace_back(piece.text, piece.score);
        else if (piece.kind == SentencePiece::Kind::UserDefined)
            pieces.emplace_back(piece.text, static_cast<float>(piece.text.size()) * highest - 0.1f);
    }
    return pieces;
}

Result<TokenModelPtr> makeModel(const SentencePieceFile& model, Vocabulary vocabulary, TokenId unknown_id, const std::string& vocabulary_file, const std::string& file) {
    if (model.model == SentencePieceFile::Model::Unigram)
        return makeRenumberedUnigram(findablePieces(model), std::move(vocabulary), unknown_id, model.byte_fallback, vocabulary_file);
    if (model.model == SentencePieceFile::Model::Bpe)
        return makeSentencePieceBpe(model, std::move(vocabulary), unknown_id, vocabulary_file);
    return makeError(ErrorKind::Unsupported, "this kind of SentencePiece model is not supported")
        .inFile(file)
        .atItem("trainer_spec.model_type")
        .butFound("Unigram (1) or BPE (2)", std::to_string(static_cast<int>(model.model)))
        .because("The model was trained with whole words or single characters")
        .nextStep("Make a tokenizer.json with Hugging Face transformers.");
}

/// One side of the texts: how they are cut, and the pieces' numbers.
struct Side {
    std::filesystem::path sentence_piece;
    std::filesystem::path vocabulary;
};

/// The model, normalizer, decoder and special tokens of one side.
Result<TokenizerParts> readSide(const Side& side, const std::vector<AddedToken>& specials, const std::string& unknown, const std::string& behind_special) {
    const std::string file = side.sentence_piece.string(), vocabulary_file = side.vocabulary.string();
    HEADLIGHT_ASSIGN(const std::string bytes, readTextFile(side.sentence_piece, max_bytes));
    HEADLIGHT_ASSIGN(const SentencePieceFile model, parseSentencePiece(bytes, file));
    HEADLIGHT_ASSIGN(const Json json, readJsonFile(side.vocabulary));
    if (!json.is_object())
        return JsonFields(json, vocabulary_file, "vocab").wrongType("tokens", "an object of tokens and ids");
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, parseVocabulary(json, vocabulary_file, "vocab"));
    const auto unknown_id = vocabulary.find(unknown);
    if (!unknown_id)
        return JsonFields(json, vocabulary_file, "vocab").wrongType(unknown, "a special token's id");
    TokenizerParts parts;
    HEADLIGHT_ASSIGN(parts.model, makeModel(model, std::move(vocabulary), *unknown_id, vocabulary_file, file));
    HEADLIGHT_ASSIGN(parts.normalizer, makeNormalizer(model, file));
    std::vector<std::string> contents;
    for (const AddedToken& token : specials)
        if (token.special)
            contents.push_back(token.content);
    parts.decoder = makeSentencePieceDecoder(std::move(contents), behind_special, model.byte_fallback);
    parts.spelling.space = std::string(escaped_space);
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(specials, *parts.model, parts.normalizer.get(), vocabulary_file));
    return parts;
}

/// The tokens that Python's PreTrainedTokenizer takes out of a text: those of roles, and those the files list.
std::vector<AddedToken> specialTokens(const PretrainedConfig& config, const std::vector<std::pair<std::string_view, std::string>>& own) {
    std::vector<AddedToken> tokens;
    const auto add = [&](AddedToken token) {
        token.id.reset();
        token.normalized = false; // Python looks for every one of them in the text as it is
        const bool is_new = std::none_of(tokens.begin(), tokens.end(), [&](const AddedToken& other) { return other.content == token.content; });
        if (is_new && !token.content.empty())
            tokens.push_back(std::move(token));
    };
    for (const auto& [id, token] : config.addedTokens())
        add(token);
    for (const std::string_view role : PretrainedConfig::roles) {
        const auto fallback = std::find_if(own.begin(), own.end(), [&](const auto& one) { return one.first == role; });
        if (const auto token = config.named(role, fallback == own.end() ? std::nullopt : std::optional(specialToken(fallback->second))))
            add(*token);
    }
    for (const auto* list : {&config.extraTokens(), &config.additionalTokens()})
        if (*list)
            for (AddedToken token : **list) {
                token.special = true;
                add(std::move(token));
            }
    return tokens;
}

std::string roleText(const PretrainedConfig& config, std::string_view role, const std::string& fallback) {
    const auto token = config.named(role, specialToken(fallback));
    return token ? token->content : fallback;
}

/// The languages of M2M-100, in the order of their ids behind the vocabulary.
std::vector<std::string> m2m100Languages(const std::string& list) {
    if (list == "wmt21")
        return {"en", "ha", "is", "ja", "cs", "ru", "zh", "de"};
    return {"af", "am", "ar", "ast", "az", "ba", "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy", "da", "de", "el", "en", "es", "et", "fa", "ff", "fi", "fr",
            "fy", "ga", "gd", "gl", "gu", "ha", "he", "hi", "hr", "ht", "hu", "hy", "id", "ig", "ilo", "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "lb",
            "lg", "ln", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr", "ms", "my", "ne", "nl", "no", "ns", "oc", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sd",
            "si", "sk", "sl", "so", "sq", "sr", "ss", "su", "sv", "sw", "ta", "th", "tl", "tn", "tr", "uk", "ur", "uz", "vi", "wo", "xh", "yi", "yo", "zh", "zu"};
}

/// Puts </s> behind one side's texts, and takes language codes off their front.
Result<void> finishMarianSide(TokenizerParts& parts, const std::string& end, const std::string& unknown, const std::string& file) {
    const auto end_id = parts.model->vocabulary().find(end);
    if (!end_id)
        return makeError(ErrorKind::Tokenizer, "a special token is not in the vocabulary")
            .inFile(file)
            .atItem(end)
            .butFound("\"" + end + "\" in the vocabulary", "none")
            .because("The vocabulary belongs to another kind of tokenizer")
            .nextStep("Get both files again, from the same model.");
    parts.added.takeLanguageCodes(parts.model->vocabulary(), parts.model->vocabulary().find(unknown).value_or(0));
    ProcessingTemplate processing;
    processing.special_tokens[end] = {{end, *end_id}};
    processing.single = {{0, "", 0}, {-1, end, 0}};
    processing.pair = {{0, "", 0}, {1, "", 0}, {-1, end, 0}};
    parts.post_processor = makeTemplatePostProcessor(std::move(processing), file);
    return {};
}

} // namespace

Result<TokenizerParts> partsFromMarianFiles(const PretrainedConfig& config) {
    const auto& folder = config.folder();
    const std::string end = roleText(config, "eos_token", "</s>"), unknown = roleText(config, "unk_token", "<unk>");
    HEADLIGHT_ASSIGN(const bool separate, config.boolean("separate_vocabs", false));
    const auto specials = specialTokens(config, {{"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"pad_token", "<pad>"}});
    const Side source{folder / "source.spm", folder / "vocab.json"};
    HEADLIGHT_ASSIGN(TokenizerParts parts, readSide(source, specials, unknown, " "));
    HEADLIGHT_CHECK(finishMarianSide(parts, end, unknown, source.vocabulary.string()));
    const Side target{folder / "target.spm", separate ? folder / "target_vocab.json" : source.vocabulary};
    std::error_code ignored;
    if (separate || std::filesystem::exists(target.sentence_piece, ignored)) {
        HEADLIGHT_ASSIGN(TokenizerParts target_parts, readSide(target, specials, unknown, " "));
        HEADLIGHT_CHECK(finishMarianSide(target_parts, end, unknown, target.vocabulary.string()));
        parts.target = std::make_unique<const TokenizerParts>(std::move(target_parts));
        parts.decodes_target = separate;
    }
    return parts;
}

Result<TokenizerParts> partsFromM2M100Files(const PretrainedConfig& config) {
    const Side side{config.folder() / "sentencepiece.bpe.model", config.folder() / "vocab.json"};
    const std::string end = roleText(config, "eos_token", "</s>"), unknown = roleText(config, "unk_token", "<unk>");
    const auto specials = specialTokens(config, {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"}, {"sep_token", "</s>"}, {"pad_token", "<pad>"}});
    HEADLIGHT_ASSIGN(TokenizerParts parts, readSide(side, specials, unknown, ""));
    LanguageTokens languages;
    languages.end = {end, parts.model->vocabulary().find(end).value_or(0)};
    languages.source = config.string("src_lang", "en");
    languages.target = config.string("tgt_lang", languages.source);
    auto id = static_cast<TokenId>(parts.model->vocabulary().size());
    for (const std::string& language : m2m100Languages(config.string("language_codes", "m2m100")))
        languages.codes[language] = {"__" + language + "__", id++};
    parts.languages = std::move(languages);
    return parts;
}

} // namespace headlight
