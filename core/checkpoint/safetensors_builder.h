// Turns nlohmann's parser events into the entries of a safetensors header. Internal to this folder.
#pragma once

#include "core/checkpoint/safetensors.h"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>

namespace headlight {

/// No model has more; a bound on memory (see safetensors_header.cpp).
inline constexpr std::size_t kMaxTensorsInFile = 200'000;

/// Collects entries and metadata from parser events; stops at the first thing that breaks a rule.
/// Interface: https://json.nlohmann.me/features/parsing/sax_interface/
class SafetensorsHeaderBuilder {
public:
    using Json = nlohmann::json;
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    SafetensorsHeaderBuilder(SafetensorsHeader& header, const std::string& file)
        : header_(header)
        , file_(file) {}

    bool null() { return scalar("null"); }
    bool boolean(bool value) { return scalar(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) {
        return scalar("the negative number " + std::to_string(value));
    }
    bool number_float(number_float_t, const string_t& text) {
        return scalar("the number " + text.substr(0, 40));
    }
    bool binary(binary_t&) { return false; }

    bool number_unsigned(number_unsigned_t value);
    bool string(string_t& text);
    bool start_object(std::size_t);
    bool end_object();
    bool start_array(std::size_t);
    bool end_array();
    bool key(string_t& name);
    bool parse_error(std::size_t position, const std::string&, const Json::exception& exception);
    std::optional<Error> error() && { return std::move(error_); }

private:
    enum class Place { Start, Root, Metadata, Entry, Dimensions, Offsets, Ignored, End };
    enum class Field { TypeName, Dimensions, Offsets, Other };

    SafetensorsEntry& entry() { return header_.entries.back(); }

    bool startMember(const std::string& name);
    bool startField(const std::string& name);
    bool finishEntry();
    /// A value that is neither list nor object and was not expected here (or belongs to an unknown field).
    bool scalar(std::string found);
    bool startIgnoredOr(std::string found);
    bool deeper();
    bool shallower();
    bool refuseMember(std::string found);
    bool refuseField(std::string found);
    bool keep(std::size_t bytes);
    bool refuse(std::string summary, std::string expected, std::string found,
                std::string cause = "The file is damaged or was written by a broken program");
    bool refuseAt(std::string_view item, std::string summary, std::string expected, std::string found,
                  std::string cause = "The file is damaged or was written by a broken program");

    SafetensorsHeader& header_;
    const std::string& file_;
    Place place_ = Place::Start;
    Field field_ = Field::Other;
    bool in_metadata_ = false;
    bool seen_metadata_ = false;
    std::array<bool, 3> seen_fields_{};
    std::array<std::uint64_t, 2> offsets_{};
    std::size_t n_offsets_ = 0;
    std::size_t ignored_depth_ = 0;
    std::size_t kept_ = 0;
    std::string metadata_key_;
    std::optional<Error> error_;
};

} // namespace headlight
