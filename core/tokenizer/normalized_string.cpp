#include "core/tokenizer/normalized_string.h"

#include <algorithm>

namespace headlight {

void appendIdentityAlignment(std::vector<OriginalRange>& out, std::string_view original, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end;) {
        const std::size_t length = utf8Length(static_cast<unsigned char>(original[i]));
        out.insert(out.end(), length, {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i + length)});
        i += length;
    }
}

NormalizedString::NormalizedString(std::string_view original, std::size_t begin, std::size_t end)
    : original_(original), begin_(begin), end_(end) {}

void NormalizedString::materialize() {
    if (!unchanged_)
        return;
    text_.assign(original_.substr(begin_, end_ - begin_));
    alignment_.reserve(text_.size());
    appendIdentityAlignment(alignment_, original_, begin_, end_);
    unchanged_ = false;
}

/// A transformation begins at the first byte that came from anything: text inserted before it at the very start is
/// aligned to nothing and stays, as in Hugging Face's convert_offsets.
std::size_t NormalizedString::firstAligned() const {
    const auto found = std::find_if(alignment_.begin(), alignment_.end(), [](OriginalRange r) { return r.begin != r.end; });
    return static_cast<std::size_t>(found - alignment_.begin());
}

void NormalizedString::transform(std::span<const ChangedCharacter> characters, std::size_t removed_first) {
    if (text().empty())
        return;
    materialize();
    const std::size_t start = firstAligned();
    std::size_t source = start; // the next old byte to be replaced
    const auto skipCharacter = [&] {
        if (source < text_.size())
            source += utf8Length(static_cast<unsigned char>(text_[source]));
    };
    for (std::size_t i = 0; i < removed_first; ++i)
        skipCharacter();

    std::string new_text = text_.substr(0, start);
    std::vector<OriginalRange> new_alignment(alignment_.begin(), alignment_.begin() + static_cast<std::ptrdiff_t>(start));
    new_text.reserve(text_.size() + 16);
    new_alignment.reserve(text_.size() + 16);
    const auto origin = static_cast<std::uint32_t>(begin_);
    for (const auto& [character, change] : characters) {
        OriginalRange range{origin, origin};
        if (change > 0) {
            if (source > 0)
                range = alignment_[source - 1];
        } else {
            // Reading past the end happens only in the odd cases in which Hugging Face panics.
            range = alignment_[std::min(source, alignment_.size() - 1)];
            skipCharacter();
            for (std::int32_t i = 0; i < -change; ++i)
                skipCharacter();
        }
        const std::size_t before = new_text.size();
        appendUtf8(new_text, character);
        new_alignment.insert(new_alignment.end(), new_text.size() - before, range);
    }
    text_ = std::move(new_text);
    alignment_ = std::move(new_alignment);
}

void NormalizedString::replace(std::span<const ByteRange> matches, std::string_view content) {
    if (matches.empty())
        return;
    materialize();
    std::string new_text;
    std::vector<OriginalRange> new_alignment;
    new_text.reserve(text_.size() + matches.size() * content.size());
    new_alignment.reserve(text_.size() + matches.size() * content.size());
    const auto copy = [&](std::size_t begin, std::size_t end) {
        new_text.append(text_, begin, end - begin);
        new_alignment.insert(new_alignment.end(), alignment_.begin() + static_cast<std::ptrdiff_t>(begin),
                             alignment_.begin() + static_cast<std::ptrdiff_t>(end));
    };
    const auto origin = static_cast<std::uint32_t>(begin_);
    std::size_t copied = 0;
    for (const ByteRange& match : matches) {
        copy(copied, match.begin);
        const OriginalRange range = match.end > 0 ? alignment_[match.end - 1] : OriginalRange{origin, origin};
        new_text.append(content);
        new_alignment.insert(new_alignment.end(), content.size(), range);
        copied = match.end;
    }
    copy(copied, text_.size());
    text_ = std::move(new_text);
    alignment_ = std::move(new_alignment);
}

void NormalizedString::prepend(std::string_view prefix) {
    if (text().empty() || prefix.empty())
        return;
    materialize();
    text_.insert(0, prefix);
    alignment_.insert(alignment_.begin(), prefix.size(), OriginalRange(alignment_.front()));
}

} // namespace headlight
