#include "core/analysis/interventions/changed_run.h"

#include "core/analysis/interventions/change_text.h"
#include "core/generate/logits_rules.h"
#include "core/model/decoder_start.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight {
namespace {

void moveInto(const Tensor& before, const Tensor& after, Eigen::MatrixXd& moved, Eigen::Index at) {
    for (Eigen::Index token = 0; token < moved.cols(); ++token) {
        const auto from = before.row(static_cast<std::size_t>(token));
        const auto to = after.row(static_cast<std::size_t>(token));
        double length = 0.0, distance = 0.0;
        for (std::size_t i = 0; i < from.size(); ++i) {
            const double step = double(to[i]) - double(from[i]);
            length += double(from[i]) * double(from[i]);
            distance += step * step;
        }
        const double still = distance == 0.0 ? 0.0 : std::numeric_limits<double>::infinity();
        moved(at, token) = length > 0.0 ? std::sqrt(distance / length) : still;
    }
}

/// Those that speak of nothing beyond the words written so far.
std::vector<Change> changesFor(const Model& model, const ModelInput& input,
                               const std::vector<Change>& changes) {
    std::vector<Change> fitting;
    for (const Change& change : changes)
        if (checkChange(change, model, input).ok())
            fitting.push_back(change);
    return fitting;
}

/// Errors: those of checkChange, with the change as their item.
Result<void> checkAll(const std::vector<Change>& changes, const Model& model, const ModelInput& input) {
    for (const Change& change : changes)
        if (auto checked = checkChange(change, model, input); !checked.ok())
            return std::move(checked).error().atItem(changeText(change));
    return {};
}

/// Nothing is written for changes that could never be made: of tokens beyond all there can be, of no such
/// layer.
Result<void> checkPossible(const Model& model, ModelInput input, const std::vector<Change>& changes,
                           std::size_t max_length) {
    input.target = model.describe(std::vector<TokenId>(max_length, input.target.ids.front()));
    return checkAll(changes, model, input);
}

Result<ChangedWriting> write(const Model& model, ModelInput input, const std::vector<Change>& changes,
                             GenerateOptions options, const RunControl& control) {
    std::optional<TokenId> first;
    if (model.spec().kind == ModelKind::EncoderDecoder) {
        HEADLIGHT_ASSIGN(const DecoderStart start, decoderStart(model, options.target_language));
        first = start.written;
        if (input.target.size() == 0)
            input.target = model.describe({start.token});
    }
    options.n_beams = 1;
    HEADLIGHT_ASSIGN(DecodingPlan plan, makePlan(model.spec(), input, options));
    if (first)
        plan.settings.forced_bos_token = first;
    HEADLIGHT_CHECK(checkPossible(model, input, changes, plan.max_length));
    ChangedWriting written;
    written.prompt = input.target.ids;
    std::vector<TokenId> ids = input.target.ids;
    while (ids.size() < plan.max_length && !written.reached_end) {
        control.report(double(ids.size()) / double(plan.max_length), "writing anew");
        HEADLIGHT_ASSIGN(const RunResult run,
                         runChanged(model, input, changesFor(model, input, changes), {control.stop, {}}));
        const std::size_t last = input.target.size() - 1;
        HEADLIGHT_ASSIGN(const Tensor logits, model.logits(*run.trace, {last, last + 1})); // [1, vocabulary]
        std::vector<float> scores(logits.span().begin(), logits.span().end());
        applyRules(plan, ids, scores);
        const auto chosen = static_cast<TokenId>(std::ranges::max_element(scores) - scores.begin());
        written.ids.push_back(chosen);
        written.reached_end = plan.endsText(chosen);
        ids.push_back(chosen);
        input.target = model.describe(ids);
    }
    if (model.tokenizer() != nullptr)
        written.text = model.tokenizer()->decode(written.ids);
    return written;
}

} // namespace

Eigen::MatrixXd residualMove(const Trace& before, const Trace& after, StackKind stack) {
    const auto n_layers = static_cast<Eigen::Index>(before.stack(stack).hidden.size());
    Eigen::MatrixXd moved(n_layers + 2, static_cast<Eigen::Index>(before.stack(stack).nTokens()));
    moveInto(before.embedding(stack), after.embedding(stack), moved, 0);
    for (Eigen::Index layer = 0; layer < n_layers; ++layer) {
        const LayerIndex index(static_cast<std::size_t>(layer));
        moveInto(before.hidden(stack, index), after.hidden(stack, index), moved, layer + 1);
    }
    moveInto(before.finalHidden(stack), after.finalHidden(stack), moved, n_layers + 1);
    return moved;
}

Result<ChangedWriting> writeChanged(const Model& model, const TokenSequence& source,
                                    const std::vector<Change>& changes, const RunControl& control) {
    const ModelSpec& spec = model.spec();
    if (spec.kind != ModelKind::EncoderDecoder || spec.head != HeadKind::LanguageModel)
        return makeError(ErrorKind::Unsupported, "only models that translate can write anew under changes");
    ModelInput prompt;
    prompt.source = source;
    return write(model, std::move(prompt), changes, {}, control);
}

Result<ChangedWriting> continueChanged(const Model& model, ModelInput prompt,
                                       const std::vector<Change>& changes, GenerateOptions options,
                                       const RunControl& control) {
    if (model.spec().head != HeadKind::LanguageModel)
        return makeError(ErrorKind::Unsupported, "only models that write text can write it under changes")
            .nextStep("Use a language model such as GPT2LMHeadModel or MarianMTModel");
    ModelInput read = prompt;
    HEADLIGHT_ASSIGN(ChangedWriting written, write(model, std::move(prompt), changes, options, control));
    // The last word was written when all before it were there.
    std::vector<TokenId> ids = written.prompt;
    ids.insert(ids.end(), written.ids.begin(), written.ids.end() - (written.ids.empty() ? 0 : 1));
    read.target = model.describe(ids);
    HEADLIGHT_CHECK(checkAll(changes, model, read));
    return written;
}

} // namespace headlight
