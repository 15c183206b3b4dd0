// Sinusoidal positions taken apart, in double precision: what the table holds and why a shift is a rotation.
// Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
#pragma once

#include "core/model/position_spec.h"

#include <Eigen/Core>

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// Row-major, for what is explained rather than computed with.
using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Radians a token of each pair of dimensions, the fastest first, [d_model / 2]. `d_model` is even, at least
/// 4 for Fairseq's layout.
[[nodiscard]] std::vector<double> sinusoidFrequencies(SinusoidLayout layout, std::size_t d_model);

/// The table of `frequencies` [d_model / 2]: sines in the first half of a row, cosines in the second,
/// [n_positions, d_model].
[[nodiscard]] DoubleMatrix sinusoidTable(std::span<const double> frequencies, std::size_t n_positions);

/// The dot product of two positions so far apart: the sum over pairs of cos(frequency * distance). It depends
/// on nothing else, and is d_model / 2 at distance 0.
[[nodiscard]] double sinusoidDot(std::span<const double> frequencies, double distance);

/// One pair of dimensions of one position, and of the position `shift` further on.
struct PairShift {
    double frequency = 0.0; ///< radians a token
    double turn =
        0.0; ///< frequency * shift: the rotation that leads from one to the other, whatever the position
    double sine = 0.0; ///< at `position`
    double cosine = 0.0;
    double turned_sine =
        0.0; ///< the rotation applied to them: sin(a + turn) = sin a cos turn + cos a sin turn
    double turned_cosine = 0.0;
};
[[nodiscard]] std::vector<PairShift> shiftAsRotation(std::span<const double> frequencies, double position,
                                                     double shift);

} // namespace headlight
