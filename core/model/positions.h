// Position tables that are computed, not learned.
#pragma once

#include "core/tensor/tensor.h"

namespace headlight {

/// Sinusoidal positions as Hugging Face's Marian and BART-like models lay them out: sines in the first half of a row,
/// cosines in the second, [n_positions, d_model]. Computed in double precision.
/// Vaswani et al. 2017, section 3.5: angle(position, i) = position / 10000^(2 i / d_model).
[[nodiscard]] Tensor sinusoidalPositions(std::size_t n_positions, std::size_t d_model);

} // namespace headlight
