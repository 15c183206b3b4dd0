// SentencePiece's precompiled character map: a double-array trie and the replacements it points to.
#pragma once

#include "core/tokenizer/normalized_string.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// How a map is looked up. Graphemes, Hugging Face's Precompiled normalizer: extended grapheme clusters under six bytes
/// first, then single characters, the shortest prefix in the trie wins. LongestPrefix: as SentencePiece itself does.
enum class CharsmapLookup { Graphemes, LongestPrefix };

/// Reference: sentencepiece normalizer.cc (the format).
class PrecompiledCharsmap {
public:
    /// `base64` is the field precompiled_charsmap; empty means nothing is replaced.
    static Result<PrecompiledCharsmap> parse(std::string_view base64, const std::string& file);
    static Result<PrecompiledCharsmap> fromBytes(std::string_view bytes, CharsmapLookup lookup, const std::string& file);
    void apply(NormalizedString& string) const;

private:
    struct Replacement {
        std::size_t length; // bytes of the text it replaces
        std::string_view text;
    };
    /// Of the shortest or the longest prefix of `text` that has one.
    [[nodiscard]] std::optional<Replacement> replacementOf(std::string_view text, bool longest = false) const;
    void applyLongest(NormalizedString& string) const;
    void appendCharacters(std::string_view grapheme, std::vector<ChangedCharacter>& out, bool& modified) const;

    CharsmapLookup lookup_ = CharsmapLookup::Graphemes;
    std::vector<std::uint32_t> units_; // darts-clone units
    std::string replacements_;         // NUL-terminated strings
    std::array<bool, 128> keeps_ascii_{}; // characters without a replacement
};

} // namespace headlight
