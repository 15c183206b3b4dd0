#include "ui/document/run_steps.h"

#include "core/generate/generate.h"
#include "ui/document/written_path.h"

#include <algorithm>
#include <chrono>

namespace headlight::ui {

namespace {

using Clock = std::chrono::steady_clock;

/// The ids behind each decoder input: the next input, and for a finished translation its end token.
std::vector<TokenId> nextInputs(const ModelSpec& spec, const TokenSequence& target) {
    std::vector<TokenId> written;
    if (target.size() > 1)
        written.assign(target.ids.begin() + 1, target.ids.end());
    if (spec.kind == ModelKind::EncoderDecoder && !spec.generation.eos_tokens.empty())
        written.push_back(spec.generation.eos_tokens.front());
    return written;
}

bool endsText(const ModelSpec& spec, TokenId id) {
    const auto& ends = spec.generation.eos_tokens;
    return std::find(ends.begin(), ends.end(), id) != ends.end();
}

/// Tells of new words now and then, so that a quick writer does not flood the one who shows them. `kept`: the
/// words before.
std::function<void(std::span<const TokenId>, std::span<const GenerationStep>)>
draftTeller(const Model& model, const Draft& kept, const TellDraft& tell, const DraftPace& pace) {
    if (!tell)
        return {};
    return [&model, kept, tell, pace, next = Clock::now() + pace.first](
               std::span<const TokenId> ids, std::span<const GenerationStep> steps) mutable {
        if (Clock::now() < next)
            return;
        next = Clock::now() + pace.next;
        Draft draft = kept;
        draft.ids.insert(draft.ids.end(), ids.begin(), ids.end());
        draft.words = wordsOf(model, draft.ids);
        for (const GenerationStep& step : steps)
            draft.steps.push_back({step, false});
        tell(std::move(draft));
    };
}

/// Lets the model write behind `input`'s target; the new words join snapshot.written and snapshot.steps.
Result<void> writeOn(RunSnapshot& snapshot, const ModelInput& input, GenerateOptions options,
                     const RunContext& context) {
    const RunRequest& request = snapshot.request;
    context.control.report(0.02, "generating");
    options.watch.enough = request.enough;
    options.watch.on_words = draftTeller(
        *request.model, {snapshot.n_given, generatedIds(snapshot), {}, snapshot.steps}, context.tell, request.draft_pace);
    HEADLIGHT_ASSIGN(Generation generation,
                     generate(*request.model, input, options, context.control, context.earlier));
    snapshot.written.insert(snapshot.written.end(), generation.new_ids.begin(), generation.new_ids.end());
    for (GenerationStep& step : generation.steps)
        snapshot.steps.push_back({std::move(step), false});
    snapshot.reached_end = generation.reached_end;
    snapshot.decoding = generation.decoding;
    snapshot.beam_score = generation.score;
    snapshot.run = std::move(generation.run);
    return {};
}

/// Steps of words nobody has a record of: candidates as the model gives them at that row.
Result<void> fillSteps(RunSnapshot& snapshot) {
    constexpr std::size_t kCandidates = 10;
    const Model& model = *snapshot.request.model;
    for (std::size_t i = 0; i < snapshot.steps.size(); ++i) {
        GenerationStep& step = snapshot.steps[i].step;
        const std::size_t row = snapshot.n_given - 1 + i;
        const TokenId chosen = snapshot.written[row];
        if (!step.candidates.empty() && step.chosen == chosen)
            continue;
        HEADLIGHT_ASSIGN(const Tensor logits,
                         model.logits(*snapshot.run.trace, {row, row + 1})); // [1, vocabulary]
        step.chosen = chosen;
        step.candidates = topCandidates(logits.span(), kCandidates);
        step.choices = step.candidates; // a person chooses among all
        step.probability = step.choice_probability = static_cast<float>(probabilityOf(logits.span(), chosen));
    }
    return {};
}

/// Steps as far as they are known of `n_kept` words.
void keepSteps(RunSnapshot& snapshot, std::size_t n_kept) {
    snapshot.steps = snapshot.request.kept_steps;
    snapshot.steps.resize(n_kept);
}

/// Words that stay may come from a session file somebody edited, or made with another model.
Result<void> checkWords(const ModelSpec& spec, const std::vector<TokenId>& ids) {
    const auto n_words = static_cast<TokenId>(spec.vocabulary_size);
    const auto stranger =
        std::find_if(ids.begin(), ids.end(), [n_words](TokenId id) { return id < 0 || id >= n_words; });
    if (stranger == ids.end())
        return {};
    return makeError(ErrorKind::Text, "a chosen word is none of this model's")
        .atItem("token " + std::to_string(*stranger))
        .butFound("ids below " + std::to_string(n_words), std::to_string(*stranger))
        .nextStep("Let the model write its own words again");
}

/// A translation from a word the user chose on: what was written before it and the word itself stay.
Result<void> goOnFrom(RunSnapshot& snapshot, ModelInput input, const RunContext& context) {
    const RunRequest& request = snapshot.request;
    const Model& model = *request.model;
    HEADLIGHT_CHECK(checkWords(model.spec(), request.kept_target));
    std::vector<TokenId> kept = request.kept_target; // start token first
    snapshot.written.assign(kept.begin() + 1, kept.end());
    snapshot.n_given = 1;
    keepSteps(snapshot, snapshot.written.size());
    const bool ended = endsText(model.spec(), kept.back());
    if ((ended || request.keeps_all) && kept.size() > 1) {
        kept.pop_back(); // the last word is written and not read
        input.target = model.describe(kept);
        HEADLIGHT_ASSIGN(snapshot.run, model.run(std::move(input), context.control, context.earlier));
        snapshot.reached_end = ended;
    } else {
        input.target = model.describe(kept);
        HEADLIGHT_CHECK(writeOn(snapshot, input, request.generation.options(), context));
    }
    const auto tokenizer = model.tokenizer();
    snapshot.target_text =
        tokenizer ? QString::fromStdString(tokenizer->decode(snapshot.written)) : QString();
    return fillSteps(snapshot);
}

/// A text the model goes on writing, or has: the words behind it are read like its own, all but the last.
Result<void> continueText(RunSnapshot& snapshot, ModelInput input, const RunContext& context) {
    const RunRequest& request = snapshot.request;
    const Model& model = *request.model;
    HEADLIGHT_CHECK(checkWords(model.spec(), request.continuation));
    append(input.target, model.describe(request.continuation));
    snapshot.written.assign(input.target.ids.begin() + 1, input.target.ids.end());
    keepSteps(snapshot, request.continuation.size());
    if (request.n_new > 0 && !request.keeps_all) {
        GenerateOptions options = request.generation.options();
        options.max_new_tokens = request.n_new;
        HEADLIGHT_CHECK(writeOn(snapshot, input, std::move(options), context));
    } else {
        input.target = firstTokens(std::move(input.target), input.target.size() - 1);
        HEADLIGHT_ASSIGN(snapshot.run, model.run(std::move(input), context.control, context.earlier));
    }
    snapshot.reached_end = endsText(model.spec(), snapshot.written.back());
    return fillSteps(snapshot);
}

} // namespace

Result<void> runInto(RunSnapshot& snapshot, const RunContext& context) {
    const RunRequest& request = snapshot.request;
    const ModelSpec& spec = request.model->spec();
    TextInput text{.text = request.text.toStdString(), .text_pair = {}, .target = {}};
    if (request.text_pair)
        text.text_pair = request.text_pair->toStdString();
    if (spec.kind == ModelKind::EncoderDecoder && request.own_target)
        text.target = request.own_target->toStdString();
    context.control.report(0.0, "splitting into tokens");
    HEADLIGHT_ASSIGN(ModelInput input, request.model->prepare(text));
    snapshot.n_given = input.target.size();
    if (!request.kept_target.empty())
        return goOnFrom(snapshot, std::move(input), context);
    if (spec.kind == ModelKind::DecoderOnly && (request.n_new > 0 || !request.continuation.empty()))
        return continueText(snapshot, std::move(input), context);
    if (spec.kind == ModelKind::EncoderDecoder && spec.head == HeadKind::LanguageModel &&
        !request.own_target) {
        snapshot.n_given = 1;
        HEADLIGHT_CHECK(writeOn(snapshot, input, request.generation.options(), context));
        const auto tokenizer = request.model->tokenizer();
        snapshot.target_text =
            tokenizer ? QString::fromStdString(tokenizer->decode(snapshot.written)) : QString();
        return {};
    }
    HEADLIGHT_ASSIGN(snapshot.run, request.model->run(std::move(input), context.control, context.earlier));
    snapshot.target_text = request.own_target.value_or(QString());
    if (spec.hasDecoder())
        snapshot.written = nextInputs(spec, snapshot.run.input.target);
    return {};
}

} // namespace headlight::ui
