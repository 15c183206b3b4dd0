#include "core/generate/generate.h"

#include "core/base/memory.h"
#include "core/generate/beam_search.h"
#include "core/generate/decoder_session.h"
#include "core/generate/logits_rules.h"
#include "core/generate/logits_warpers.h"
#include "core/model/decoder_start.h"
#include "core/model/fallback.h"

#include <algorithm>

namespace headlight {

namespace {

/// Rows of logits computed at once when a finished text is looked at again.
constexpr std::size_t kRowsAtOnce = 16;

/// Softmax of `chosen`, taken from the list where it is in it.
float probabilityIn(const std::vector<Candidate>& candidates, std::span<const float> scores, TokenId chosen) {
    const auto candidate = std::ranges::find(candidates, chosen, &Candidate::id);
    return candidate != candidates.end() ? candidate->probability : static_cast<float>(probabilityOf(scores, chosen));
}

/// `scores`: the logits after rules and warpers.
GenerationStep describeStep(std::span<const float> logits, std::span<const float> scores, TokenId chosen, std::size_t n_candidates) {
    GenerationStep step;
    step.chosen = chosen;
    step.candidates = topCandidates(logits, n_candidates);
    step.probability = probabilityIn(step.candidates, logits, chosen);
    step.choices = std::ranges::equal(logits, scores) ? step.candidates : topCandidates(scores, n_candidates);
    std::erase_if(step.choices, [](const Candidate& choice) { return !(choice.probability > 0.0f); });
    step.choice_probability = probabilityIn(step.choices, scores, chosen);
    return step;
}

/// What the next token behind `ids` is chosen by.
TokenQuery queryFor(const DecodingPlan& plan, std::span<const TokenId> ids) {
    TokenQuery query;
    query.edits = editsFor(plan, ids);
    query.draws = plan.samples();
    if (query.draws)
        query.warping = warpingOf(plan);
    query.seed = plan.decoding.seed;
    query.position = ids.size();
    query.n_candidates = query.n_choices = plan.n_candidates;
    return query;
}

/// Choices that cannot come are none.
GenerationStep stepOf(TokenChoice choice) {
    std::erase_if(choice.choices, [](const Candidate& candidate) { return !(candidate.probability > 0.0f); });
    return {choice.chosen, choice.probability, std::move(choice.candidates), choice.choice_probability, std::move(choice.choices)};
}

/// One token after the other: the most probable, or a drawn one.
Result<void> generateStepwise(DecoderSession& session, const DecodingPlan& plan, const RunControl& control, Generation& result) {
    std::vector<TokenId> ids = session.prompt().target.ids;
    while (ids.size() < plan.max_length) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(ids.size() - plan.n_prompt) / double(plan.max_length - plan.n_prompt), "generating");
        if (!result.new_ids.empty())
            HEADLIGHT_CHECK(session.advance({&result.new_ids.back(), 1}, control));
        HEADLIGHT_ASSIGN(const MatrixView logits, session.lastLogits());
        const TokenQuery query = queryFor(plan, ids);
        result.steps.push_back(stepOf(session.model().backend().chooseTokens(logits, {&query, 1}).front()));
        const TokenId chosen = result.steps.back().chosen;
        result.new_ids.push_back(chosen);
        ids.push_back(chosen);
        result.reached_end = plan.endsText(chosen);
        if (plan.watch.on_words)
            plan.watch.on_words(result.new_ids, result.steps);
        if (result.reached_end || plan.watch.enough.stop_requested())
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
    std::vector<TokenId> ids = session.prompt().target.ids;
    if (result.new_ids.size() > 1)
        HEADLIGHT_CHECK(session.advance(std::span(result.new_ids).first(result.new_ids.size() - 1), control));
    for (std::size_t first = 0; first < result.new_ids.size(); first += kRowsAtOnce) {
        if (control.stopRequested())
            return cancelledError();
        const std::size_t count = std::min(kRowsAtOnce, result.new_ids.size() - first);
        const std::size_t row = plan.n_prompt - 1 + first;
        HEADLIGHT_ASSIGN(const Tensor logits, session.logits({row, row + count}));
        for (std::size_t i = 0; i < count; ++i) {
            const TokenId chosen = result.new_ids[first + i];
            std::vector<float> scores(logits.dimension(1));
            scoreContinuations(plan, ids, logits.row(i), scores);
            result.steps.push_back(describeStep(logits.row(i), scores, chosen, plan.n_candidates));
            ids.push_back(chosen);
        }
    }
    return {};
}

Result<Generation> generateText(const Model& model, const ModelInput& prompt, const GenerateOptions& options,
                                const RunControl& control, const RunResult* earlier) {
    const ModelSpec& spec = model.spec();
    if (spec.head != HeadKind::LanguageModel)
        return makeError(ErrorKind::Unsupported, spec.architecture + " cannot generate text: " +
                                                     (spec.head == HeadKind::None ? "it has no head" : "it is no next-token model"))
            .nextStep("Use a language model such as GPT2LMHeadModel or MarianMTModel");
    ModelInput input = prompt;
    std::optional<DecoderStart> start;
    if (spec.kind == ModelKind::EncoderDecoder) {
        HEADLIGHT_ASSIGN(start, decoderStart(model, options.target_language));
        if (input.target.size() == 0)
            input.target = model.describe({start->token});
    }
    HEADLIGHT_CHECK(checkInput(spec, input));
    HEADLIGHT_ASSIGN(DecodingPlan plan, makePlan(spec, input, options));
    if (start)
        plan.settings.forced_bos_token = start->written;
    HEADLIGHT_ASSIGN(DecoderSession session, DecoderSession::start(model, std::move(input), plan, control, earlier));
    Generation result;
    result.decoding = plan.decoding;
    if (plan.decoding.n_beams > 1 && plan.max_length > plan.n_prompt)
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

Result<Generation> generate(const Model& model, const ModelInput& prompt, const GenerateOptions& options, const RunControl& control,
                            const RunResult* earlier) {
    std::string notice;
    auto result = withFallback(model, control, notice, [&](const Model& usable) { return generateText(usable, prompt, options, control, earlier); });
    if (result.ok())
        result.value().run.notice = std::move(notice);
    return result;
}

} // namespace headlight
