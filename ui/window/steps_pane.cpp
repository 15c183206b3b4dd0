#include "ui/window/steps_pane.h"

#include "ui/inspector/formula.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_formula.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_texts.h"
#include "ui/window/segments.h"
#include "ui/window/step_card.h"
#include "ui/window/step_player.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr int kPlayMilliseconds = 1600;

QString notesOf(const Step& step, const ChangedRun& run) {
    QStringList lines;
    for (const StepNote& note : step.notes)
        lines << stepNoteText(note, run);
    return lines.join(QLatin1Char('\n'));
}

} // namespace

StepsPane::StepsPane(Document* document, ChangeSet* changes, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , selection_(selection)
    , source_(document, changes, selection) {
    build();
    connectParts();
    showSwitch();
    accept();
}

void StepsPane::build() {
    strip_ = new StepStrip;
    strip_->setAccessibleName(tr("Steps"));
    title_ = new QLabel;
    title_->setProperty("role", "section");
    explanation_ = new QLabel;
    explanation_->setWordWrap(true);
    explanation_->setMinimumHeight(2 * explanation_->fontMetrics().lineSpacing());
    explanation_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    formula_ = new FormulaView;
    formula_->setAccessibleName(tr("Formula of this step"));
    view_ = new StepCanvas;
    view_->setAccessibleName(tr("Matrices of this step"));
    card_ = new StepCard;
    note_ = new QLabel;
    note_->setTextFormat(Qt::PlainText);
    note_->setWordWrap(true);
    note_->setProperty("role", "notice");
    note_->setMargin(6);
    note_->setToolTip(
        tr("A change of the page Change that acts in this step, or that changed what this step reads."));
    auto* words = new QHBoxLayout;
    words->addWidget(explanation_, 3);
    words->addWidget(formula_, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(buildControls());
    layout->addWidget(strip_);
    layout->addLayout(words);
    layout->addWidget(note_);
    layout->addWidget(view_, 1);
    layout->addWidget(card_);
    setFocusPolicy(Qt::ClickFocus); // a click anywhere in the pane: arrows and Space go through the steps
    setFocusProxy(strip_);
}

QWidget* StepsPane::buildControls() {
    auto* controls = new QWidget;
    auto* line = controls_ = new QHBoxLayout(controls);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    player_ = new StepPlayer([this] { return strip_->current() + 1 >= strip_->count(); }, kPlayMilliseconds);
    which_ = new Segments({tr("Changed"), tr("As computed")});
    which_->setAccessibleName(tr("Steps of which run"));
    which_->button(0)->setToolTip(tr("The steps of the run with your changes; a dot marks where one acts."));
    which_->button(1)->setToolTip(tr("The steps of the run as the model computes it, without your changes."));
    title_->setWordWrap(true); // on two lines where the switch leaves it no more
    line->addWidget(title_, 1);
    line->addWidget(which_);
    line->addWidget(player_);
    connect(player_, &StepPlayer::moved, this, &StepsPane::moveStep);
    connect(player_, &StepPlayer::rewound, this, [this] { strip_->setCurrent(0); });
    return controls;
}

void StepsPane::addTool(QWidget* tool) {
    controls_->insertWidget(2, tool); // behind title and switch
}

void StepsPane::connectParts() {
    connect(strip_, &StepStrip::stepChosen, this, [this](int index) {
        place_.choose(index, shownKind());
        clicked_.reset();
        showStep();
        emit stateChanged();
    });
    connect(view_, &StepCanvas::cellClicked, this, &StepsPane::chooseCell);
    connect(view_, &StepCanvas::cellHovered, this, [this] { card_->show(view_->picture()); });
    connect(&source_, &StepSource::stepsChanged, this, &StepsPane::accept);
    connect(&source_, &StepSource::headKept, this, [this] {
        findWanted();
        strip_->setCurrent(place_.index());
    });
    connect(&source_, &StepSource::changedRunChanged, this, &StepsPane::showSwitch);
    connect(which_, &Segments::chosen, this, [this](int index) {
        source_.setAsComputed(index == 1);
        emit stateChanged();
    });
    connect(selection_, &Selection::tokensChanged, this, [this] {
        if (isVisible() && !source_.shown().empty())
            showStep();
    });
}

void StepsPane::setTheme(const Theme& theme) {
    view_->setTheme(theme);
}

void StepsPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    showSwitch();
    source_.setWatched(true);
    if (!source_.shown().empty())
        showStep(); // another pair may have been chosen on another page
}

void StepsPane::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    player_->setPlaying(false);
    source_.setWatched(false);
}

bool StepsPane::showsChanged() const {
    return source_.shown().changed != nullptr;
}

/// There is something to switch between where something is changed.
void StepsPane::showSwitch() {
    which_->setVisible(source_.hasChangedRun());
    which_->setCurrent(source_.asComputed() ? 1 : 0);
}

