#include "core/generate/decoding_plan.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace headlight {

namespace {

constexpr std::size_t kDefaultNewTokens = 20; // transformers' default
constexpr std::size_t kMaxBeams = 256;
constexpr std::size_t kManyTokens = std::size_t{1} << 31; // keeps sums from overflowing

Error badOption(const char* option, const char* expected, const std::string& found) {
    return makeError(ErrorKind::Usage, std::string(option) + " is out of range").atItem(option).butFound(expected, found);
}

/// In words people write: 0.9, not 0.900000.
std::string numberText(float value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

Result<void> checkChoice(const DecodingChoice& choice) {
    if (choice.n_beams < 1 || choice.n_beams > kMaxBeams)
        return badOption("beams", "1 to 256", std::to_string(choice.n_beams));
    if (!(choice.repetition_penalty > 0.0f) || !std::isfinite(choice.repetition_penalty))
        return badOption("repetition-penalty", "a number above 0", numberText(choice.repetition_penalty));
    if (!(choice.temperature > 0.0f) || !std::isfinite(choice.temperature))
        return badOption("temperature", "a number above 0", numberText(choice.temperature));
    if (!(choice.top_p > 0.0f && choice.top_p <= 1.0f))
        return badOption("top-p", "a number above 0 and at most 1", numberText(choice.top_p));
    if (!(choice.min_p >= 0.0f && choice.min_p <= 1.0f))
        return badOption("min-p", "a number from 0 to 1", numberText(choice.min_p));
    if (choice.strategy == DecodingChoice::Strategy::Sample && choice.n_beams > 1)
        return makeError(ErrorKind::Usage, "sampling and beam search exclude each other")
            .nextStep("Ask for one beam, or leave the sampling options out");
    return {};
}

DecodingChoice chooseDecoding(const GenerationSpec& settings, const GenerateOptions& options) {
    using Strategy = DecodingChoice::Strategy;
    DecodingChoice choice;
    choice.n_beams = options.n_beams.value_or(options.sample ? 1 : settings.n_beams);
    choice.strategy = options.sample ? Strategy::Sample : choice.n_beams > 1 ? Strategy::Beam : Strategy::Greedy;
    choice.repetition_penalty = options.repetition_penalty.value_or(settings.repetition_penalty);
    // Wrong values are told even where they would not matter.
    const GenerationSpec defaults = options.sample ? settings : GenerationSpec{};
    choice.temperature = options.temperature.value_or(defaults.temperature.value_or(1.0f));
    choice.top_k = options.top_k.value_or(defaults.top_k.value_or(0));
    choice.top_p = options.top_p.value_or(defaults.top_p.value_or(1.0f));
    choice.min_p = options.min_p.value_or(defaults.min_p.value_or(0.0f));
    choice.seed = options.seed;
    return choice;
}

std::size_t lengthLimit(const ModelSpec& spec, std::size_t n_prompt, const GenerateOptions& options) {
    const std::size_t positions = spec.decoder->positions.max_positions;
    const GenerationSpec& settings = spec.generation;
    std::size_t limit = 0;
    if (options.max_new_tokens)
        limit = n_prompt + std::min(*options.max_new_tokens, kManyTokens);
    else if (settings.max_new_tokens)
        limit = n_prompt + *settings.max_new_tokens;
    else if (settings.max_length)
        limit = *settings.max_length;
    else
        limit = positions > 0 ? std::min(n_prompt + kDefaultNewTokens, positions) : n_prompt + kDefaultNewTokens;
    return positions > 0 ? std::min(limit, positions + 1) : limit; // the last token needs no position: it is not read
}

} // namespace

bool DecodingPlan::endsText(TokenId id) const {
    return std::find(settings.eos_tokens.begin(), settings.eos_tokens.end(), id) != settings.eos_tokens.end();
}

Result<DecodingPlan> makePlan(const ModelSpec& spec, const ModelInput& prompt, const GenerateOptions& options) {
    const std::size_t n_prompt = prompt.target.size();
    DecodingPlan plan;
    plan.settings = spec.generation;
    plan.n_prompt = n_prompt;
    plan.source_ids = spec.hasEncoder() ? prompt.source.ids : prompt.target.ids;
    plan.n_candidates = options.n_candidates;
    plan.watch = options.watch;
    plan.decoding = chooseDecoding(spec.generation, options);
    HEADLIGHT_CHECK(checkChoice(plan.decoding));
    plan.max_length = lengthLimit(spec, n_prompt, options);
    const bool nothing_wanted = options.max_new_tokens && *options.max_new_tokens == 0;
    if (plan.max_length <= n_prompt && !nothing_wanted)
        return makeError(ErrorKind::Text, "the text leaves no room to generate: it has " + std::to_string(n_prompt) +
                                              " tokens, and with generated ones there may be " + std::to_string(plan.max_length))
            .nextStep("Use a shorter text" + std::string(options.max_new_tokens ? "" : " or say how many new tokens you want"));
    plan.max_length = std::max(plan.max_length, n_prompt);
    return plan;
}

} // namespace headlight
