// Where models are found on disk: bundled ones, a folder given, the user's Hugging Face cache.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/config_reader.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace headlight {

/// Something that looks like a model, whether it can be opened or not.
struct ModelListing {
    enum class Origin { Bundled, Folder, HuggingFaceCache };
    std::string name;             ///< what `--model` takes: "en-fr", a path, or a hub id
    std::filesystem::path folder; ///< where config.json is
    Origin origin = Origin::Bundled;
    std::string model_type;       ///< config.json's "model_type", else its architecture; empty if unreadable
    std::uint64_t size_bytes = 0; ///< of its weight files
    std::uint64_t disk_bytes =
        0; ///< of all its files; in the cache of all revisions, what they share counted once
    std::string
        obstacle; ///< why it cannot be run, in a few words; empty: nothing is known that speaks against it
    bool operator==(const ModelListing&) const = default;
};

/// Says in a few words why a model of this config.json cannot be run, "" where it can. core/model knows the
/// families.
using ConfigJudge = std::function<std::string(const ConfigReader& config)>;

/// Where bundled things of one sort ("models", "lessons") are, first match wins: in $HEADLIGHT_RESOURCES, next to the binary
/// (../share/headlight/models), in the source tree's resources. Only folders that are there.
[[nodiscard]] std::vector<std::filesystem::path> bundledRoots(const std::string& sort);
/// Folders searched for bundled models.
[[nodiscard]] std::vector<std::filesystem::path> bundledModelRoots();

/// Bundled and cached models, sorted by origin then name. A cached model is listed as main is, and once more
/// as "id@name" for each other branch or tag that leads elsewhere. What is damaged or incomplete is listed
/// with the reason.
[[nodiscard]] std::vector<ModelListing> listModels(const ConfigJudge& judge = {});

/// A model's folder as a listing tells it.
[[nodiscard]] ModelListing describeModel(std::string name, const std::filesystem::path& folder,
                                         ModelListing::Origin origin, const ConfigJudge& judge = {});

/// What the caller is going to do with the folder.
enum class ModelNeed {
    Config,    ///< load the model: config.json must be there
    Tokenizer, ///< tokenize only: the tokenizer's files are enough
};

/// Turns what a user gave (`en-fr`, `./folder`, `./folder/model.safetensors`, `openai-community/gpt2`,
/// `gpt2`, `org/name@revision`) into a model's folder. A bundled name wins over a folder of that name (write
/// ./en-fr for the folder), a folder with a model in it over the cache, and in the cache the whole id over
/// one that only ends in it: `gpt2` finds openai-community/gpt2 when no other cached id ends in /gpt2. The
/// Error lists what was looked for and where, and the bundled names.
[[nodiscard]] Result<ModelListing> findModel(const std::string& name_or_path,
                                             ModelNeed need = ModelNeed::Config);

} // namespace headlight
