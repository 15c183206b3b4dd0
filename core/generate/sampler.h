// Draws a token from a row of logits, the same on every machine for the same seed.
#pragma once

#include "core/generate/decoding_plan.h"

#include <random>
#include <span>

namespace headlight {

/// Temperature, then the top_k most probable (Fan et al. 2018), then the smallest set with top_p of the probability
/// (Holtzman et al. 2019), as transformers orders them.
class Sampler {
public:
    explicit Sampler(const DecodingPlan& plan);
    /// `scores` [vocabulary]: logits after the rules.
    [[nodiscard]] TokenId draw(std::span<const float> scores);

private:
    [[nodiscard]] double uniform(); ///< in [0, 1), 53 random bits
    std::mt19937_64 generator_;     ///< its sequence is fixed by the standard; library distributions are not
    double temperature_;
    std::size_t top_k_;
    double top_p_;
};

} // namespace headlight
