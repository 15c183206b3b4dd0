#include "core/tokenizer/pre_tokenizers.h"

#include "core/tokenizer/byte_level.h"

#include <algorithm>

namespace headlight {
namespace {

/// Every character for which `is_delimiter` holds is a match of its own.
template <class IsDelimiter>
void findCharacters(std::string_view text, std::vector<ByteRange>& matches, IsDelimiter is_delimiter) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t begin = i;
        if (is_delimiter(nextCodePoint(text, i)))
            matches.push_back({begin, i});
    }
}

template <class IsDelimiter>
class CharacterSplit final : public PreTokenizer {
public:
    CharacterSplit(SplitBehavior behavior, IsDelimiter is_delimiter) : behavior_(behavior), is_delimiter_(is_delimiter) {}
    Result<void> apply(PreTokenizedText& text) const override {
        return text.split(behavior_, false, [this](std::string_view piece, std::vector<ByteRange>& matches) -> Result<void> {
            findCharacters(piece, matches, is_delimiter_);
            return {};
        });
    }

private:
    SplitBehavior behavior_;
    IsDelimiter is_delimiter_;
};

template <class IsDelimiter>
PreTokenizerPtr splitOnCharacters(SplitBehavior behavior, IsDelimiter is_delimiter) {
    return std::make_unique<const CharacterSplit<IsDelimiter>>(behavior, is_delimiter);
}

/// Cuts pieces by a function that lists the parts to keep.
template <class Parts>
class PartsSplit final : public PreTokenizer {
public:
    explicit PartsSplit(Parts parts) : parts_(parts) {}
    Result<void> apply(PreTokenizedText& text) const override {
        std::vector<Piece> out;
        out.reserve(text.pieces().size());
        for (const Piece& piece : text.pieces()) {
            if (piece.token >= 0)
                out.push_back(piece);
            else
                parts_(text.textOf(piece), [&](std::size_t begin, std::size_t end) { text.addPart(piece, begin, end, out); });
        }
        text.pieces() = std::move(out);
        return {};
    }

private:
    Parts parts_;
};

template <class Parts>
PreTokenizerPtr splitIntoParts(Parts parts) {
    return std::make_unique<const PartsSplit<Parts>>(parts);
}

class SequencePreTokenizer final : public PreTokenizer {
public:
    explicit SequencePreTokenizer(std::vector<PreTokenizerPtr> steps) : steps_(std::move(steps)) {}
    Result<void> apply(PreTokenizedText& text) const override {
        for (const auto& step : steps_)
            HEADLIGHT_CHECK(step->apply(text));
        return {};
    }

private:
    std::vector<PreTokenizerPtr> steps_;
};

class PatternSplit final : public PreTokenizer {
public:
    PatternSplit(Regex pattern, SplitBehavior behavior, bool invert) : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}
    Result<void> apply(PreTokenizedText& text) const override {
        return text.split(behavior_, invert_, [this](std::string_view piece, std::vector<ByteRange>& matches) { return pattern_.findAll(piece, matches); });
    }

private:
    Regex pattern_;
    SplitBehavior behavior_;
    bool invert_;
};

class ByteLevelPreTokenizer final : public PreTokenizer {
public:
    ByteLevelPreTokenizer(bool add_prefix_space, std::unique_ptr<Regex> pattern) : add_prefix_space_(add_prefix_space), pattern_(std::move(pattern)) {}

    Result<void> apply(PreTokenizedText& text) const override {
        if (add_prefix_space_)
            addPrefixSpaces(text);
        if (pattern_)
            HEADLIGHT_CHECK(text.split(SplitBehavior::Isolated, false, [this](std::string_view piece, std::vector<ByteRange>& matches) {
                return pattern_->findAll(piece, matches);
            }));
        replaceBytes(text);
        return {};
    }

private:
    static void addPrefixSpaces(PreTokenizedText& text) {
        const auto lacksSpace = [&](const Piece& piece) { return piece.token < 0 && text.text()[piece.begin] != ' '; };
        if (std::none_of(text.pieces().begin(), text.pieces().end(), lacksSpace))
            return;
        PreTokenizedText::Rewriter rewriter(text);
        for (const Piece& piece : text.pieces()) {
            rewriter.beginPiece(piece.original_begin, piece.token);
            if (lacksSpace(piece))
                rewriter.append(" ", rewriter.rangeAt(piece.begin));
            rewriter.copy(piece.begin, piece.end);
        }
        rewriter.finish();
    }

