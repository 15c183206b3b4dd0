#include "ui/window/steps_pane.h"

#include "ui/inspector/card.h"
#include "ui/inspector/formula.h"
#include "ui/steps/step_figure.h"
#include "ui/steps/step_formulas.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_tables.h"
#include "ui/steps/step_texts.h"
#include "ui/steps/step_canvas.h"
#include "ui/window/flat_button.h"
#include "ui/window/view_pane.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kPlayMilliseconds = 1600;
/// Whole matrices of token pairs are shown; beyond that they are the heatmap's business.
constexpr std::size_t kMostTokens = 1024;

Result<std::shared_ptr<const std::vector<Step>>>
computeSteps(const SnapshotPtr& snapshot, const HeadAddress& head, const RunControl& control) {
    const Trace& trace = snapshot->trace();
    if (std::max(trace.nQueries(head.kind), trace.nKeys(head.kind)) > kMostTokens)
        return makeError(ErrorKind::TextTooLong,
                         "step by step shows texts of up to " + std::to_string(kMostTokens) + " tokens")
            .nextStep("Shorten the text; the heatmap shows any length");
    const StackKind stack = head.kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
    HEADLIGHT_ASSIGN(const LayerActivations activations,
                     recordLayer(snapshot->model(), snapshot->run.input, stack, head.layer, control));
    return std::make_shared<const std::vector<Step>>(stepsOf(snapshot->model(), trace, activations, head));
}

} // namespace

StepsPane::StepsPane(Document* document, Selection* selection, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection) {
    build();
    connectParts();
    play_timer_.setInterval(kPlayMilliseconds);
    follow();
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
    card_ = makeCard();
    cell_title_ = new QLabel;
    cell_title_->setTextFormat(Qt::RichText);
    arithmetic_view_ = new FormulaView;
    arithmetic_view_->setAccessibleName(tr("Arithmetic of the chosen cell"));
    card_->layout()->addWidget(cell_title_);
    card_->layout()->addWidget(arithmetic_view_);
    auto* words = new QHBoxLayout;
    words->addWidget(explanation_, 3);
    words->addWidget(formula_, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(buildControls());
    layout->addWidget(strip_);
    layout->addLayout(words);
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
    auto* back = flatButton(QStringLiteral("◀"), tr("Step back"), tr("The step before (Left)"));
    auto* forth = flatButton(QStringLiteral("▶"), tr("Step forward"), tr("The next step (Right)"));
    play_button_ =
        flatButton(tr("Play"), tr("Play the steps"), tr("Goes through the steps by itself (Space)"));
    play_button_->setCheckable(true);
    line->addWidget(title_);
    line->addStretch(1);
    line->addWidget(back);
    line->addWidget(play_button_);
    line->addWidget(forth);
    connect(back, &QToolButton::clicked, this, [this] { moveStep(-1); });
    connect(forth, &QToolButton::clicked, this, [this] { moveStep(1); });
    connect(play_button_, &QToolButton::toggled, this, &StepsPane::setPlaying);
    return controls;
}

void StepsPane::addTool(QWidget* tool) {
    controls_->insertWidget(2, tool); // behind title and stretch
}

void StepsPane::connectParts() {
    connect(&play_timer_, &QTimer::timeout, this, [this] {
        if (strip_->current() + 1 >= strip_->count())
            setPlaying(false);
        else
            moveStep(1);
    });
    connect(strip_, &StepStrip::stepChosen, this, [this](int index) {
        wanted_step_ = index;
        clicked_.reset();
        showStep();
        emit stateChanged();
    });
    connect(view_, &StepCanvas::cellClicked, this, &StepsPane::chooseCell);
    connect(view_, &StepCanvas::cellHovered, this, &StepsPane::showCell);
    connect(document_, &Document::snapshotChanged, this, &StepsPane::follow);
    connect(document_, &Document::modelChanged, this, &StepsPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &StepsPane::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &StepsPane::follow);
    connect(selection_, &Selection::headChanged, this, &StepsPane::follow);
    connect(selection_, &Selection::tokensChanged, this, [this] {
        if (isVisible() && steps_)
            showStep();
    });
}

void StepsPane::setTheme(const Theme& theme) {
    view_->setTheme(theme);
}

void StepsPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void StepsPane::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    setPlaying(false);
    runner_.cancel();
}

void StepsPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    if (!snapshot || !snapshot->trace().check(head).ok()) {
        runner_.cancel();
        steps_.reset();
        snapshot_.reset();
        view_->setEmptyText(emptyViewText(*document_, tr("the arithmetic of one head, step by step")));
        showStep();
        return;
    }
    if (steps_ && snapshot == snapshot_ && head == head_) {
        findWanted();
        strip_->setCurrent(wanted_step_);
        return;
    }
    compute(snapshot, head);
}

void StepsPane::compute(const SnapshotPtr& snapshot, const HeadAddress& head) {
    snapshot_ = snapshot;
    head_ = head;
    clicked_.reset();
    runner_.start<Steps>(
        [snapshot, head](const RunControl& control) { return computeSteps(snapshot, head, control); },
        [this](const Result<Steps>& steps) { accept(steps); });
}

void StepsPane::accept(const Result<Steps>& steps) {
    steps_ = steps ? *steps : nullptr;
    if (!steps)
        view_->setEmptyText(QString::fromStdString(steps.error().message()));
    QStringList names;
    QStringList tool_tips;
    if (steps_)
        for (const Step& step : *steps_) {
            names << stepName(step);
            tool_tips << stepExplanation(step, head_.kind);
        }
    const QSignalBlocker quiet(strip_);
    strip_->setSteps(names, tool_tips);
    findWanted();
    strip_->setCurrent(wanted_step_);
    showStep();
}

