#include "core/tokenizer/pre_tokenized_text.h"

namespace headlight {

ByteRange PreTokenizedText::originalRange(std::size_t begin, std::size_t end) const {
    if (begin >= end)
        return {originalBegin(begin), originalBegin(begin)};
    if (!unchanged_)
        return {alignment_[begin].begin, alignment_[end - 1].end};
    while (isUtf8Continuation(original_[begin]))
        --begin;
    while (end < original_.size() && isUtf8Continuation(original_[end]))
        ++end;
    return {begin, end};
}

void PreTokenizedText::addPart(const Piece& piece, std::size_t begin, std::size_t end, std::vector<Piece>& out) const {
    if (begin >= end)
        return;
    const auto first = piece.begin + static_cast<std::uint32_t>(begin);
    out.push_back({first, piece.begin + static_cast<std::uint32_t>(end), originalBegin(first), -1});
}

void PreTokenizedText::splitPiece(const Piece& piece, const std::vector<ByteRange>& matches, SplitBehavior behavior, bool inverted,
                                  std::vector<Piece>& out) {
    const std::size_t size = piece.end - piece.begin;
    segments_.clear();
    std::size_t previous = 0;
    for (const ByteRange& match : matches) {
        if (previous != match.begin)
            segments_.push_back({{previous, match.begin}, inverted});
        segments_.push_back({match, !inverted});
        previous = match.end;
    }
    if (previous != size)
        segments_.push_back({{previous, size}, inverted});

    const auto add = [&](const Segment& segment) { addPart(piece, segment.range.begin, segment.range.end, out); };
    std::vector<Segment> joined;
    bool previous_match = false;
    switch (behavior) {
    case SplitBehavior::Removed:
        for (const Segment& segment : segments_)
            if (!segment.is_match)
                add(segment);
        return;
    case SplitBehavior::Isolated:
        for (const Segment& segment : segments_)
            add(segment);
        return;
    case SplitBehavior::Contiguous:
    case SplitBehavior::MergedWithPrevious:
        for (const Segment& segment : segments_) {
            const bool join = behavior == SplitBehavior::Contiguous ? segment.is_match == previous_match : segment.is_match && !previous_match;
            if (join && !joined.empty())
                joined.back().range.end = segment.range.end;
            else
                joined.push_back(segment);
            previous_match = segment.is_match;
        }
        for (const Segment& segment : joined)
            add(segment);
        return;
    case SplitBehavior::MergedWithNext:
        for (std::size_t i = segments_.size(); i-- > 0;) {
            if (segments_[i].is_match && !previous_match && !joined.empty())
                joined.back().range.begin = segments_[i].range.begin;
            else
                joined.push_back(segments_[i]);
            previous_match = segments_[i].is_match;
        }
        for (std::size_t i = joined.size(); i-- > 0;)
            add(joined[i]);
        return;
    }
}

PreTokenizedText::Rewriter::Rewriter(PreTokenizedText& target) : target_(target) {
    text_.reserve(target.text().size() + target.text().size() / 4 + 16);
    alignment_.reserve(text_.capacity());
    pieces_.reserve(target.pieces_.size());
}

OriginalRange PreTokenizedText::Rewriter::rangeAt(std::size_t position) const {
    if (!target_.unchanged_)
        return target_.alignment_[position];
    const ByteRange range = target_.originalRange(position, position + 1);
    return {static_cast<std::uint32_t>(range.begin), static_cast<std::uint32_t>(range.end)};
}

void PreTokenizedText::Rewriter::beginPiece(std::uint32_t original_begin, TokenId token) {
    if (!pieces_.empty())
        pieces_.back().end = static_cast<std::uint32_t>(text_.size());
    const auto begin = static_cast<std::uint32_t>(text_.size());
    pieces_.push_back({begin, begin, original_begin, token});
}

void PreTokenizedText::Rewriter::copy(std::size_t begin, std::size_t end) {
    text_.append(target_.text().substr(begin, end - begin));
    if (target_.unchanged_)
        appendIdentityAlignment(alignment_, target_.original_, begin, end);
    else
        alignment_.insert(alignment_.end(), target_.alignment_.begin() + static_cast<std::ptrdiff_t>(begin),
                          target_.alignment_.begin() + static_cast<std::ptrdiff_t>(end));
}

void PreTokenizedText::Rewriter::append(std::string_view bytes, OriginalRange from) {
    text_.append(bytes);
    alignment_.insert(alignment_.end(), bytes.size(), from);
}

void PreTokenizedText::Rewriter::appendPiece(const NormalizedString& string, std::size_t begin, std::size_t end, TokenId token) {
    const auto alignment = string.alignment();
    const std::size_t original_begin = string.unchanged() ? string.originalBegin() + begin : alignment[begin].begin;
    beginPiece(static_cast<std::uint32_t>(original_begin), token);
    text_.append(string.text().substr(begin, end - begin));
    if (string.unchanged())
        appendIdentityAlignment(alignment_, target_.original_, original_begin, original_begin + end - begin);
    else
        alignment_.insert(alignment_.end(), alignment.begin() + static_cast<std::ptrdiff_t>(begin), alignment.begin() + static_cast<std::ptrdiff_t>(end));
}

void PreTokenizedText::Rewriter::finish() {
    if (!pieces_.empty())
        pieces_.back().end = static_cast<std::uint32_t>(text_.size());
    std::erase_if(pieces_, [](const Piece& piece) { return piece.begin == piece.end; });
    target_.unchanged_ = false;
    target_.text_ = std::move(text_);
    target_.alignment_ = std::move(alignment_);
    target_.pieces_ = std::move(pieces_);
}

} // namespace headlight
