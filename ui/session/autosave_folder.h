// Where running programs keep what is open: one file each, held by a lock that goes with its program however that ends.
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace headlight::session {

/// A running program's own file. Its lock (flock on NAME.lock) is released by the system even after kill -9 or a loss of power, so
/// that a file whose lock nobody holds is one that a program left behind.
class AutosaveSlot {
public:
    /// Makes the folder where there is none, and takes a name nobody has.
    static Result<AutosaveSlot> claim(const std::filesystem::path& folder);
    ~AutosaveSlot(); ///< releases the lock; the file stays
    AutosaveSlot(AutosaveSlot&& other) noexcept;
    AutosaveSlot& operator=(AutosaveSlot&&) = delete;

    /// For saveSession; it need not exist yet.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Nothing of it needs to be kept.
    void remove() const;
    /// Keeps it as what was open last, in place of the one before. Nothing happens where it was never written.
    void keepAsLast() const;

private:
    AutosaveSlot() = default;
    std::filesystem::path path_;
    std::filesystem::path lock_path_;
    int lock_ = -1;
};

/// What programs left behind that did not end well, newest first. Removes locks of nobody and unfinished temporary files.
[[nodiscard]] std::vector<std::filesystem::path> findLeftovers(const std::filesystem::path& folder);
/// What was open last and never saved by a person; it may not exist.
[[nodiscard]] std::filesystem::path lastSessionPath(const std::filesystem::path& folder);

} // namespace headlight::session
