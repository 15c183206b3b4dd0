// Text, word by word: greedy, beam search and sampling over a key/value cache that is the trace itself.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/generate/predictions.h"
#include "core/model/model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// Unset fields take the checkpoint's own generation settings.
struct GenerateOptions {
    std::optional<std::size_t> max_new_tokens;
    std::optional<std::size_t> n_beams;       ///< 1: greedy (or sampling)
    bool sample = false;                      ///< draw instead of taking the most probable
    float temperature = 1.0f;
    std::size_t top_k = 0;                    ///< 0: all
    float top_p = 1.0f;
    std::uint64_t seed = 0;
    std::size_t n_candidates = 10;            ///< kept for each step
};

/// One generated position.
struct GenerationStep {
    TokenId chosen = 0;
    float probability = 0.0f;
    std::vector<Candidate> candidates; ///< most probable first
};

struct Generation {
    std::vector<TokenId> new_ids;         ///< generated ids, end token included where it was reached
    std::string text;                     ///< decoded, special tokens left out; for decoder-only: prompt not included
    std::vector<GenerationStep> steps;    ///< one a new id
    bool reached_end = false;             ///< false: stopped at the length limit
    double score = 0.0;                   ///< beam search: sum of log-probabilities / length^penalty
    RunResult run;                        ///< the trace of encoder and decoder over all decoder inputs that led here
};

/// Generates from `prompt` (an encoder-decoder's target may be empty or a prefix to continue).
/// Equal to Hugging Face `generate` for greedy and beam search. Error: encoder-only or headless model.
[[nodiscard]] Result<Generation> generate(const Model& model, const ModelInput& prompt, const GenerateOptions& options = {},
                                          const RunControl& control = {});

} // namespace headlight
