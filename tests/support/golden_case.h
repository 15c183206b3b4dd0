// A folder of tests/golden: a tiny checkpoint, its inputs, and what Hugging Face computes with them.
#pragma once

#include "core/checkpoint/checkpoint.h"
#include "core/model/model.h"

#include <nlohmann/json.hpp>

#include <QString>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace headlight::test {

inline std::filesystem::path goldenRoot() { return HEADLIGHT_GOLDEN_DIR; }

/// Names of all folders below tests/golden that hold a model, sorted.
inline std::vector<std::string> goldenNames() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(goldenRoot()))
        if (std::filesystem::exists(entry.path() / "golden.json") && std::filesystem::exists(entry.path() / "config.json"))
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

inline nlohmann::json goldenJson(const std::string& name) {
    std::ifstream file(goldenRoot() / name / "golden.json");
    return nlohmann::json::parse(file);
}

/// All tensors of a safetensors file of F32.
inline std::map<std::string, Tensor> readTensors(const std::filesystem::path& path) {
    std::map<std::string, Tensor> tensors;
    const auto file = SafetensorsFile::open(path);
    if (!file)
        qFatal("%s", file.error().message().c_str());
    for (const SafetensorsEntry& entry : file.value()->entries()) {
        Tensor tensor(Shape(entry.shape.begin(), entry.shape.end()));
        if (entry.dtype != DType::F32 || !file.value()->file().copy(entry.offset, std::as_writable_bytes(tensor.span())))
            qFatal("%s cannot be read", entry.name.c_str());
        tensors.emplace(entry.name, std::move(tensor));
    }
    return tensors;
}

/// The largest absolute difference; infinite when shapes or masked cells differ.
inline double largestDifference(const Tensor& a, const Tensor& b) {
    if (a.shape() != b.shape())
        return std::numeric_limits<double>::infinity();
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = double(a.data()[i]);
        const double y = double(b.data()[i]);
        if (x == y) // also two masked cells, both -infinity
            continue;
        const double difference = std::abs(x - y);
        largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
    }
    return largest;
}

inline std::vector<TokenId> idsOf(const nlohmann::json& object, const char* key) {
    return object.contains(key) ? object.at(key).get<std::vector<TokenId>>() : std::vector<TokenId>{};
}

/// What the folder's model reads for one input of golden.json.
inline ModelInput goldenInput(const Model& model, const nlohmann::json& input) {
    auto prepared = model.prepareIds(idsOf(input, "ids"), idsOf(input, "target_ids"));
    if (!prepared)
        qFatal("%s", prepared.error().message().c_str());
    if (input.contains("type_ids"))
        prepared.value().source.type_ids = input.at("type_ids").get<std::vector<std::uint8_t>>();
    return std::move(prepared).value();
}

} // namespace headlight::test
