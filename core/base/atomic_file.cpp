#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

namespace headlight {

namespace {

constexpr std::size_t kMaxWrite = 1u << 30; // Linux writes at most about 2 GiB at once

std::filesystem::path folderOf(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

Result<void> checkTarget(const std::filesystem::path& target) {
    if (target.native().find('\0') != std::string::npos || !target.has_filename())
        return makeError(ErrorKind::File, "not a file name")
            .inFile(target.string())
            .nextStep("Give a file name");
    struct stat status {};
    if (::stat(target.c_str(), &status) != 0)
        return {};
    // Renaming over a device would replace it for the whole system.
    if (!S_ISREG(status.st_mode))
        return makeError(ErrorKind::File, "cannot write to " + target.string())
            .inFile(target.string())
            .because(S_ISDIR(status.st_mode) ? "It is a folder" : "It is a device or pipe; only plain files are written")
            .nextStep("Choose another file name");
    if (::access(target.c_str(), W_OK) != 0)
        return systemError("file is write-protected", target, errno).nextStep("Choose another file name");
    return {};
}

Error createError(const std::filesystem::path& target, int error_number) {
    Error error = systemError("cannot create " + target.string(), target, error_number);
    const std::string folder = target.has_parent_path() ? "the folder " + target.parent_path().string() : "the current folder";
    std::error_code unreadable;
    if ((error_number == ENOENT || error_number == ENOTDIR) && !std::filesystem::is_directory(folderOf(target), unreadable)) {
        error.found.clear();
        error.cause = "There is no longer " + folder;
        if (target.has_parent_path())
            error.cause = "The" + folder.substr(3) + " does not exist";
        error.next_step = "Create it or choose another";
    } else if (error_number == EACCES || error_number == EPERM || error_number == EROFS || error_number == ENOENT) {
        error.cause = error_number == ENOENT ? "No file can be made there" : "You may not write to " + folder;
        error.next_step = "Choose another folder";
    } else if (error_number == ENAMETOOLONG) {
        error.next_step = "Choose a shorter name";
    }
    return error;
}

Error writeError(const std::filesystem::path& target, int error_number) {
    Error error = systemError("cannot write file", target, error_number);
    error.cause = error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG
                      ? "The disk or your share of it is full"
                      : "The disk failed";
    error.next_step = "Make room or choose another folder; an older file of that name is unchanged";
    return error;
}

} // namespace

Error systemError(std::string summary, const std::filesystem::path& path, int error_number) {
    Error error = makeError(ErrorKind::File, std::move(summary)).inFile(path.string());
    error.found = std::generic_category().message(error_number);
    return error;
}

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
    HEADLIGHT_CHECK(checkTarget(target));
    static std::atomic<unsigned> counter{0};
    AtomicFile file;
    file.target_ = target;
    for (int attempt = 0; attempt < 100 && file.descriptor_ < 0; ++attempt) {
        // Beside the target: a rename only replaces within one file system.
        const std::string suffix =
            "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
        file.temporary_ = folderOf(target) / ("." + target.filename().string() + suffix);
        file.descriptor_ = ::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file.descriptor_ < 0 && errno != EEXIST)
            return createError(target, errno);
    }
    if (file.descriptor_ < 0)
        return createError(target, EEXIST);
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : target_(std::move(other.target_))
    , temporary_(std::move(other.temporary_))
    , descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
    discard();
}

void AtomicFile::discard() {
    if (descriptor_ < 0)
        return;
    ::close(std::exchange(descriptor_, -1));
    ::unlink(temporary_.c_str());
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMaxWrite));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            const int error_number = count < 0 ? errno : ENOSPC;
            discard();
            return writeError(target_, error_number);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> AtomicFile::write(std::string_view text) {
    return write(std::as_bytes(std::span(text.data(), text.size())));
}

Result<void> AtomicFile::commit() {
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP) { // some file systems have no fsync
        const int error_number = errno;
        discard();
        return writeError(target_, error_number);
    }
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
        const int error_number = errno;
        discard();
        return createError(target_, error_number);
    }
    ::close(std::exchange(descriptor_, -1));
    return {};
}

} // namespace headlight
