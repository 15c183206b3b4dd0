#include "ui/session/field_reader.h"

#include "core/checkpoint/json_file.h"

#include <cmath>
#include <limits>

namespace headlight::session {

namespace {

Error notWhatIsExpected(const std::string& file, std::string item, std::string expected, std::string found) {
    return makeError(ErrorKind::Format, "session file is damaged")
        .inFile(file)
        .atItem(std::move(item))
        .butFound(std::move(expected), std::move(found))
        .because("The file was edited by hand or written by a broken program")
        .nextStep("Open an older copy of it, or correct that item");
}

std::string elementPath(const std::string& list, std::size_t index) { return list + "[" + std::to_string(index) + "]"; }

} // namespace

Result<FieldReader> FieldReader::open(const nlohmann::json& json, const std::string& file, std::string item) {
    if (!json.is_object())
        return notWhatIsExpected(file, item.empty() ? "the whole file" : item, "an object", describeJson(json));
    return FieldReader(json, file, std::move(item));
}

const nlohmann::json* FieldReader::find(std::string_view key) const {
    const auto found = json_->find(key);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

std::string FieldReader::pathOf(std::string_view key) const { return item_.empty() ? std::string(key) : item_ + "." + std::string(key); }

Error FieldReader::wrong(std::string_view key, std::string expected) const {
    const nlohmann::json* const member = find(key);
    return wrong(key, std::move(expected), member ? describeJson(*member) : "nothing");
}

Error FieldReader::wrong(std::string_view key, std::string expected, std::string found) const {
    return notWhatIsExpected(*file_, pathOf(key), std::move(expected), std::move(found));
}

Result<std::string> FieldReader::text(std::string_view key) const {
    const nlohmann::json* const member = find(key);
    if (!member || !member->is_string())
        return wrong(key, "a text");
    return member->get<std::string>();
}

Result<std::string> FieldReader::textOr(std::string_view key, std::string otherwise) const {
    return find(key) ? text(key) : Result<std::string>(std::move(otherwise));
}

Result<bool> FieldReader::booleanOr(std::string_view key, bool otherwise) const {
    const nlohmann::json* const member = find(key);
    if (member && !member->is_boolean())
        return wrong(key, "true or false");
    return member ? member->get<bool>() : otherwise;
}

Result<std::size_t> FieldReader::size(std::string_view key, std::size_t maximum) const {
    const nlohmann::json* const member = find(key);
    const std::string expected = "a whole number from 0 to " + std::to_string(maximum);
    if (!member || !member->is_number_unsigned()) // -1 and 1.0 are other kinds of number
        return wrong(key, expected);
    const auto value = member->get<std::uint64_t>();
    if (value > maximum)
        return wrong(key, expected);
    return static_cast<std::size_t>(value);
}

Result<std::size_t> FieldReader::sizeOr(std::string_view key, std::size_t otherwise, std::size_t maximum) const {
    return find(key) ? size(key, maximum) : Result<std::size_t>(otherwise);
}

Result<double> FieldReader::number(std::string_view key, double minimum, double maximum) const {
    const nlohmann::json* const member = find(key);
    const double value = member && member->is_number() ? member->get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(value >= minimum && value <= maximum))
        return wrong(key, "a number from " + nlohmann::json(minimum).dump() + " to " + nlohmann::json(maximum).dump());
    return value;
}

Result<std::optional<FieldReader>> FieldReader::object(std::string_view key) const {
    const nlohmann::json* const member = find(key);
    if (!member)
        return std::optional<FieldReader>();
    HEADLIGHT_ASSIGN(FieldReader reader, open(*member, *file_, pathOf(key)));
    return std::optional<FieldReader>(std::move(reader));
}

Result<std::vector<const nlohmann::json*>> FieldReader::list(std::string_view key, std::size_t most) const {
    std::vector<const nlohmann::json*> elements;
    const nlohmann::json* const member = find(key);
    if (!member)
        return elements;
    if (!member->is_array())
        return wrong(key, "a list");
    if (member->size() > most)
        return wrong(key, "a list of at most " + std::to_string(most));
    elements.reserve(member->size());
    for (const nlohmann::json& element : *member)
        elements.push_back(&element);
    return elements;
}

Result<std::vector<std::string>> FieldReader::texts(std::string_view key, std::size_t most) const {
    HEADLIGHT_ASSIGN(const auto elements, list(key, most));
    std::vector<std::string> result;
    result.reserve(elements.size());
    for (const nlohmann::json* element : elements) {
        if (!element->is_string())
            return notWhatIsExpected(*file_, elementPath(pathOf(key), result.size()), "a text", describeJson(*element));
        result.push_back(element->get<std::string>());
    }
    return result;
}

Result<std::vector<std::int32_t>> FieldReader::tokenIds(std::string_view key, std::size_t most) const {
    HEADLIGHT_ASSIGN(const auto elements, list(key, most));
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
    std::vector<std::int32_t> result;
    result.reserve(elements.size());
    for (const nlohmann::json* element : elements) {
        if (!element->is_number_unsigned() || element->get<std::uint64_t>() > largest)
            return notWhatIsExpected(*file_, elementPath(pathOf(key), result.size()), "a token id", describeJson(*element));
        result.push_back(static_cast<std::int32_t>(element->get<std::uint64_t>()));
    }
    return result;
}

Result<std::vector<FieldReader>> FieldReader::objects(std::string_view key, std::size_t most) const {
    HEADLIGHT_ASSIGN(const auto elements, list(key, most));
    std::vector<FieldReader> result;
    result.reserve(elements.size());
    for (const nlohmann::json* element : elements) {
        HEADLIGHT_ASSIGN(FieldReader reader, open(*element, *file_, elementPath(pathOf(key), result.size())));
        result.push_back(std::move(reader));
    }
    return result;
}

} // namespace headlight::session