void StepsPane::accept() {
    const HeadSteps& shown = source_.shown();
    view_->setEmptyText(source_.emptyText());
    clicked_.reset();
    notes_.clear();
    QStringList names;
    QStringList tool_tips;
    std::vector<bool> marked;
    if (!shown.empty())
        for (const Step& step : *shown.steps) {
            const QString note = shown.changed ? notesOf(step, *shown.changed) : QString();
            names << stepName(step);
            tool_tips << stepExplanation(step, shown.head.kind) +
                             (note.isEmpty() ? note : QLatin1Char('\n') + note);
            marked.push_back(step.changedHere());
            notes_.push_back(note);
        }
    const QSignalBlocker quiet(strip_);
    strip_->setSteps(names, tool_tips);
    strip_->setMarked(marked);
    if (!shown.empty())
        place_.stay(*shown.steps);
    findWanted();
    strip_->setCurrent(place_.index());
    place_.show(shownKind());
    showStep();
    emit runShown();
}

std::optional<StepKind> StepsPane::shownKind() const {
    const HeadSteps& shown = source_.shown();
    if (shown.empty())
        return std::nullopt;
    return (*shown.steps)[static_cast<std::size_t>(strip_->current())].kind;
}

void StepsPane::showFirstOf(const std::vector<StepKind>& kinds) {
    place_.seek(kinds);
    if (!isVisible() || source_.shown().empty() || source_.shown().head != selection_->head())
        return; // once the steps are there
    findWanted();
    strip_->setCurrent(place_.index());
}

void StepsPane::findWanted() {
    if (!source_.shown().empty())
        place_.find(*source_.shown().steps, source_.awaitsChangedRun());
}

void StepsPane::showStep() {
    const HeadSteps& shown = source_.shown();
    const bool there = !shown.empty();
    for (QWidget* part : {static_cast<QWidget*>(explanation_), static_cast<QWidget*>(card_)})
        part->setVisible(there); // the strip stays: it has the keyboard
    StepPicture picture;
    QString note;
    if (there) {
        picture = pictureOf(shown);
        const Step& step = picture.step();
        explanation_->setText(stepExplanation(step, shown.head.kind));
        note = notes_[picture.index];
        const Formula formula = stepFormula(step);
        formula_->setVisible(!plainText(formula).isEmpty()); // else the words have all the room
        formula_->setFormulas(stepFormulaLines(step));
        title_->setText(tr("%1 · step %2 of %3")
                            .arg(headTitle(shown.head))
                            .arg(strip_->current() + 1)
                            .arg(strip_->count()));
        view_->setPicture(picture);
        picture.chosen = clicked_ ? clicked_ : cellOfSelection();
    } else {
        formula_->hide();
        title_->clear();
    }
    note_->setText(QStringLiteral("● ") + QString(note).replace(QLatin1Char('\n'), QStringLiteral("\n● ")));
    note_->setVisible(!note.isEmpty());
    view_->setPicture(picture);
    card_->show(picture);
}

StepPicture StepsPane::pictureOf(const HeadSteps& shown) const {
    StepPicture picture;
    picture.steps = shown.steps;
    picture.index = static_cast<std::size_t>(strip_->current());
    const AxisTokens& queries = shown.snapshot->queries(shown.head.kind);
    const AxisTokens& keys = shown.snapshot->keys(shown.head.kind);
    picture.words = {queries.words, keys.words, queries.name, keys.name};
    picture.query = selection_->current().query;
    picture.key = selection_->current().key;
    picture.hovered = view_->picture().hovered;
    if (shown.changed)
        picture.notes = notes_;
    return picture;
}

/// The result's cell that belongs to the selected pair.
std::optional<StepCell> StepsPane::cellOfSelection() const {
    const StepPicture& picture = view_->picture();
    const TokenPair& pair = selection_->current();
    if (picture.empty() || !pair.query)
        return std::nullopt;
    const std::size_t result = picture.step().operands.size();
    const StepMatrix& matrix = picture.matrix(result);
    const std::size_t column = matrix.columns == StepAxis::Keys ? pair.key.value_or(0) : 0;
    if (*pair.query >= matrix.values->dimension(0) || column >= matrix.values->dimension(1))
        return std::nullopt;
    return StepCell{result, *pair.query, column};
}

QString StepsPane::arithmeticText() const {
    return card_->text();
}

void StepsPane::chooseCell(const StepCell& cell) {
    clicked_ = cell;
    const StepMatrix& matrix = view_->picture().matrix(cell.matrix);
    if (!chooseTokens(matrix.rows, cell.row, matrix.columns, cell.column))
        showStep();
}

/// Tokens along a matrix's sides become the window's pair; whether that changes it.
bool StepsPane::chooseTokens(StepAxis rows, std::size_t row, StepAxis columns, std::size_t column) {
    TokenPair pair = selection_->pinned();
    if (rows == StepAxis::Queries)
        pair.query = row;
    if (rows == StepAxis::Keys)
        pair.key = row;
    if (columns == StepAxis::Keys)
        pair.key = column;
    const bool changes = pair != selection_->pinned();
    selection_->setPinned(pair);
    return changes;
}

void StepsPane::moveStep(int by) {
    strip_->setCurrent(strip_->current() + by);
}

QToolButton* StepsPane::playButton() const {
    return player_->playButton();
}

bool StepsPane::playing() const {
    return player_->playing();
}

void StepsPane::setPlayInterval(int milliseconds) {
    player_->setInterval(milliseconds);
}

void StepsPane::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
        moveStep(-1);
        break;
    case Qt::Key_Right:
        moveStep(1);
        break;
    case Qt::Key_Space:
        player_->setPlaying(!player_->playing());
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace headlight::ui
