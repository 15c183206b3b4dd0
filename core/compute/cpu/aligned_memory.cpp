#include "core/compute/cpu/aligned_memory.h"

#include "core/base/checked.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace headlight::cpu {
namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

/// Bytes no allocation may exceed. The system hands out more than it has and ends the program when it is used.
std::uint64_t machineMemory() {
#if defined(__linux__)
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page_size > 0)
        return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
#endif
    return std::numeric_limits<std::size_t>::max() / 2;
}

struct Scratch {
    AlignedFloats floats;
    std::size_t size = 0;
};

} // namespace

void ReleaseAligned::operator()(float* pointer) const { std::free(pointer); }

AlignedFloats allocateAligned(std::size_t n) {
    const auto bytes = checkedMultiply(std::max<std::size_t>(n, 1), sizeof(float));
    if (!bytes || *bytes > machineMemory())
        return nullptr;
    const bool large = *bytes >= 2 * kHugePage;
    const std::size_t alignment = large ? kHugePage : kCacheLine;
    const std::size_t rounded = (*bytes + alignment - 1) / alignment * alignment;
    void* pointer = std::aligned_alloc(alignment, rounded);
#if defined(__linux__)
    if (pointer != nullptr && large)
        (void)madvise(pointer, rounded, MADV_HUGEPAGE); // a wish: without huge pages the memory is still good
#endif
    return AlignedFloats(static_cast<float*>(pointer));
}

float* threadScratch(ScratchUse use, std::size_t n) {
    thread_local std::array<Scratch, static_cast<std::size_t>(ScratchUse::Count)> scratches;
    Scratch& scratch = scratches[static_cast<std::size_t>(use)];
    if (scratch.size < n) {
        scratch.size = 0;
        scratch.floats.reset(); // the old one first: contents are not kept
        scratch.floats = allocateAligned(n);
        if (scratch.floats == nullptr)
            throw std::bad_alloc();
        scratch.size = n;
    }
    return scratch.floats.get();
}

} // namespace headlight::cpu
