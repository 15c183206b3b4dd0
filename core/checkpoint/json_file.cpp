#include "core/checkpoint/json_file.h"

#include "core/checkpoint/file_kind.h"
#include "core/checkpoint/regular_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace headlight {

namespace {

std::string placeText(std::string_view text, std::size_t position) {
    const std::string_view before = text.substr(0, std::min(position, text.size()));
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t last_break = before.rfind('\n');
    const std::size_t column = before.size() - (last_break == std::string_view::npos ? 0 : last_break + 1);
    return "line " + std::to_string(line) + ", column " + std::to_string(std::max<std::size_t>(column, 1));
}

/// Builds a Json value from parser events; stops at the first duplicate key or broken limit.
/// Interface: https://json.nlohmann.me/features/parsing/sax_interface/
class DocumentBuilder {
public:
    using number_integer_t = Json::number_integer_t;
    using number_unsigned_t = Json::number_unsigned_t;
    using number_float_t = Json::number_float_t;
    using string_t = Json::string_t;
    using binary_t = Json::binary_t;

    DocumentBuilder(std::string_view text, const std::string& file, const JsonLimits& limits)
        : text_(text)
        , file_(file)
        , limits_(limits) {}

    bool null() { return add(Json()) != nullptr; }
    bool boolean(bool value) { return add(Json(value)) != nullptr; }
    bool number_integer(number_integer_t value) { return add(Json(value)) != nullptr; }
    bool number_unsigned(number_unsigned_t value) { return add(Json(value)) != nullptr; }
    bool number_float(number_float_t value, const string_t&) { return add(Json(value)) != nullptr; }
    bool string(string_t& value) { return add(Json(std::move(value))) != nullptr; }
    bool binary(binary_t&) { return false; }
    bool start_object(std::size_t) { return open(Json::object()); }
    bool start_array(std::size_t) { return open(Json::array()); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(string_t& name) {
        auto& members = open_.back()->get_ref<Json::object_t&>();
        const auto [place, inserted] = members.try_emplace(name);
        if (!inserted) {
            error_ = makeError(ErrorKind::Format, "duplicate key in JSON")
                         .inFile(file_)
                         .atItem(name)
                         .butFound("every key once in an object", "\"" + name + "\" twice")
                         .because("The file was edited by hand or written by a broken program")
                         .nextStep("Keep one of the two entries or fetch the file again");
            return false;
        }
        member_ = &place->second;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const Json::exception& exception) {
        error_ = syntaxError(position, exception.what());
        return false;
    }

    Result<Json> finish(bool parsed) {
        if (error_)
            return std::move(*error_);
        if (!parsed)
            return makeError(ErrorKind::Format, "not JSON").inFile(file_);
        return std::move(root_);
    }

private:
    Json* add(Json value) {
        if (++n_values_ > limits_.max_values) {
            error_ = makeError(ErrorKind::Format, "JSON file has too many values")
                         .inFile(file_)
                         .butFound("at most " + std::to_string(limits_.max_values) + " values", "more")
                         .because("No model file of this kind is that large")
                         .nextStep("Check that this is the file you meant");
            return nullptr;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (open_.back()->is_array()) {
            auto& elements = open_.back()->get_ref<Json::array_t&>();
            elements.push_back(std::move(value));
            return &elements.back();
        }
        *member_ = std::move(value);
        return member_;
    }

    bool open(Json container) {
        if (open_.size() >= limits_.max_depth) {
            error_ = makeError(ErrorKind::Format, "JSON is nested too deeply")
                         .inFile(file_)
                         .butFound("at most " + std::to_string(limits_.max_depth) + " levels", "more")
                         .because("The file is damaged or was made to do harm")
                         .nextStep("Fetch the file again from its source");
            return false;
        }
        Json* place = add(std::move(container));
        if (place)
            open_.push_back(place);
        return place != nullptr;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    Error syntaxError(std::size_t position, std::string what) const {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ...": keep
        // the last part
        if (const std::size_t colon = what.find(": "); colon != std::string::npos)
            what.erase(0, colon + 2);
        if (what.size() > 300) // it quotes the last token, however long
            what = what.substr(0, 300) + "...";
        Error error =
            makeError(ErrorKind::Format, "not valid JSON").inFile(file_).atItem(placeText(text_, position));
        error.expected = "strict JSON in UTF-8";
        error.found = what;
        const bool bad_word = what.find("invalid literal") != std::string::npos ||
                              what.find("invalid number") != std::string::npos;
        if (bad_word && nearNonFinite(position)) {
            error.summary = "NaN and Infinity are not JSON";
            error.cause = "Python's json module writes them where a number is not finite";
            error.next_step = "Replace the literal by a number or by null";
        } else if (what.find("UTF-8") != std::string::npos) {
            error.cause = "The file is in another encoding or damaged";
            error.next_step = "Save it as UTF-8 or fetch it again";
        } else if (position >= text_.size()) {
            error.cause = "The file ends too early, as after an interrupted download";
            error.next_step = "Fetch the file again";
        } else {
            error.cause = "The file is damaged or was edited by hand";
            error.next_step = "Correct that line or fetch the file again";
        }
        return error;
    }

    bool nearNonFinite(std::size_t position) const {
        const std::size_t begin = std::min(text_.size(), position > 9 ? position - 9 : 0);
        const std::string_view around = text_.substr(begin, 20);
        return around.find("NaN") != std::string_view::npos ||
               around.find("Infinity") != std::string_view::npos;
    }

    std::string_view text_;
    const std::string& file_;
    JsonLimits limits_;
    Json root_;
    std::vector<Json*> open_; // innermost container last; addresses stay valid while a child is open
    Json* member_ = nullptr;  // value of the key just read
    std::size_t n_values_ = 0;
    std::optional<Error> error_;
};

Error tooLarge(const std::string& file, std::uint64_t size, std::size_t max_bytes) {
    return makeError(ErrorKind::Format, "file is too large for its kind")
        .inFile(file)
        .butFound("at most " + std::to_string(max_bytes) + " bytes", std::to_string(size) + " bytes")
        .because("This is not the file its name says")
        .nextStep("Check that this is the file you meant");
}

} // namespace

Result<Json> parseJson(std::string_view text, const std::string& file, const JsonLimits& limits) {
    if (text.size() > limits.max_bytes)
        return tooLarge(file, text.size(), limits.max_bytes);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return makeError(ErrorKind::Format, "file is empty")
            .inFile(file)
            .butFound("JSON", std::to_string(text.size()) + " bytes without content")
            .because("It was never written completely")
            .nextStep("Fetch the file again");
    if (const auto kind = recognizeFile(text); kind != FileKind::Unknown)
        return makeError(ErrorKind::Format, "not a JSON file")
            .inFile(file)
            .butFound("JSON", fileKindText(kind))
            .because(fileKindCause(kind))
            .nextStep(fileKindNextStep(kind));
    if (text.starts_with("\xef\xbb\xbf"))
        return makeError(ErrorKind::Format, "JSON starts with a byte order mark")
            .inFile(file)
            .butFound("UTF-8 without byte order mark", "EF BB BF")
            .because("Some editors add it when saving")
            .nextStep("Save the file as plain UTF-8");
    // nlohmann's lexer takes NUL for the end of its input: whatever follows would go unseen.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        return makeError(ErrorKind::Format, "NUL byte in JSON")
            .inFile(file)
            .atItem(placeText(text, nul + 1))
            .butFound("text", "a byte 0")
            .because("The file is damaged or is UTF-16")
            .nextStep("Save it as UTF-8 or fetch it again");
    DocumentBuilder builder(text, file, limits);
    const bool parsed = Json::sax_parse(text.begin(), text.end(), &builder, Json::input_format_t::json, true);
    return builder.finish(parsed);
}

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t max_bytes) {
    HEADLIGHT_ASSIGN(const RegularFile file, RegularFile::open(path));
    if (file.size() > max_bytes)
        return tooLarge(path.string(), file.size(), max_bytes);
    return file.readAll();
}

Result<Json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits) {
    HEADLIGHT_ASSIGN(const std::string text, readTextFile(path, limits.max_bytes));
    return parseJson(text, path.string(), limits);
}

std::string describeJson(const Json& value) {
    switch (value.type()) {
    case Json::value_t::null:
        return "null";
    case Json::value_t::object:
        return "an object";
    case Json::value_t::array:
        return "a list of " + std::to_string(value.size());
    case Json::value_t::string: {
        const auto& text = value.get_ref<const std::string&>();
        return "the text \"" + (text.size() > 80 ? text.substr(0, 80) + "..." : text) + "\"";
    }
    case Json::value_t::boolean:
        return value.get<bool>() ? "true" : "false";
    default:
        return "the number " + value.dump();
    }
}

} // namespace headlight
