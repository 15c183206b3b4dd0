// Strict reader (and a small writer) of the safetensors format.
// Reference: https://github.com/huggingface/safetensors, README "Format"; every rule is listed in tests/core/checkpoint.
#pragma once

#include "core/base/result.h"
#include "core/checkpoint/mapped_file.h"
#include "core/tensor/dtype.h"
#include "core/tensor/tensor.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headlight {

/// One entry of a header, offsets from the start of the file.
struct SafetensorsEntry {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::uint64_t> shape;
    std::uint64_t offset = 0;      ///< absolute, in bytes
    std::uint64_t size_bytes = 0;
};

/// One safetensors file, header checked completely, tensors read on demand.
class SafetensorsFile {
public:
    static Result<std::shared_ptr<const SafetensorsFile>> open(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return file_->path(); }
    [[nodiscard]] const std::vector<SafetensorsEntry>& entries() const { return entries_; } ///< sorted by offset
    [[nodiscard]] const SafetensorsEntry* find(std::string_view name) const;
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
    [[nodiscard]] const MappedFile& file() const { return *file_; }

private:
    SafetensorsFile() = default;
    std::shared_ptr<const MappedFile> file_;
    std::vector<SafetensorsEntry> entries_;
    std::vector<std::size_t> by_name_; ///< indices into entries_, sorted by name
    std::map<std::string, std::string> metadata_;
};

/// A tensor to write: F32 only, the data stays the caller's until the write is over.
struct SafetensorsItem {
    std::string name;
    Shape shape;
    std::span<const float> values;
};

/// Writes a file atomically (temporary file, then rename); items in the given order, names unique.
[[nodiscard]] Result<void> writeSafetensors(const std::filesystem::path& path, const std::vector<SafetensorsItem>& items,
                                            const std::map<std::string, std::string>& metadata);

} // namespace headlight
