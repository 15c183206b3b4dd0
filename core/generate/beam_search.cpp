#include "core/generate/beam_search.h"

#include "core/generate/logits_rules.h"
#include "core/generate/predictions.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <ranges>

namespace headlight {

namespace {

/// What a hypothesis gets that must not be chosen; the arithmetic of the reference, which tests compare with.
constexpr float kOutOfQuestion = -1e9f;

struct RunningBeam {
    std::vector<TokenId> ids;  ///< prompt included
    float score = 0.0f;        ///< sum of log-probabilities
    std::size_t sequence = 0;  ///< which of the forked sequences holds its keys and values
};

struct FinishedBeam {
    std::vector<TokenId> ids;
    float score = kOutOfQuestion; ///< length penalty applied
    bool finished = false;
};

/// A running beam and one token more.
struct Continuation {
    std::size_t beam = 0;
    TokenId token = 0;
    float score = 0.0f;
    bool ends = false;
};

/// Indices of the `k` largest values, largest first, ties by smaller index.
template <class Value>
std::vector<std::size_t> largest(std::size_t n, std::size_t k, const Value& value) {
    const auto better = [&](std::size_t a, std::size_t b) { return value(a) != value(b) ? value(a) > value(b) : a < b; };
    std::vector<std::size_t> order(std::min(k, n));
    std::ranges::partial_sort_copy(std::views::iota(std::size_t{0}, n), order, better);
    return order;
}

class BeamSearch {
public:
    BeamSearch(const DecoderSession& session, const DecodingPlan& plan, StackState sequences)
        : session_(session), plan_(plan), sequences_(std::move(sequences)) {
        const std::vector<TokenId>& prompt = session.prompt().target.ids;
        running_.assign(plan.decoding.n_beams, {prompt, kOutOfQuestion, 0}); // one prompt is enough to start from
        running_.front().score = 0.0f;
        for (std::size_t beam = 0; beam < plan.decoding.n_beams; ++beam)
            running_[beam].sequence = beam;
        finished_.assign(plan.decoding.n_beams, {prompt, kOutOfQuestion, false});
    }

    Result<Hypothesis> run(const RunControl& control);

private:
    [[nodiscard]] std::size_t length() const { return running_.front().ids.size(); }
    [[nodiscard]] float penalised(float score, std::size_t n_new) const {
        return score / static_cast<float>(std::pow(double(n_new), double(plan_.settings.length_penalty)));
    }
    [[nodiscard]] std::vector<Continuation> bestContinuations(const MatrixView& logits) const;
    void collectFinished(const std::vector<Continuation>& continuations);
    void goOn(const std::vector<Continuation>& continuations);
    void assignSequences(const std::vector<RunningBeam>& before, const std::vector<std::size_t>& parents);
    [[nodiscard]] bool improvementPossible() const;
    [[nodiscard]] bool full() const;

