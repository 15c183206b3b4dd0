#include "ui/inspector/inspector_panel.h"

#include "ui/inspector/bar_list.h"
#include "ui/inspector/pair_card.h"
#include "ui/inspector/prediction_card.h"
#include "ui/inspector/softmax_card.h"

#include <QEvent>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

InspectorPanel::InspectorPanel(Document* document, Selection* selection, QWidget* parent)
    : QFrame(parent)
    , document_(document)
    , selection_(selection) {
    setProperty("role", "right");
    build();
    refresh_timer_.setSingleShot(true); // many changes in one turn of the event loop, one refresh
    connect(&refresh_timer_, &QTimer::timeout, this, &InspectorPanel::refresh);
    const auto soon = [this] { refresh_timer_.start(0); };
    connect(selection_, &Selection::tokensChanged, this, soon);
    connect(selection_, &Selection::headChanged, this, soon);
    connect(document_, &Document::snapshotChanged, this, soon);
    connect(softmax_, &SoftmaxCard::keyHovered, this, [this](std::optional<std::size_t> key) {
        selection_->setHovered(key ? TokenPair{selection_->pinned().query, key} : TokenPair{});
    });
    connect(softmax_, &SoftmaxCard::keyChosen, this, [this](std::size_t key) {
        selection_->setPinned({selection_->pinned().query, key});
    });
    connect(pair_, &PairCard::stepOpened, this, soon);
    refresh();
}

BarList* InspectorPanel::softmaxList() const {
    return softmax_->list();
}
BarList* InspectorPanel::predictionList() const {
    return prediction_->list();
}
QString InspectorPanel::pairTitle() const {
    return pair_->title();
}

void InspectorPanel::build() {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget;
    area->setWidget(content);
    outer->addWidget(area);
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->setSpacing(8);
    empty_label_ =
        new QLabel(tr("Here are the numbers behind one cell: how query and key give a score, how the row's "
                      "softmax turns scores into weights, and what the model predicts.\n\n"
                      "Hover a cell of the heatmap, or click one to keep it."));
    empty_label_->setProperty("role", "caption");
    empty_label_->setWordWrap(true);
    pair_ = new PairCard;
    softmax_ = new SoftmaxCard;
    prediction_ = new PredictionCard(document_);
    connect(prediction_, &PredictionCard::vocabularyRequested, this, &InspectorPanel::vocabularyRequested);
    note_ = new QLabel;
    note_->setProperty("role", "notice");
    note_->setWordWrap(true);
    note_->setMargin(6);
    note_->hide();
    for (QWidget* part : {static_cast<QWidget*>(note_), static_cast<QWidget*>(empty_label_), static_cast<QWidget*>(pair_),
                          static_cast<QWidget*>(softmax_), static_cast<QWidget*>(prediction_)})
        layout->addWidget(part);
    layout->addStretch(1);
    stretch_ = layout;
}

void InspectorPanel::setNote(const QString& note) {
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
    refresh_timer_.start(0); // the room below is another
}

void InspectorPanel::refresh() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    const bool there = snapshot && snapshot->trace().check(head).ok();
    // An open number stays with the pair that was clicked, whatever the mouse passes over.
    TokenPair pair = pair_->isStepOpen() ? selection_->pinned() : selection_->current();
    if (!there || (pair.query && *pair.query >= snapshot->trace().nQueries(head.kind)))
        pair.query.reset();
    if (!there || (pair.key && *pair.key >= snapshot->trace().nKeys(head.kind)))
        pair.key.reset();
    const bool has_pair = pair.query && pair.key;
    empty_label_->setVisible(!has_pair);
    pair_->setVisible(has_pair);
    if (has_pair)
        pair_->showPair(snapshot, head, *pair.query, *pair.key);
    else
        pair_->clear();
    const bool step_open = pair_->isStepOpen(); // it takes the whole column
    softmax_->setVisible(pair.query.has_value() && !step_open);
    if (pair.query && !step_open)
        softmax_->showRow(*snapshot, head, *pair.query, pair.key, softmaxRoom());
    prediction_->ask(there && !step_open ? snapshot : nullptr, head.kind, pair.query);
    stretch_->setStretch(stretch_->indexOf(pair_), step_open ? 1 : 0);
    stretch_->setStretch(stretch_->count() - 1, step_open ? 0 : 1);
}

/// As many rows as leave room for the rest of the panel.
std::size_t InspectorPanel::softmaxRoom() const {
    const int spaces = 24 + 8 * 3; // margins and gaps between the parts
    const int others =
        (note_->isHidden() ? 0 : note_->sizeHint().height() + 8) + pair_->sizeHint().height() + softmax_->frameHeight() + prediction_->fullHeight() + spaces;
    return static_cast<std::size_t>(
        std::clamp((height() - others) / softmax_->list()->rowHeight() - 1, 4, 48));
}

void InspectorPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange)
        refresh_timer_.start(0); // the title's colours
}

void InspectorPanel::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    refresh_timer_.start(0); // more or fewer rows fit
}

} // namespace headlight::ui
