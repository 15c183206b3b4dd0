// The weights of a model folder: one safetensors file or shards with an index, as one set of names.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/checkpoint/safetensors.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// All tensors of a checkpoint folder. Opening reads headers only. Safe to use from several threads.
class Checkpoint {
public:
    /// Finds model.safetensors or model.safetensors.index.json in `folder`; anything else there (pytorch_model.bin,
    /// GGUF, Git LFS pointers, ...) is recognised and named in the Error.
    static Result<std::shared_ptr<const Checkpoint>> open(const std::filesystem::path& folder);
    ~Checkpoint();

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::vector<std::string> names() const;             ///< sorted
    [[nodiscard]] bool contains(std::string_view name) const;
    [[nodiscard]] const SafetensorsEntry* find(std::string_view name) const;
    [[nodiscard]] std::string fileOf(std::string_view name) const;    ///< file name that holds it, for messages
    [[nodiscard]] std::uint64_t totalBytes() const;                   ///< of all tensors
    [[nodiscard]] DType mostCommonDType() const;                      ///< by bytes, for display

    /// Reads a tensor and converts it to F32. Errors: missing, unsupported dtype, file changed.
    [[nodiscard]] Result<Tensor> read(std::string_view name) const;

    /// A hash (SHA-256, lower-case hex) of config.json and the weight files' headers, sizes and samples of their data:
    /// identifies a checkpoint without reading gigabytes, cheap enough to compute at every load ("model hash").
    [[nodiscard]] Result<std::string> identityHash() const;

    /// Sentences about things that load but deserve a word (NaN or infinity found in `name` while reading, ...).
    [[nodiscard]] std::vector<std::string> warnings() const;

private:
    struct Location {
        std::size_t file = 0;
        const SafetensorsEntry* entry = nullptr;
    };
    struct Warnings;
    explicit Checkpoint(std::filesystem::path folder);
    [[nodiscard]] const Location* locate(std::string_view name) const;
    Result<void> openShards(const std::filesystem::path& index_path);
    Result<void> addFile(const std::filesystem::path& path);
    Result<void> sortTensors();
    void warn(std::string sentence) const;

    std::filesystem::path folder_;
    std::vector<std::shared_ptr<const SafetensorsFile>> files_;
    std::vector<std::pair<std::string_view, Location>> tensors_; ///< sorted by name; names live in files_
    std::unique_ptr<Warnings> warnings_;
};

} // namespace headlight
