// A device as the operations use it: its memory, and room to work in that goes back by itself.
#pragma once

#include "core/compute/cuda/module/failure.h"
#include "core/compute/cuda/module/memory_pool.h"
#include "core/compute/cuda/module/raw_device.h"

#include <mutex>

namespace headlight::cuda {

struct Device {
    std::unique_ptr<RawDevice> raw;
    MemoryPool pool;
    unsigned open_pieces = 0; ///< of work that is handed over at once
    std::mutex
        mutex; ///< held while work is handed over: neither the pool nor cuBLAS takes two callers at once
};

/// Begins a piece of work that may be handed over at once, and ends the outermost one.
inline Status beginPieceOf(Device& device) {
    return device.open_pieces++ == 0 ? device.raw->beginRecording() : Status::Ok;
}
inline Status endPieceOf(Device& device) {
    if (device.open_pieces == 0 || --device.open_pieces > 0)
        return Status::Ok;
    return device.raw->endRecording();
}

/// Memory for the length of an operation.
template <class T>
class Scratch {
public:
    explicit Scratch(Device& device)
        : device_(device) {}
    ~Scratch() {
        if (memory_ != nullptr)
            device_.pool.give(*device_.raw, memory_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    Status take(std::size_t count) { return device_.pool.take(*device_.raw, count * sizeof(T), &memory_); }
    [[nodiscard]] T* get() const { return static_cast<T*>(memory_); }

private:
    Device& device_;
    void* memory_ = nullptr;
};

} // namespace headlight::cuda
