#include "app/argument_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <limits>
#include <numeric>
#include <set>

namespace headlight {

namespace {

Error usageError(std::string summary) { return makeError(ErrorKind::Usage, std::move(summary)); }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

/// Comma-separated parts without the spaces around them; one empty part for an empty value.
std::vector<std::string_view> commaParts(std::string_view value) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t comma = value.find(',');
        parts.push_back(trimmed(value.substr(0, comma)));
        if (comma == std::string_view::npos)
            return parts;
        value.remove_prefix(comma + 1);
    }
}

std::optional<std::size_t> parseCount(std::string_view digits) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty())
        return std::nullopt;
    return number;
}

} // namespace

Result<std::vector<TokenId>> parseIds(std::string_view option, std::string_view value) {
    std::vector<TokenId> ids;
    for (const std::string_view part : commaParts(value)) {
        const auto number = parseCount(part);
        if (!number || *number > static_cast<std::size_t>(std::numeric_limits<TokenId>::max()))
            return usageError(std::string(option) + ": '" + std::string(part) + "' is not a token id")
                .nextStep("Write ids as whole numbers from 0, with commas between them: " + std::string(option) + " 5,17,2");
        ids.push_back(static_cast<TokenId>(*number));
    }
    return ids;
}

Result<std::vector<LayerRange>> parseLayerRanges(std::string_view value) {
    std::vector<LayerRange> ranges;
    for (const std::string_view part : commaParts(value)) {
        const std::size_t dash = part.find('-');
        const auto first = parseCount(trimmed(part.substr(0, dash)));
        const auto last = dash == std::string_view::npos ? first : parseCount(trimmed(part.substr(dash + 1)));
        if (!first || !last)
            return usageError("--layers: '" + std::string(part) + "' is neither a layer nor a range of layers")
                .nextStep("Layers count from 0: --layers 0-3 or --layers 0,2,5-6");
        if (*last < *first)
            return usageError("--layers: the range " + std::string(part) + " runs backwards")
                .nextStep("Write it as " + std::to_string(*last) + "-" + std::to_string(*first));
        ranges.push_back({*first, *last});
    }
    return ranges;
}

Result<ExportFormat> exportFormatOf(const std::string& path) {
    std::string extension = std::filesystem::path(path).extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
    static constexpr std::array<std::pair<std::string_view, ExportFormat>, 6> formats{{
        {".png", ExportFormat::Png}, {".svg", ExportFormat::Svg}, {".pdf", ExportFormat::Pdf},
        {".csv", ExportFormat::Csv}, {".npy", ExportFormat::Npy}, {".safetensors", ExportFormat::Safetensors}}};
    for (const auto& [name, format] : formats)
        if (extension == name)
            return format;
    return usageError("--out: " + (extension.empty() ? "'" + path + "' has no extension" : "cannot write " + extension + " files"))
        .nextStep("The name decides the format: .png, .svg, .pdf, .csv, .npy or .safetensors");
}

Result<std::vector<std::size_t>> selectLayers(const std::vector<LayerRange>& ranges, std::size_t n_layers) {
    std::set<std::size_t> chosen;
    for (const LayerRange& range : ranges) {
        if (range.last >= n_layers)
            return usageError("--layers: there is no layer " + std::to_string(std::max(range.first, n_layers)))
                .butFound("layers 0 to " + std::to_string(n_layers - 1),
                          range.first == range.last ? std::to_string(range.last)
                                                    : std::to_string(range.first) + "-" + std::to_string(range.last));
        for (std::size_t layer = range.first; layer <= range.last; ++layer)
            chosen.insert(layer);
    }
    return std::vector<std::size_t>(chosen.begin(), chosen.end());
}

} // namespace headlight
