// The digests of answers that the golden files of tokenizers hold.
#pragma once

#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace headlight::testing {

/// FNV-1a; its upper `n_bits` in hexadecimal.
inline std::string fnvDigest(std::string_view text, unsigned n_bits) {
    std::uint64_t value = 0xCBF29CE484222325u;
    for (const char byte : text)
        value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
    char hex[24];
    std::snprintf(hex, sizeof hex, "%0*llx", static_cast<int>(n_bits / 4),
                  static_cast<unsigned long long>(value >> (64 - n_bits)));
    return hex;
}

/// `id,begin,end,type,token;` of every token.
inline std::string spelled(const Encoding& encoding) {
    std::string text;
    for (std::size_t i = 0; i < encoding.size(); ++i)
        text += std::to_string(encoding.ids[i]) + "," + std::to_string(encoding.offsets[i].begin) + "," +
                std::to_string(encoding.offsets[i].end) + "," + std::to_string(encoding.type_ids[i]) + "," +
                encoding.tokens[i] + ";";
    return text;
}

/// `id;` of every token.
inline std::string spelledIds(const Encoding& encoding) {
    std::string text;
    for (const TokenId id : encoding.ids)
        text += std::to_string(id) + ";";
    return text;
}

} // namespace headlight::testing
