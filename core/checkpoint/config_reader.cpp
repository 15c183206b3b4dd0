#include "core/checkpoint/config_reader.h"

#include "core/checkpoint/json_file.h"

#include <cmath>
#include <utility>

namespace headlight {

namespace {

constexpr std::size_t kMaxConfigBytes = 16u << 20;
constexpr std::size_t kMaxTokenId = std::numeric_limits<std::int32_t>::max();

std::string rangeText(std::size_t minimum, std::size_t maximum) {
    return "a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum);
}

std::string numberText(double number) {
    return Json(number).dump();
}

std::string rangeText(const NumberRange& range) {
    const NumberRange unlimited;
    std::string text = "a finite number";
    if (range.minimum > unlimited.minimum)
        text += " of at least " + numberText(range.minimum);
    if (range.maximum < unlimited.maximum)
        text += (range.minimum > unlimited.minimum ? " and at most " : " of at most ") +
                numberText(range.maximum);
    return text;
}

bool wholeWithin(const Json& value, std::size_t minimum, std::size_t maximum) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() >= minimum &&
           value.get<std::uint64_t>() <= maximum;
}

} // namespace

struct ConfigReader::Found {
    std::string_view key;        ///< the spelling the file uses
    const Json* value = nullptr; ///< nullptr where absent or null
};

ConfigReader::ConfigReader(std::shared_ptr<const Json> object, std::string file, std::string prefix)
    : object_(std::move(object))
    , file_(std::move(file))
    , prefix_(std::move(prefix)) {}

Result<ConfigReader> ConfigReader::fromJson(Json object, std::string file) {
    if (!object.is_object())
        return makeError(ErrorKind::Config, "configuration is not a JSON object")
            .inFile(std::move(file))
            .butFound("an object with the model's sizes", describeJson(object))
            .because("This is not a model's config.json")
            .nextStep("Take config.json from the place the weights came from");
    return ConfigReader(std::make_shared<const Json>(std::move(object)), std::move(file), {});
}

Result<ConfigReader> ConfigReader::fromFile(const std::filesystem::path& path) {
    JsonLimits limits;
    limits.max_bytes = kMaxConfigBytes;
    HEADLIGHT_ASSIGN(Json object, readJsonFile(path, limits));
    return fromJson(std::move(object), path.string());
}

ConfigReader::Found ConfigReader::find(const ConfigKeys& keys) const {
    for (const std::string_view key : keys.names()) {
        const auto place = object_->find(key);
        if (place != object_->end() && !place->is_null())
            return {key, &*place};
    }
    return {keys.names().front(), nullptr};
}

bool ConfigReader::has(const ConfigKeys& keys) const {
    return find(keys).value != nullptr;
}

std::string ConfigReader::itemName(const ConfigKeys& keys) const {
    return prefix_ + std::string(keys.names().front());
}

Error ConfigReader::missing(const ConfigKeys& keys, std::string expected) const {
    Error error = makeError(ErrorKind::Config, "configuration lacks a key")
                      .inFile(file_)
                      .atItem(itemName(keys))
                      .butFound(std::move(expected), "nothing");
    error.cause = "The file is incomplete or belongs to another kind of model";
    if (keys.names().size() > 1) {
        error.cause += " (also looked for";
        for (std::size_t i = 1; i < keys.names().size(); ++i)
            error.cause += (i > 1 ? ", " : " ") + prefix_ + std::string(keys.names()[i]);
        error.cause += ")";
    }
    error.next_step = "Take config.json from the place the weights came from";
    return error;
}

Error ConfigReader::wrong(std::string_view key, std::string expected, const Json& value) const {
    return reject(key, "configuration value cannot be used", std::move(expected), describeJson(value),
                  "The file was edited or is damaged",
                  "Take config.json from the place the weights came from");
}

Error ConfigReader::reject(std::string_view key, std::string summary, std::string expected, std::string found,
                           std::string cause, std::string next_step) const {
    return makeError(ErrorKind::Config, std::move(summary))
        .inFile(file_)
        .atItem(prefix_ + std::string(key))
        .butFound(std::move(expected), std::move(found))
        .because(std::move(cause))
        .nextStep(std::move(next_step));
}

