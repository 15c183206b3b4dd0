#include "core/generate/choices.h"

#include "core/base/memory.h"
#include "core/generate/decoding_plan.h"
#include "core/generate/logits_rules.h"
#include "core/generate/logits_warpers.h"
#include "core/compute/sampler.h"
#include "core/model/decoder_start.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight {

namespace {

constexpr std::size_t kNoLimit =
    1'000'000;                         // new tokens: a row inside a text that is there already is no last one
constexpr double kLargestNoise = 37.0; // of a Gumbel variable from 52 bits: -log(-log(1 - 2^-53)) = 36.7

/// The plan generate() would make for the text up to and with `row`.
Result<DecodingPlan> planAt(const Model& model, const RunResult& run, std::size_t row,
                            const GenerateOptions& options, std::vector<TokenId>& ids) {
    const ModelSpec& spec = model.spec();
    ids.assign(run.input.target.ids.begin(),
               run.input.target.ids.begin() + static_cast<std::ptrdiff_t>(row) + 1);
    ModelInput prompt = run.input;
    prompt.target = model.describe(ids);
    GenerateOptions unlimited = options;
    unlimited.max_new_tokens = options.max_new_tokens.value_or(kNoLimit);
    HEADLIGHT_ASSIGN(DecodingPlan plan, makePlan(spec, prompt, unlimited));
    if (spec.kind == ModelKind::EncoderDecoder) {
        HEADLIGHT_ASSIGN(const DecoderStart start, decoderStart(model, options.target_language));
        plan.settings.forced_bos_token = start.written;
    }
    return plan;
}

/// Masked language models: nothing but what is asked for.
DecodingPlan plainPlan(const GenerateOptions& options) {
    DecodingPlan plan;
    plan.decoding.strategy = DecodingChoice::Strategy::Sample;
    plan.decoding.temperature = options.temperature.value_or(1.0f);
    plan.decoding.top_k = options.top_k.value_or(0);
    plan.decoding.top_p = options.top_p.value_or(1.0f);
    plan.decoding.min_p = options.min_p.value_or(0.0f);
    return plan;
}

} // namespace

Result<Choices> choicesAt(const Model& model, const RunResult& run, std::size_t row,
                          const GenerateOptions& asked) {
    return guardMemory([&]() -> Result<Choices> {
        if (model.spec().classifies())
            return makeError(ErrorKind::Unsupported,
                             model.spec().architecture + " gives classes, not tokens to choose from");
        GenerateOptions options = asked;
        options.sample = true;
        Choices choices;
        HEADLIGHT_ASSIGN(const Tensor logits, model.logits(*run.trace, {row, row + 1})); // [1, vocabulary]
        choices.logits.assign(logits.span().begin(), logits.span().end());
        choices.ruled = choices.logits;
        choices.position = row + 1;
        DecodingPlan plan;
        if (model.spec().head == HeadKind::LanguageModel && model.spec().hasDecoder()) {
            std::vector<TokenId> ids;
            HEADLIGHT_ASSIGN(plan, planAt(model, run, row, options, ids));
            applyRules(plan, ids, choices.ruled);
        } else {
            plan = plainPlan(options);
        }
        choices.warped = choices.ruled;
        applyWarpers(plan, choices.warped);
        return choices;
    });
}

Result<std::vector<std::uint32_t>> countDraws(std::span<const float> scores, std::size_t position,
                                              std::uint64_t first_seed, std::size_t n_draws,
                                              const RunControl& control) {
    struct Possible {
        TokenId id;
        double score;
        double weight; ///< e^(score - highest score)
    };
    std::vector<Possible> possible;
    for (std::size_t id = 0; id < scores.size(); ++id)
        if (scores[id] > -std::numeric_limits<float>::infinity())
            possible.push_back({static_cast<TokenId>(id), double(scores[id]), 0.0});
    std::ranges::sort(possible, [](const Possible& a, const Possible& b) {
        return a.score != b.score ? a.score > b.score : a.id < b.id;
    });
    for (Possible& token : possible)
        token.weight = std::exp(token.score - possible.front().score);
    std::vector<std::uint32_t> counts(scores.size(), 0);
    for (std::size_t draw = 0; draw < n_draws; ++draw) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(draw) / double(n_draws), "drawing");
        const Sampler sampler(first_seed + draw);
        double highest = -std::numeric_limits<double>::infinity();
        double needed = std::numeric_limits<double>::infinity(); // e^(highest score - highest sum)
        TokenId drawn = 0;
        for (const Possible& token : possible) {
            if (token.score + kLargestNoise < highest)
                break; // and all behind it
            const double u = sampler.uniform(position, token.id);
            // A higher sum takes -log u < weight * needed, and -log u is at least 1 - u: most tokens need no
            // logarithm.
            if (1.0 - u > token.weight * needed * (1.0 + 1e-9))
                continue;
            const double sum = token.score - std::log(-std::log(u));
            if (sum > highest || (sum == highest && token.id < drawn)) {
                highest = sum;
                needed = std::exp(possible.front().score - highest);
                drawn = token.id;
            }
        }
        if (!counts.empty())
            ++counts[static_cast<std::size_t>(drawn)];
    }
    return counts;
}

} // namespace headlight
