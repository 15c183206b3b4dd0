#include "core/checkpoint/mapped_file.h"

#include "core/base/atomic_file.h"
#include "core/checkpoint/guarded_copy.h"
#include "core/checkpoint/regular_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace headlight {

struct MappedFile::State {
    explicit State(RegularFile opened)
        : file(std::move(opened)) {}
    ~State() {
        if (data)
            ::munmap(data, file.size());
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    RegularFile file; ///< stays open: its size and modification time are compared at every copy
    BusErrorGuard guard;
    void* data = nullptr;
};

MappedFile::MappedFile(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
MappedFile::~MappedFile() = default;

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    HEADLIGHT_ASSIGN(RegularFile file, RegularFile::open(path));
    auto state = std::make_unique<State>(std::move(file));
    if (state->file.size() > 0) { // mapping nothing is an error to the system, not to us
        void* data = ::mmap(nullptr, state->file.size(), PROT_READ, MAP_PRIVATE, state->file.descriptor(), 0);
        if (data == MAP_FAILED)
            return systemError("cannot map file into memory", path, errno);
        state->data = data;
    }
    return std::shared_ptr<const MappedFile>(new MappedFile(std::move(state)));
}

const std::filesystem::path& MappedFile::path() const {
    return state_->file.path();
}
std::size_t MappedFile::size() const {
    return state_->file.size();
}
Result<void> MappedFile::checkUnchanged() const {
    return state_->file.checkUnchanged();
}

Result<void> MappedFile::copy(std::size_t offset, std::span<std::byte> out) const {
    if (offset > size() || out.size() > size() - offset)
        return makeError(ErrorKind::Usage, "read beyond the end of a file")
            .inFile(path().string())
            .butFound("at most " + std::to_string(size()) + " bytes",
                      "offset " + std::to_string(offset) + " + " + std::to_string(out.size()));
    if (out.empty())
        return {};
    const bool copied =
        guardedCopy(out.data(), static_cast<const std::byte*>(state_->data) + offset, out.size());
    // Afterwards, so that a change during the copy is seen: the last page of a file cut short reads as zeros,
    // without a fault.
    HEADLIGHT_CHECK(checkUnchanged());
    if (!copied)
        return makeError(ErrorKind::File, "file cannot be read")
            .inFile(path().string())
            .atItem("byte " + std::to_string(offset))
            .because("The disk or the network share it lies on failed")
            .nextStep("Copy the file to another disk and load it from there");
    return {};
}

void MappedFile::drop(std::size_t offset, std::size_t size) const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t begin =
        (offset + page - 1) / page * page; // whole pages only: neighbours may still be needed
    const std::size_t end = std::min(offset + size, this->size()) / page * page;
    if (state_->data && begin < end)
        ::madvise(static_cast<std::byte*>(state_->data) + begin, end - begin, MADV_DONTNEED);
}

} // namespace headlight
