// A fast hash of short byte strings, for our own tables (not for untrusted collisions at scale, not stored anywhere).
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace headlight {

/// Multiplies to 128 bits and folds, as wyhash does.
[[nodiscard]] inline std::uint64_t mixHash(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

[[nodiscard]] inline std::uint64_t hashBytes(std::string_view bytes) {
    constexpr std::uint64_t k0 = 0xA0761D6478BD642Fu, k1 = 0xE7037ED1A0B428DBu;
    std::uint64_t hash = k0 ^ bytes.size();
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        hash = mixHash(hash ^ word, k1);
    }
    if (left > 0) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, left);
        hash = mixHash(hash ^ word, k1);
    }
    return mixHash(hash, k0);
}

} // namespace headlight
