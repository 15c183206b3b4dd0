// Marian translation models: SentencePiece files and vocab.json.
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/sentence_piece_file.h"
#include "core/tokenizer/tokenizer_parts.h"
#include "core/tokenizer/unigram.h"

#include <algorithm>
#include <array>

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

std::vector<AddedToken> addedTokens(const Vocabulary& vocabulary, const std::vector<std::string>& specials) {
    std::vector<AddedToken> tokens;
    for (const std::string& special : specials) {
        AddedToken token;
        token.content = special;
        token.normalized = false;
        token.special = true;
        tokens.push_back(std::move(token));
    }
    vocabulary.forEach([&](std::string_view text, TokenId) {
        if (!text.starts_with(">>") || !text.ends_with("<<") || text.size() < 5)
            return;
        AddedToken code;
        code.content = std::string(text);
        code.normalized = false;
        code.at_start_only = true;
        tokens.push_back(std::move(code));
    });
    return tokens;
}

} // namespace

Result<TokenizerParts> partsFromMarianFiles(const std::filesystem::path& folder, TextSide side) {
    const std::filesystem::path spm = folder / (side == TextSide::Source ? "source.spm" : "target.spm");
    const std::string vocabulary_file = (folder / "vocab.json").string();
    HEADLIGHT_ASSIGN(const std::string bytes, readTextFile(spm, max_bytes));
    HEADLIGHT_ASSIGN(const SentencePieceFile model, parseSentencePiece(bytes, spm.string()));
    if (model.model != SentencePieceFile::Model::Unigram)
        return makeError(ErrorKind::Unsupported, "this kind of SentencePiece model is not supported for Marian")
            .inFile(spm.string())
            .atItem("trainer_spec.model_type")
            .butFound("Unigram", std::to_string(static_cast<int>(model.model)))
            .because("the model was trained with another kind of vocabulary")
            .nextStep("Make a tokenizer.json with Hugging Face transformers.");
    HEADLIGHT_ASSIGN(const Json json, readJsonFile(folder / "vocab.json"));
    if (!json.is_object())
        return JsonFields(json, vocabulary_file, "vocab").wrongType("tokens", "an object of tokens and ids");
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, parseVocabulary(json, vocabulary_file, "vocab"));
    const std::vector<std::string> specials{"</s>", "<unk>", "<pad>"};
    std::array<TokenId, 3> ids{};
    for (std::size_t i = 0; i < specials.size(); ++i) {
        const auto id = vocabulary.find(specials[i]);
        if (!id)
            return JsonFields(json, vocabulary_file, "vocab").wrongType(specials[i], "a special token's id");
        ids[i] = *id;
    }

    TokenizerParts parts;
    const std::vector<AddedToken> added = addedTokens(vocabulary, specials);
    parts.model = makeRenumberedUnigram(findablePieces(model), std::move(vocabulary), ids[1], vocabulary_file);
    HEADLIGHT_ASSIGN(parts.normalizer, makeNormalizer(model, spm.string()));
    parts.decoder = makeSentencePieceDecoder(specials);
    ProcessingTemplate processing;
    processing.special_tokens["</s>"] = {{"</s>", ids[0]}};
    processing.single = {{0, "", 0}, {-1, "</s>", 0}};
    processing.pair = {{0, "", 0}, {1, "", 0}, {-1, "</s>", 0}};
    parts.post_processor = makeTemplatePostProcessor(std::move(processing), vocabulary_file);
    parts.spelling.space = std::string(escaped_space);
    HEADLIGHT_ASSIGN(parts.added, AddedVocabulary::build(added, *parts.model, parts.normalizer.get(), vocabulary_file));
    return parts;
}

} // namespace headlight
