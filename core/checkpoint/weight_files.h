// What a model's folder holds for weights, and what it is where it holds none that can be read.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace headlight {

inline constexpr const char* kSingleName = "model.safetensors";
inline constexpr const char* kIndexName = "model.safetensors.index.json";

/// A look at file names and sizes, without reading weights.
struct WeightSurvey {
    std::uint64_t bytes =
        0; ///< of the files a model is read from; where none can be read, of those of another kind
    std::string obstacle; ///< why they cannot be read, in a few words; empty: they can
};

/// Looks at what Checkpoint::open would: model.safetensors, else the shards its index names and no others.
[[nodiscard]] WeightSurvey surveyWeights(const std::filesystem::path& folder);

/// Says that neither is there and what is instead: PyTorch, TensorFlow, GGUF, ONNX, an adapter, ..., and how
/// to go on.
[[nodiscard]] Error noWeights(const std::filesystem::path& folder);

/// The same for a folder without config.json. `what` is empty where the folder holds nothing we know.
struct FolderWithoutConfig {
    std::string what;      ///< "a LoRA adapter for openai-community/gpt2", for a listing
    std::string cause;     ///< a sentence
    std::string next_step; ///< a sentence
};
[[nodiscard]] FolderWithoutConfig recogniseFolder(const std::filesystem::path& folder);

/// Bytes that the files right inside a folder take, hard links counted once, links not followed.
[[nodiscard]] std::uint64_t bytesOfFiles(const std::filesystem::path& folder);

} // namespace headlight
