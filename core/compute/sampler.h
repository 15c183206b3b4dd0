// Draws a token from a row of scores, the same on every machine for the same seed.
#pragma once

#include <cstdint>
#include <span>

namespace headlight {

/// Draws from softmax(scores) by the Gumbel-max trick (Gumbel 1954; Maddison et al. 2014): to every score its own noise
/// -log(-log u) is added, and the highest sum wins.
///
/// u depends on nothing but the seed, the token's id and the position it is drawn for: SplitMix64 (Steele et al. 2014)
/// of the three, its upper 52 bits. So there is no state that could get out of step, a continued text gets the noise the
/// whole one would have had, and the last digits in which machines differ change a draw only where two sums all but tie.
class Sampler {
public:
    explicit Sampler(std::uint64_t seed) : seed_(seed) {}
    /// `scores` [vocabulary]: logits after rules and warpers, -infinity for what cannot come. `position`: of the token
    /// in the decoder's text, prompt included. Where nothing can come: the first token.
    [[nodiscard]] std::int32_t draw(std::span<const float> scores, std::size_t position) const;
    /// In (0, 1).
    [[nodiscard]] double uniform(std::size_t position, std::int32_t id) const;

private:
    std::uint64_t seed_;
};

} // namespace headlight
