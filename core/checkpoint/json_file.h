// JSON read from a stranger's file: size-capped, depth-capped, duplicate keys refused, errors with line and column.
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace headlight {

using Json = nlohmann::json;

struct JsonLimits {
    std::size_t max_bytes = 256u << 20;   ///< larger files are refused before reading
    std::size_t max_depth = 128;
    std::size_t max_values = 8'000'000;   ///< objects, lists, texts, numbers...; each costs up to 100 bytes of memory
};

/// Parses text as strict UTF-8 JSON: no byte order mark, NUL, NaN, comment, trailing comma or duplicate key.
/// `file` is only for messages. Errors: ErrorKind::Format with line and column.
[[nodiscard]] Result<Json> parseJson(std::string_view text, const std::string& file, const JsonLimits& limits = {});
/// Reads and parses a regular file.
[[nodiscard]] Result<Json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits = {});
/// Reads a whole regular file, at most `max_bytes`. Never blocks on a FIFO or a device.
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t max_bytes);

/// What a JSON value is, for messages: `the text "gelu"`, `the number 3.5`, `a list of 2`, `null`.
[[nodiscard]] std::string describeJson(const Json& value);

} // namespace headlight
