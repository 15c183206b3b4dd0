// The host tensor: owning, row-major, F32.
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace headlight {

/// Row-major everywhere, through these aliases.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using MatrixMap = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;
using ConstMatrixMap = Eigen::Map<const Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

/// Dimensions in PyTorch order, outermost first.
using Shape = std::vector<std::size_t>;

[[nodiscard]] std::size_t elementCount(const Shape& shape);
[[nodiscard]] std::string shapeText(const Shape& shape); ///< "[768, 2304]"

/// An owning row-major F32 tensor, 64-byte aligned. Elements are not initialised unless asked for.
class Tensor {
public:
    Tensor() = default;
    explicit Tensor(Shape shape);
    static Tensor zeros(Shape shape);
    static Tensor fromVector(Shape shape, std::span<const float> values);
    /// A tensor whose memory, where it is large, is kept for the next such tensor when this one goes: for results that
    /// are made again and again (logits), because memory fresh from the system costs more time than filling it.
    static Tensor reusingMemory(Shape shape);

    Tensor(Tensor&&) noexcept = default;
    Tensor& operator=(Tensor&&) noexcept = default;
    Tensor(const Tensor&) = delete; // copying weights by accident is how memory doubles
    Tensor& operator=(const Tensor&) = delete;
    [[nodiscard]] Tensor clone() const;

    [[nodiscard]] const Shape& shape() const { return shape_; }
    [[nodiscard]] std::size_t dimension(std::size_t axis) const { return shape_[axis]; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] float* data() { return data_.get(); }
    [[nodiscard]] const float* data() const { return data_.get(); }
    [[nodiscard]] std::span<float> span() { return {data_.get(), size_}; }
    [[nodiscard]] std::span<const float> span() const { return {data_.get(), size_}; }

    /// The tensor as [product of leading dimensions, last dimension].
    [[nodiscard]] MatrixMap matrix();
    [[nodiscard]] ConstMatrixMap matrix() const;
    /// Row `row` of that matrix.
    [[nodiscard]] std::span<float> row(std::size_t row);
    [[nodiscard]] std::span<const float> row(std::size_t row) const;

private:
    struct Release {
        std::size_t kept_bytes; ///< size of a block that is kept for reuse; 0: it goes back to the system
        Release() : kept_bytes(0) {}
        explicit Release(std::size_t bytes) : kept_bytes(bytes) {}
        void operator()(float* pointer) const;
    };
    Shape shape_;
    std::size_t size_ = 0;
    std::unique_ptr<float[], Release> data_;
};

} // namespace headlight
