#include "ui/window/step_source.h"

#include "ui/changes/change_words.h"
#include "ui/theme/figures.h"
#include "ui/window/view_pane.h"

#include <algorithm>

namespace headlight::ui {
namespace {

/// Whole matrices of token pairs are shown; beyond that they are the heatmap's business.
constexpr std::size_t kMostTokens = 1024;

using Steps = std::shared_ptr<const std::vector<Step>>;

Result<Steps> computeSteps(const HeadSteps& wanted, const RunControl& control) {
    const HeadAddress& head = wanted.head;
    const Trace& trace = wanted.snapshot->trace();
    if (std::max(trace.nQueries(head.kind), trace.nKeys(head.kind)) > kMostTokens)
        return makeError(ErrorKind::TextTooLong,
                         "step by step shows texts of up to " + std::to_string(kMostTokens) + " tokens")
            .nextStep("Shorten the text; the heatmap shows any length");
    const StackKind stack = head.kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
    const Model& model = wanted.snapshot->model();
    const std::vector<Change> changes = wanted.changed ? wanted.changed->applied : std::vector<Change>{};
    const RunSnapshot& as_is = wanted.changed ? *wanted.changed->before : *wanted.snapshot;
    HEADLIGHT_ASSIGN(const LayerActivations activations,
                     recordChangedLayer(model, as_is.run.input, changes, stack, head.layer, control));
    return std::make_shared<const std::vector<Step>>(stepsOf(model, trace, activations, head, changes));
}

} // namespace

StepSource::StepSource(Document* document, ChangeSet* changes, Selection* selection, QObject* parent)
    : QObject(parent)
    , document_(document)
    , changes_(changes)
    , selection_(selection) {
    connect(document_, &Document::snapshotChanged, this, &StepSource::follow);
    connect(document_, &Document::modelChanged, this, &StepSource::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &StepSource::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &StepSource::follow);
    connect(selection_, &Selection::headChanged, this, &StepSource::follow);
    connect(changes_, &ChangeSet::runChanged, this, [this] {
        emit changedRunChanged();
        follow();
    });
}

bool StepSource::hasChangedRun() const {
    return changes_->run() && changes_->run()->before == document_->snapshot();
}

void StepSource::setAsComputed(bool as_computed) {
    as_computed_ = as_computed;
    follow();
}

void StepSource::setWatched(bool watched) {
    watched_ = watched;
    if (!watched)
        runner_.cancel();
    follow();
}

void StepSource::follow() {
    if (!watched_)
        return; // it follows when somebody looks
    HeadSteps wanted{{}, document_->snapshot(), selection_->head(), {}};
    if (hasChangedRun() && !as_computed_) {
        wanted.changed = changes_->run();
        wanted.snapshot = wanted.changed->after;
    }
    if (!wanted.snapshot || !wanted.snapshot->trace().check(wanted.head).ok()) {
        runner_.cancel();
        shown_ = wanted_ = {};
        empty_text_ = emptyViewText(*document_, tr("the arithmetic of one head, step by step"));
        emit stepsChanged();
        return;
    }
    if (shown_.steps && wanted.snapshot == shown_.snapshot && wanted.head == shown_.head) {
        runner_.cancel(); // of another head, or with other changes
        emit headKept();
        return;
    }
    if (runner_.running() && wanted.snapshot == wanted_.snapshot && wanted.head == wanted_.head)
        return;
    wanted_ = wanted;
    runner_.start<Steps>([wanted](const RunControl& control) { return computeSteps(wanted, control); },
                         [this, wanted](const Result<Steps>& steps) {
                             shown_ = wanted;
                             shown_.steps = steps ? *steps : nullptr;
                             if (!steps)
                                 empty_text_ = QString::fromStdString(steps.error().message());
                             emit stepsChanged();
                         });
}

QString stepNoteText(const StepNote& note, const ChangedRun& run) {
    // Cells are those of the changed text; what was swapped, and the words moved, stood in the other.
    const bool of_tokens = std::holds_alternative<SwapTokens>(note.change);
    QString text = changeWords(note.change, of_tokens ? run.before.get() : run.after.get()).line();
    if (note.was)
        text = StepSource::tr("%1, was %2").arg(text, numberText(*note.was));
    return note.here ? StepSource::tr("changed here: %1").arg(text)
                     : StepSource::tr("changed before this: %1").arg(text);
}

} // namespace headlight::ui
