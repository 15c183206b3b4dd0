// A file that appears under its name complete or not at all.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace headlight {

/// Writes to a temporary file beside the target and renames it over the target in commit(). Without commit(), or after
/// an Error (folder not writable, disk full, ...), the target is untouched and the temporary file is removed.
class AtomicFile {
public:
    /// Errors: the target is a folder, a device or write-protected; its folder is missing or not writable.
    static Result<AtomicFile> create(const std::filesystem::path& target);
    ~AtomicFile();
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;

    [[nodiscard]] Result<void> write(std::span<const std::byte> bytes);
    [[nodiscard]] Result<void> write(std::string_view text);
    /// Flushes to the disk and renames. Nothing may be written afterwards.
    [[nodiscard]] Result<void> commit();

private:
    AtomicFile() = default;
    void discard();
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

/// A File error that carries the system's reason ("No space left on device").
[[nodiscard]] Error systemError(std::string summary, const std::filesystem::path& path, int error_number);

} // namespace headlight
