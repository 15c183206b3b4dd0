// Typed access to config.json: every key a model family asks for is checked for type, range and sense here.
#pragma once

#include "core/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// A key and its other spellings, tried in order: {"n_embd", "hidden_size"}. Errors name the first.
class ConfigKeys {
public:
    ConfigKeys(const char* key) : names_{key} {}
    ConfigKeys(std::string_view key) : names_{key} {}
    ConfigKeys(std::initializer_list<std::string_view> names) : names_(names) {}
    [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }

private:
    std::vector<std::string_view> names_;
};

/// Upper limits no real model comes near; beyond them a config.json is damaged or hostile.
inline constexpr std::size_t kMaxLayers = 10'000;
inline constexpr std::size_t kMaxSize = std::size_t{1} << 31;

/// What a number may be, both ends included.
struct NumberRange {
    double minimum = -std::numeric_limits<double>::max();
    double maximum = std::numeric_limits<double>::max();
};

/// Reads one JSON object. A key that is null counts as absent, as Hugging Face writes unset options.
/// All Errors are ErrorKind::Config and name file, key, expectation and finding.
class ConfigReader {
public:
    /// `object` must be a JSON object, an Error otherwise. The reader keeps its own copy.
    static Result<ConfigReader> fromJson(nlohmann::json object, std::string file);
    /// Reads a config.json (at most 16 MiB).
    static Result<ConfigReader> fromFile(const std::filesystem::path& path);

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const nlohmann::json& json() const { return *object_; }
    [[nodiscard]] bool has(const ConfigKeys& keys) const; ///< present under one of its spellings, and not null

    /// A whole number in 1..maximum.
    [[nodiscard]] Result<std::size_t> positiveSize(const ConfigKeys& keys, std::size_t maximum = kMaxSize) const;
    [[nodiscard]] Result<std::size_t> positiveSizeOr(const ConfigKeys& keys, std::size_t otherwise,
                                                     std::size_t maximum = kMaxSize) const;
    /// A whole number in 0..maximum.
    [[nodiscard]] Result<std::size_t> size(const ConfigKeys& keys, std::size_t maximum = kMaxSize) const;
    [[nodiscard]] Result<std::size_t> sizeOr(const ConfigKeys& keys, std::size_t otherwise,
                                             std::size_t maximum = kMaxSize) const;
    /// A finite number within `range`; whole numbers are numbers too.
    [[nodiscard]] Result<double> number(const ConfigKeys& keys, const NumberRange& range = {}) const;
    [[nodiscard]] Result<double> numberOr(const ConfigKeys& keys, double otherwise, const NumberRange& range = {}) const;
    [[nodiscard]] Result<bool> boolean(const ConfigKeys& keys) const;
    [[nodiscard]] Result<bool> booleanOr(const ConfigKeys& keys, bool otherwise) const;
    [[nodiscard]] Result<std::string> text(const ConfigKeys& keys) const;
    [[nodiscard]] Result<std::string> textOr(const ConfigKeys& keys, std::string otherwise) const;
    /// A list of texts; empty where absent.
    [[nodiscard]] Result<std::vector<std::string>> textList(const ConfigKeys& keys) const;
    /// Token ids: one number or a list of numbers (`eos_token_id` comes as either); empty where absent.
    [[nodiscard]] Result<std::vector<std::int32_t>> tokenIds(const ConfigKeys& keys) const;
    /// A nested object such as "rope_scaling"; messages say "rope_scaling.factor".
    [[nodiscard]] Result<ConfigReader> object(const ConfigKeys& keys) const;

    /// An Error about a key whose value is of the right type but makes no sense together with others.
    [[nodiscard]] Error reject(std::string_view key, std::string summary, std::string expected, std::string found,
                               std::string cause = {}, std::string next_step = {}) const;

private:
    ConfigReader(std::shared_ptr<const nlohmann::json> object, std::string file, std::string prefix);
    struct Found;
    [[nodiscard]] Found find(const ConfigKeys& keys) const;
    [[nodiscard]] std::string itemName(const ConfigKeys& keys) const;
    [[nodiscard]] Error missing(const ConfigKeys& keys, std::string expected) const;
    [[nodiscard]] Error wrong(std::string_view key, std::string expected, const nlohmann::json& value) const;
    [[nodiscard]] Result<std::size_t> wholeNumber(const ConfigKeys& keys, std::size_t minimum, std::size_t maximum) const;

    std::shared_ptr<const nlohmann::json> object_;
    std::string file_;
    std::string prefix_; ///< "rope_scaling." inside a nested object
};

} // namespace headlight
