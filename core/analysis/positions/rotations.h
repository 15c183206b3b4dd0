// Rotary positions taken apart: what turning query and key does to their product.
// Su et al. 2021, "RoFormer: Enhanced Transformer with Rotary Position Embedding".
#pragma once

#include "core/model/position_spec.h"

#include <cstddef>
#include <span>
#include <vector>

namespace headlight {

/// What rotation alone leaves of the product of a query and a key that would be the same vector at the same
/// place: the mean over pairs of cos(frequency * distance); 1 at distance 0. `frequencies` as
/// rotaryFrequencies() gives them.
[[nodiscard]] double rotaryAlikeness(std::span<const float> frequencies, double distance);

/// A query and a key of a trace (turned already) and how far apart they stand.
struct TurnedPair {
    std::span<const float> query; ///< [head_dim]
    std::span<const float> key;   ///< [head_dim]
    double distance = 0.0;        ///< key position minus query position
    double scale = 1.0;           ///< factor on q.k
};

/// The score the same two words would have if the key stood `distances` from the query instead: the key's
/// pairs are turned on by frequency * (wanted - present distance), everything else stays. At the present
/// distance it is the trace's own raw score. [distances.size()], in double precision.
[[nodiscard]] std::vector<double> scoresByDistance(const RotarySpec& rotary,
                                                   std::span<const float> frequencies, const TurnedPair& pair,
                                                   std::span<const double> distances);

/// What one pair of dimensions adds to the score: `amplitude` * cos(frequency * distance + phase).
struct PairWave {
    double amplitude = 0.0;
    double phase = 0.0; ///< radians, of distance 0
};
/// [rotary.dims / 2]; their sum, and `constant` from the dimensions that are not turned, is
/// scoresByDistance().
struct ScoreWaves {
    std::vector<PairWave> pairs;
    double constant = 0.0;
};
[[nodiscard]] ScoreWaves scoreWaves(const RotarySpec& rotary, std::span<const float> frequencies,
                                    const TurnedPair& pair);

} // namespace headlight
