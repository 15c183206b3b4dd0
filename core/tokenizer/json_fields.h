// Typed access to the members of one JSON object of a tokenizer file, with errors that name the member.
#pragma once

#include "core/base/result.h"
#include "core/tokenizer/regex.h"
#include "core/tokenizer/unicode.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// A view of one object: `item` is its path in the file ("pre_tokenizer.pretokenizers[1]").
class JsonFields {
public:
    JsonFields(const nlohmann::json& json, std::string file, std::string item) : json_(json), file_(std::move(file)), item_(std::move(item)) {}

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::string& item() const { return item_; }
    [[nodiscard]] const nlohmann::json& json() const { return json_; }
    [[nodiscard]] std::string pathOf(std::string_view key) const { return item_ + "." + std::string(key); }
    /// The member, or null where it is missing or JSON null.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;

    /// Without a fallback a missing member is an Error.
    Result<std::string> string(std::string_view key, std::optional<std::string> fallback = std::nullopt) const;
    Result<bool> boolean(std::string_view key, std::optional<bool> fallback = std::nullopt) const;
    Result<std::int64_t> integer(std::string_view key, std::optional<std::int64_t> fallback = std::nullopt) const;
    /// A string of exactly one character.
    Result<CodePoint> character(std::string_view key) const;
    Result<std::vector<JsonFields>> objects(std::string_view key) const;
    /// {"String": "..."} or {"Regex": "..."} under `key`.
    Result<Regex> pattern(std::string_view key) const;

    [[nodiscard]] Error wrongType(std::string_view key, std::string expected) const;
    /// The Error for a "type" this program does not know; `what` is "normalizer", "decoder", ...
    [[nodiscard]] Error unknownComponent(std::string_view what, const std::string& type) const;

private:
    const nlohmann::json& json_;
    std::string file_;
    std::string item_;
};

} // namespace headlight
