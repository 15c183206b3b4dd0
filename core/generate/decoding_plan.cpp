#include "core/generate/decoding_plan.h"

#include <algorithm>
#include <cmath>

namespace headlight {

namespace {

constexpr std::size_t kDefaultNewTokens = 20; // transformers' default
constexpr std::size_t kMaxBeams = 256;
constexpr std::size_t kManyTokens = std::size_t{1} << 31; // keeps sums from overflowing

Error badOption(const char* option, const char* expected, const std::string& found) {
    return makeError(ErrorKind::Usage, std::string(option) + " is out of range").atItem(option).butFound(expected, found);
}

Result<void> checkOptions(const GenerateOptions& options, std::size_t n_beams) {
    if (n_beams < 1 || n_beams > kMaxBeams)
        return badOption("beams", "1 to 256", std::to_string(n_beams));
    if (!std::isfinite(options.temperature) || options.temperature <= 0.0f)
        return badOption("temperature", "a number above 0", std::to_string(options.temperature));
    if (!(options.top_p > 0.0f && options.top_p <= 1.0f))
        return badOption("top-p", "a number above 0 and at most 1", std::to_string(options.top_p));
    if (options.sample && n_beams > 1)
        return makeError(ErrorKind::Usage, "sampling and beam search exclude each other")
            .nextStep("Ask for one beam, or leave the sampling options out");
    return {};
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

Result<DecodingPlan> makePlan(const ModelSpec& spec, std::size_t n_prompt, const GenerateOptions& options) {
    DecodingPlan plan;
    plan.settings = spec.generation;
    plan.n_prompt = n_prompt;
    plan.n_beams = options.n_beams.value_or(options.sample ? 1 : spec.generation.n_beams);
    HEADLIGHT_CHECK(checkOptions(options, plan.n_beams));
    plan.max_length = lengthLimit(spec, n_prompt, options);
    const bool nothing_wanted = options.max_new_tokens && *options.max_new_tokens == 0;
    if (plan.max_length <= n_prompt && !nothing_wanted)
        return makeError(ErrorKind::Text, "the text leaves no room to generate: it has " + std::to_string(n_prompt) +
                                              " tokens, and with generated ones there may be " + std::to_string(plan.max_length))
            .nextStep("Use a shorter text" + std::string(options.max_new_tokens ? "" : " or say how many new tokens you want"));
    plan.max_length = std::max(plan.max_length, n_prompt);
    plan.n_candidates = options.n_candidates;
    plan.sample = options.sample;
    plan.temperature = options.temperature;
    plan.top_k = options.top_k;
    plan.top_p = options.top_p;
    plan.seed = options.seed;
    return plan;
}

} // namespace headlight