Result<std::size_t> ConfigReader::wholeNumber(const ConfigKeys& keys, std::size_t minimum,
                                              std::size_t maximum) const {
    const auto [key, value] = find(keys);
    if (!value)
        return missing(keys, rangeText(minimum, maximum));
    if (!wholeWithin(*value, minimum, maximum))
        return wrong(key, rangeText(minimum, maximum), *value);
    return value->get<std::size_t>();
}

Result<std::size_t> ConfigReader::positiveSize(const ConfigKeys& keys, std::size_t maximum) const {
    return wholeNumber(keys, 1, maximum);
}

Result<std::size_t> ConfigReader::positiveSizeOr(const ConfigKeys& keys, std::size_t otherwise,
                                                 std::size_t maximum) const {
    return has(keys) ? wholeNumber(keys, 1, maximum) : Result<std::size_t>(otherwise);
}

Result<std::size_t> ConfigReader::size(const ConfigKeys& keys, std::size_t maximum) const {
    return wholeNumber(keys, 0, maximum);
}

Result<std::size_t> ConfigReader::sizeOr(const ConfigKeys& keys, std::size_t otherwise,
                                         std::size_t maximum) const {
    return has(keys) ? wholeNumber(keys, 0, maximum) : Result<std::size_t>(otherwise);
}

Result<double> ConfigReader::number(const ConfigKeys& keys, const NumberRange& range) const {
    const auto [key, value] = find(keys);
    if (!value)
        return missing(keys, rangeText(range));
    if (!value->is_number())
        return wrong(key, rangeText(range), *value);
    const double number = value->get<double>();
    if (!std::isfinite(number) || number < range.minimum || number > range.maximum)
        return wrong(key, rangeText(range), *value);
    return number;
}

Result<double> ConfigReader::numberOr(const ConfigKeys& keys, double otherwise,
                                      const NumberRange& range) const {
    return has(keys) ? number(keys, range) : Result<double>(otherwise);
}

Result<bool> ConfigReader::boolean(const ConfigKeys& keys) const {
    const auto [key, value] = find(keys);
    if (!value)
        return missing(keys, "true or false");
    if (!value->is_boolean())
        return wrong(key, "true or false", *value);
    return value->get<bool>();
}

Result<bool> ConfigReader::booleanOr(const ConfigKeys& keys, bool otherwise) const {
    return has(keys) ? boolean(keys) : Result<bool>(otherwise);
}

Result<std::string> ConfigReader::text(const ConfigKeys& keys) const {
    const auto [key, value] = find(keys);
    if (!value)
        return missing(keys, "a text");
    if (!value->is_string())
        return wrong(key, "a text", *value);
    return value->get<std::string>();
}

Result<std::string> ConfigReader::textOr(const ConfigKeys& keys, std::string otherwise) const {
    return has(keys) ? text(keys) : Result<std::string>(std::move(otherwise));
}

Result<std::vector<std::string>> ConfigReader::textList(const ConfigKeys& keys) const {
    const auto [key, value] = find(keys);
    std::vector<std::string> texts;
    if (!value)
        return texts;
    if (!value->is_array())
        return wrong(key, "a list of texts", *value);
    for (const Json& element : *value) {
        if (!element.is_string())
            return wrong(key, "a list of texts only", element);
        texts.push_back(element.get<std::string>());
    }
    return texts;
}

Result<std::vector<std::int32_t>> ConfigReader::tokenIds(const ConfigKeys& keys) const {
    const auto [key, value] = find(keys);
    std::vector<std::int32_t> ids;
    if (!value)
        return ids;
    const auto add = [&](const Json& element) {
        const bool good = wholeWithin(element, 0, kMaxTokenId);
        if (good)
            ids.push_back(element.get<std::int32_t>());
        return good;
    };
    if (!value->is_array()) {
        if (!add(*value))
            return wrong(key, "a token id (0 or more) or a list of them", *value);
        return ids;
    }
    for (const Json& element : *value)
        if (!add(element))
            return wrong(key, "token ids (0 or more) only", element);
    return ids;
}

Result<ConfigReader> ConfigReader::object(const ConfigKeys& keys) const {
    const auto [key, value] = find(keys);
    if (!value)
        return missing(keys, "an object");
    if (!value->is_object())
        return wrong(key, "an object", *value);
    // The nested reader shares the whole document, so that nothing is copied.
    return ConfigReader(std::shared_ptr<const Json>(object_, value), file_, prefix_ + std::string(key) + ".");
}

} // namespace headlight
