#include "core/tokenizer/class_vocabulary.h"

#include "core/checkpoint/json_file.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/component_json.h"
#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <tuple>

namespace headlight {
namespace {

constexpr std::size_t max_bytes = std::size_t{256} << 20;

/// Every way to cut a token into two tokens.
struct MergeCandidate {
    TokenId merged;
    std::uint32_t left_length; // in characters
    std::uint32_t right_length;
    TokenId left;
    TokenId right;
};

template <class F>
void forEachLine(std::string_view text, F f) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        f(line);
        begin = end + 1;
    }
}

Result<ClassVocabulary::Tokens> tokensOfJson(const nlohmann::json& object, const std::string& file,
                                             const std::string& item) {
    ClassVocabulary::Tokens tokens;
    tokens.reserve(object.size());
    for (auto it = object.begin(); it != object.end(); ++it) {
        const bool fits =
            it->is_number_integer() && (!it->is_number_unsigned() || it->get<std::uint64_t>() <= INT64_MAX);
        if (!fits)
            return JsonFields(object, file, item).wrongType(it.key(), "an id");
        tokens.emplace_back(it.key(), it->get<std::int64_t>());
    }
    return tokens;
}

Result<Vocabulary> lookupOf(const ClassVocabulary::Tokens& tokens, const std::string& file) {
    std::vector<std::pair<std::string_view, std::int64_t>> entries(tokens.begin(), tokens.end());
    return Vocabulary::build(entries, file, "vocab", true);
}

} // namespace

std::optional<std::int64_t> ClassVocabulary::find(std::string_view token) const {
    for (const auto& [text, id] : tokens)
        if (text == token)
            return id;
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (pieces[i].first == token)
            return static_cast<std::int64_t>(i);
    return std::nullopt;
}

ClassVocabulary::Merges mergesOfPieces(const Vocabulary& vocabulary) {
    std::vector<MergeCandidate> candidates;
    vocabulary.forEach([&](std::string_view token, TokenId id) {
        const auto length = static_cast<std::uint32_t>(countCodePoints(token));
        std::uint32_t left_length = 0;
        for (std::size_t cut = utf8Length(static_cast<unsigned char>(token[0])); cut < token.size();
             cut += utf8Length(static_cast<unsigned char>(token[cut]))) {
            ++left_length;
            const auto left = vocabulary.find(token.substr(0, cut));
            if (!left)
                continue;
            if (const auto right = vocabulary.find(token.substr(cut)))
                candidates.push_back({id, left_length, length - left_length, *left, *right});
        }
    });
    std::sort(candidates.begin(), candidates.end(), [](const MergeCandidate& a, const MergeCandidate& b) {
        return std::tie(a.merged, a.left_length, a.right_length, a.left, a.right) <
               std::tie(b.merged, b.left_length, b.right_length, b.left, b.right);
    });
    ClassVocabulary::Merges merges;
    merges.reserve(candidates.size());
    for (const MergeCandidate& candidate : candidates)
        merges.emplace_back(vocabulary.token(candidate.left).value_or(""),
                            vocabulary.token(candidate.right).value_or(""));
    return merges;
}

Result<ClassVocabulary> readSentencePieceVocabulary(const std::filesystem::path& file,
                                                    std::optional<ClassVocabulary::Kind> kind) {
    HEADLIGHT_ASSIGN(const std::string bytes, readTextFile(file, max_bytes));
    return parseSentencePieceVocabulary(bytes, file.string(), kind);
}

Result<ClassVocabulary> parseSentencePieceVocabulary(std::string_view bytes, const std::string& file,
                                                     std::optional<ClassVocabulary::Kind> kind) {
    HEADLIGHT_ASSIGN(SentencePieceFile model, parseSentencePiece(bytes, file));
    ClassVocabulary vocabulary;
    vocabulary.file = file;
    vocabulary.kind =
        kind.value_or(model.model == SentencePieceFile::Model::Unigram ? ClassVocabulary::Kind::Unigram
                                                                       : ClassVocabulary::Kind::Bpe);
    for (const SentencePiece& piece : model.pieces) {
        if (piece.kind == SentencePiece::Kind::Control || piece.kind == SentencePiece::Kind::UserDefined) {
            AddedToken token;
            token.content = piece.text;
            token.normalized = false;
            token.special = piece.kind == SentencePiece::Kind::Control;
            vocabulary.control_tokens.push_back(std::move(token));
        }
        if (vocabulary.kind == ClassVocabulary::Kind::Unigram)
            vocabulary.pieces.emplace_back(piece.text, piece.score);
        else
            vocabulary.tokens.emplace_back(piece.text, static_cast<std::int64_t>(vocabulary.tokens.size()));
    }
    if (vocabulary.kind == ClassVocabulary::Kind::Bpe) {
        HEADLIGHT_ASSIGN(const Vocabulary lookup, lookupOf(vocabulary.tokens, vocabulary.file));
        vocabulary.merges = mergesOfPieces(lookup);
    }
    vocabulary.charsmap = std::move(model.charsmap);
    model.pieces.clear();
    vocabulary.sentence_piece = std::move(model);
    return vocabulary;
}

