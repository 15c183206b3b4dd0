// Typed access to the members of one object of a session file; every error names the member.
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::session {

/// A view of one JSON object; `item` is its path in the file ("run.source"), empty for the whole.
class FieldReader {
public:
    static Result<FieldReader> open(const nlohmann::json& json, const std::string& file, std::string item);

    [[nodiscard]] const nlohmann::json& json() const { return *json_; }
    /// The member; null where it is missing or JSON null.
    [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
    [[nodiscard]] std::string pathOf(std::string_view key) const;

    [[nodiscard]] Result<std::string> text(std::string_view key) const;
    [[nodiscard]] Result<std::string> textOr(std::string_view key, std::string otherwise) const;
    [[nodiscard]] Result<bool> booleanOr(std::string_view key, bool otherwise) const;
    /// A whole number in 0..maximum.
    [[nodiscard]] Result<std::size_t> size(std::string_view key, std::size_t maximum) const;
    [[nodiscard]] Result<std::size_t> sizeOr(std::string_view key, std::size_t otherwise, std::size_t maximum) const;
    /// A finite number in minimum..maximum.
    [[nodiscard]] Result<double> number(std::string_view key, double minimum, double maximum) const;
    /// Nothing where the member is missing or null.
    [[nodiscard]] Result<std::optional<FieldReader>> object(std::string_view key) const;
    /// The list's elements, none where it is missing or null.
    [[nodiscard]] Result<std::vector<const nlohmann::json*>> list(std::string_view key, std::size_t most) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key, std::size_t most) const;
    [[nodiscard]] Result<std::vector<std::int32_t>> tokenIds(std::string_view key, std::size_t most) const;
    [[nodiscard]] Result<std::vector<FieldReader>> objects(std::string_view key, std::size_t most) const;

    /// `expected` something else than what the member is.
    [[nodiscard]] Error wrong(std::string_view key, std::string expected) const;
    [[nodiscard]] Error wrong(std::string_view key, std::string expected, std::string found) const;

private:
    FieldReader(const nlohmann::json& json, const std::string& file, std::string item)
        : json_(&json)
        , file_(&file)
        , item_(std::move(item)) {}
    const nlohmann::json* json_;
    const std::string* file_;
    std::string item_;
};

} // namespace headlight::session
