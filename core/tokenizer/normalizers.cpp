#include "core/tokenizer/normalizers.h"

#include "core/tokenizer/byte_level.h"

#include <algorithm>

namespace headlight {
namespace {

/// A normalizer that cannot fail, from a function.
template <class Function>
class FunctionNormalizer final : public Normalizer {
public:
    explicit FunctionNormalizer(Function function) : function_(std::move(function)) {}
    Result<void> apply(NormalizedString& string) const override {
        function_(string);
        return {};
    }

private:
    Function function_;
};

template <class Function>
NormalizerPtr fromFunction(Function function) {
    return std::make_unique<const FunctionNormalizer<Function>>(std::move(function));
}

class SequenceNormalizer final : public Normalizer {
public:
    explicit SequenceNormalizer(std::vector<NormalizerPtr> steps) : steps_(std::move(steps)) {}
    Result<void> apply(NormalizedString& string) const override {
        for (const auto& step : steps_)
            HEADLIGHT_CHECK(step->apply(string));
        return {};
    }

private:
    std::vector<NormalizerPtr> steps_;
};

class ReplaceNormalizer final : public Normalizer {
public:
    ReplaceNormalizer(Regex pattern, std::string content) : pattern_(std::move(pattern)), content_(std::move(content)) {}
    Result<void> apply(NormalizedString& string) const override {
        std::vector<ByteRange> matches;
        HEADLIGHT_CHECK(pattern_.findAll(string.text(), matches));
        string.replace(matches, content_);
        return {};
    }

private:
    Regex pattern_;
    std::string content_;
};

void lowercase(NormalizedString& string) {
    constexpr CodePoint capital_i_with_dot = 0x130; // the one character whose lowercase is two
    const std::string_view text = string.text();
    bool changes = false;
    for (std::size_t i = 0; i < text.size() && !changes;) {
        const CodePoint c = nextCodePoint(text, i);
        changes = c == capital_i_with_dot || toLowercase(c) != c;
    }
    if (!changes)
        return;
    std::vector<ChangedCharacter> characters;
    characters.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = nextCodePoint(text, i);
        if (c == capital_i_with_dot) {
            characters.push_back({'i', 0});
            characters.push_back({0x307, 1});
        } else {
            characters.push_back({toLowercase(c), 0});
        }
    }
    string.transform(characters);
}

void normalizeUnicode(NormalizedString& string, NormalizationForm form) {
    if (!isSurelyNormalized(string.text(), form))
        string.transform(normalizedCharacters(string.text(), form));
}

/// The ideograph blocks BERT puts spaces around.
bool isChineseCharacter(CodePoint c) {
    const auto within = [c](CodePoint first, CodePoint last) { return c >= first && c <= last; };
    return within(0x4E00, 0x9FFF) || within(0x3400, 0x4DBF) || within(0x20000, 0x2A6DF) || within(0x2A700, 0x2B73F) ||
           within(0x2B740, 0x2B81F) || within(0x2B920, 0x2CEAF) || within(0xF900, 0xFAFF) || within(0x2F800, 0x2FA1F);
}

void spaceChineseCharacters(NormalizedString& string) {
    const std::string_view text = string.text();
    bool any = false;
    for (std::size_t i = 0; i < text.size() && !any;)
        any = isChineseCharacter(nextCodePoint(text, i));
    if (!any)
        return;
    std::vector<ChangedCharacter> characters;
    characters.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = nextCodePoint(text, i);
        if (isChineseCharacter(c)) {
            characters.push_back({' ', 0});
            characters.push_back({c, 1});
            characters.push_back({' ', 1});
        } else {
            characters.push_back({c, 0});
        }
    }
    string.transform(characters);
}

