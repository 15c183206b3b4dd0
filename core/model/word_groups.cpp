#include "core/model/word_groups.h"

#include "core/tokenizer/unicode.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace headlight {

namespace {

constexpr std::string_view kContinues = "##"; // WordPiece
constexpr CodePoint kZeroWidthJoiner = 0x200D;

bool isApostrophe(CodePoint c) {
    return c == '\'' || c == 0x2019;
}

/// Scripts that put no blank between words: where one ends only a dictionary knows.
bool isUnspaced(CodePoint c) {
    const auto in = [c](CodePoint first, CodePoint last) { return c >= first && c <= last; };
    return in(0x4E00, 0x9FFF) || in(0x3040, 0x30FF) || in(0x3400, 0x4DBF) || in(0x20000, 0x3FFFF) ||
           in(0xF900, 0xFAFF) || in(0x3005, 0x3007) || in(0x31F0, 0x31FF) || in(0xFF66, 0xFF9F) ||
           in(0x0E00, 0x0EFF) || in(0x1000, 0x109F) || in(0x1780, 0x17FF);
}

bool joinsWhatIsBefore(CodePoint c) {
    return isCombiningMark(c) || c == kZeroWidthJoiner || (c >= 0xFE00 && c <= 0xFE0F) ||
           (c >= 0x1F3FB && c <= 0x1F3FF);
}

/// 0xE2 of "<0xE2>".
std::optional<unsigned char> byteOf(std::string_view display) {
    unsigned value = 0;
    if (display.size() != 6 || !display.starts_with("<0x") || display.back() != '>')
        return std::nullopt;
    const auto [stop, problem] = std::from_chars(display.data() + 3, display.data() + 5, value, 16);
    return problem == std::errc() && stop == display.data() + 5
               ? std::optional(static_cast<unsigned char>(value))
               : std::nullopt;
}

/// One token as far as words depend on it.
struct Piece {
    std::string content; ///< without white space at its begin; empty: there is nothing else
    bool blank_before = false;
    bool line_break = false;        ///< in that white space
    bool rest_of_character = false; ///< further bytes of the character the token before began
    bool located = false;           ///< its offsets say where in the text it stands
};

class Words {
public:
    explicit Words(const TokenSequence& sequence)
        : sequence_(sequence) {
        for (std::size_t i = 0; i < sequence.size(); ++i)
            pieces_.push_back(pieceOf(i));
        marks_blanks_ = std::ranges::any_of(
            pieces_, [](const Piece& piece) { return piece.blank_before || piece.located; });
    }

    [[nodiscard]] bool begins(std::size_t i, bool before_began) const {
        if (i == 0 || sequence_.special[i] || sequence_.special[i - 1] ||
            sequence_.sequence[i] != sequence_.sequence[i - 1])
            return true;
        const Piece& piece = pieces_[i];
        const Piece& before = pieces_[i - 1];
        if (piece.rest_of_character || sequence_.tokens[i].starts_with(kContinues))
            return false;
        if (!marks_blanks_ || piece.blank_before || piece.content.empty() || blankBetween(i))
            return true;
        if (before.content.empty())
            return before.line_break; // a lone blank stands before its word
        return beginsAt(i, before_began);
    }

    [[nodiscard]] const Piece& piece(std::size_t i) const { return pieces_[i]; }

private:
    [[nodiscard]] std::string_view text(std::size_t i) const {
        return sequence_.sequence[i] == 1 ? sequence_.text_pair : sequence_.text;
    }
    [[nodiscard]] bool located(std::size_t i) const {
        const ByteRange& range = sequence_.offsets[i];
        return range.end > range.begin && range.end <= text(i).size() && sequence_.sequence[i] >= 0;
    }

    [[nodiscard]] Piece pieceOf(std::size_t i) const {
        Piece piece;
        piece.located = located(i);
        piece.rest_of_character = isRestOfCharacter(i);
        const ByteRange& range = sequence_.offsets[i];
        const std::string content =
            piece.located ? replaceInvalidUtf8(text(i).substr(range.begin, range.end - range.begin))
                          : displayed(i);
        std::size_t begin = 0;
        while (begin < content.size()) {
            std::size_t next = begin;
            const CodePoint c = nextCodePoint(content, next);
            if (!isWhitespace(c))
                break;
            piece.blank_before = true;
            piece.line_break |= c != ' ';
            begin = next;
        }
        piece.content = content.substr(begin);
        return piece;
    }

