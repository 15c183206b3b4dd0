// Buffers of the CPU backend: plain host memory, kept for the next pass when a large one is let go.
#pragma once

#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/views.h"

#include <cassert>
#include <mutex>
#include <vector>

namespace headlight::cpu {

/// Large blocks that a pass has let go of. The system clears every page it hands out, which is a sixth of the time of
/// a 512-token pass: a block that comes back is worth keeping. Safe to use from several threads at once.
class BlockCache {
public:
    /// A block of at least `n` floats, kept or new; `capacity` says how many it has. Null when there is not enough memory.
    [[nodiscard]] AlignedFloats take(std::size_t n, std::size_t& capacity);
    /// Keeps a block, or lets go of it where it is small or too much is kept already.
    void give(AlignedFloats floats, std::size_t capacity);

private:
    struct Block {
        AlignedFloats floats;
        std::size_t capacity;
    };
    std::mutex mutex_;
    std::vector<Block> blocks_; ///< oldest first
    std::size_t kept_ = 0;      ///< floats in all
};

class CpuBuffer final : public Buffer {
public:
    CpuBuffer(AlignedFloats floats, std::size_t size, std::size_t capacity, std::shared_ptr<BlockCache> cache)
        : floats_(std::move(floats)), size_(size), capacity_(capacity), cache_(std::move(cache)) {}
    ~CpuBuffer() override { cache_->give(std::move(floats_), capacity_); }
    [[nodiscard]] std::size_t size() const override { return size_; }
    [[nodiscard]] float* data() const { return floats_.get(); }

private:
    AlignedFloats floats_;
    std::size_t size_;
    std::size_t capacity_;
    std::shared_ptr<BlockCache> cache_;
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