    /// Every byte becomes its visible character; printable ASCII already is one.
    static void replaceBytes(PreTokenizedText& text) {
        const auto& alphabet = ByteLevelAlphabet::get();
        const std::string_view all = text.text();
        const auto stays = [&](std::size_t i) { return all[i] >= '!' && all[i] <= '~'; };
        PreTokenizedText::Rewriter rewriter(text);
        for (const Piece& piece : text.pieces()) {
            rewriter.beginPiece(piece.original_begin, piece.token);
            if (piece.token >= 0) {
                rewriter.copy(piece.begin, piece.end);
                continue;
            }
            for (std::size_t i = piece.begin; i < piece.end;) {
                std::size_t plain = i;
                while (plain < piece.end && stays(plain))
                    ++plain;
                if (plain > i)
                    rewriter.copy(i, plain);
                i = plain;
                if (i < piece.end) {
                    rewriter.append(alphabet.utf8Of(static_cast<unsigned char>(all[i])), rewriter.rangeAt(i));
                    ++i;
                }
            }
        }
        rewriter.finish();
    }

    bool add_prefix_space_;
    std::unique_ptr<Regex> pattern_;
};

class MetaspacePreTokenizer final : public PreTokenizer {
public:
    explicit MetaspacePreTokenizer(const MetaspaceOptions& options) : options_(options), replacement_(toUtf8(options.replacement)) {}

    Result<void> apply(PreTokenizedText& text) const override {
        replaceSpaces(text);
        if (!options_.split)
            return {};
        return text.split(SplitBehavior::MergedWithNext, false, [this](std::string_view piece, std::vector<ByteRange>& matches) -> Result<void> {
            for (std::size_t at = piece.find(replacement_); at != std::string_view::npos; at = piece.find(replacement_, at + replacement_.size()))
                matches.push_back({at, at + replacement_.size()});
            return {};
        });
    }

private:
    void replaceSpaces(PreTokenizedText& text) const {
        const std::string_view all = text.text();
        PreTokenizedText::Rewriter rewriter(text);
        for (const Piece& piece : text.pieces()) {
            rewriter.beginPiece(piece.original_begin, piece.token);
            if (piece.token >= 0) {
                rewriter.copy(piece.begin, piece.end);
                continue;
            }
            const std::string_view piece_text = text.textOf(piece);
            const bool starts_with_it = piece_text.front() == ' ' || piece_text.substr(0, replacement_.size()) == replacement_;
            const bool wanted = options_.prepend_scheme == PrependScheme::Always ||
                                (options_.prepend_scheme == PrependScheme::First && piece.original_begin == 0);
            if (wanted && !starts_with_it)
                rewriter.append(replacement_, rewriter.rangeAt(piece.begin));
            for (std::size_t i = piece.begin; i < piece.end;) {
                const std::size_t space = i + std::min(all.substr(i, piece.end - i).find(' '), piece.end - i);
                rewriter.copy(i, space);
                i = space;
                if (i < piece.end)
                    rewriter.append(replacement_, rewriter.rangeAt(i++));
            }
        }
        rewriter.finish();
    }

    MetaspaceOptions options_;
    std::string replacement_; // UTF-8
};

/// Runs of \w and runs of what is neither \w nor \s.
struct WordParts {
    template <class Add>
    void operator()(std::string_view text, Add add) const {
        enum class Kind { Space, Word, Other };
        Kind run = Kind::Space;
        std::size_t run_begin = 0;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t begin = i;
            const CodePoint c = nextCodePoint(text, i);
            const Kind kind = isWhitespace(c) ? Kind::Space : isWordCharacter(c) ? Kind::Word : Kind::Other;
            if (kind == run)
                continue;
            if (run != Kind::Space)
                add(run_begin, begin);
            run = kind;
            run_begin = begin;
        }
        if (run != Kind::Space)
            add(run_begin, text.size());
    }
};

