// An open regular file: the one place where paths from strangers are opened for reading.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace headlight {

/// Owns a file descriptor of a regular file, opened read-only. Symbolic links are followed; folders, FIFOs,
/// sockets and devices are refused by name, without ever blocking on them.
class RegularFile {
public:
    static Result<RegularFile> open(const std::filesystem::path& path);
    ~RegularFile();
    RegularFile(RegularFile&& other) noexcept;
    RegularFile& operator=(RegularFile&& other) noexcept;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] std::uint64_t size() const { return size_; } ///< bytes when it was opened
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// An Error when size or modification time differ from what they were at open().
    [[nodiscard]] Result<void> checkUnchanged() const;
    /// The whole file.
    [[nodiscard]] Result<std::string> readAll() const;

private:
    RegularFile() = default;
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::int64_t modified_seconds_ = 0;
    std::int64_t modified_nanoseconds_ = 0;
};

} // namespace headlight
