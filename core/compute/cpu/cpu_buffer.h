// Buffers of the CPU backend: plain host memory.
#pragma once

#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/views.h"

#include <cassert>

namespace headlight::cpu {

class CpuBuffer final : public Buffer {
public:
    CpuBuffer(AlignedFloats floats, std::size_t size) : floats_(std::move(floats)), size_(size) {}
    [[nodiscard]] std::size_t size() const override { return size_; }
    [[nodiscard]] float* data() const { return floats_.get(); }

private:
    AlignedFloats floats_;
    std::size_t size_;
};

/// First float of a view; null for a view without a buffer.
[[nodiscard]] inline float* dataOf(const BufferPtr& buffer, std::size_t offset) {
    if (buffer == nullptr)
        return nullptr;
    assert(dynamic_cast<const CpuBuffer*>(buffer.get()) != nullptr);
    return static_cast<const CpuBuffer&>(*buffer).data() + offset;
}
[[nodiscard]] inline float* dataOf(const MatrixView& view) {
    assert(view.empty() || view.buffer == nullptr ||
           view.offset + (view.rows - 1) * view.row_stride + view.columns <= view.buffer->size());
    return dataOf(view.buffer, view.offset);
}
[[nodiscard]] inline float* dataOf(const HeadsView& view) { return dataOf(view.buffer, view.offset); }
[[nodiscard]] inline float* rowOf(const MatrixView& view, std::size_t row) { return dataOf(view) + row * view.row_stride; }

} // namespace headlight::cpu