void normalizeForBert(NormalizedString& string, const BertNormalizerOptions& options) {
    if (options.clean_text) {
        string.filter([](CodePoint c) { return c < 0x80 ? (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r' : !isUncleanForBert(c); });
        string.map([](CodePoint c) { return isWhitespace(c) ? CodePoint{' '} : c; });
    }
    if (isAscii(string.text())) { // nothing but case can change
        if (options.lowercase)
            lowercase(string);
        return;
    }
    if (options.handle_chinese_chars)
        spaceChineseCharacters(string);
    if (options.strip_accents.value_or(options.lowercase)) {
        normalizeUnicode(string, NormalizationForm::Nfd);
        string.filter([](CodePoint c) { return !isNonspacingMark(c); });
    }
    if (options.lowercase)
        lowercase(string);
}

void strip(NormalizedString& string, bool left, bool right) {
    const std::string_view text = string.text();
    std::size_t begin = 0, end = text.size(), removed_first = 0;
    while (left && begin < text.size()) {
        std::size_t after = begin;
        if (!isWhitespace(nextCodePoint(text, after)))
            break;
        begin = after;
        ++removed_first;
    }
    while (right && end > begin) {
        std::size_t before = end;
        if (!isWhitespace(previousCodePoint(text, before)))
            break;
        end = before;
    }
    if (begin == 0 && end == text.size())
        return;
    std::vector<ChangedCharacter> characters;
    for (std::size_t i = begin; i < end;)
        characters.push_back({nextCodePoint(text, i), 0});
    string.transform(characters, removed_first);
}

/// SentencePiece's nmt rules: controls go, odd spaces become spaces.
void normalizeNmt(NormalizedString& string) {
    string.filter([](CodePoint c) {
        return !((c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F);
    });
    string.map([](CodePoint c) -> CodePoint {
        const bool space = c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
                           c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
        return space ? CodePoint{' '} : c;
    });
}

void toByteLevel(NormalizedString& string) {
    const auto& alphabet = ByteLevelAlphabet::get();
    const std::string_view text = string.text();
    std::vector<ChangedCharacter> characters;
    characters.reserve(text.size());
    for (const char byte : text) {
        std::size_t i = 0;
        characters.push_back({nextCodePoint(alphabet.utf8Of(static_cast<unsigned char>(byte)), i), isUtf8Continuation(byte) ? 1 : 0});
    }
    string.transform(characters);
}

} // namespace

NormalizerPtr makeSequenceNormalizer(std::vector<NormalizerPtr> steps) {
    return std::make_unique<const SequenceNormalizer>(std::move(steps));
}
NormalizerPtr makeBertNormalizer(const BertNormalizerOptions& options) {
    return fromFunction([options](NormalizedString& string) { normalizeForBert(string, options); });
}
NormalizerPtr makeUnicodeNormalizer(NormalizationForm form) {
    return fromFunction([form](NormalizedString& string) { normalizeUnicode(string, form); });
}
NormalizerPtr makeLowercaseNormalizer() { return fromFunction(lowercase); }
NormalizerPtr makeStripAccentsNormalizer() {
    return fromFunction([](NormalizedString& string) { string.filter([](CodePoint c) { return !isCombiningMark(c); }); });
}
NormalizerPtr makeStripNormalizer(bool left, bool right) {
    return fromFunction([=](NormalizedString& string) { strip(string, left, right); });
}
NormalizerPtr makeReplaceNormalizer(Regex pattern, std::string content) {
    return std::make_unique<const ReplaceNormalizer>(std::move(pattern), std::move(content));
}
NormalizerPtr makePrependNormalizer(std::string prefix) {
    return fromFunction([prefix = std::move(prefix)](NormalizedString& string) { string.prepend(prefix); });
}
NormalizerPtr makePrecompiledNormalizer(PrecompiledCharsmap map) {
    return fromFunction([map = std::move(map)](NormalizedString& string) { map.apply(string); });
}
NormalizerPtr makeNmtNormalizer() { return fromFunction(normalizeNmt); }
NormalizerPtr makeByteLevelNormalizer() { return fromFunction(toByteLevel); }

} // namespace headlight
