#include "ui/timeline/timeline_data.h"

#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

const Candidate* find(const std::vector<Candidate>& list, TokenId id) {
    const auto found = std::find_if(list.begin(), list.end(),
                                    [id](const Candidate& candidate) { return candidate.id == id; });
    return found == list.end() ? nullptr : &*found;
}

/// Fills a step's options from the candidates and, for a generated word, from what was left to choose from.
void addOptions(TimelineStep& step, const std::vector<Candidate>& candidates, const GenerationStep* made,
                double probability, std::size_t n_options) {
    const auto choiceOf = [&](TokenId id) -> std::optional<double> {
        if (made == nullptr)
            return {};
        if (made->chosen == id)
            return double(made->choice_probability);
        const Candidate* const choice = find(made->choices, id);
        return choice ? double(choice->probability) : 0.0;
    };
    for (const Candidate& candidate : candidates) {
        if (step.options.size() == n_options)
            break;
        step.options.push_back(
            {candidate.id, double(candidate.probability), choiceOf(candidate.id), step.word == candidate.id});
    }
    const bool listed = std::any_of(step.options.begin(), step.options.end(),
                                    [](const TimelineOption& option) { return option.chosen; });
    if (!step.word || listed)
        return;
    if (step.options.size() == n_options && n_options > 1)
        step.options.pop_back(); // the last place is the chosen word's
    step.options.push_back({*step.word, probability, choiceOf(*step.word), true});
}

void addGenerated(TimelineStep& step, const WrittenStep& written, std::size_t n_options) {
    step.by_user = written.by_user;
    if (written.step.candidates.empty())
        return;
    step.surprise = -std::log(double(written.step.probability));
    addOptions(step, written.step.candidates, &written.step, double(written.step.probability), n_options);
}

TimelineStep stepOfRow(const RunSnapshot& snapshot, const TextStatistics* statistics, std::size_t row,
                       std::size_t n_options) {
    TimelineStep step;
    if (row < snapshot.written.size())
        step.word = snapshot.written[row];
    const WrittenStep* const written = snapshot.stepOfRow(row);
    if (written != nullptr) {
        step.number = row + 2 - snapshot.n_given;
        addGenerated(step, *written, n_options);
    }
    if (statistics == nullptr || row >= statistics->rows.size())
        return step;
    const PositionStatistics& numbers = statistics->rows[row];
    step.entropy = numbers.entropy;
    if (numbers.actual >= 0) {
        step.surprise = -numbers.log_probability;
        step.rank = numbers.rank;
    }
    if (written == nullptr)
        addOptions(step, numbers.top, nullptr, std::exp(numbers.log_probability), n_options);
    return step;
}

} // namespace

Timeline makeTimeline(const SnapshotPtr& snapshot, const TextStatisticsPtr& statistics, const Draft* draft,
                      std::size_t n_options) {
    Timeline timeline;
    timeline.snapshot = snapshot;
    if (!snapshot || !snapshot->model().spec().hasDecoder())
        return timeline;
    const TextStatistics* const numbers =
        statistics && statistics->snapshot == snapshot ? statistics.get() : nullptr;
    std::size_t n_rows = snapshot->trace().stack(StackKind::Decoder).nTokens();
    if (draft != nullptr && draft->n_given > 0)
        n_rows = std::min(n_rows, draft->n_given - 1);
    timeline.steps.reserve(n_rows);
    for (std::size_t row = 0; row < n_rows; ++row)
        timeline.steps.push_back(stepOfRow(*snapshot, numbers, row, n_options));
    if (draft == nullptr)
        return timeline;
    timeline.writing = true;
    for (std::size_t i = 0; i < draft->ids.size(); ++i) {
        TimelineStep step;
        step.word = draft->ids[i];
        step.number = i + 1;
        if (i < draft->steps.size())
            addGenerated(step, draft->steps[i], n_options);
        timeline.steps.push_back(std::move(step));
    }
    return timeline;
}

QString timelineNote(const RunSnapshot& snapshot) {
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("headlight::ui::Timeline", text);
    };
    if (snapshot.steps.empty())
        return snapshot.isTranslation()
                   ? tr("Your own target: each column shows what the model would have written where your "
                        "word stands.")
                   : tr("Your text: each column shows what the model expected where the next word stands. "
                        "Continue lets it write on.");
    const bool keeps =
        snapshot.request.keeps_all || (!snapshot.isTranslation() && snapshot.request.n_new == 0);
    if (keeps)
        return tr("A path taken before: each column shows what could have been written there.");
    const bool chosen = std::any_of(snapshot.steps.begin(), snapshot.steps.end(),
                                    [](const WrittenStep& step) { return step.by_user; });
    switch (snapshot.decoding.strategy) {
    case DecodingChoice::Strategy::Greedy:
        return chosen ? tr("Greedy: after the words you chose, the most probable word was written at each "
                           "step.")
                      : tr("Greedy: at each step the most probable word was written.");
    case DecodingChoice::Strategy::Beam:
        return tr("Beam search kept the %1 best beginnings at each step and shows the text that is most "
                  "probable as a whole "
                  "(score %2: Σ ln p divided by the length to the power of the penalty): a word need not be the most probable of its step.")
            .arg(snapshot.decoding.n_beams)
            .arg(numberText(snapshot.beam_score));
    case DecodingChoice::Strategy::Sample:
        return tr("Drawn (%1): filled bars are the model's probabilities, outlined ones the shares among "
                  "what was left to draw from.")
            .arg(decodingText(snapshot.decoding));
    }
    return {};
}

} // namespace headlight::ui
