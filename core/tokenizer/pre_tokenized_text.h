// Normalized text cut into pieces, on its way from the added vocabulary through the pre-tokenizers to the model.
#pragma once

#include "core/tokenizer/normalized_string.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Bytes [begin, end) of PreTokenizedText::text().
struct Piece {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t original_begin = 0; ///< where in the original text the piece begins
    TokenId token = -1;               ///< an added token: no longer split, not given to the model
};

/// What to do with the matches of a splitting pattern (Hugging Face's SplitDelimiterBehavior).
enum class SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// All pieces share one text. While no step has changed a byte it is the original itself, without alignment.
class PreTokenizedText {
public:
    explicit PreTokenizedText(std::string_view original) : original_(original) {}

    [[nodiscard]] std::string_view original() const { return original_; }
    [[nodiscard]] std::string_view text() const { return unchanged_ ? original_ : std::string_view(text_); }
    [[nodiscard]] std::string_view textOf(const Piece& piece) const { return text().substr(piece.begin, piece.end - piece.begin); }
    [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
    [[nodiscard]] std::vector<Piece>& pieces() { return pieces_; }

    /// The bytes of the original that bytes [begin, end) of text() came from, on character boundaries.
    [[nodiscard]] ByteRange originalRange(std::size_t begin, std::size_t end) const;
    /// Where in the original the byte at `position` of text() came from.
    [[nodiscard]] std::uint32_t originalBegin(std::size_t position) const {
        return unchanged_ ? static_cast<std::uint32_t>(position) : alignment_[position].begin;
    }
    /// Appends the part [begin, end) of `piece` (relative to it) to `out`; empty parts are left out.
    void addPart(const Piece& piece, std::size_t begin, std::size_t end, std::vector<Piece>& out) const;

    /// Splits every piece that is not a token. `find(text, matches)` gives the sorted, disjoint matches in a piece's
    /// text; `inverted` exchanges matches and what is between them.
    template <class Find>
    Result<void> split(SplitBehavior behavior, bool inverted, Find find);

    /// Builds a new text piece by piece, when a step changes characters.
    class Rewriter;

private:
    struct Segment {
        ByteRange range;
        bool is_match;
    };
    void splitPiece(const Piece& piece, const std::vector<ByteRange>& matches, SplitBehavior behavior, bool inverted, std::vector<Piece>& out);

    std::string_view original_;
    bool unchanged_ = true;
    std::string text_;
    std::vector<OriginalRange> alignment_; // as many as text_ has bytes, unless unchanged
    std::vector<Piece> pieces_;
    std::vector<Segment> segments_; // reused by splitPiece
};

class PreTokenizedText::Rewriter {
public:
    explicit Rewriter(PreTokenizedText& target);
    /// Starts the next piece; what is appended until the next call belongs to it.
    void beginPiece(std::uint32_t original_begin, TokenId token = -1);
    /// Bytes [begin, end) of the old text as they are.
    void copy(std::size_t begin, std::size_t end);
    /// New bytes aligned to the original bytes `from`.
    void append(std::string_view bytes, OriginalRange from);
    /// A piece of its own: bytes [begin, end) of a normalized string's text, with their alignment.
    void appendPiece(const NormalizedString& string, std::size_t begin, std::size_t end, TokenId token);
    [[nodiscard]] OriginalRange rangeAt(std::size_t position) const;
    [[nodiscard]] std::size_t position() const { return text_.size(); }
    /// Puts the new text and pieces in place of the old ones; pieces without text are left out.
    void finish();

private:
    PreTokenizedText& target_;
    std::string text_;
    std::vector<OriginalRange> alignment_;
    std::vector<Piece> pieces_;
};

template <class Find>
Result<void> PreTokenizedText::split(SplitBehavior behavior, bool inverted, Find find) {
    std::vector<Piece> out;
    out.reserve(pieces_.size());
    std::vector<ByteRange> matches;
    for (const Piece& piece : pieces_) {
        if (piece.token >= 0) {
            out.push_back(piece);
            continue;
        }
        matches.clear();
        HEADLIGHT_CHECK(find(textOf(piece), matches));
        splitPiece(piece, matches, behavior, inverted, out);
    }
    pieces_ = std::move(out);
    return {};
}

} // namespace headlight
