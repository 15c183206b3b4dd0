#include "core/tensor/tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <new>

namespace headlight {

namespace {
// Touching new memory page by page takes longer than filling it; from here on huge pages (2 MiB) halve the
// time.
constexpr std::size_t kHugePage = 2u << 20;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugeFrom = 4u << 20; // bytes

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepsBlocks = false; // a kept block would hide its use after it was let go
#else
constexpr bool kKeepsBlocks = true;
#endif

float* allocateFloats(std::size_t n_bytes) {
    const bool huge = n_bytes >= kHugeFrom;
    void* memory = nullptr;
    if (::posix_memalign(&memory, huge ? kHugePage : kAlignment, n_bytes) != 0)
        throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (huge)
        ::madvise(memory, n_bytes / kHugePage * kHugePage,
                  MADV_HUGEPAGE); // a wish: without it all works as well
#endif
    return static_cast<float*>(memory);
}

/// Blocks that tensors of reusingMemory() have let go of. Never destroyed: tensors may outlive static objects.
class KeptBlocks {
public:
    static KeptBlocks& instance() {
        static auto* const blocks = new KeptBlocks;
        return *blocks;
    }
    /// A kept block of `n_bytes` to half as much again, and its size; null when there is none.
    float* take(std::size_t n_bytes, std::size_t& size) {
        const std::lock_guard lock(mutex_);
        for (auto block = blocks_.begin(); block != blocks_.end(); ++block) {
            if (block->size < n_bytes || block->size > n_bytes + n_bytes / 2)
                continue;
            float* const memory = block->memory;
            size = block->size;
            kept_ -= size;
            blocks_.erase(block);
            return memory;
        }
        return nullptr;
    }
    /// Keeps a block in place of the oldest ones. What is too large is freed.
    void give(float* memory, std::size_t size) {
        if (size > kKeptAtMost) {
            std::free(memory);
            return;
        }
        const std::lock_guard lock(mutex_);
        while (!blocks_.empty() && (kept_ + size > kKeptAtMost || blocks_.size() == kMostBlocks)) {
            std::free(blocks_.front().memory);
            kept_ -= blocks_.front().size;
            blocks_.erase(blocks_.begin());
        }
        blocks_.push_back({memory, size});
        kept_ += size;
    }

private:
    KeptBlocks() { blocks_.reserve(kMostBlocks); } // giving back must not fail

    static constexpr std::size_t kKeptAtMost = std::size_t{256} << 20; // bytes in all
    static constexpr std::size_t kMostBlocks = 16;
    struct Block {
        float* memory;
        std::size_t size;
    };
    std::mutex mutex_;
    std::vector<Block> blocks_; ///< oldest first
    std::size_t kept_ = 0;
};

std::size_t lastDimension(const Shape& shape) {
    return shape.empty() ? 1 : shape.back();
}
} // namespace

std::size_t elementCount(const Shape& shape) {
    std::size_t count = 1;
    for (const std::size_t dimension : shape)
        count *= dimension;
    return count;
}

std::string shapeText(const Shape& shape) {
    std::string text = "[";
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
        text += (axis ? ", " : "") + std::to_string(shape[axis]);
    return text + "]";
}

void Tensor::Release::operator()(float* pointer) const {
    if (kept_bytes > 0)
        KeptBlocks::instance().give(pointer, kept_bytes);
    else
        std::free(pointer);
}

Tensor::Tensor(Shape shape)
    : shape_(std::move(shape))
    , size_(elementCount(shape_)) {
    if (size_ > 0)
        data_.reset(allocateFloats(size_ * sizeof(float)));
}

Tensor Tensor::zeros(Shape shape) {
    Tensor tensor(std::move(shape));
    std::fill_n(tensor.data(), tensor.size(), 0.0f);
    return tensor;
}

Tensor Tensor::reusingMemory(Shape shape) {
    const std::size_t n_bytes = elementCount(shape) * sizeof(float);
    if (!kKeepsBlocks || n_bytes < kHugeFrom)
        return Tensor(std::move(shape));
    Tensor tensor;
    tensor.shape_ = std::move(shape);
    tensor.size_ = n_bytes / sizeof(float);
    std::size_t block_bytes = n_bytes;
    float* memory = KeptBlocks::instance().take(n_bytes, block_bytes);
    if (memory == nullptr)
        memory = allocateFloats(n_bytes);
    tensor.data_ = std::unique_ptr<float[], Release>(memory, Release(block_bytes));
    return tensor;
}

Tensor Tensor::fromVector(Shape shape, std::span<const float> values) {
    Tensor tensor(std::move(shape));
    assert(values.size() == tensor.size());
    std::copy(values.begin(), values.end(), tensor.data());
    return tensor;
}

Tensor Tensor::clone() const {
    return fromVector(shape_, span());
}

MatrixMap Tensor::matrix() {
    const std::size_t columns = lastDimension(shape_);
    const std::size_t rows = columns ? size_ / columns : 0;
    return MatrixMap(data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns),
                     Eigen::OuterStride<>(static_cast<Eigen::Index>(columns)));
}

ConstMatrixMap Tensor::matrix() const {
    const std::size_t columns = lastDimension(shape_);
    const std::size_t rows = columns ? size_ / columns : 0;
    return ConstMatrixMap(data(), static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns),
                          Eigen::OuterStride<>(static_cast<Eigen::Index>(columns)));
}

std::span<float> Tensor::row(std::size_t row) {
    const std::size_t columns = lastDimension(shape_);
    return {data() + row * columns, columns};
}

std::span<const float> Tensor::row(std::size_t row) const {
    const std::size_t columns = lastDimension(shape_);
    return {data() + row * columns, columns};
}

} // namespace headlight
