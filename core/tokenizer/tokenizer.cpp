#include "core/tokenizer/tokenizer.h"

#include "core/checkpoint/json_file.h"
#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/tokenizer_parts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace headlight {

struct Tokenizer::State {
    TokenizerParts parts;

    [[nodiscard]] Result<Encoding> encodeOne(std::string_view text, std::int8_t sequence) const;
    [[nodiscard]] Result<Encoding> finish(std::vector<Encoding> encodings, const EncodedTexts& texts, const EncodeOptions& options) const;
};

namespace {

constexpr std::size_t max_tokenizer_bytes = std::size_t{256} << 20;

/// Bytes as a person can read them: valid UTF-8 as it is, other bytes as <0x..>.
std::string readableBytes(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const std::size_t valid = firstInvalidUtf8(bytes);
        out.append(bytes.substr(0, valid));
        bytes.remove_prefix(valid);
        if (bytes.empty())
            break;
        char escaped[8];
        std::snprintf(escaped, sizeof escaped, "<0x%02X>", static_cast<unsigned>(static_cast<unsigned char>(bytes.front())));
        out += escaped;
        bytes.remove_prefix(1);
    }
    return out;
}

std::string withSpaces(std::string_view token, std::string_view space) {
    std::string out;
    while (!token.empty()) {
        const std::size_t at = std::min(token.find(space), token.size());
        out.append(token.substr(0, at));
        token.remove_prefix(at);
        if (token.empty())
            break;
        out += ' ';
        token.remove_prefix(space.size());
    }
    return out;
}

Error noTokenizer(const std::filesystem::path& folder) {
    std::string sentence_piece;
    std::error_code ignored;
    for (const char* name : {"tokenizer.model", "spiece.model", "sentencepiece.bpe.model"})
        if (sentence_piece.empty() && std::filesystem::exists(folder / name, ignored))
            sentence_piece = name;
    return makeError(ErrorKind::File, "the folder has no tokenizer this program can read")
        .inFile(folder.string())
        .butFound("tokenizer.json, vocab.json with merges.txt or source.spm, or vocab.txt", sentence_piece.empty() ? "none of them" : sentence_piece)
        .because(sentence_piece.empty() ? "the folder is not a model's, or was downloaded without its tokenizer" : "the model comes with a SentencePiece file only")
        .nextStep(sentence_piece.empty() ? "Put the model's tokenizer.json into the folder."
                                         : "Make a tokenizer.json with Hugging Face transformers (AutoTokenizer.from_pretrained(folder).save_pretrained(folder)).");
}

void reserve(Encoding& encoding, std::size_t n_tokens) {
    encoding.ids.reserve(n_tokens);
    encoding.tokens.reserve(n_tokens);
    encoding.offsets.reserve(n_tokens);
}

} // namespace

Tokenizer::Tokenizer() = default;
Tokenizer::~Tokenizer() = default;

