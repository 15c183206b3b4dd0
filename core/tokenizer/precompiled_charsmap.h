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

/// Reference: sentencepiece normalizer.cc (the format) and Hugging Face's Precompiled normalizer (its use: extended
/// grapheme clusters under six bytes first, then single characters, the shortest prefix in the trie wins).
class PrecompiledCharsmap {
public:
    /// `base64` is the field precompiled_charsmap; empty means nothing is replaced.
    static Result<PrecompiledCharsmap> parse(std::string_view base64, const std::string& file);
    void apply(NormalizedString& string) const;

private:
    [[nodiscard]] std::optional<std::string_view> replacementOf(std::string_view text) const;
    void appendCharacters(std::string_view grapheme, std::vector<ChangedCharacter>& out, bool& modified) const;

    std::vector<std::uint32_t> units_; // darts-clone units
    std::string replacements_;         // NUL-terminated strings
    std::array<bool, 128> keeps_ascii_{}; // characters without a replacement
};

} // namespace headlight
