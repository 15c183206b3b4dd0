#include "core/checkpoint/quantization.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace headlight {

namespace {

using Json = nlohmann::json;

constexpr std::pair<std::string_view, std::string_view> kMethods[] = {
    {"gptq", "GPTQ"}, {"awq", "AWQ"},   {"bitsandbytes", "bitsandbytes"}, {"fp8", "FP8"}, {"mxfp4", "MXFP4"},
    {"hqq", "HQQ"},   {"aqlm", "AQLM"},
};

const Json* member(const Json& object, const char* key) {
    const auto place = object.is_object() ? object.find(key) : object.end();
    return place == object.end() || place->is_null() ? nullptr : &*place;
}

bool isTrue(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value && value->is_boolean() && value->get<bool>();
}

std::string textOf(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value && value->is_string() ? value->get<std::string>().substr(0, 80) : std::string();
}

/// " 4-bit" where it is said.
std::string bitsText(const Json& quantization) {
    if (isTrue(quantization, "load_in_4bit"))
        return " 4-bit";
    if (isTrue(quantization, "load_in_8bit"))
        return " 8-bit";
    for (const char* key : {"bits", "w_bit"})
        if (const Json* bits = member(quantization, key);
            bits && bits->is_number_unsigned() && bits->get<std::uint64_t>() <= 16)
            return " " + std::to_string(bits->get<std::uint64_t>()) + "-bit";
    return {};
}

} // namespace

std::string quantizationName(const ConfigReader& config) {
    const Json* quantization = nullptr;
    for (const char* key :
         {"quantization_config", "compression_config"}) // the second is what llm-compressor wrote before
        if (!quantization)
            quantization = member(config.json(), key);
    if (!quantization || !quantization->is_object())
        return {};
    std::string method = textOf(*quantization, "quant_method");
    if (method.empty()) // early bitsandbytes configurations name no method
        method = isTrue(*quantization, "load_in_4bit") || isTrue(*quantization, "load_in_8bit")
                     ? "bitsandbytes"
                     : "unnamed";
    std::ranges::transform(method, method.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto* known = std::ranges::find(kMethods, std::string_view(method),
                                          &std::pair<std::string_view, std::string_view>::first);
    return (known != std::end(kMethods) ? std::string(known->second) : method) + bitsText(*quantization);
}

Result<void> refuseQuantized(const ConfigReader& config) {
    const std::string name = quantizationName(config);
    if (name.empty())
        return {};
    const std::string origin = textOf(config.json(), "_name_or_path");
    Error error = config.reject("quantization_config", "the weights are quantized (" + name + ")",
                                "weights as F32, F16 or BF16", name + " weights",
                                "Someone packed the model's weights into a few bits to save memory");
    error.kind = ErrorKind::Unsupported;
    error.next_step =
        "Open the model it was made from" + (origin.empty() ? std::string() : ": config.json says " + origin);
    return error;
}

} // namespace headlight
