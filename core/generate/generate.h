// Text, word by word: greedy, beam search and sampling over a key/value cache that is the trace itself.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/generate/predictions.h"
#include "core/model/model.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace headlight {

struct GenerationStep;

/// For those who want to see words as they are made, and may have seen enough.
struct GenerationWatch {
    /// Called in the computing thread behind every new token with all new ids so far and their steps; in beam search with the best
    /// running beam, which may still change, and no steps.
    std::function<void(std::span<const TokenId> new_ids, std::span<const GenerationStep> steps)> on_words;
    /// Once asked to stop, what was written so far is the result (RunControl::stop leaves none).
    std::stop_token enough;
};

/// Unset fields take the checkpoint's own generation settings, and where it has none: no limit, no penalty, no cut.
/// What it says of sampling ("do_sample") turns sampling on for nobody: without `sample` the most probable text comes.
struct GenerateOptions {
    std::optional<std::size_t> max_new_tokens = {};
    std::optional<std::size_t> n_beams = {};       ///< 1: greedy (or sampling)
    std::optional<float> repetition_penalty = {};  ///< above 1: tokens already there become less probable; 1: none
    bool sample = false;                      ///< draw instead of taking the most probable
    std::optional<float> temperature = {};         ///< above 0; logits are divided by it
    std::optional<std::size_t> top_k = {};         ///< 0: all
    std::optional<float> top_p = {};               ///< above 0 to 1; 1: all
    std::optional<float> min_p = {};               ///< 0 to 1, relative to the most probable token; 0: all
    std::uint64_t seed = 0;
    std::string target_language = {};              ///< of Tokenizer::languages(), for models that can be told; empty: the checkpoint's
    std::size_t n_candidates = 10;            ///< kept for each step
    GenerationWatch watch = {};
};

/// How a text came about, options and the checkpoint's settings made one.
struct DecodingChoice {
    enum class Strategy { Greedy, Beam, Sample };
    Strategy strategy = Strategy::Greedy;
    std::size_t n_beams = 1;
    float repetition_penalty = 1.0f;
    float temperature = 1.0f; ///< this and the following: of Sample only
    std::size_t top_k = 0;
    float top_p = 1.0f;
    float min_p = 0.0f;
    std::uint64_t seed = 0;
};

/// One generated position.
struct GenerationStep {
    TokenId chosen = 0;
    float probability = 0.0f;          ///< of `chosen`, as the model gives it
    std::vector<Candidate> candidates; ///< as the model gives them, most probable first
    float choice_probability = 0.0f;   ///< of `chosen` among the choices
    std::vector<Candidate> choices;    ///< what was left to choose from, most probable first: candidates after penalties,
                                       ///< bans, temperature and cuts, their logits and probabilities too
};

struct Generation {
    std::vector<TokenId> new_ids;         ///< generated ids, end token included where it was reached
    std::string text;                     ///< decoded, special tokens left out; for decoder-only: prompt not included
    std::vector<GenerationStep> steps;    ///< one a new id
    DecodingChoice decoding;              ///< how they were chosen
    bool reached_end = false;             ///< false: stopped at the length limit
    double score = 0.0;                   ///< beam search: sum of log-probabilities / length^penalty
    RunResult run;                        ///< the trace of encoder and decoder over all decoder inputs that led here
};

/// Generates from `prompt` (an encoder-decoder's target may be empty or a prefix to continue).
/// Equal to Hugging Face `generate` for greedy and beam search. Error: encoder-only or headless model.
/// What `earlier`, a run of this model, has of the prompt is taken over as `Model::run` does; the outcome is the same.
[[nodiscard]] Result<Generation> generate(const Model& model, const ModelInput& prompt, const GenerateOptions& options = {},
                                          const RunControl& control = {}, const RunResult* earlier = nullptr);

} // namespace headlight
