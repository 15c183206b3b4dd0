// Matrices of steps cut, turned and compared.
#pragma once

#include "core/analysis/activations/activations.h"

#include <cstddef>

namespace headlight {

[[nodiscard]] SharedTensor share(Tensor matrix);
/// Columns [first, first + count) of a matrix.
[[nodiscard]] SharedTensor columnsOf(const Tensor& matrix, std::size_t first, std::size_t count);
[[nodiscard]] SharedTensor transposed(const Tensor& matrix);
/// a - b, rounded once.
[[nodiscard]] SharedTensor difference(const Tensor& a, const Tensor& b);
/// One head's slab of [n_heads, n_tokens, head_dim].
[[nodiscard]] SharedTensor headOf(const Tensor& heads, std::size_t head);
/// Whether both hold the same numbers.
[[nodiscard]] bool same(const SharedTensor& a, const SharedTensor& b);

} // namespace headlight