Result<std::shared_ptr<const Tokenizer>> Tokenizer::fromJson(std::string_view json, const std::string& file) {
    HEADLIGHT_ASSIGN(TokenizerParts parts, partsFromTokenizerJson(json, file));
    std::shared_ptr<Tokenizer> tokenizer(new Tokenizer);
    tokenizer->state_ = std::make_unique<const State>(State{std::move(parts)});
    return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::fromFolder(const std::filesystem::path& folder, TextSide side) {
    const std::filesystem::path file = folder / "tokenizer.json";
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        HEADLIGHT_ASSIGN(const std::string json, readTextFile(file, max_tokenizer_bytes));
        return fromJson(json, file.string());
    }
    auto from_files = partsFromVocabularyFiles(folder, side);
    if (!from_files)
        return noTokenizer(folder);
    if (!from_files->ok())
        return std::move(*from_files).error();
    std::shared_ptr<Tokenizer> tokenizer(new Tokenizer);
    tokenizer->state_ = std::make_unique<const State>(State{std::move(*from_files).value()});
    return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Result<Encoding> Tokenizer::State::encodeOne(std::string_view text, std::int8_t sequence) const {
    HEADLIGHT_CHECK(checkUtf8(text));
    if (text.size() >= std::numeric_limits<std::uint32_t>::max() / 4)
        return makeError(ErrorKind::Text, "the text is too long").butFound("less than 1 GiB", std::to_string(text.size()) + " bytes").nextStep("Use a part of the text.");
    HEADLIGHT_ASSIGN(PreTokenizedText pre_tokenized, parts.added.extractAndNormalize(text, parts.normalizer.get()));
    if (parts.pre_tokenizer)
        HEADLIGHT_CHECK(parts.pre_tokenizer->apply(pre_tokenized));
    Encoding encoding;
    reserve(encoding, text.size() / 4 + 8);
    std::vector<ModelToken> tokens;
    for (const Piece& piece : pre_tokenized.pieces()) {
        const std::string_view piece_text = pre_tokenized.textOf(piece);
        if (piece.token >= 0) {
            encoding.ids.push_back(piece.token);
            encoding.tokens.emplace_back(piece_text);
            encoding.offsets.push_back(pre_tokenized.originalRange(piece.begin, piece.end));
            continue;
        }
        tokens.clear();
        HEADLIGHT_CHECK(parts.model->tokenize(piece_text, tokens));
        for (const ModelToken& token : tokens) {
            // A byte of an end-of-word suffix can lie behind the piece.
            const std::uint32_t begin = std::min(piece.begin + token.begin, piece.end - 1);
            const std::uint32_t end = std::min(piece.begin + token.end, piece.end);
            encoding.ids.push_back(token.id);
            encoding.tokens.emplace_back(token.is_surface ? piece_text.substr(token.begin, token.end - token.begin)
                                                          : parts.model->vocabulary().token(token.id).value_or(std::string_view()));
            encoding.offsets.push_back(pre_tokenized.originalRange(begin, end));
        }
    }
    encoding.type_ids.assign(encoding.ids.size(), static_cast<std::uint8_t>(sequence));
    encoding.sequence.assign(encoding.ids.size(), sequence);
    encoding.special.assign(encoding.ids.size(), false);
    return encoding;
}

Result<Encoding> Tokenizer::State::finish(std::vector<Encoding> encodings, const EncodedTexts& texts, const EncodeOptions& options) const {
    if (parts.post_processor) {
        HEADLIGHT_ASSIGN(encodings, parts.post_processor->apply(std::move(encodings), texts, options.add_special_tokens));
    }
    if (encodings.empty())
        return Encoding();
    Encoding all = std::move(encodings.front());
    for (std::size_t i = 1; i < encodings.size(); ++i)
        appendEncoding(all, std::move(encodings[i]));
    return all;
}

Result<Encoding> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
    HEADLIGHT_ASSIGN(Encoding encoding, state_->encodeOne(text, 0));
    std::vector<Encoding> encodings;
    encodings.push_back(std::move(encoding));
    return state_->finish(std::move(encodings), {text, {}}, options);
}

Result<Encoding> Tokenizer::encodePair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
    HEADLIGHT_ASSIGN(Encoding first_encoding, state_->encodeOne(first, 0));
    HEADLIGHT_ASSIGN(Encoding second_encoding, state_->encodeOne(second, 1));
    std::vector<Encoding> encodings;
    encodings.push_back(std::move(first_encoding));
    encodings.push_back(std::move(second_encoding));
    return state_->finish(std::move(encodings), {first, second}, options);
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
    const TokenizerParts& parts = state_->parts;
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const TokenId id : ids) {
        std::optional<std::string_view> token = parts.added.decodedContent(id);
        if (!token)
            token = parts.model->vocabulary().token(id);
        if (token && !(skip_special_tokens && parts.added.isSpecialContent(*token)))
            tokens.emplace_back(*token);
    }
    std::string text;
    if (!parts.decoder) {
        for (std::size_t i = 0; i < tokens.size(); ++i)
            text += (i > 0 ? " " : "") + tokens[i];
        return text;
    }
    for (const std::string& part : parts.decoder->apply(std::move(tokens)))
        text += part;
    return text;
}

std::string Tokenizer::displayText(TokenId id) const {
    const TokenizerParts& parts = state_->parts;
    if (const auto added = parts.added.content(id))
        return std::string(*added);
    const auto token = parts.model->vocabulary().token(id);
    if (!token)
        return {};
    if (parts.spelling.byte_level)
        if (const auto bytes = ByteLevelAlphabet::get().bytesOf(*token))
            return readableBytes(*bytes);
    std::string_view rest = *token;
    const std::string& suffix = parts.spelling.end_of_word_suffix;
    const bool ends_word = !suffix.empty() && rest.ends_with(suffix);
    if (ends_word)
        rest.remove_suffix(suffix.size());
    std::string text = parts.spelling.space.empty() ? std::string(rest) : withSpaces(rest, parts.spelling.space);
    if (ends_word)
        text += ' ';
    return text;
}

std::optional<TokenId> Tokenizer::tokenToId(std::string_view token) const {
    const auto added = state_->parts.added.find(token);
    return added ? added : state_->parts.model->vocabulary().find(token);
}

std::optional<std::string_view> Tokenizer::idToToken(TokenId id) const {
    const auto added = state_->parts.added.content(id);
    return added ? added : state_->parts.model->vocabulary().token(id);
}

bool Tokenizer::isSpecial(TokenId id) const { return state_->parts.added.isSpecial(id); }

std::size_t Tokenizer::vocabularySize() const { return state_->parts.model->size() + state_->parts.added.countNotIn(*state_->parts.model); }

} // namespace headlight
