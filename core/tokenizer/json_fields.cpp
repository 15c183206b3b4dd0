#include "core/tokenizer/json_fields.h"

#include "core/checkpoint/json_file.h"

namespace headlight {

const nlohmann::json* JsonFields::find(std::string_view key) const {
    if (!json_.is_object())
        return nullptr;
    const auto found = json_.find(std::string(key));
    return found == json_.end() || found->is_null() ? nullptr : &*found;
}

Error JsonFields::wrongType(std::string_view key, std::string expected) const {
    const nlohmann::json* value = find(key);
    std::string found = value ? describeJson(*value) : "nothing";
    return makeError(ErrorKind::Tokenizer, value ? "a field of the tokenizer has the wrong type" : "a field of the tokenizer is missing")
        .inFile(file_)
        .atItem(pathOf(key))
        .butFound(std::move(expected), std::move(found))
        .because("The file is damaged or was edited")
        .nextStep("Get the tokenizer's file again.");
}

Error JsonFields::unknownComponent(std::string_view what, const std::string& type) const {
    return makeError(ErrorKind::Tokenizer, "unknown " + std::string(what) + " \"" + type + "\"")
        .inFile(file_)
        .atItem(pathOf("type"))
        .butFound("a " + std::string(what) + " of Hugging Face tokenizers", "\"" + type + "\"")
        .because("The file is damaged, or was written by a newer version of the library")
        .nextStep("Save the tokenizer with another version of the library, or update this program.");
}

Result<std::string> JsonFields::string(std::string_view key, std::optional<std::string> fallback) const {
    const nlohmann::json* value = find(key);
    if (!value && fallback)
        return *std::move(fallback);
    if (!value || !value->is_string())
        return wrongType(key, "a string");
    return value->get<std::string>();
}

Result<bool> JsonFields::boolean(std::string_view key, std::optional<bool> fallback) const {
    const nlohmann::json* value = find(key);
    if (!value && fallback)
        return *fallback;
    if (!value || !value->is_boolean())
        return wrongType(key, "true or false");
    return value->get<bool>();
}

Result<std::int64_t> JsonFields::integer(std::string_view key, std::optional<std::int64_t> fallback) const {
    const nlohmann::json* value = find(key);
    if (!value && fallback)
        return *fallback;
    if (!value || !value->is_number_integer() || (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX))
        return wrongType(key, "a whole number");
    return value->get<std::int64_t>();
}

Result<CodePoint> JsonFields::character(std::string_view key) const {
    HEADLIGHT_ASSIGN(const std::string text, string(key));
    if (countCodePoints(text) != 1)
        return wrongType(key, "one character");
    std::size_t i = 0;
    return nextCodePoint(text, i);
}

Result<std::vector<JsonFields>> JsonFields::objects(std::string_view key) const {
    const nlohmann::json* value = find(key);
    if (!value || !value->is_array())
        return wrongType(key, "a list");
    std::vector<JsonFields> out;
    out.reserve(value->size());
    for (std::size_t i = 0; i < value->size(); ++i) {
        if (!(*value)[i].is_object())
            return wrongType(key, "a list of objects");
        out.emplace_back((*value)[i], file_, pathOf(key) + "[" + std::to_string(i) + "]");
    }
    return out;
}

Result<Regex> JsonFields::pattern(std::string_view key) const {
    const nlohmann::json* value = find(key);
    if (!value || !value->is_object())
        return wrongType(key, "{\"String\": ...} or {\"Regex\": ...}");
    const JsonFields inside(*value, file_, pathOf(key));
    if (inside.find("String")) {
        HEADLIGHT_ASSIGN(const std::string text, inside.string("String"));
        return Regex::literal(text);
    }
    HEADLIGHT_ASSIGN(const std::string text, inside.string("Regex"));
    return Regex::compile(text, file_, inside.pathOf("Regex"));
}

} // namespace headlight
