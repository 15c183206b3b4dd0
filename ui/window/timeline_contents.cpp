// What the timeline's pane says of a step: its rows of attention, its number, and the figures made of steps.
#include "ui/window/timeline_pane.h"

#include "ui/inspector/pair_numbers.h"
#include "ui/table/list_table_model.h"
#include "ui/timeline/step_attention.h"
#include "ui/timeline/timeline_figure.h"
#include "ui/timeline/timeline_table.h"
#include "ui/timeline/timeline_view.h"

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr std::size_t kMostFigureSteps = 120; ///< more make a page nobody can print

std::size_t strongest(const std::vector<float>& weights) {
    return static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
}

QString wordOf(const AxisTokens& axis, std::size_t index) {
    return axis.words.value(static_cast<qsizetype>(index));
}

} // namespace

QString TimelinePane::stepText() const {
    const Timeline& timeline = view_->timeline();
    if (!row_ || *row_ >= timeline.steps.size())
        return {};
    const std::size_t number = timeline.steps[*row_].number;
    if (number > 0)
        return tr("step %1 of %2").arg(number).arg(timeline.steps.back().number);
    return tr("position %1 of %2").arg(*row_ + 1).arg(timeline.steps.size());
}

std::optional<AttentionStrip> TimelinePane::stripOf(AttentionKind kind, std::size_t row) const {
    const RunSnapshot& snapshot = *view_->timeline().snapshot;
    const Trace& trace = snapshot.trace();
    if (trace.nLayers(kind) == 0 || trace.nHeads(kind) == 0)
        return {};
    AttentionStrip strip;
    strip.head = selection_->head(); // the selected layer and head number, or the nearest there are
    strip.head.kind = kind;
    strip.head.layer = LayerIndex(std::min(strip.head.layer.value, trace.nLayers(kind) - 1));
    strip.head.head = HeadIndex(std::min(strip.head.head.value, trace.nHeads(kind) - 1));
    const AxisTokens& keys = snapshot.keys(kind);
    const QString place =
        tr("layer %1, head %2").arg(strip.head.layer.value + 1).arg(strip.head.head.value + 1);
    const QString name = keys.name.isEmpty() ? tr("the text") : keys.name;
    strip.query = row;
    if (kind == AttentionKind::EncoderSelf) { // the encoder has no steps: the row of the source word this
                                              // step looks at most
        const auto cross = trace.has(AttentionKind::Cross) && trace.nLayers(AttentionKind::Cross) > 0
                               ? stripOf(AttentionKind::Cross, row)
                               : std::nullopt;
        if (!cross || cross->weights.empty())
            return {};
        strip.query = strongest(cross->weights);
        strip.title = tr("Encoder, %1: “%2”, which this step looks at most, looks at %3")
                          .arg(place, wordOf(keys, strip.query), name);
    } else {
        const QString reads = wordOf(snapshot.queries(kind), row);
        strip.title = kind == AttentionKind::Cross
                          ? tr("Cross, %1: “%2” looks at %3").arg(place, reads, name)
                          : tr("Decoder, %1: “%2” looks at what is there by then").arg(place, reads);
    }
    strip.words = keys.words;
    strip.weights = rowWeights(trace, strip.head, strip.query);
    strip.n_seen = kind == AttentionKind::DecoderSelf ? row + 1 : strip.weights.size();
    if (selection_->head().kind == kind)
        strip.key = selection_->current().key;
    return strip;
}

std::vector<FigureSubject> TimelinePane::figures() const {
    const Timeline& timeline = view_->timeline();
    if (timeline.empty() || timeline.writing || !timeline.snapshot)
        return {};
    const std::size_t n_steps = timeline.steps.size();
    const TokenRange in_sight = view_->stepsInSight();
    TimelineFigure figure;
    figure.n_bars = n_options_;
    figure.numbers = timeline;
    figure.settings = attention_->settings();
    figure.about = timeline.snapshot->headMap(selection_->head());
    figure.decoding =
        timeline.snapshot->steps.empty() ? tr("given words") : decodingText(timeline.snapshot->decoding);
    bool emphasis = false; // the whole text has no step that stands out
    const auto subject = [&](TokenRange steps, const QString& name, const QString& end) {
        figure.picture = view_->picture(steps.begin, steps.end);
        for (TimelineColumn& column : figure.picture.columns) {
            column.selected = column.selected && emphasis;
            column.later = column.later && emphasis;
        }
        figure.shown = tr("positions %1 to %2 of %3").arg(steps.begin + 1).arg(steps.end).arg(n_steps);
        return timelineSubject(figure, name, figure.about.model_name.section(QLatin1Char('/'), -1) + end);
    };
    std::vector<FigureSubject> subjects;
    if (n_steps <= kMostFigureSteps)
        subjects.push_back(subject({0, n_steps}, tr("All steps"), QStringLiteral("-timeline")));
    emphasis = true;
    figure.strips = attention_->strips();
    subjects.push_back(subject(in_sight, tr("The steps in sight"), QStringLiteral("-steps")));
    return subjects;
}

PictureTables TimelinePane::tables() {
    const Timeline& timeline = view_->timeline();
    if (timeline.empty() || !timeline.snapshot)
        return {};
    TimelineTable numbers = timelineTable(timeline);
    PictureTable table =
        listPicture(std::move(numbers.list), tr("Timeline · %1").arg(QString::fromStdString(timeline.snapshot->model().name())),
                    timelineNote(*timeline.snapshot));
    if (const auto step = row_ ? std::ranges::find(numbers.steps, *row_) : numbers.steps.end(); step != numbers.steps.end())
        table.current_row = static_cast<std::size_t>(step - numbers.steps.begin());
    table.choose = [this, steps = std::move(numbers.steps), snapshot = timeline.snapshot](const QModelIndex& index) {
        if (document_->snapshot() == snapshot)
            chooseStep(steps[static_cast<std::size_t>(index.row())]);
    };
    return onlyTable(std::move(table));
}

} // namespace headlight::ui
