// Beam search as transformers does it.
#pragma once

#include "core/generate/decoder_session.h"

namespace headlight {

/// The best hypothesis: ids behind the prompt, and its score (sum of log-probabilities / length^penalty).
struct Hypothesis {
    std::vector<TokenId> new_ids;
    double score = 0.0;
};

/// What a beam's score grows by with each token of the vocabulary: log-probabilities after the rules. `ids`: the beam's
/// tokens, prompt included; `logits` and `scores`: [vocabulary].
void scoreContinuations(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<const float> logits,
                        std::span<float> scores);

/// Searches with plan.decoding.n_beams beams. `session` holds the prompt and is not advanced.
/// Reference: transformers' GenerationMixin._beam_search; twice as many candidates as beams (more with several end
/// tokens), so that enough go on when the best ones end.
[[nodiscard]] Result<Hypothesis> beamSearch(const DecoderSession& session, const DecodingPlan& plan, const RunControl& control);

} // namespace headlight