    const DecoderSession& session_;
    const DecodingPlan& plan_;
    StackState sequences_;
    std::vector<RunningBeam> running_;   ///< best first
    std::vector<FinishedBeam> finished_; ///< best first
    bool hopeful_ = true;                ///< a running beam may still beat the finished ones
};

/// The best continuations over all beams, best first. None of them is behind the best n_kept of its own beam.
std::vector<Continuation> BeamSearch::bestContinuations(const MatrixView& logits) const {
    const std::size_t n_vocabulary = logits.columns;
    const std::size_t n_kept = std::max<std::size_t>(2, 1 + plan_.settings.eos_tokens.size()) * plan_.decoding.n_beams;
    std::vector<TokenQuery> queries(running_.size());
    for (std::size_t beam = 0; beam < running_.size(); ++beam) {
        TokenQuery& query = queries[beam];
        query.row = logits.rows == 1 ? 0 : running_[beam].sequence; // before the first token all beams are the prompt
        query.log_softmax = true;
        query.edits = editsFor(plan_, running_[beam].ids);
        query.added = running_[beam].score;
        query.n_candidates = 0;
        query.n_choices = n_kept;
    }
    std::vector<Continuation> all;
    const std::vector<TokenChoice> rows = session_.model().backend().chooseTokens(logits, queries);
    for (std::size_t beam = 0; beam < rows.size(); ++beam)
        for (const Candidate& choice : rows[beam].choices)
            all.push_back({beam, choice.id, choice.logit, plan_.endsText(choice.id) || length() + 1 >= plan_.max_length});
    const auto better = [&](const Continuation& a, const Continuation& b) {
        const auto index = [&](const Continuation& c) { return c.beam * n_vocabulary + static_cast<std::size_t>(c.token); };
        return a.score != b.score ? a.score > b.score : index(a) < index(b);
    };
    std::ranges::sort(all, better);
    all.resize(std::min(n_kept, all.size()));
    return all;
}

bool BeamSearch::full() const {
    return std::all_of(finished_.begin(), finished_.end(), [](const FinishedBeam& beam) { return beam.finished; });
}

/// Takes what has ended among the best n_beams continuations, where it beats what is there.
void BeamSearch::collectFinished(const std::vector<Continuation>& continuations) {
    std::vector<FinishedBeam> merged = finished_;
    const bool closed = (full() && plan_.settings.early_stopping == EarlyStopping::Yes) || !hopeful_;
    for (std::size_t rank = 0; rank < continuations.size(); ++rank) {
        const Continuation& continuation = continuations[rank];
        const bool ended = continuation.ends && rank < plan_.decoding.n_beams;
        if (!ended || closed)
            continue;
        FinishedBeam beam{running_[continuation.beam].ids, penalised(continuation.score, length() + 1 - plan_.n_prompt), true};
        beam.ids.push_back(continuation.token);
        merged.push_back(std::move(beam));
    }
    std::vector<FinishedBeam> best;
    for (const std::size_t index : largest(merged.size(), plan_.decoding.n_beams, [&](std::size_t i) { return merged[i].score; }))
        best.push_back(merged[index]);
    finished_ = std::move(best);
}

/// Makes the best continuations that have not ended the running beams.
void BeamSearch::goOn(const std::vector<Continuation>& continuations) {
    const auto score = [&](std::size_t i) { return continuations[i].score + (continuations[i].ends ? kOutOfQuestion : 0.0f); };
    const std::vector<RunningBeam> before = running_;
    std::vector<std::size_t> parents;
    running_.clear();
    for (const std::size_t index : largest(continuations.size(), plan_.decoding.n_beams, score)) {
        running_.push_back({before[continuations[index].beam].ids, score(index), 0});
        running_.back().ids.push_back(continuations[index].token);
        parents.push_back(continuations[index].beam);
    }
    assignSequences(before, parents);
}

/// Gives each running beam a sequence with its parent's keys and values. The first child keeps the parent's sequence;
/// another takes one that nobody continues and copies what differs.
void BeamSearch::assignSequences(const std::vector<RunningBeam>& before, const std::vector<std::size_t>& parents) {
    std::vector<bool> continued(before.size(), false);
    std::vector<std::size_t> homeless;
    for (std::size_t beam = 0; beam < running_.size(); ++beam) {
        if (continued[parents[beam]]) {
            homeless.push_back(beam);
            continue;
        }
        continued[parents[beam]] = true;
        running_[beam].sequence = before[parents[beam]].sequence;
    }
    std::size_t abandoned = 0;
    for (const std::size_t beam : homeless) {
        while (continued[abandoned])
            ++abandoned;
        const RunningBeam& from = before[parents[beam]];
        const RunningBeam& to = before[abandoned++];
        const auto differ = std::mismatch(from.ids.begin(), from.ids.end(), to.ids.begin(), to.ids.end()).first;
        sequences_.copyKeysAndValues(sequences_, from.sequence, to.sequence,
                                     static_cast<std::size_t>(differ - from.ids.begin()), sequences_.nTokens());
        running_[beam].sequence = to.sequence;
    }
}

/// The reference's heuristic: the best running beam against the worst finished one.
bool BeamSearch::improvementPossible() const {
    const GenerationSpec& settings = plan_.settings;
    const bool at_any_length = settings.early_stopping == EarlyStopping::Never && settings.length_penalty > 0.0f;
    const std::size_t n_new = (at_any_length ? plan_.max_length : length()) - plan_.n_prompt;
    const float possible = penalised(running_.front().score, n_new);
    const float worst = full() ? finished_.back().score : kOutOfQuestion;
    return possible > worst;
}

Result<Hypothesis> BeamSearch::run(const RunControl& control) {
    HEADLIGHT_ASSIGN(MatrixView logits, session_.lastLogits());
    while (true) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(length() - plan_.n_prompt) / double(plan_.max_length - plan_.n_prompt), "beam search");
        const std::vector<Continuation> continuations = bestContinuations(logits);
        collectFinished(continuations);
        goOn(continuations);
        hopeful_ = hopeful_ && improvementPossible();
        const bool all_ended = std::all_of(continuations.begin(), continuations.end(), [](const Continuation& c) { return c.ends; });
        if (!hopeful_ || all_ended || (full() && plan_.settings.early_stopping == EarlyStopping::Yes))
            break;
        if (plan_.watch.on_words)
            plan_.watch.on_words(std::span(running_.front().ids).subspan(plan_.n_prompt), {});
        if (plan_.watch.enough.stop_requested() && !finished_.front().finished) // nothing has ended: the best that has not
            return Hypothesis{{running_.front().ids.begin() + static_cast<std::ptrdiff_t>(plan_.n_prompt), running_.front().ids.end()},
                              double(penalised(running_.front().score, length() - plan_.n_prompt))};
        if (plan_.watch.enough.stop_requested())
            break;
        std::vector<TokenId> newest(plan_.decoding.n_beams);
        for (const RunningBeam& beam : running_)
            newest[beam.sequence] = beam.ids.back();
        HEADLIGHT_ASSIGN(logits, session_.advanceFork(sequences_, newest, control));
    }
    const FinishedBeam& best = finished_.front();
    return Hypothesis{{best.ids.begin() + static_cast<std::ptrdiff_t>(plan_.n_prompt), best.ids.end()}, double(best.score)};
}

} // namespace

void scoreContinuations(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<const float> logits,
                        std::span<float> scores) {
    const auto normaliser = static_cast<float>(logSumExp(logits));
    std::ranges::transform(logits, scores.begin(), [&](float logit) { return logit - normaliser; });
    applyRules(plan, ids, scores);
}

Result<Hypothesis> beamSearch(const DecoderSession& session, const DecodingPlan& plan, const RunControl& control) {
    HEADLIGHT_ASSIGN(StackState sequences, session.fork(plan.decoding.n_beams, plan.max_length));
    return BeamSearch(session, plan, std::move(sequences)).run(control);
}

} // namespace headlight