void StepsPane::showFirstOf(const std::vector<StepKind>& kinds) {
    wanted_kinds_ = kinds;
    if (!isVisible() || !steps_ || head_ != selection_->head())
        return; // once the steps are there
    findWanted();
    strip_->setCurrent(wanted_step_);
}

void StepsPane::findWanted() {
    if (!steps_ || wanted_kinds_.empty())
        return;
    const auto found = std::find_if(steps_->begin(), steps_->end(), [this](const Step& step) {
        return std::find(wanted_kinds_.begin(), wanted_kinds_.end(), step.kind) != wanted_kinds_.end();
    });
    if (found != steps_->end())
        wanted_step_ = static_cast<int>(found - steps_->begin());
    wanted_kinds_.clear();
}

void StepsPane::showStep() {
    const bool there = steps_ && !steps_->empty();
    for (QWidget* part : {static_cast<QWidget*>(explanation_), card_})
        part->setVisible(there); // the strip stays: it has the keyboard
    StepPicture picture;
    if (there) {
        const Step& step = (*steps_)[static_cast<std::size_t>(strip_->current())];
        picture.steps = steps_;
        picture.index = static_cast<std::size_t>(strip_->current());
        const AxisTokens& queries = snapshot_->queries(head_.kind);
        const AxisTokens& keys = snapshot_->keys(head_.kind);
        picture.words = {queries.words, keys.words, queries.name, keys.name};
        picture.query = selection_->current().query;
        picture.key = selection_->current().key;
        picture.hovered = view_->picture().hovered;
        explanation_->setText(stepExplanation(step, head_.kind));
        const Formula formula = stepFormula(step);
        formula_->setVisible(!plainText(formula).isEmpty()); // else the words have all the room
        formula_->setFormulas({formula});
        title_->setText(
            tr("%1 · step %2 of %3").arg(headTitle(head_)).arg(strip_->current() + 1).arg(strip_->count()));
        view_->setPicture(picture);
        picture.chosen = clicked_ ? clicked_ : cellOfSelection();
    } else {
        formula_->hide();
        title_->clear();
    }
    view_->setPicture(picture);
    showCell();
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

void StepsPane::showCell() {
    const StepPicture& picture = view_->picture();
    const std::optional<StepCell> cell = picture.hovered ? picture.hovered : picture.chosen;
    arithmetic_.clear();
    std::vector<Formula> formulas;
    if (!picture.empty() && cell && cell->matrix < picture.nMatrices()) {
        cell_title_->setText(cellText(picture, *cell).toHtmlEscaped());
        const std::size_t n_operands = picture.step().operands.size();
        if (cell->matrix >= n_operands)
            formulas = cellFormulas(picture.step(), arithmeticOf(picture.step(), cell->matrix - n_operands,
                                                                 cell->row, cell->column));
        else
            formulas = {word(matrixExplanation(picture.matrix(cell->matrix)), Formula::Ink::Muted)};
        for (const Formula& formula : formulas)
            arithmetic_.push_back(plainText(formula));
    } else {
        cell_title_->setText(tr("Hover a cell to read it, click one to see where it comes from."));
    }
    arithmetic_view_->setFormulas(std::move(formulas));
}

QString StepsPane::arithmeticText() const {
    QStringList lines;
    for (const QString& line : arithmetic_)
        lines << line;
    return lines.join(QLatin1Char('\n'));
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

void StepsPane::setPlaying(bool playing) {
    if (playing && strip_->current() + 1 >= strip_->count())
        strip_->setCurrent(0);
    play_button_->setChecked(playing);
    play_button_->setText(playing ? tr("Pause") : tr("Play"));
    playing ? play_timer_.start() : play_timer_.stop();
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
        setPlaying(!play_timer_.isActive());
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

std::vector<FigureSubject> StepsPane::figures() const {
    if (!steps_ || view_->picture().empty())
        return {};
    const HeadMap map = snapshot_->headMap(head_);
    return {stepSubject(view_->picture(), map), eachStepSubject(view_->picture(), map)};
}

PictureTables StepsPane::tables() {
    const StepPicture& picture = view_->picture();
    if (!steps_ || picture.empty())
        return {};
    PictureTables tables = tablesOfStep(picture, tr("%1 · %2").arg(headTitle(head_), stepName(picture.step())));
    for (std::size_t i = 0; i < tables.all.size(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        tables.all[i].choose = [this, rows = matrix.rows, columns = matrix.columns](const QModelIndex& index) {
            chooseTokens(rows, static_cast<std::size_t>(index.row()), columns, static_cast<std::size_t>(index.column()));
        };
    }
    return tables;
}

QJsonObject StepsPane::state() const {
    return {{QStringLiteral("step"), wanted_step_}};
}

void StepsPane::setState(const QJsonObject& state) {
    if (const QString name = state[QStringLiteral("kind")].toString(); !name.isEmpty()) {
        wanted_kinds_ = stepKindsNamed(name);
        const QSignalBlocker quiet(strip_);
        if (isVisible() && steps_ && head_ == selection_->head()) {
            findWanted();
            strip_->setCurrent(wanted_step_);
            showStep();
        }
        return;
    }
    const int step = state[QStringLiteral("step")].toInt(-1);
    if (step < 0 || step > 100)
        return;
    wanted_step_ = step;
    const QSignalBlocker quiet(strip_);
    strip_->setCurrent(step);
    showStep();
}

} // namespace headlight::ui
