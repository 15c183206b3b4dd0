#include "core/analysis/row_sums.h"

#include "core/base/multiversion.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>

namespace headlight {

namespace {

constexpr std::size_t kChunk = 64;
constexpr std::size_t kLanes = 8;

/// ln x of a positive normal number, 1 ulp or so: 2 artanh(s), s = (m - 1) / (m + 1), of the mantissa m in [sqrt(1/2),
/// sqrt(2)), plus exponent times ln 2. Finite for 0, so that 0 ln 0 comes out as 0. std::log would not vectorise.
inline double naturalLogarithm(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    // Adding the distance between 1 and sqrt(1/2) carries into the exponent where the mantissa is above sqrt(2).
    constexpr std::uint64_t kOne = 0x3ff0000000000000u;
    constexpr std::uint64_t kHalfRoot = 0x3fe6a09e667f3bcdu;
    const std::uint64_t shifted = bits + (kOne - kHalfRoot);
    const double exponent = std::bit_cast<double>((shifted >> 52) | 0x4330000000000000u) - (0x1p52 + 1023.0);
    const double mantissa = std::bit_cast<double>((shifted & 0x000fffffffffffffu) + kHalfRoot);
    const double s = (mantissa - 1.0) / (mantissa + 1.0);
    const double z = s * s; // at most 0.0295
    double series = 1.0 / 19.0 + z * (1.0 / 21.0);
    series = 1.0 / 15.0 + z * (1.0 / 17.0 + z * series);
    series = 1.0 / 11.0 + z * (1.0 / 13.0 + z * series);
    series = 1.0 / 7.0 + z * (1.0 / 9.0 + z * series);
    series = 1.0 / 3.0 + z * (1.0 / 5.0 + z * series);
    return exponent * 0.6931471805599453 + 2.0 * s * (1.0 + z * series);
}

/// One chunk, element by element: independent of each other, hence vector code.
inline void chunkTerms(const float* weights, std::size_t n, double offset, double* received, double* entropy, double* distance) {
    for (std::size_t i = 0; i < n; ++i) {
        const double weight = double(weights[i]);
        const double away = offset + double(static_cast<std::int32_t>(i));
        received[i] += weight;
        entropy[i] = weight * naturalLogarithm(weight);
        distance[i] = weight * (away < 0.0 ? -away : away);
    }
}

} // namespace

HEADLIGHT_MULTIVERSION
RowSums sumRow(std::span<const float> weights, std::size_t first_key, std::size_t position, std::span<double> received) {
    assert(received.size() == weights.size());
    double entropy_terms[kChunk];
    double distance_terms[kChunk];
    double entropy[kLanes] = {};
    double distance[kLanes] = {};
    float largest[kLanes] = {};
    for (std::size_t begin = 0; begin < weights.size(); begin += kChunk) {
        const std::size_t n = std::min(kChunk, weights.size() - begin);
        const double offset = double(first_key + begin) - double(position);
        chunkTerms(weights.data() + begin, n, offset, received.data() + begin, entropy_terms, distance_terms);
        // Several sums side by side: one alone would wait for each addition.
        for (std::size_t i = 0; i < n; ++i) {
            entropy[i % kLanes] += entropy_terms[i];
            distance[i % kLanes] += distance_terms[i];
            largest[i % kLanes] = std::max(largest[i % kLanes], weights[begin + i]);
        }
    }
    RowSums sums;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sums.entropy -= entropy[lane];
        sums.distance += distance[lane];
        sums.largest = std::max(sums.largest, largest[lane]);
    }
    return sums;
}

} // namespace headlight
