#include "core/generate/generate.h"

#include "core/base/memory.h"
#include "core/generate/beam_search.h"
#include "core/generate/decoder_session.h"
#include "core/generate/logits_rules.h"
#include "core/generate/sampler.h"

#include <algorithm>

namespace headlight {

namespace {

/// Rows of logits computed at once when a finished text is looked at again.
constexpr std::size_t kRowsAtOnce = 16;

GenerationStep describeStep(std::span<const float> logits, TokenId chosen, std::size_t n_candidates) {
    GenerationStep step;
    step.chosen = chosen;
    step.candidates = topCandidates(logits, n_candidates);
    const auto candidate = std::ranges::find(step.candidates, chosen, &Candidate::id);
    step.probability = candidate != step.candidates.end() ? candidate->probability
                                                          : static_cast<float>(probabilityOf(logits, chosen));
    return step;
}

/// One token after the other: the most probable, or a drawn one.
Result<void> generateStepwise(DecoderSession& session, const DecodingPlan& plan, const RunControl& control, Generation& result) {
    std::vector<TokenId> ids = session.prompt().target.ids;
    Sampler sampler(plan);
    while (ids.size() < plan.max_length) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(ids.size() - plan.n_prompt) / double(plan.max_length - plan.n_prompt), "generating");
        if (!result.new_ids.empty())
            HEADLIGHT_CHECK(session.advance({&result.new_ids.back(), 1}, control));
        HEADLIGHT_ASSIGN(const Tensor logits, session.lastLogits());
        std::vector<float> scores(logits.span().begin(), logits.span().end());
        applyRules(plan, ids, scores);
        const TokenId chosen = plan.sample ? sampler.draw(scores)
                                           : static_cast<TokenId>(std::max_element(scores.begin(), scores.end()) - scores.begin());
        result.steps.push_back(describeStep(logits.span(), chosen, plan.n_candidates));
        result.new_ids.push_back(chosen);
        ids.push_back(chosen);
        result.reached_end = plan.endsText(chosen);
        if (result.reached_end)
            break;
    }
    return {};
}

/// Beam search, then the winner's own pass, so that its trace and candidates are those of its tokens.
Result<void> generateByBeams(DecoderSession& session, const DecodingPlan& plan, const RunControl& control, Generation& result) {
    HEADLIGHT_ASSIGN(Hypothesis best, beamSearch(session, plan, control));
    result.new_ids = std::move(best.new_ids);
    result.score = best.score;
    if (result.new_ids.empty())
        return {};
    result.reached_end = plan.endsText(result.new_ids.back());
    if (result.new_ids.size() > 1)
        HEADLIGHT_CHECK(session.advance(std::span(result.new_ids).first(result.new_ids.size() - 1), control));
    for (std::size_t first = 0; first < result.new_ids.size(); first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        const std::size_t count = std::min(kRowsAtOnce, result.new_ids.size() - first);
        const std::size_t row = plan.n_prompt - 1 + first;
        HEADLIGHT_ASSIGN(const Tensor logits, session.logits({row, row + count}));
        for (std::size_t i = 0; i < count; ++i)
            result.steps.push_back(describeStep(logits.row(i), result.new_ids[first + i], plan.n_candidates));
    }
    return {};
}

Result<Generation> generateText(const Model& model, const ModelInput& prompt, const GenerateOptions& options,
                                const RunControl& control) {
    const ModelSpec& spec = model.spec();
    if (spec.head != HeadKind::LanguageModel)
        return makeError(ErrorKind::Unsupported, spec.architecture + " cannot generate text: " +
                                                     (spec.head == HeadKind::None ? "it has no head" : "it is no next-token model"))
            .nextStep("Use a language model such as GPT2LMHeadModel or MarianMTModel");
    ModelInput input = prompt;
    if (spec.kind == ModelKind::EncoderDecoder && input.target.size() == 0)
        input.target = model.describe({*spec.generation.decoder_start_token});
    HEADLIGHT_CHECK(checkInput(spec, input));
    HEADLIGHT_ASSIGN(const DecodingPlan plan, makePlan(spec, input.target.size(), options));
    HEADLIGHT_ASSIGN(DecoderSession session, DecoderSession::start(model, std::move(input), plan, control));
    Generation result;
    if (plan.n_beams > 1 && plan.max_length > plan.n_prompt)
        HEADLIGHT_CHECK(generateByBeams(session, plan, control, result));
    else
        HEADLIGHT_CHECK(generateStepwise(session, plan, control, result));
    if (model.tokenizer() != nullptr)
        result.text = model.tokenizer()->decode(result.new_ids);
    const std::size_t n_read = result.new_ids.empty() ? 0 : result.new_ids.size() - 1; // the last token is never read
    result.run = std::move(session).finish(std::span(result.new_ids).first(n_read));
    control.report(1.0, "done");
    return result;
}

} // namespace

Result<Generation> generate(const Model& model, const ModelInput& prompt, const GenerateOptions& options, const RunControl& control) {
    return guardMemory([&] { return generateText(model, prompt, options, control); });
}

} // namespace headlight