Result<ClassVocabulary> readByteLevelVocabulary(const std::filesystem::path& folder) {
    ClassVocabulary vocabulary;
    vocabulary.file = (folder / "vocab.json").string();
    const std::filesystem::path merges_file = folder / "merges.txt";
    HEADLIGHT_ASSIGN(const Json json, readJsonFile(folder / "vocab.json"));
    if (!json.is_object())
        return JsonFields(json, vocabulary.file, "vocab").wrongType("tokens", "an object of tokens and ids");
    HEADLIGHT_ASSIGN(vocabulary.tokens, tokensOfJson(json, vocabulary.file, "vocab"));
    HEADLIGHT_ASSIGN(const Vocabulary lookup, lookupOf(vocabulary.tokens, vocabulary.file));
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(merges_file, max_bytes));
    std::optional<Error> problem;
    std::size_t number = 0;
    forEachLine(text, [&](std::string_view line) {
        ++number;
        if (problem || line.empty() || line.starts_with("#version"))
            return;
        auto merge = splitMerge(line, number, lookup, merges_file.string());
        if (merge.ok())
            vocabulary.merges.push_back(std::move(merge).value());
        else
            problem = std::move(merge).error();
    });
    if (problem)
        return *std::move(problem);
    return vocabulary;
}

Result<ClassVocabulary> readWordPieceVocabulary(const std::filesystem::path& file) {
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(file, max_bytes));
    if (const std::size_t bad = firstInvalidUtf8(text); bad != text.size())
        return makeError(ErrorKind::Tokenizer, "the vocabulary is not UTF-8")
            .inFile(file.string())
            .atItem("byte " + std::to_string(bad))
            .butFound("UTF-8", "other bytes")
            .because("The file is not a vocabulary or is damaged")
            .nextStep("Get the tokenizer's files again.");
    ClassVocabulary vocabulary;
    vocabulary.kind = ClassVocabulary::Kind::WordPiece;
    vocabulary.file = file.string();
    forEachLine(text, [&](std::string_view line) {
        vocabulary.tokens.emplace_back(line, static_cast<std::int64_t>(vocabulary.tokens.size()));
    });
    return vocabulary;
}

Result<std::optional<ClassVocabulary>> vocabularyOfTokenizerJson(const JsonFields& model,
                                                                 ClassVocabulary::Kind kind) {
    using Kind = ClassVocabulary::Kind;
    constexpr auto name = [](Kind k) {
        return k == Kind::Bpe ? "BPE" : k == Kind::Unigram ? "Unigram" : "WordPiece";
    };
    std::optional<ClassVocabulary> none;
    HEADLIGHT_ASSIGN(const std::string type, model.string("type", name(kind)));
    const nlohmann::json* vocab = model.find("vocab");
    if (type != name(kind) || !vocab || (kind == Kind::Unigram ? !vocab->is_array() : !vocab->is_object()))
        return none;
    ClassVocabulary vocabulary;
    vocabulary.kind = kind;
    vocabulary.file = model.file();
    if (kind == Kind::Unigram) {
        HEADLIGHT_ASSIGN(vocabulary.pieces, parsePieces(model));
        return std::optional(std::move(vocabulary));
    }
    HEADLIGHT_ASSIGN(vocabulary.tokens, tokensOfJson(*vocab, model.file(), model.pathOf("vocab")));
    if (kind == Kind::WordPiece)
        return std::optional(std::move(vocabulary));
    const nlohmann::json* merges = model.find("merges");
    if (!merges || !merges->is_array())
        return none;
    for (const nlohmann::json& merge : *merges) {
        if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
            vocabulary.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
            continue;
        }
        const std::string line = merge.is_string() ? merge.get<std::string>() : std::string();
        if (std::count(line.begin(), line.end(), ' ') != 1)
            return none; // tokens that hold spaces: the file itself has to do
        vocabulary.merges.emplace_back(line.substr(0, line.find(' ')), line.substr(line.find(' ') + 1));
    }
    return std::optional(std::move(vocabulary));
}

} // namespace headlight
