#include "core/tensor/tensor.h"

#include <algorithm>
#include <cassert>
#include <new>

namespace headlight {

namespace {
constexpr std::align_val_t kAlignment{64};

std::size_t lastDimension(const Shape& shape) { return shape.empty() ? 1 : shape.back(); }
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

void Tensor::Release::operator()(float* pointer) const { ::operator delete[](pointer, kAlignment); }

Tensor::Tensor(Shape shape) : shape_(std::move(shape)), size_(elementCount(shape_)) {
    if (size_ > 0)
        data_.reset(static_cast<float*>(::operator new[](size_ * sizeof(float), kAlignment)));
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

Tensor Tensor::clone() const { return fromVector(shape_, span()); }

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
