#include "core/compute/cpu/cpu_buffer.h"

#include <algorithm>
#include <bit>

namespace headlight::cpu {
namespace {

constexpr std::size_t kSmallest = std::size_t{1} << 20;  // floats: below, the allocator keeps memory by itself
constexpr std::size_t kKeptAtMost = std::size_t{64} << 20; // floats: 256 MB

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeeps = false; // a kept block would hide its use after it was let go
#else
constexpr bool kKeeps = true;
#endif

/// The size rounded up so that a text one token longer finds the block of the shorter one: eight steps an octave.
/// What lies behind the asked size is never touched and so costs no memory.
std::size_t roundedCapacity(std::size_t n) {
    if (!kKeeps || n < kSmallest || n > kKeptAtMost)
        return n;
    const std::size_t step = std::bit_floor(n) / 8;
    return (n + step - 1) / step * step;
}

} // namespace

AlignedFloats BlockCache::take(std::size_t n, std::size_t& capacity) {
    capacity = roundedCapacity(n);
    std::vector<Block> let_go; // freed after the lock
    {
        const std::lock_guard lock(mutex_);
        const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& b) { return b.capacity == capacity; });
        if (found != blocks_.end()) {
            AlignedFloats floats = std::move(found->floats);
            kept_ -= capacity;
            blocks_.erase(found);
            return floats;
        }
        if (capacity >= kSmallest) { // sizes have changed: what was kept will not be asked for again
            let_go.swap(blocks_);
            kept_ = 0;
        }
    }
    let_go.clear();
    return allocateAligned(capacity);
}

void BlockCache::give(AlignedFloats floats, std::size_t capacity) {
    if (!kKeeps || floats == nullptr || capacity < kSmallest || capacity > kKeptAtMost)
        return;
    std::vector<Block> let_go;
    const std::lock_guard lock(mutex_);
    while (!blocks_.empty() && kept_ + capacity > kKeptAtMost) {
        kept_ -= blocks_.front().capacity;
        let_go.push_back(std::move(blocks_.front()));
        blocks_.erase(blocks_.begin());
    }
    kept_ += capacity;
    blocks_.push_back({std::move(floats), capacity});
}

} // namespace headlight::cpu
