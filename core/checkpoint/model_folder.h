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

/// Turns what a user gave (`en-fr`, `./folder`, `openai-community/gpt2`) into a folder with a config.json.
/// The Error lists what was looked for and where, and the bundled names.
[[nodiscard]] Result<ModelListing> findModel(const std::string& name_or_path);

} // namespace headlight
