// What `headlight run` says about a forward pass, as data, as JSON and for people.
#pragma once

#include "app/forward.h"
#include "core/generate/predictions.h"

#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// What the model predicts at one position of its output stack (a classifier: position 0 stands for the text).
struct PositionPrediction {
    std::size_t position = 0;
    std::vector<Candidate> candidates; ///< most probable first; a classifier's ids are classes
};

/// Final hidden states in numbers, for checkpoints without a head.
struct HiddenSummary {
    std::size_t n_tokens = 0;
    std::size_t d_model = 0;
    double mean = 0.0;
    double standard_deviation = 0.0;
    std::vector<float> norms; ///< Euclidean length of each token's vector
};

struct RunReport {
    std::vector<PositionPrediction> predictions;
    bool at_position = false; ///< there is one prediction, for the position asked for
    bool at_masks = false; ///< a masked LM whose text holds masks: predictions are those under them
    std::optional<HiddenSummary> hidden;
};

/// The tokens of the stack whose output the head reads.
[[nodiscard]] const TokenSequence& outputTokens(const Model& model, const Forward& forward);
/// A class as the checkpoint names it, "class 3" where it does not.
[[nodiscard]] std::string className(const ModelSpec& spec, TokenId index);

/// Which positions are worth a prediction: every one of an encoder-decoder's target, the last of a decoder-only model,
/// a masked LM's masks (every position when there is none). `n_top` candidates each (a masked LM without mask: one).
/// With `position` that one alone. Errors: there is no such position, or the model predicts no tokens.
[[nodiscard]] Result<RunReport> makeRunReport(const Model& model, const Forward& forward, std::size_t n_top,
                                              std::optional<std::size_t> position, const RunControl& control);

[[nodiscard]] std::string runReportJson(const Model& model, const Forward& forward, const RunReport& report); ///< one line
[[nodiscard]] std::string runReportText(const Model& model, const Forward& forward, const RunReport& report, double milliseconds);

} // namespace headlight
