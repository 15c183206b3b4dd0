#include "core/tensor/tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <new>

namespace headlight {

namespace {
// Touching new memory page by page takes longer than filling it; from here on huge pages (2 MiB) halve the
// time.
constexpr std::size_t kHugePage = 2u << 20;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugeFrom = 4u << 20; // bytes

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
