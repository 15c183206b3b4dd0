#include "core/compute/cuda/module/memory_pool.h"

#include "core/compute/cuda/module/failure.h"

#include <cstdint>

namespace headlight::cuda {

Status MemoryPool::take(RawDevice& device, std::size_t bytes, void** memory) {
    if (bytes > PTRDIFF_MAX)
        return fail(Status::OutOfMemory, "no GPU has memory for this");
    const std::size_t capacity = device.roundedUp(bytes);
    if (const auto found = kept_.lower_bound(capacity);
        found != kept_.end() && found->first / 4 * 3 <= capacity) {
        *memory = found->second;
        kept_bytes_ -= found->first;
        handed_out_.emplace(found->second, found->first);
        kept_.erase(found);
        return Status::Ok;
    }
    Status status = device.allocate(capacity, memory);
    if (status == Status::OutOfMemory && !kept_.empty()) {
        clear(device);
        status = device.allocate(capacity, memory);
    }
    if (status == Status::Ok)
        handed_out_.emplace(*memory, capacity);
    return status;
}

void MemoryPool::give(RawDevice& device, void* memory) {
    const auto found = handed_out_.find(memory);
    if (found == handed_out_.end())
        return; // null
    const std::size_t capacity = found->second;
    handed_out_.erase(found);
    if (kept_bytes_ + capacity > limit_) {
        device.release(memory);
        return;
    }
    kept_.emplace(capacity, memory);
    kept_bytes_ += capacity;
}

void MemoryPool::clear(RawDevice& device) {
    for (const auto& [capacity, memory] : kept_)
        device.release(memory);
    kept_.clear();
    kept_bytes_ = 0;
}

} // namespace headlight::cuda
