// How words are chosen, as a person sets it.
#pragma once

#include "core/generate/generate.h"

#include <QString>

namespace headlight::ui {

/// Of texts to continue and of translations. Sessions keep it.
struct GenerationSettings {
    enum class Strategy {
        AsModel, ///< what the checkpoint's own generation settings say, sampling aside
        Greedy,  ///< the most probable word of each step
        Beams,   ///< the best whole text among the `n_beams` best beginnings kept at each step
        Sample,  ///< drawn by its probability
    };
    Strategy strategy = Strategy::AsModel;
    std::size_t n_tokens = 20; ///< a text is continued by so many at once
    std::size_t n_beams = 4;   ///< Beams
    float temperature = 1.0f;  ///< Sample, like all below but the penalty
    std::size_t top_k = 50;    ///< 0: no cut
    float top_p = 1.0f;
    float min_p = 0.0f;
    float repetition_penalty = 1.0f; ///< all but AsModel
    std::uint64_t seed = 1;

    [[nodiscard]] bool samples() const { return strategy == Strategy::Sample; }
    /// For a translation: as long as the checkpoint allows. Texts add how many words they want.
    [[nodiscard]] GenerateOptions options() const;
    bool operator==(const GenerationSettings&) const = default;
};

/// "greedy", "beam search, 4 beams", "sampling, temperature 0.8, top-k 50, seed 3": what was done, for
/// captions.
[[nodiscard]] QString decodingText(const DecodingChoice& decoding);

} // namespace headlight::ui
