#include "core/base/atomic_file.h"
#include "core/checkpoint/safetensors.h"

#include <nlohmann/json.hpp>

#include <bit>
#include <set>

namespace headlight {

namespace {

static_assert(std::endian::native == std::endian::little,
              "safetensors data is little-endian and written as it lies in memory");

std::string jsonText(const std::string& text) {
    // Bytes that are no UTF-8 become U+FFFD: a name from elsewhere must not make an invalid file.
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> checkItems(const std::vector<SafetensorsItem>& items, const std::string& file) {
    std::set<std::string_view> names;
    for (const SafetensorsItem& item : items) {
        if (item.name == "__metadata__" || !names.insert(item.name).second)
            return makeError(ErrorKind::Usage, "tensor name cannot be written")
                .inFile(file)
                .atItem(item.name)
                .butFound("a new name", "one taken");
        if (elementCount(item.shape) != item.values.size())
            return makeError(ErrorKind::Usage, "tensor does not match its shape")
                .inFile(file)
                .atItem(item.name)
                .butFound(std::to_string(elementCount(item.shape)) + " values for " + shapeText(item.shape),
                          std::to_string(item.values.size()));
    }
    return {};
}

std::string headerText(const std::vector<SafetensorsItem>& items,
                       const std::map<std::string, std::string>& metadata) {
    std::string text = "{";
    if (!metadata.empty()) {
        text += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata)
            text += (text.back() == '{' ? "" : ",") + jsonText(key) + ":" + jsonText(value);
        text += "}";
    }
    std::size_t offset = 0;
    for (const SafetensorsItem& item : items) {
        const std::size_t end = offset + item.values.size_bytes();
        text += (text.size() > 1 ? "," : "") + jsonText(item.name) +
                ":{\"dtype\":\"F32\",\"shape\":" + shapeText(item.shape) + ",\"data_offsets\":[" +
                std::to_string(offset) + "," + std::to_string(end) + "]}";
        offset = end;
    }
    text += "}";
    text.resize((text.size() + 7) / 8 * 8, ' '); // the data starts aligned
    return text;
}

} // namespace

Result<void> writeSafetensors(const std::filesystem::path& path, const std::vector<SafetensorsItem>& items,
                              const std::map<std::string, std::string>& metadata) {
    HEADLIGHT_CHECK(checkItems(items, path.string()));
    const std::string header = headerText(items, metadata);
    if (header.size() > kMaxSafetensorsHeader)
        return makeError(ErrorKind::Usage, "too many tensors for one safetensors file")
            .inFile(path.string())
            .butFound("a header of at most " + std::to_string(kMaxSafetensorsHeader) + " bytes",
                      std::to_string(header.size()))
            .nextStep("Write fewer layers or fewer kinds of tensors at once");
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    const std::uint64_t length = header.size();
    HEADLIGHT_CHECK(file.write(std::as_bytes(std::span(&length, 1))));
    HEADLIGHT_CHECK(file.write(header));
    for (const SafetensorsItem& item : items)
        HEADLIGHT_CHECK(file.write(std::as_bytes(item.values)));
    return file.commit();
}

} // namespace headlight
