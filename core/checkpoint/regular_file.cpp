#include "core/checkpoint/regular_file.h"

#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace headlight {

namespace {

std::string modeText(mode_t mode) {
    if (S_ISDIR(mode))
        return "a folder";
    if (S_ISFIFO(mode))
        return "a named pipe";
    if (S_ISSOCK(mode))
        return "a socket";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    return "something else";
}

Error notRegular(const std::filesystem::path& path, mode_t mode) {
    return makeError(ErrorKind::File, "not a regular file")
        .inFile(path.string())
        .butFound("a regular file", modeText(mode))
        .because(S_ISDIR(mode) ? "A folder stands where a file is expected" : "Only plain files are read")
        .nextStep("Give the path of a plain file");
}

Error openError(const std::filesystem::path& path, int error_number) {
    Error error = systemError("cannot open file", path, error_number);
    if (error_number == ENOENT || error_number == ENOTDIR) {
        error.summary = "file does not exist";
        error.cause = "The name is misspelt, or a link points to something that was removed";
        error.next_step = "Check the path";
    } else if (error_number == EACCES || error_number == EPERM) {
        error.next_step = "Give yourself the right to read it";
    } else if (error_number == EMFILE || error_number == ENFILE) {
        error.next_step = "Close other models or raise the limit of open files (ulimit -n)";
    }
    return error;
}

} // namespace

Result<RegularFile> RegularFile::open(const std::filesystem::path& path) {
    if (path.native().find('\0') != std::string::npos)
        return makeError(ErrorKind::File, "a path cannot contain a NUL byte").inFile(path.string());
    RegularFile file;
    file.path_ = path;
    struct stat status {};
    // Looked at before opening: opening a device may already do something.
    if (::stat(path.c_str(), &status) != 0)
        return openError(path, errno);
    if (!S_ISREG(status.st_mode))
        return notRegular(path, status.st_mode);
    file.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file.descriptor_ < 0)
        return openError(path, errno);
    if (::fstat(file.descriptor_, &status) != 0)
        return systemError("cannot look at file", path, errno);
    if (!S_ISREG(status.st_mode)) // exchanged in between
        return notRegular(path, status.st_mode);
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    file.modified_seconds_ = status.st_mtim.tv_sec;
    file.modified_nanoseconds_ = status.st_mtim.tv_nsec;
    return file;
}

RegularFile::~RegularFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

RegularFile::RegularFile(RegularFile&& other) noexcept {
    *this = std::move(other);
}

RegularFile& RegularFile::operator=(RegularFile&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(modified_seconds_, other.modified_seconds_);
    std::swap(modified_nanoseconds_, other.modified_nanoseconds_);
    return *this;
}

Result<void> RegularFile::checkUnchanged() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0)
        return systemError("cannot look at file", path_, errno);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size == size_ && status.st_mtim.tv_sec == modified_seconds_ &&
        status.st_mtim.tv_nsec == modified_nanoseconds_)
        return {};
    return makeError(ErrorKind::File, "file changed while it was in use")
        .inFile(path_.string())
        .butFound(std::to_string(size_) + " bytes as when it was opened",
                  size == size_ ? "new contents" : std::to_string(size) + " bytes")
        .because("Another program wrote to it")
        .nextStep("Wait until that is done, then load the model again");
}

Result<std::string> RegularFile::readAll() const {
    std::string text(size_, '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count =
            ::pread(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return systemError("cannot read file", path_, errno);
        if (count == 0)
            break;
        done += static_cast<std::size_t>(count);
    }
    HEADLIGHT_CHECK(checkUnchanged());
    text.resize(done);
    return text;
}

} // namespace headlight
