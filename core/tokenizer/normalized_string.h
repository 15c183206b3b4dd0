// Text that normalizers change, with the original bytes each of its bytes came from.
#pragma once

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/unicode.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Bytes [begin, end) of the original text. 32 bits: encode() refuses texts of 4 GiB and more.
struct OriginalRange {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool operator==(const OriginalRange&) const = default;
};

/// One character of a transformation's result. `change` tells where it stands, as in Hugging Face's
/// NormalizedString::transform: 1 it is inserted, 0 it replaces the next character, -n it replaces the next one and
/// the n after that are dropped.
struct ChangedCharacter {
    CodePoint character = 0;
    std::int32_t change = 0;
};

/// A piece of the original text and what normalization made of it. While nothing has changed it is only a view, and
/// the alignment is not stored.
class NormalizedString {
public:
    /// `original` is the whole text; this string is its part [begin, end), on character boundaries.
    NormalizedString(std::string_view original, std::size_t begin, std::size_t end);

    [[nodiscard]] std::string_view text() const { return unchanged_ ? original_.substr(begin_, end_ - begin_) : std::string_view(text_); }
    [[nodiscard]] bool unchanged() const { return unchanged_; }
    [[nodiscard]] std::size_t originalBegin() const { return begin_; }
    [[nodiscard]] std::size_t originalEnd() const { return end_; }
    /// One range a byte of text(); only when it is changed.
    [[nodiscard]] std::span<const OriginalRange> alignment() const { return alignment_; }

    /// Replaces the whole text; `removed_first` characters of the old text are dropped before the first change.
    void transform(std::span<const ChangedCharacter> characters, std::size_t removed_first = 0);
    /// Replaces each of the sorted, disjoint byte ranges by `content`, which is aligned to the range's last byte.
    void replace(std::span<const ByteRange> matches, std::string_view content);
    /// Puts `prefix` in front; it is aligned to the first character. Nothing happens to empty text.
    void prepend(std::string_view prefix);
    /// Keeps the characters for which keep(c) holds.
    template <class Keep>
    void filter(Keep keep);
    /// Replaces each character c by map(c).
    template <class Map>
    void map(Map map);

private:
    void materialize(); // makes text_ and alignment_ real
    [[nodiscard]] std::size_t firstAligned() const;

    std::string_view original_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool unchanged_ = true;
    std::string text_;
    std::vector<OriginalRange> alignment_; // as many as text_ has bytes
};

/// Appends the identity alignment of the bytes [begin, end) of `original`: every byte of a character covers all of it.
void appendIdentityAlignment(std::vector<OriginalRange>& out, std::string_view original, std::size_t begin, std::size_t end);

template <class Keep>
void NormalizedString::filter(Keep keep) {
    const std::string_view source = text();
    bool any_removed = false;
    for (std::size_t i = 0; i < source.size() && !any_removed;)
        any_removed = !keep(nextCodePoint(source, i));
    if (!any_removed)
        return;
    std::vector<ChangedCharacter> characters;
    characters.reserve(source.size());
    std::size_t removed_first = 0;
    for (std::size_t i = 0; i < source.size();) {
        const CodePoint c = nextCodePoint(source, i);
        if (keep(c))
            characters.push_back({c, 0});
        else if (characters.empty())
            ++removed_first;
        else
            --characters.back().change;
    }
    transform(characters, removed_first);
}

template <class Map>
void NormalizedString::map(Map map) {
    const std::string_view source = text();
    bool any_changed = false;
    for (std::size_t i = 0; i < source.size() && !any_changed;) {
        const CodePoint c = nextCodePoint(source, i);
        any_changed = map(c) != c;
    }
    if (!any_changed)
        return;
    std::vector<ChangedCharacter> characters;
    characters.reserve(source.size());
    for (std::size_t i = 0; i < source.size();)
        characters.push_back({map(nextCodePoint(source, i)), 0});
    transform(characters);
}

} // namespace headlight
