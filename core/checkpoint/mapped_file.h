// A read-only memory-mapped file that survives being changed or truncated by somebody else.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace headlight {

/// A regular file mapped read-only. Touching a page that vanished (file truncated, disk unreadable) raises SIGBUS, so the
/// mapping is never handed out: `copy` is the one way to read, and it turns that signal into an Error.
///
/// While any MappedFile is open a process-wide SIGBUS handler is installed; faults that are not ours go to the
/// handler that was there before, which comes back when the last MappedFile closes. Safe to use from several threads.
class MappedFile {
public:
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const;
    [[nodiscard]] std::size_t size() const;
    /// Copies [offset, offset + out.size()) into `out`; an Error when the file shrank or changed since it was opened.
    [[nodiscard]] Result<void> copy(std::size_t offset, std::span<std::byte> out) const;
    /// An Error when size or modification time are no longer what they were at open().
    [[nodiscard]] Result<void> checkUnchanged() const;
    /// Tells the system that the pages of this range will not be needed again.
    void drop(std::size_t offset, std::size_t size) const;

private:
    struct State;
    explicit MappedFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace headlight
