// UTF-8 and the character classes of the tokenizer pipeline (as Hugging Face `tokenizers` defines each of them).
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headlight {

using CodePoint = std::uint32_t;

/// Length in bytes of the sequence a lead byte starts; text must be valid UTF-8.
[[nodiscard]] inline std::size_t utf8Length(unsigned char lead) {
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}
[[nodiscard]] inline bool isUtf8Continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The code point at `position` of valid UTF-8; `position` moves behind it.
[[nodiscard]] inline CodePoint nextCodePoint(std::string_view text, std::size_t& position) {
    const auto byte = [&](std::size_t i) { return static_cast<CodePoint>(static_cast<unsigned char>(text[position + i])); };
    const CodePoint lead = byte(0);
    if (lead < 0x80) {
        position += 1;
        return lead;
    }
    CodePoint value = 0;
    if (lead < 0xE0) {
        value = ((lead & 0x1F) << 6) | (byte(1) & 0x3F);
        position += 2;
    } else if (lead < 0xF0) {
        value = ((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
        position += 3;
    } else {
        value = ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F);
        position += 4;
    }
    return value;
}

/// The code point that ends right before `position` (> 0) of valid UTF-8; `position` moves to its first byte.
[[nodiscard]] inline CodePoint previousCodePoint(std::string_view text, std::size_t& position) {
    do
        --position;
    while (isUtf8Continuation(text[position]));
    std::size_t forward = position;
    return nextCodePoint(text, forward);
}

void appendUtf8(std::string& out, CodePoint code_point);
[[nodiscard]] std::string toUtf8(CodePoint code_point);
[[nodiscard]] std::size_t countCodePoints(std::string_view text);
[[nodiscard]] bool isAscii(std::string_view text);

/// Position of the first byte that breaks UTF-8 (overlong forms, surrogates and values above U+10FFFF included),
/// or text.size() when there is none.
[[nodiscard]] std::size_t firstInvalidUtf8(std::string_view text);
/// Replaces each maximal broken part by U+FFFD, as Rust's from_utf8_lossy does.
[[nodiscard]] std::string replaceInvalidUtf8(std::string_view bytes);
/// An Error of kind Text that says where the first bad byte is and what it is.
[[nodiscard]] Result<void> checkUtf8(std::string_view text);

[[nodiscard]] bool isWhitespace(CodePoint c);     ///< Unicode White_Space
[[nodiscard]] bool isWordCharacter(CodePoint c);  ///< \w: letters, marks, decimal digits, connectors, joiners
[[nodiscard]] bool isNumeric(CodePoint c);        ///< general category N
[[nodiscard]] bool isPunctuation(CodePoint c);    ///< ASCII punctuation or general category P
[[nodiscard]] bool isCombiningMark(CodePoint c);  ///< general category M
[[nodiscard]] bool isNonspacingMark(CodePoint c); ///< general category Mn
[[nodiscard]] bool isUncleanForBert(CodePoint c); ///< controls, formats, private use, NUL, U+FFFD
[[nodiscard]] bool isUndecomposed(CodePoint c);   ///< keeps its form although newer Unicode versions decompose it
/// Simple lowercase mapping; U+0130 alone maps to two code points, which the caller handles.
[[nodiscard]] CodePoint toLowercase(CodePoint c);
/// Number of the script UnicodeScripts sees; 0 is none.
[[nodiscard]] std::uint16_t scriptOf(CodePoint c);

} // namespace headlight
