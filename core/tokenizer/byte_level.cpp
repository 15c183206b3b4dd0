#include "core/tokenizer/byte_level.h"

#include <algorithm>

namespace headlight {

ByteLevelAlphabet::ByteLevelAlphabet() {
    byte_of_.fill(-1);
    CodePoint next_moved = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        const CodePoint c = printable ? byte : next_moved++;
        const std::string utf8 = toUtf8(c);
        std::copy(utf8.begin(), utf8.end(), utf8_[byte].begin());
        lengths_[byte] = static_cast<std::uint8_t>(utf8.size());
        byte_of_[c] = static_cast<std::int16_t>(byte);
    }
}

const ByteLevelAlphabet& ByteLevelAlphabet::get() {
    static const ByteLevelAlphabet alphabet;
    return alphabet;
}

std::optional<unsigned char> ByteLevelAlphabet::byteOf(CodePoint c) const {
    if (c >= byte_of_.size() || byte_of_[c] < 0)
        return std::nullopt;
    return static_cast<unsigned char>(byte_of_[c]);
}

std::optional<std::string> ByteLevelAlphabet::bytesOf(std::string_view token) const {
    std::string bytes;
    bytes.reserve(token.size());
    for (std::size_t i = 0; i < token.size();) {
        const auto byte = byteOf(nextCodePoint(token, i));
        if (!byte)
            return std::nullopt;
        bytes.push_back(static_cast<char>(*byte));
    }
    return bytes;
}

} // namespace headlight
