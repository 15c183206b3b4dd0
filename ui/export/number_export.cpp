#include "ui/export/number_export.h"

#include "core/base/atomic_file.h"
#include "core/base/memory.h"
#include "core/checkpoint/safetensors.h"
#include "core/trace/write_numbers.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace headlight::ui {
namespace {

/// The words of one side; a side without words is numbered from 0.
std::vector<std::string> wordsOf(const AxisTokens& tokens, std::size_t n) {
    std::vector<std::string> words;
    words.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto index = static_cast<qsizetype>(i);
        words.push_back(index < tokens.words.size() ? tokens.words[index].toStdString() : std::to_string(i));
    }
    return words;
}

/// RFC 4180: quoted when it must be, quotes doubled.
void appendField(std::string& line, const std::string& field) {
    if (field.find_first_of(",\"\r\n ") == std::string::npos) {
        line += field;
        return;
    }
    line += '"';
    for (const char c : field)
        line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
}

void appendNumber(std::string& line, float value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value); // shortest text that reads back the same
    line.append(digits, end.ptr);
}

Result<void> writeAllCsv(const HeadMap& map, const std::filesystem::path& path, const RunControl& control) {
    const AttentionKind kind = map.head.kind;
    const std::size_t n_queries = map.trace->nQueries(kind);
    const std::size_t n_keys = map.trace->nKeys(kind);
    const std::vector<std::string> queries = wordsOf(map.queries, n_queries);
    HEADLIGHT_ASSIGN(AtomicFile file, AtomicFile::create(path));
    std::string line = "layer,head,query";
    for (const std::string& key : wordsOf(map.keys, n_keys)) {
        line += ',';
        appendField(line, key);
    }
    HEADLIGHT_CHECK(file.write(line + "\r\n"));
    for (std::size_t layer = 0; layer < map.trace->nLayers(kind); ++layer)
        for (std::size_t head = 0; head < map.trace->nHeads(kind); ++head)
            for (std::size_t row = 0; row < n_queries; ++row) {
                if (control.stopRequested())
                    return cancelledError();
                const Tensor weights = map.trace->weights({kind, LayerIndex(layer), HeadIndex(head)}, {row, row + 1}, {0, n_keys});
                line = std::to_string(layer) + ',' + std::to_string(head) + ',';
                appendField(line, queries[row]);
                for (const float weight : weights.span()) {
                    line += ',';
                    appendNumber(line, weight);
                }
                HEADLIGHT_CHECK(file.write(line + "\r\n"));
            }
    return file.commit();
}

std::vector<std::string> plainLines(const QStringList& lines) {
    std::vector<std::string> plain;
    for (const QString& line : lines)
        plain.push_back(line.toStdString());
    return plain;
}

/// What a reader of the file alone cannot know; token lists as JSON, as `dump` writes them.
std::map<std::string, std::string> metadataOf(const HeadMap& map, bool one_head) {
    std::map<std::string, std::string> metadata{
        {"model", map.model_name.toStdString()},
        {"model_hash", map.model_hash.toStdString()},
        {"text", map.text.toStdString()},
        {"attention", std::string(attentionKindName(map.head.kind))},
    };
    if (one_head) {
        metadata["layer"] = std::to_string(map.head.layer.value);
        metadata["head"] = std::to_string(map.head.head.value);
    }
    if (map.source && !map.source->alterations().empty())
        metadata["altered"] = map.source->alterationRecord();
    if (!map.changes.isEmpty())
        metadata["changes"] = nlohmann::json(plainLines(map.changes)).dump();
    metadata["query_tokens"] = nlohmann::json(wordsOf(map.queries, map.nRows())).dump();
    metadata["key_tokens"] = nlohmann::json(wordsOf(map.keys, map.nColumns())).dump();
    return metadata;
}

Result<void> writeArray(const HeadMap& map, bool one_head, const Tensor& weights, FigureFormat format,
                        const std::filesystem::path& path) {
    if (format == FigureFormat::Npy)
        return writeNpy(path, weights);
    return writeSafetensors(path, {{"weights", weights.shape(), weights.span()}}, metadataOf(map, one_head));
}

} // namespace

Result<void> exportHeadNumbers(const HeadMap& map, FigureFormat format, const std::filesystem::path& path) {
    const std::size_t n_queries = map.nRows();
    const std::size_t n_keys = map.nColumns();
    HEADLIGHT_CHECK(checkMemory(4.0 * static_cast<double>(n_queries) * static_cast<double>(n_keys), "this map",
                                "export a shorter text, or a picture"));
    const Tensor weights = map.shown()->tile({0, n_queries}, {0, n_keys});
    if (format == FigureFormat::Csv)
        return writeCsv(path, weights, wordsOf(map.queries, n_queries), wordsOf(map.keys, n_keys));
    return writeArray(map, true, weights, format, path);
}

Result<void> exportAllNumbers(const HeadMap& map, FigureFormat format, const std::filesystem::path& path, const RunControl& control) {
    if (format == FigureFormat::Csv)
        return writeAllCsv(map, path, control);
    const AttentionKind kind = map.head.kind;
    const Shape shape{map.trace->nLayers(kind), map.trace->nHeads(kind), map.trace->nQueries(kind), map.trace->nKeys(kind)};
    double bytes = 4.0;
    for (const std::size_t side : shape)
        bytes *= static_cast<double>(side);
    HEADLIGHT_CHECK(checkMemory(bytes, "an array of all heads", "export one head, a shorter text, or CSV"));
    Tensor all(shape); // [n_layers, n_heads, n_query, n_key]
    float* next = all.data();
    for (std::size_t layer = 0; layer < shape[0]; ++layer)
        for (std::size_t head = 0; head < shape[1]; ++head) {
            if (control.stopRequested())
                return cancelledError();
            const Tensor weights = map.trace->weights({kind, LayerIndex(layer), HeadIndex(head)});
            next = std::ranges::copy(weights.span(), next).out;
        }
    return writeArray(map, false, all, format, path);
}

} // namespace headlight::ui