    /// The display text; of a byte all of its character as far as the following tokens have it.
    [[nodiscard]] std::string displayed(std::size_t i) const {
        const std::string& display = sequence_.display[i];
        if (!byteOf(display))
            return replaceInvalidUtf8(display.starts_with(kContinues) ? display.substr(kContinues.size())
                                                                      : display);
        std::string bytes;
        for (std::size_t next = i; next < sequence_.size() && byteOf(sequence_.display[next]); ++next) {
            if (next > i && !isUtf8Continuation(static_cast<char>(*byteOf(sequence_.display[next]))))
                break;
            bytes += static_cast<char>(*byteOf(sequence_.display[next]));
        }
        return replaceInvalidUtf8(bytes);
    }

    [[nodiscard]] bool isRestOfCharacter(std::size_t i) const {
        if (i == 0 || sequence_.sequence[i] != sequence_.sequence[i - 1])
            return false;
        if (located(i) && located(i - 1))
            return sequence_.offsets[i].begin < sequence_.offsets[i - 1].end;
        const auto byte = byteOf(sequence_.display[i]);
        return byte && byteOf(sequence_.display[i - 1]) && isUtf8Continuation(static_cast<char>(*byte));
    }

    [[nodiscard]] bool blankBetween(std::size_t i) const {
        if (!pieces_[i].located || !pieces_[i - 1].located)
            return false;
        const std::string_view whole = text(i);
        std::size_t position = sequence_.offsets[i - 1].end;
        while (position < sequence_.offsets[i].begin)
            if (isWhitespace(nextCodePoint(whole, position)))
                return true;
        return false;
    }

    /// Tokens that touch: by the characters on both sides of the seam.
    [[nodiscard]] bool beginsAt(std::size_t i, bool before_began) const {
        const std::string& content = pieces_[i].content;
        const std::string& before = pieces_[i - 1].content;
        std::size_t second = 0;
        const CodePoint first = nextCodePoint(content, second);
        std::size_t end = before.size();
        const CodePoint last = previousCodePoint(before, end);
        if (joinsWhatIsBefore(first) || last == kZeroWidthJoiner)
            return false;
        if (isUnspaced(first) || isUnspaced(last))
            return true;
        if (isWordCharacter(first) && isWordCharacter(last))
            return false;
        if (isApostrophe(first) && isWordCharacter(last))
            return !letterFollows(i, second);
        // "don", "'", "t": the apostrophe joined its word, so do the letters behind it.
        return !(isWordCharacter(first) && isApostrophe(last) && !before_began);
    }

    [[nodiscard]] bool letterFollows(std::size_t i, std::size_t position) const {
        if (position < pieces_[i].content.size())
            return isWordCharacter(nextCodePoint(pieces_[i].content, position));
        if (i + 1 >= pieces_.size() || sequence_.special[i + 1] || pieces_[i + 1].blank_before ||
            blankBetween(i + 1))
            return false;
        std::size_t begin = 0;
        const std::string& next = pieces_[i + 1].content;
        return !next.empty() && isWordCharacter(nextCodePoint(next, begin));
    }

    const TokenSequence& sequence_;
    std::vector<Piece> pieces_;
    bool marks_blanks_ = false; ///< whether anything here can say that a word begins
};

} // namespace

WordGroups wordGroups(const TokenSequence& sequence) {
    const Words words(sequence);
    WordGroups groups;
    bool began = true;
    for (std::size_t i = 0; i < sequence.size(); ++i) {
        began = words.begins(i, began);
        if (began) {
            groups.tokens.push_back({i, i});
            groups.texts.emplace_back();
        }
        groups.tokens.back().end = i + 1;
        if (!words.piece(i).rest_of_character)
            groups.texts.back() += words.piece(i).content;
    }
    return groups;
}

} // namespace headlight