/// Words between white space, with punctuation on its own.
struct BertParts {
    template <class Add>
    void operator()(std::string_view text, Add add) const {
        std::size_t word_begin = 0;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t begin = i;
            const CodePoint c = nextCodePoint(text, i);
            const bool space = isWhitespace(c);
            if (!space && !isPunctuation(c))
                continue;
            add(word_begin, begin);
            if (!space)
                add(begin, i);
            word_begin = i;
        }
        add(word_begin, text.size());
    }
};

/// Runs of one script. Kana count as Han; characters of no script, and spaces, go with what is before them; those
/// before the first script are lost, as in Hugging Face's UnicodeScripts.
struct ScriptParts {
    static std::uint16_t script(CodePoint c) {
        static const std::uint16_t han = scriptOf(0x4E00), hiragana = scriptOf(0x3042), katakana = scriptOf(0x30A2);
        if (c == ' ')
            return 0;
        const std::uint16_t raw = scriptOf(c);
        return c == 0x30FC || raw == hiragana || raw == katakana ? han : raw;
    }
    template <class Add>
    void operator()(std::string_view text, Add add) const {
        std::uint16_t current = 0;
        std::size_t run_begin = 0;
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t begin = i;
            const std::uint16_t next = script(nextCodePoint(text, i));
            if (next == 0 || next == current)
                continue;
            if (current != 0)
                add(run_begin, begin);
            current = next;
            run_begin = begin;
        }
        if (current != 0)
            add(run_begin, text.size());
    }
};

} // namespace

PreTokenizerPtr makeSequencePreTokenizer(std::vector<PreTokenizerPtr> steps) {
    return std::make_unique<const SequencePreTokenizer>(std::move(steps));
}
PreTokenizerPtr makeBertPreTokenizer() { return splitIntoParts(BertParts{}); }
PreTokenizerPtr makeByteLevelPreTokenizer(bool add_prefix_space, std::unique_ptr<Regex> pattern) {
    return std::make_unique<const ByteLevelPreTokenizer>(add_prefix_space, std::move(pattern));
}
PreTokenizerPtr makeMetaspacePreTokenizer(const MetaspaceOptions& options) { return std::make_unique<const MetaspacePreTokenizer>(options); }
PreTokenizerPtr makeWhitespacePreTokenizer() { return splitIntoParts(WordParts{}); }
PreTokenizerPtr makeWhitespaceSplitPreTokenizer() { return splitOnCharacters(SplitBehavior::Removed, isWhitespace); }
PreTokenizerPtr makePunctuationPreTokenizer(SplitBehavior behavior) { return splitOnCharacters(behavior, isPunctuation); }
PreTokenizerPtr makeSplitPreTokenizer(Regex pattern, SplitBehavior behavior, bool invert) {
    return std::make_unique<const PatternSplit>(std::move(pattern), behavior, invert);
}
PreTokenizerPtr makeDigitsPreTokenizer(bool individual_digits) {
    return splitOnCharacters(individual_digits ? SplitBehavior::Isolated : SplitBehavior::Contiguous, isNumeric);
}
PreTokenizerPtr makeCharDelimiterPreTokenizer(CodePoint delimiter) {
    return splitOnCharacters(SplitBehavior::Removed, [delimiter](CodePoint c) { return c == delimiter; });
}
PreTokenizerPtr makeUnicodeScriptsPreTokenizer() { return splitIntoParts(ScriptParts{}); }
PreTokenizerPtr makeFixedLengthPreTokenizer(std::size_t length) {
    return splitIntoParts([length](std::string_view text, auto add) {
        std::size_t begin = 0, n_characters = 0;
        for (std::size_t i = 0; i < text.size();) {
            i += utf8Length(static_cast<unsigned char>(text[i]));
            if (++n_characters == length || i == text.size()) {
                add(begin, i);
                begin = i;
                n_characters = 0;
            }
        }
    });
}

} // namespace headlight
