// Where models are found on disk: bundled ones, a folder given, the user's Hugging Face cache.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace headlight {

/// Something that looks like a model and could be opened.
struct ModelListing {
    enum class Origin { Bundled, Folder, HuggingFaceCache };
    std::string name;              ///< what `--model` takes: "en-fr", a path, or a hub id
    std::filesystem::path folder;  ///< where config.json is
    Origin origin = Origin::Bundled;
    std::string model_type;        ///< config.json's "model_type", empty if unreadable
    std::uint64_t size_bytes = 0;  ///< of its weight files
};

/// Folders searched for bundled models, first match wins: $HEADLIGHT_RESOURCES/models, next to the binary
/// (../share/headlight/models), the source tree's resources/models.
[[nodiscard]] std::vector<std::filesystem::path> bundledModelRoots();

/// Hugging Face cache roots as huggingface_hub resolves them (HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME, ~/.cache).
[[nodiscard]] std::filesystem::path huggingFaceCacheRoot();

/// Bundled and cached models, sorted by origin then name. Unreadable entries are left out.
[[nodiscard]] std::vector<ModelListing> listModels();

/// What the caller is going to do with the folder.
enum class ModelNeed {
    Config,    ///< load the model: config.json must be there
    Tokenizer, ///< tokenize only: the tokenizer's files are enough
};

/// Turns what a user gave (`en-fr`, `./folder`, `./folder/model.safetensors`, `openai-community/gpt2`) into a model's
/// folder. A bundled name wins over a folder of that name (write ./en-fr for the folder), a folder with a model in it over
/// the cache. The Error lists what was looked for and where, and the bundled names.
[[nodiscard]] Result<ModelListing> findModel(const std::string& name_or_path, ModelNeed need = ModelNeed::Config);

} // namespace headlight
