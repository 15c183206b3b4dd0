#include "core/analysis/positions/rotations.h"

#include <cmath>

namespace headlight {

namespace {

/// The two dimensions that turn together.
struct Place {
    std::size_t first;
    std::size_t second;
};

Place placeOf(const RotarySpec& rotary, std::size_t pair) {
    return rotary.interleaved ? Place{2 * pair, 2 * pair + 1} : Place{pair, pair + rotary.dims / 2};
}

} // namespace

double rotaryAlikeness(std::span<const float> frequencies, double distance) {
    double sum = 0.0;
    for (const float frequency : frequencies)
        sum += std::cos(double(frequency) * distance);
    return frequencies.empty() ? 1.0 : sum / double(frequencies.size());
}

ScoreWaves scoreWaves(const RotarySpec& rotary, std::span<const float> frequencies, const TurnedPair& pair) {
    ScoreWaves waves;
    for (std::size_t i = 0; i < frequencies.size(); ++i) {
        const Place place = placeOf(rotary, i);
        const double q1 = double(pair.query[place.first]), q2 = double(pair.query[place.second]);
        const double k1 = double(pair.key[place.first]), k2 = double(pair.key[place.second]);
        // Turning the key on by t: q.R(t)k = (q.k) cos t + (q2 k1 - q1 k2) sin t.
        const double along = (q1 * k1 + q2 * k2) * pair.scale;
        const double across = (q2 * k1 - q1 * k2) * pair.scale;
        const double frequency = double(frequencies[i]);
        waves.pairs.push_back(
            {std::hypot(along, across), -std::atan2(across, along) - frequency * pair.distance});
    }
    for (std::size_t d = rotary.dims; d < pair.query.size(); ++d)
        waves.constant += double(pair.query[d]) * double(pair.key[d]) * pair.scale;
    return waves;
}

std::vector<double> scoresByDistance(const RotarySpec& rotary, std::span<const float> frequencies,
                                     const TurnedPair& pair, std::span<const double> distances) {
    const ScoreWaves waves = scoreWaves(rotary, frequencies, pair);
    std::vector<double> scores;
    scores.reserve(distances.size());
    for (const double distance : distances) {
        double score = waves.constant;
        for (std::size_t i = 0; i < frequencies.size(); ++i)
            score +=
                waves.pairs[i].amplitude * std::cos(double(frequencies[i]) * distance + waves.pairs[i].phase);
        scores.push_back(score);
    }
    return scores;
}

} // namespace headlight
