// Choosing the next token from a row of logits, as data: what is asked for and what comes back. A backend
// does it where the logits are; what crosses to the host are a few numbers. chooseToken() is the reference.
#pragma once

#include "core/compute/softmax_row.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace headlight {

/// What a text and a checkpoint's rules do to single tokens' scores. Ids outside the row change nothing.
struct ScoreEdits {
    /// A score is multiplied by `factor` where it is negative, else divided by it (Keskar et al. 2019,
    /// "CTRL", section 4.1).
    struct Penalty {
        std::int32_t id = 0;
        float factor = 1.0f;
    };
    std::vector<Penalty> penalties; ///< one after the other
    std::optional<std::vector<std::int32_t>>
        forced;                          ///< only these stay, all with score 0; penalties then change nothing
    std::vector<std::int32_t> forbidden; ///< become -infinity, forced or not
    bool renormalise = false;            ///< at last, so that exp(score) sums to 1
};

/// What a temperature and cuts do to a row of scores, in this order.
struct ScoreWarping {
    float temperature = 1.0f; ///< divides all
    std::size_t top_k =
        0; ///< only the highest stay, and what ties with the last of them; 0: all (Fan et al. 2018)
    double top_p = 1.0; ///< the smallest set with that much of the probability (Holtzman et al. 2019)
    float min_p = 0.0f; ///< what has that much of the highest probability; 0: all (Nguyen et al. 2024)
    bool renormalise = false;
};

/// What is asked of one row. NaN counts as -infinity.
struct TokenQuery {
    std::size_t row = 0;      ///< of the logits
    bool log_softmax = false; ///< edits start from log-probabilities rather than logits
    ScoreEdits edits;
    float added = 0.0f; ///< to every score, at last (a beam's own)
    bool draws =
        false; ///< from softmax(scores), by Sampler; else the highest score is chosen, ties by smaller id
    ScoreWarping warping; ///< before drawing
    std::uint64_t seed = 0;
    std::size_t position = 0;      ///< of the token in the text
    std::size_t n_candidates = 10; ///< most probable tokens by logits
    std::size_t n_choices = 10;    ///< and by scores
};

struct TokenChoice {
    std::int32_t chosen = 0;           ///< where nothing can come: 0
    float probability = 0.0f;          ///< softmax of its logit
    float choice_probability = 0.0f;   ///< softmax of its score
    std::vector<Candidate> candidates; ///< most probable first, ties by smaller id
    std::vector<Candidate> choices;    ///< the same by scores, which stand for logits; -infinity too
};

/// Scale and soft cap of the logits themselves (Gemma; T5 scales).
void capLogits(std::span<float> logits, float scale, float softcap);
void editScores(const ScoreEdits& edits, std::span<float> scores);
/// The highest score always stays; what goes becomes -infinity.
void warpScores(const ScoreWarping& warping, std::span<float> scores);
/// Subtracts logSumExp, unless nothing is left.
void renormalise(std::span<float> scores);

/// `query` answered for its row of logits [vocabulary].
[[nodiscard]] TokenChoice chooseToken(std::span<const float> logits, const TokenQuery& query);

/// Probabilities of what is already known of a row: the last step of chooseToken().
[[nodiscard]] std::vector<Candidate> withProbabilities(std::vector<Candidate> candidates,
                                                       const SoftmaxNormaliser& normaliser);

} // namespace headlight
