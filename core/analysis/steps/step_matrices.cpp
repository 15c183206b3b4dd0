#include "core/analysis/steps/step_matrices.h"

#include <algorithm>

namespace headlight {

SharedTensor share(Tensor matrix) {
    return std::make_shared<const Tensor>(std::move(matrix));
}

SharedTensor columnsOf(const Tensor& matrix, std::size_t first, std::size_t count) {
    Tensor part(Shape{matrix.dimension(0), count});
    for (std::size_t row = 0; row < matrix.dimension(0); ++row)
        std::ranges::copy(matrix.row(row).subspan(first, count), part.row(row).begin());
    return share(std::move(part));
}

SharedTensor transposed(const Tensor& matrix) {
    Tensor turned(Shape{matrix.dimension(1), matrix.dimension(0)});
    for (std::size_t row = 0; row < matrix.dimension(0); ++row)
        for (std::size_t column = 0; column < matrix.dimension(1); ++column)
            turned.row(column)[row] = matrix.row(row)[column];
    return share(std::move(turned));
}

SharedTensor difference(const Tensor& a, const Tensor& b) {
    Tensor out(a.shape());
    for (std::size_t i = 0; i < a.size(); ++i)
        out.span()[i] =
            static_cast<float>(static_cast<double>(a.span()[i]) - static_cast<double>(b.span()[i]));
    return share(std::move(out));
}

SharedTensor headOf(const Tensor& heads, std::size_t head) {
    Tensor one(Shape{heads.dimension(1), heads.dimension(2)});
    std::ranges::copy(heads.span().subspan(head * one.size(), one.size()), one.span().begin());
    return share(std::move(one));
}

bool same(const SharedTensor& a, const SharedTensor& b) {
    return a == b || (a->shape() == b->shape() && std::ranges::equal(a->span(), b->span()));
}

} // namespace headlight
