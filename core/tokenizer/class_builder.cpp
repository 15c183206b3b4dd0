#include "core/tokenizer/class_builder.h"

#include "core/tokenizer/unigram.h"
#include "core/tokenizer/word_piece.h"

#include <algorithm>

namespace headlight {

namespace {

std::size_t numberOf(std::string_view role) {
    return static_cast<std::size_t>(
        std::find(PretrainedConfig::roles.begin(), PretrainedConfig::roles.end(), role) -
        PretrainedConfig::roles.begin());
}

} // namespace

ClassBuilder::ClassBuilder(const PretrainedConfig& config, ClassVocabulary vocabulary,
                           std::initializer_list<std::pair<std::string_view, std::string>> named)
    : config_(config)
    , vocabulary_(std::move(vocabulary)) {
    for (const std::string_view role : PretrainedConfig::roles)
        parts.named.at(numberOf(role)) = config_.named(role, std::nullopt);
    for (const auto& [role, content] : named)
        parts.named.at(numberOf(role)) = config_.named(role, specialToken(content));
}

void ClassBuilder::named(std::string_view role, AddedToken fallback) {
    parts.named.at(numberOf(role)) = config_.named(role, std::move(fallback));
}

std::string ClassBuilder::text(std::string_view role) const {
    const auto& token = parts.named.at(numberOf(role));
    return token ? token->content : "None";
}

void ClassBuilder::takeAdditional() {
    if (fromSentencePiece())
        parts.additional = vocabulary_.control_tokens;
    else
        parts.additional = config_.additionalTokens();
}

void ClassBuilder::addAdditional(const std::vector<std::string>& contents) {
    if (!parts.additional)
        parts.additional.emplace();
    for (const std::string& content : contents)
        if (std::none_of(parts.additional->begin(), parts.additional->end(),
                         [&](const AddedToken& token) { return token.content == content; }))
            parts.additional->push_back(specialToken(content));
}

void ClassBuilder::rearrange(std::initializer_list<std::string> front, std::size_t first,
                             const std::vector<std::string>& back) {
    ClassVocabulary::Pieces pieces;
    for (const std::string& text : front)
        pieces.emplace_back(text, 0.0);
    auto& old = vocabulary_.pieces;
    pieces.insert(
        pieces.end(),
        std::make_move_iterator(old.begin() + static_cast<std::ptrdiff_t>(std::min(first, old.size()))),
        std::make_move_iterator(old.end()));
    for (const std::string& text : back)
        pieces.emplace_back(text, 0.0);
    old = std::move(pieces);
}

Result<void> ClassBuilder::unigram(std::int64_t unknown_id, bool byte_fallback) {
    UnigramOptions options;
    options.unknown_id = unknown_id;
    options.byte_fallback = byte_fallback;
    const std::vector<std::pair<std::string_view, double>> views(vocabulary_.pieces.begin(),
                                                                 vocabulary_.pieces.end());
    HEADLIGHT_ASSIGN(parts.model, makeUnigram(views, options, vocabulary_.file));
    parts.spelling.space = std::string(escaped_space);
    return {};
}

Result<void> ClassBuilder::bpe(BpeOptions options) {
    const std::vector<std::pair<std::string_view, std::int64_t>> views(vocabulary_.tokens.begin(),
                                                                       vocabulary_.tokens.end());
    HEADLIGHT_ASSIGN(Vocabulary vocabulary,
                     Vocabulary::build(views, vocabulary_.file, "vocab", fromSentencePiece()));
    HEADLIGHT_ASSIGN(parts.model, makeBpe(std::move(vocabulary), vocabulary_.merges, std::move(options),
                                          vocabulary_.file));
    return {};
}

Result<void> ClassBuilder::wordPiece() {
    const std::vector<std::pair<std::string_view, std::int64_t>> views(vocabulary_.tokens.begin(),
                                                                       vocabulary_.tokens.end());
    HEADLIGHT_ASSIGN(Vocabulary vocabulary, Vocabulary::build(views, vocabulary_.file, "vocab", true));
    WordPieceOptions options;
    options.unknown_token = text("unk_token");
    parts.model = makeWordPiece(std::move(vocabulary), std::move(options), vocabulary_.file);
    parts.decoder = makeWordPieceDecoder("##", true);
    return {};
}

bool ClassBuilder::hasCharsmap() const {
    return !vocabulary_.charsmap.empty() || !vocabulary_.charsmap_base64.empty();
}

Result<void> ClassBuilder::normalizeByCharsmap() {
    if (!hasCharsmap())
        return {};
    HEADLIGHT_ASSIGN(PrecompiledCharsmap map,
                     vocabulary_.charsmap.empty()
                         ? PrecompiledCharsmap::parse(vocabulary_.charsmap_base64, vocabulary_.file)
                         : PrecompiledCharsmap::fromBytes(vocabulary_.charsmap, CharsmapLookup::Graphemes,
                                                          vocabulary_.file));
    normalize(makePrecompiledNormalizer(std::move(map)));
    return {};
}

Result<void> ClassBuilder::normalizeByReplacing(std::string_view pattern, std::string content) {
    HEADLIGHT_ASSIGN(Regex regex, Regex::compile(pattern, vocabulary_.file, "normalizer"));
    normalize(makeReplaceNormalizer(std::move(regex), std::move(content)));
    return {};
}

void ClassBuilder::normalizeByReplacingText(std::string_view text, std::string content) {
    normalize(makeReplaceNormalizer(Regex::literal(text), std::move(content)));
}

void ClassBuilder::metaspace(PrependScheme scheme, bool on_words, bool split) {
    MetaspaceOptions options;
    options.prepend_scheme = scheme;
    options.split = split;
    parts.pre_tokenizer = makeMetaspacePreTokenizer(options);
    if (on_words) {
        std::vector<PreTokenizerPtr> steps;
        steps.push_back(makeWhitespaceSplitPreTokenizer());
        steps.push_back(std::move(parts.pre_tokenizer));
        parts.pre_tokenizer = makeSequencePreTokenizer(std::move(steps));
    }
    parts.decoder = makeMetaspaceDecoder(options.replacement, scheme);
    parts.spelling.space = std::string(escaped_space);
}

Result<void> ClassBuilder::byteLevel(bool add_prefix_space) {
    HEADLIGHT_ASSIGN(Regex pattern, Regex::compile(gpt2_pattern, vocabulary_.file, "ByteLevel"));
    parts.pre_tokenizer =
        makeByteLevelPreTokenizer(add_prefix_space, std::make_unique<Regex>(std::move(pattern)));
    parts.decoder = makeByteLevelDecoder();
    parts.spelling.byte_level = true;
    parts.add_prefix_space = add_prefix_space;
    return {};
}

void ClassBuilder::decodeWithByteFallback(bool strip_one_space) {
    std::vector<DecoderPtr> steps;
    steps.push_back(makeReplaceDecoder(Regex::literal(escaped_space), " "));
    steps.push_back(makeByteFallbackDecoder());
    steps.push_back(makeFuseDecoder());
    if (strip_one_space)
        steps.push_back(makeStripDecoder(' ', 1, 0));
    parts.decoder = makeSequenceDecoder(std::move(steps));
    parts.spelling.space = std::string(escaped_space);
}

std::vector<TemplatePiece> ClassBuilder::templateOf(std::initializer_list<std::string> pieces) {
    std::vector<TemplatePiece> out;
    for (std::string text : pieces) {
        TemplatePiece piece;
        if (text.size() > 2 && text[text.size() - 2] == ':' && text.back() >= '0' && text.back() <= '9') {
            piece.type_id = static_cast<std::uint8_t>(text.back() - '0');
            text.resize(text.size() - 2);
        }
        if (text == "$A" || text == "$B")
            piece.sequence = text == "$A" ? 0 : 1;
        else
            piece.special = std::move(text);
        out.push_back(std::move(piece));
    }
    return out;
}

Result<ClassParts> ClassBuilder::finish() {
    if (normalizers_.size() == 1)
        parts.normalizer = std::move(normalizers_.front());
    else if (!normalizers_.empty())
        parts.normalizer = makeSequenceNormalizer(std::move(normalizers_));
    return std::move(parts);
}

} // namespace headlight
