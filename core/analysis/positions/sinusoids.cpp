#include "core/analysis/positions/sinusoids.h"

#include <cassert>
#include <cmath>

namespace headlight {

std::vector<double> sinusoidFrequencies(SinusoidLayout layout, std::size_t d_model) {
    assert(d_model % 2 == 0 && (layout == SinusoidLayout::Marian || d_model >= 4));
    const std::size_t n_pairs = d_model / 2;
    std::vector<double> frequencies(n_pairs);
    for (std::size_t pair = 0; pair < n_pairs; ++pair) {
        const double exponent = layout == SinusoidLayout::Marian ? 2.0 * double(pair) / double(d_model)
                                                                 : double(pair) / (double(n_pairs) - 1.0);
        frequencies[pair] = std::pow(10000.0, -exponent);
    }
    return frequencies;
}

DoubleMatrix sinusoidTable(std::span<const double> frequencies, std::size_t n_positions) {
    const auto n_pairs = static_cast<Eigen::Index>(frequencies.size());
    DoubleMatrix table(static_cast<Eigen::Index>(n_positions), 2 * n_pairs);
    for (Eigen::Index position = 0; position < table.rows(); ++position)
        for (Eigen::Index pair = 0; pair < n_pairs; ++pair) {
            const double angle = double(position) * frequencies[static_cast<std::size_t>(pair)];
            table(position, pair) = std::sin(angle);
            table(position, n_pairs + pair) = std::cos(angle);
        }
    return table;
}

double sinusoidDot(std::span<const double> frequencies, double distance) {
    double sum = 0.0;
    for (const double frequency : frequencies)
        sum += std::cos(frequency * distance);
    return sum;
}

std::vector<PairShift> shiftAsRotation(std::span<const double> frequencies, double position, double shift) {
    std::vector<PairShift> pairs;
    pairs.reserve(frequencies.size());
    for (const double frequency : frequencies) {
        PairShift pair;
        pair.frequency = frequency;
        pair.turn = frequency * shift;
        pair.sine = std::sin(frequency * position);
        pair.cosine = std::cos(frequency * position);
        pair.turned_sine = pair.sine * std::cos(pair.turn) + pair.cosine * std::sin(pair.turn);
        pair.turned_cosine = pair.cosine * std::cos(pair.turn) - pair.sine * std::sin(pair.turn);
        pairs.push_back(pair);
    }
    return pairs;
}

} // namespace headlight
