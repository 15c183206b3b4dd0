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
#include <span>
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

/// A checked header. `entries` are sorted by offset and leave no gap up to the end of the file.
struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries;
    std::vector<std::size_t> by_name; ///< indices into entries, sorted by name
    std::map<std::string, std::string> metadata;
    std::uint64_t data_begin = 0;     ///< 8 + header length, in bytes
};

/// Header length the format allows, in bytes.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

/// Checks a header's JSON text against every rule of the format for a file of `file_size` bytes whose data starts at
/// `data_begin`. `file` is only for messages. Allocates at most 64 MiB beside `text` when it refuses.
[[nodiscard]] Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view text, std::uint64_t data_begin,
                                                              std::uint64_t file_size, const std::string& file);

/// One safetensors file, header checked completely, tensors read on demand. Safe to use from several threads.
class SafetensorsFile {
public:
    static Result<std::shared_ptr<const SafetensorsFile>> open(const std::filesystem::path& path);

    [[nodiscard]] const std::filesystem::path& path() const { return file_->path(); }
    [[nodiscard]] const std::vector<SafetensorsEntry>& entries() const { return header_.entries; } ///< sorted by offset
    [[nodiscard]] const SafetensorsEntry* find(std::string_view name) const;
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return header_.metadata; }
    [[nodiscard]] std::uint64_t dataBegin() const { return header_.data_begin; } ///< first byte after the header
    [[nodiscard]] const MappedFile& file() const { return *file_; }

    /// Reads an entry of this file and converts it to F32. `finite` tells whether no NaN or infinity was met.
    /// Errors: a dtype that is not F32, F16, BF16 or F64; file changed; not enough memory.
    [[nodiscard]] Result<Tensor> read(const SafetensorsEntry& entry, bool& finite) const;

private:
    SafetensorsFile() = default;
    std::shared_ptr<const MappedFile> file_;
    SafetensorsHeader header_;
};

/// A tensor to write: F32 only, the data stays the caller's until the write is over.
struct SafetensorsItem {
    std::string name;
    Shape shape;
    std::span<const float> values;
};

/// Writes a file atomically (temporary file, then rename); items in the given order, names unique.
/// After an Error a file that was there before is untouched and no temporary file is left.
[[nodiscard]] Result<void> writeSafetensors(const std::filesystem::path& path, const std::vector<SafetensorsItem>& items,
                                            const std::map<std::string, std::string>& metadata);

} // namespace headlight
