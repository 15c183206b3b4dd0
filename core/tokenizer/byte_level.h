// The byte <-> character table of byte-level BPE (GPT-2's bytes_to_unicode).
#pragma once

#include "core/tokenizer/unicode.h"

#include <array>
#include <optional>
#include <string_view>

namespace headlight {

/// Printable Latin-1 bytes stand for themselves, the other 68 are moved to U+0100 and up, so that every byte has a
/// visible character. Reference: openai/gpt-2 encoder.py, bytes_to_unicode.
class ByteLevelAlphabet {
public:
    [[nodiscard]] static const ByteLevelAlphabet& get();
    [[nodiscard]] std::string_view utf8Of(unsigned char byte) const { return {utf8_[byte].data(), lengths_[byte]}; }
    [[nodiscard]] std::optional<unsigned char> byteOf(CodePoint c) const;
    /// The bytes a token of such characters stands for; nothing if it has any other character.
    [[nodiscard]] std::optional<std::string> bytesOf(std::string_view token) const;

private:
    ByteLevelAlphabet();
    std::array<std::array<char, 2>, 256> utf8_{};
    std::array<std::uint8_t, 256> lengths_{};
    std::array<std::int16_t, 324> byte_of_{}; // highest character is U+0143
};

} // namespace headlight
