// Bytes as text, RFC 4648 section 4: the alphabet with + and /, padded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::session {

[[nodiscard]] std::string toBase64(std::span<const std::uint8_t> bytes);
/// Nothing where the text is not exactly what toBase64 writes: wrong length, alphabet, padding, or bits beyond the last byte.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> fromBase64(std::string_view text);

} // namespace headlight::session
