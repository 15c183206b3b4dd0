#include "core/tokenizer/tokenizer.h"

#include "core/tokenizer/byte_level.h"
#include "core/tokenizer/folder_files.h"
#include "core/tokenizer/tokenizer_parts.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace headlight {

struct Tokenizer::State {
    TokenizerParts parts;

    /// The parts for one side's texts.
    [[nodiscard]] const TokenizerParts& of(TextSide side) const { return side == TextSide::Target && parts.target ? *parts.target : parts; }
    /// The post-processor for the options' side and language; null where there is none. `made` keeps it alive.
    Result<const PostProcessor*> postProcessor(const EncodeOptions& options, PostProcessorPtr& made) const;
    [[nodiscard]] Result<Encoding> finish(std::vector<Encoding> encodings, const EncodedTexts& texts, const EncodeOptions& options) const;
};

namespace {

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

/// transformers' clean_up_tokenization.
std::string withoutSpacesBeforePunctuation(std::string text) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 10> rules{
        {{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}};
    for (const auto& [from, to] : rules)
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    return text;
}

/// What stands around texts of one language: its code and the end token.
PostProcessorPtr languagePostProcessor(const LanguageTokens& languages, const SpecialToken& code) {
    ProcessingTemplate processing;
    processing.special_tokens["code"] = {code};
    processing.special_tokens["end"] = {languages.end};
    const TemplatePiece code_piece{-1, "code", 0}, end{-1, "end", 0}, first{0, "", 0}, second{1, "", 0};
    if (languages.code_first) {
        processing.single = {code_piece, first, end};
        processing.pair = {code_piece, first, second, end};
    } else {
        processing.single = {first, end, code_piece};
        processing.pair = {first, second, end, code_piece};
    }
    return makeTemplatePostProcessor(std::move(processing), "languages");
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
    HEADLIGHT_ASSIGN(const Json document, parseJson(json, file));
    HEADLIGHT_ASSIGN(TokenizerParts parts, partsFromTokenizerJson(document, file));
    std::shared_ptr<Tokenizer> tokenizer(new Tokenizer);
    tokenizer->state_ = std::make_unique<const State>(State{std::move(parts)});
    return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::fromFolder(const std::filesystem::path& folder) {
    HEADLIGHT_ASSIGN(TokenizerParts parts, partsFromFolder(folder));
    std::shared_ptr<Tokenizer> tokenizer(new Tokenizer);
    tokenizer->state_ = std::make_unique<const State>(State{std::move(parts)});
    return std::shared_ptr<const Tokenizer>(std::move(tokenizer));
}

Result<const PostProcessor*> Tokenizer::State::postProcessor(const EncodeOptions& options, PostProcessorPtr& made) const {
    if (!parts.languages)
        return of(options.side).post_processor.get();
    const LanguageTokens& languages = *parts.languages;
    const std::string& side_language = options.side == TextSide::Source ? languages.source : languages.target;
    const std::string& language = options.language.empty() ? side_language : options.language;
    const auto code = languages.codes.find(language);
    if (code == languages.codes.end()) {
        std::string known;
        for (const auto& [name, token] : languages.codes)
            known += (known.empty() ? "" : " ") + name;
        return makeError(ErrorKind::Usage, "this model does not know the language \"" + language + "\"")
            .atItem("language")
            .butFound("one of " + known, language)
            .because("The model was made for other languages, or spells this one differently")
            .nextStep("Choose one of the model's languages.");
    }
    made = languagePostProcessor(languages, code->second);
    return made.get();
}

namespace {

/// One text before special tokens are added.
Result<Encoding> encodeOne(const TokenizerParts& parts, std::string_view text, std::int8_t sequence) {
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

/// Adds special tokens and joins the texts.
Result<Encoding> finish(const PostProcessor* post_processor, std::vector<Encoding> encodings, const EncodedTexts& texts, bool add_special_tokens) {
    if (post_processor) {
        HEADLIGHT_ASSIGN(encodings, post_processor->apply(std::move(encodings), texts, add_special_tokens));
    }
    if (encodings.empty())
        return Encoding();
    Encoding all = std::move(encodings.front());
    for (std::size_t i = 1; i < encodings.size(); ++i)
        appendEncoding(all, std::move(encodings[i]));
    return all;
}

} // namespace

Result<Encoding> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
    PostProcessorPtr made;
    HEADLIGHT_ASSIGN(const PostProcessor* post_processor, state_->postProcessor(options, made));
    HEADLIGHT_ASSIGN(Encoding encoding, encodeOne(state_->of(options.side), text, 0));
    std::vector<Encoding> encodings;
    encodings.push_back(std::move(encoding));
    return finish(post_processor, std::move(encodings), {text, {}}, options.add_special_tokens);
}

Result<Encoding> Tokenizer::encodePair(std::string_view first, std::string_view second, const EncodeOptions& options) const {
    PostProcessorPtr made;
    HEADLIGHT_ASSIGN(const PostProcessor* post_processor, state_->postProcessor(options, made));
    HEADLIGHT_ASSIGN(Encoding first_encoding, encodeOne(state_->of(options.side), first, 0));
    HEADLIGHT_ASSIGN(Encoding second_encoding, encodeOne(state_->of(options.side), second, 1));
    std::vector<Encoding> encodings;
    encodings.push_back(std::move(first_encoding));
    encodings.push_back(std::move(second_encoding));
    return finish(post_processor, std::move(encodings), {first, second}, options.add_special_tokens);
}

std::vector<std::string> Tokenizer::languages() const {
    std::vector<std::string> names;
    if (state_->parts.languages)
        for (const auto& [name, token] : state_->parts.languages->codes)
            names.push_back(name);
    return names;
}

std::string Tokenizer::defaultLanguage(TextSide side) const {
    const auto& languages = state_->parts.languages;
    return !languages ? std::string() : side == TextSide::Source ? languages->source : languages->target;
}

std::optional<TokenId> Tokenizer::languageToken(const std::string& language) const {
    const auto& languages = state_->parts.languages;
    if (!languages || !languages->codes.contains(language))
        return std::nullopt;
    return languages->codes.at(language).id;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
    const TokenizerParts& parts = state_->of(state_->parts.decodes_target ? TextSide::Target : TextSide::Source);
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
        return state_->parts.clean_up_spaces ? withoutSpacesBeforePunctuation(std::move(text)) : text;
    }
    for (const std::string& part : parts.decoder->apply(std::move(tokens)))
        text += part;
    return state_->parts.clean_up_spaces ? withoutSpacesBeforePunctuation(std::move(text)) : text;
}

std::string Tokenizer::displayText(TokenId id, TextSide side) const {
    const TokenizerParts& parts = state_->of(side);
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

std::optional<TokenId> Tokenizer::tokenToId(std::string_view token, TextSide side) const {
    const TokenizerParts& parts = state_->of(side);
    const auto added = parts.added.find(token);
    return added ? added : parts.model->vocabulary().find(token);
}

std::optional<std::string_view> Tokenizer::idToToken(TokenId id, TextSide side) const {
    const TokenizerParts& parts = state_->of(side);
    const auto added = parts.added.content(id);
    return added ? added : parts.model->vocabulary().token(id);
}

bool Tokenizer::isSpecial(TokenId id, TextSide side) const { return state_->of(side).added.isSpecial(id); }

std::optional<TokenId> Tokenizer::maskToken() const {
    if (!state_->parts.mask_token.empty())
        return tokenToId(state_->parts.mask_token);
    for (const char* spelling : {"[MASK]", "<mask>"})
        if (const auto id = tokenToId(spelling); id && isSpecial(*id))
            return id;
    return std::nullopt;
}

std::size_t Tokenizer::vocabularySize(TextSide side) const {
    const TokenizerParts& parts = state_->of(side);
    return parts.model->size() + parts.added.countNotIn(*parts.model);
}

} // namespace headlight
