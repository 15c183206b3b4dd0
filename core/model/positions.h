// Positions that are computed, not learned: tables of sinusoids and rotations, biases by distance.
#pragma once

#include "core/model/position_spec.h"
#include "core/tensor/tensor.h"

#include <cstddef>
#include <vector>

namespace headlight {

/// Sinusoidal positions, sines in the first half of a row, cosines in the second, [n_positions, d_model]. Computed in
/// double precision. Vaswani et al. 2017, section 3.5; `layout` says how fast angles fall with the dimension.
[[nodiscard]] Tensor sinusoidalPositions(std::size_t n_positions, std::size_t d_model, SinusoidLayout layout);

/// Turns per token of each pair of dimensions, in radians, [dims / 2], for a text of `n_tokens` in all (which matters to
/// the Dynamic and LongRope scalings). Rounded to F32 step by step as Hugging Face does, so that angles agree at large positions.
[[nodiscard]] std::vector<float> rotaryFrequencies(const RotarySpec& rotary, std::size_t n_tokens);

/// Cosines (first half of a row) and sines (second half) of positions [first, first + count), [count, dims], times the
/// attention factor.
[[nodiscard]] Tensor rotaryTable(const RotarySpec& rotary, std::size_t first, std::size_t count, std::size_t n_tokens);

/// A bias by head and distance; see RelativeBias.
struct DistanceBias {
    Tensor table; ///< [n_heads, n_distances]
    std::ptrdiff_t min_distance = 0;
    bool by_key = false;
};

/// T5's bucket of a distance (key position minus query position); Raffel et al. 2019, section 2.1, rounded as in Hugging Face.
[[nodiscard]] std::size_t relativeBucket(const RelativeBiasSpec& spec, std::ptrdiff_t distance);
/// `buckets` [n_buckets, n_heads], as checkpoints keep it, spread out over all distances that differ.
[[nodiscard]] DistanceBias bucketedBias(const RelativeBiasSpec& spec, const Tensor& buckets);

/// Slopes of Press et al. 2021 for `n_heads` heads, the largest first.
[[nodiscard]] std::vector<float> alibiSlopes(std::size_t n_heads);
/// slope * key position for all positions a model has (16,384 where there is no limit); a row's softmax is the same as
/// with slope * distance.
[[nodiscard]] DistanceBias alibiBias(const PositionSpec& positions, std::size_t n_heads);

} // namespace headlight
