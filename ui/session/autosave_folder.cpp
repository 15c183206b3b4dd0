#include "ui/session/autosave_folder.h"

#include "core/base/atomic_file.h"
#include "ui/session/session_format.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace headlight::session {

namespace fs = std::filesystem;

namespace {

const std::string kSession = std::string(kFileExtension);
const std::string kLock = ".lock";
const std::string kTemporary = ".part";
constexpr std::size_t kMostLeftovers = 20; // of a program that crashes at every start

/// Opens and locks without waiting; -1 where another program holds it or it cannot be opened (errno says why).
int lockFile(const fs::path& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        return -1;
    struct stat opened {}, named {};
    const bool locked = ::flock(file, LOCK_EX | LOCK_NB) == 0;
    // Somebody who took it for a left lock may have removed it between the two calls.
    if (locked && ::fstat(file, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino)
        return file;
    const int error_number = locked ? EEXIST : errno;
    ::close(file);
    errno = error_number;
    return -1;
}

bool endsWith(const fs::path& path, const std::string& ending) { return path.filename().string().ends_with(ending); }

fs::path besideIt(const fs::path& path, const std::string& from, const std::string& to) {
    std::string name = path.filename().string();
    name.resize(name.size() - from.size());
    return path.parent_path() / (name + to);
}

std::vector<fs::path> filesOf(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        files.push_back(entry->path());
    return files;
}

} // namespace

Result<AutosaveSlot> AutosaveSlot::claim(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        return systemError("cannot make the folder for automatic saving", folder, error.value())
            .because("Your data folder is not writable")
            .nextStep("Save by hand (Ctrl+S), or make that folder writable");
    AutosaveSlot slot;
    for (int number = 0; number < 1000 && slot.lock_ < 0; ++number) {
        const std::string name = "open-" + std::to_string(::getpid()) + "-" + std::to_string(number);
        slot.path_ = folder / (name + kSession);
        slot.lock_path_ = folder / (name + kLock);
        if (fs::exists(slot.path_, error))
            continue; // of a program of the same number that is no more
        slot.lock_ = lockFile(slot.lock_path_, O_CREAT | O_EXCL);
        if (slot.lock_ < 0 && errno != EEXIST && errno != EWOULDBLOCK)
            break;
    }
    if (slot.lock_ < 0)
        return systemError("cannot make a file for automatic saving", folder, errno)
            .nextStep("Save by hand (Ctrl+S), or make that folder writable");
    return slot;
}

AutosaveSlot::AutosaveSlot(AutosaveSlot&& other) noexcept
    : path_(std::move(other.path_))
    , lock_path_(std::move(other.lock_path_))
    , lock_(std::exchange(other.lock_, -1)) {}

AutosaveSlot::~AutosaveSlot() {
    if (lock_ < 0)
        return;
    std::error_code error;
    if (!fs::exists(path_, error))
        fs::remove(lock_path_, error);
    ::close(lock_);
}

void AutosaveSlot::remove() const {
    std::error_code error;
    fs::remove(path_, error);
}

void AutosaveSlot::keepAsLast() const {
    std::error_code error;
    fs::rename(path_, lastSessionPath(path_.parent_path()), error);
}

std::vector<fs::path> findLeftovers(const fs::path& folder) {
    std::vector<std::pair<fs::file_time_type, fs::path>> found;
    std::error_code error;
    const std::vector<fs::path> files = filesOf(folder);
    for (const fs::path& lock_path : files) {
        if (!endsWith(lock_path, kLock))
            continue;
        const int lock = lockFile(lock_path, 0);
        if (lock < 0)
            continue; // its program runs
        fs::remove(lock_path, error); // held meanwhile, so that nobody else takes it for theirs
        ::close(lock);
    }
    for (const fs::path& path : filesOf(folder)) {
        const bool is_session = endsWith(path, kSession) && path != lastSessionPath(folder);
        if (is_session && !fs::exists(besideIt(path, kSession, kLock), error))
            found.emplace_back(fs::last_write_time(path, error), path);
        // ".open-7-0.headlight.7-3.part": of a program killed while it wrote
        const std::string name = path.filename().string();
        const std::size_t end = name.find(kSession);
        if (endsWith(path, kTemporary) && name.starts_with('.') && end != std::string::npos &&
            !fs::exists(folder / (name.substr(1, end - 1) + kLock), error))
            fs::remove(path, error);
    }
    std::sort(found.begin(), found.end(), std::greater<>());
    std::vector<fs::path> leftovers;
    for (const auto& [written, path] : found) {
        if (leftovers.size() < kMostLeftovers)
            leftovers.push_back(path);
        else
            fs::remove(path, error);
    }
    return leftovers;
}

fs::path lastSessionPath(const fs::path& folder) { return folder / ("last" + kSession); }

} // namespace headlight::session
