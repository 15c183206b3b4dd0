#include "core/compute/sampler.h"

#include <cmath>
#include <limits>

namespace headlight {

namespace {

/// One step of SplitMix64 from this state.
std::uint64_t splitMix(std::uint64_t state) {
    state += 0x9e3779b97f4a7c15u;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    return state ^ (state >> 31);
}

} // namespace

double Sampler::uniform(std::size_t position, std::int32_t id) const {
    const std::uint64_t of_position = splitMix(splitMix(seed_) ^ std::uint64_t{position});
    const std::uint64_t bits = splitMix(of_position ^ static_cast<std::uint64_t>(id)) >> 12;
    return (double(bits) + 0.5) * 0x1.0p-52; // neither 0 nor 1, whose logarithms the noise could not bear
}

std::int32_t Sampler::draw(std::span<const float> scores, std::size_t position) const {
    double highest = -std::numeric_limits<double>::infinity();
    std::int32_t drawn = 0;
    for (std::size_t index = 0; index < scores.size(); ++index) {
        if (!(scores[index] > -std::numeric_limits<float>::infinity())) // also NaN
            continue;
        const auto id = static_cast<std::int32_t>(index);
        const double sum = double(scores[index]) - std::log(-std::log(uniform(position, id)));
        if (sum > highest) {
            highest = sum;
            drawn = id;
        }
    }
    return drawn;
}

} // namespace headlight
