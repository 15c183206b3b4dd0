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
    std::size_t max_bytes = 256u << 20; ///< larger files are refused before reading
    std::size_t max_depth = 128;
};

/// Parses text as strict UTF-8 JSON. `file` is only for messages.
[[nodiscard]] Result<Json> parseJson(std::string_view text, const std::string& file, const JsonLimits& limits = {});
/// Reads and parses a regular file.
[[nodiscard]] Result<Json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits = {});
/// Reads a whole regular file, at most `max_bytes`.
[[nodiscard]] Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t max_bytes);

} // namespace headlight
