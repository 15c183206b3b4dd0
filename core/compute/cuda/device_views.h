// Buffers on a device, and views of them as the module takes them.
#pragma once

#include "core/compute/cuda/cuda_backend.h"

#include <cassert>

namespace headlight::cuda {

/// Memory on a device.
class DeviceMemory {
public:
    DeviceMemory(DevicePtr device, void* memory)
        : device_(std::move(device))
        , memory_(memory) {}
    ~DeviceMemory() { device_->module().release(device_->get(), memory_); }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;
    [[nodiscard]] void* get() const { return memory_; }

private:
    DevicePtr device_;
    void* memory_;
};

class CudaBuffer final : public Buffer {
public:
    CudaBuffer(std::unique_ptr<DeviceMemory> memory, std::size_t size)
        : memory_(std::move(memory))
        , size_(size) {}
    [[nodiscard]] std::size_t size() const override { return size_; }
    [[nodiscard]] float* data() const { return static_cast<float*>(memory_->get()); }

private:
    std::unique_ptr<DeviceMemory> memory_;
    std::size_t size_;
};

[[nodiscard]] inline float* dataOf(const BufferPtr& buffer, std::size_t offset) {
    if (buffer == nullptr)
        return nullptr;
    assert(dynamic_cast<const CudaBuffer*>(buffer.get()) != nullptr);
    return static_cast<const CudaBuffer&>(*buffer).data() + offset;
}

[[nodiscard]] inline Matrix matrixOf(const MatrixView& view) {
    assert(view.empty() || view.buffer == nullptr ||
           view.offset + (view.rows - 1) * view.row_stride + view.columns <= view.buffer->size());
    return {dataOf(view.buffer, view.offset), view.rows, view.columns, view.row_stride};
}

} // namespace headlight::cuda
