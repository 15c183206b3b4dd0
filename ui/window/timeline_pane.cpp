#include "ui/window/timeline_pane.h"

#include "ui/inspector/pair_numbers.h"
#include "ui/timeline/step_attention.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/chip_button.h"
#include "ui/window/step_player.h"
#include "ui/window/view_pane.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace headlight::ui {

namespace {

constexpr int kPlayMilliseconds = 700;
constexpr std::array<std::size_t, 3> kOptionCounts = {3, 5, 8};

std::size_t strongest(const std::vector<float>& weights) {
    return static_cast<std::size_t>(std::max_element(weights.begin(), weights.end()) - weights.begin());
}

/// Words on a button or in a menu.
QString shortened(const QString& text) {
    return text.size() <= 60 ? text : text.left(59) + QChar(0x2026);
}

} // namespace

TimelinePane::TimelinePane(Document* document, Selection* selection, StatisticsSource* statistics,
                           QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , statistics_(statistics) {
    build();
    buildTools();
    connect(document_, &Document::snapshotChanged, this, &TimelinePane::follow);
    connect(document_, &Document::draftChanged, this, &TimelinePane::follow);
    connect(document_, &Document::modelChanged, this, &TimelinePane::follow);
    connect(document_, &Document::pathsChanged, this, &TimelinePane::followPaths);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &TimelinePane::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &TimelinePane::follow);
    connect(statistics_, &StatisticsSource::changed, this, &TimelinePane::follow);
    connect(selection_, &Selection::headChanged, this, &TimelinePane::followSelection);
    connect(selection_, &Selection::tokensChanged, this, &TimelinePane::followSelection);
    connect(view_, &TimelineView::stepChosen, this, &TimelinePane::chooseStep);
    connect(view_, &TimelineView::wordChosen, this, &TimelinePane::chooseWord);
    connect(attention_, &StepAttentionView::keyHovered, this,
            [this](std::size_t strip, std::optional<std::size_t> key) {
                const AttentionStrip& over = attention_->strips()[strip];
                if (over.head.kind == selection_->head().kind)
                    selection_->setHovered(key ? TokenPair{over.query, key} : TokenPair{});
            });
    connect(attention_, &StepAttentionView::keyClicked, this, [this](std::size_t strip, std::size_t key) {
        const AttentionStrip clicked = attention_->strips()[strip];
        selection_->setHead(clicked.head);
        selection_->setPinned({clicked.query, key});
    });
    followPaths();
}

void TimelinePane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    note_ = new QLabel;
    note_->setProperty("role", "caption");
    note_->setWordWrap(true);
    note_->setObjectName(QStringLiteral("timelineNote"));
    view_ = new TimelineView;
    setFocusPolicy(Qt::ClickFocus); // a click anywhere in the pane: arrows and Space go through the steps
    setFocusProxy(view_);
    attention_ = new StepAttentionView;
    controls_ = buildControls();
    layout->addWidget(note_);
    layout->addWidget(view_, 1);
    layout->addWidget(controls_);
    layout->addWidget(attention_);
    layout->addStretch();
}

QWidget* TimelinePane::buildControls() {
    auto* controls = new QWidget;
    auto* line = new QHBoxLayout(controls);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    player_ = new StepPlayer([this] { return !row_ || *row_ + 1 >= view_->timeline().steps.size(); },
                             kPlayMilliseconds);
    QToolButton* const back = player_->backButton();
    back->setAccessibleName(tr("Previous step"));
    back->setToolTip(tr("Previous step (Left, or Alt+Left from anywhere)"));
    back->setAutoRepeat(true);
    QToolButton* const forth = player_->forthButton();
    forth->setAccessibleName(tr("Next step"));
    forth->setToolTip(tr("Next step (Right, or Alt+Right from anywhere)"));
    forth->setAutoRepeat(true);
    player_->playButton()->setObjectName(QStringLiteral("playSteps"));
    slider_ = new QSlider(Qt::Horizontal);
    slider_->setAccessibleName(tr("Step"));
    slider_->setToolTip(tr("Moves through the steps in which the words were made"));
    step_label_ = new QLabel;
    step_label_->setProperty("role", "caption");
    line->addWidget(player_);
    line->addWidget(slider_, 1);
    line->addWidget(step_label_);
    connect(player_, &StepPlayer::moved, this, &TimelinePane::moveStep);
    connect(player_, &StepPlayer::rewound, this, [this] {
        if (row_)
            chooseStep(0);
    });
    connect(slider_, &QSlider::valueChanged, this, [this](int value) {
        if (row_ != static_cast<std::size_t>(value))
            chooseStep(static_cast<std::size_t>(value));
    });
    return controls;
}

void TimelinePane::buildTools() {
    tools_ = new QWidget(this);
    auto* line = new QHBoxLayout(tools_);
    line->setContentsMargins(0, 0, 0, 0);
    path_button_ = new ChipButton;
    path_button_->setAccessibleName(tr("Path"));
    path_button_->setToolTip(tr("Every way this text has been continued stays reachable: the model's own "
                                "words, words drawn anew, and "
                                "what followed the words you chose"));
    path_menu_ = new QMenu(this);
    path_button_->setMenu(path_menu_);
    options_button_ = new ChipButton;
    options_button_->setAccessibleName(tr("Candidates of each step"));
    options_button_->setToolTip(tr("How many candidates each step shows, where there is room"));
    options_menu_ = new QMenu(this);
    auto* group = new QActionGroup(this);
    for (const std::size_t count : kOptionCounts) {
        QAction* const action = options_menu_->addAction(tr("%1 candidates").arg(count));
        action->setCheckable(true);
        action->setData(static_cast<int>(count));
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, count] {
            setOptionCount(count);
            emit stateChanged();
        });
    }
    options_button_->setMenu(options_menu_);
    line->addWidget(path_button_);
    line->addWidget(options_button_);
    setOptionCount(n_options_);
}

void TimelinePane::setOptionCount(std::size_t n_options) {
    n_options_ = n_options;
    options_button_->setTexts(tr("candidates"), QString::number(n_options));
    for (QAction* const action : options_menu_->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(n_options));
    view_->setOptionCount(n_options);
    follow();
}

QJsonObject TimelinePane::state() const {
    return {{QStringLiteral("candidates"), static_cast<int>(n_options_)}};
}

void TimelinePane::setState(const QJsonObject& state) {
    const int count = state[QStringLiteral("candidates")].toInt(0);
    if (count >= 3 && count <= static_cast<int>(TextStatistics::kTop))
        setOptionCount(static_cast<std::size_t>(count));
}

QString TimelinePane::settingName(const QString&) const {
    return tr("candidates of each step");
}

void TimelinePane::setTheme(const Theme& theme) {
    view_->setTheme(theme);
    attention_->setTheme(theme);
}

void TimelinePane::setSettings(const HeatmapSettings& settings) {
    attention_->setSettings(settings);
}

void TimelinePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
}

void TimelinePane::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    player_->setPlaying(false);
}

void TimelinePane::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && !view_->timeline().empty())
        player_->setPlaying(!player_->playing());
    else
        QWidget::keyPressEvent(event);
}

void TimelinePane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const auto& draft = document_->draft();
    statistics_->request(snapshot);
    view_->setEmptyText(
        emptyViewText(*document_, tr("each word as it was made, with what else could have come")));
    view_->setTimeline(
        makeTimeline(snapshot, statistics_->statistics(), draft ? &*draft : nullptr, n_options_));
    const bool there = !view_->timeline().empty();
    note_->setVisible(there);
    controls_->setVisible(there);
    attention_->setVisible(there);
    if (there)
        note_->setText(draft ? tr("Being written; Ctrl+. stops after the words that are there.")
                             : timelineNote(*snapshot));
    const QSignalBlocker quiet(slider_);
    slider_->setRange(0, std::max(0, static_cast<int>(view_->timeline().steps.size()) - 1));
    followSelection();
}

void TimelinePane::followSelection() {
    if (!isVisible())
        return;
    const bool hovering = selection_->hovered().query.has_value();
    const auto before = row_;
    if (selection_->head().kind != AttentionKind::EncoderSelf)
        row_ = selection_->current().query;
    if (!row_ && !view_->timeline().empty())
        row_ = 0;
    if (row_ && *row_ >= view_->timeline().steps.size())
        row_ = view_->timeline().empty() ? std::nullopt : std::optional(view_->timeline().steps.size() - 1);
    showStep(!hovering && (row_ != before || !view_->timeline().writing));
}

void TimelinePane::showStep(bool scroll) {
    const Timeline& timeline = view_->timeline();
    view_->setSelected(timeline.writing ? std::nullopt : row_, scroll);
    const QSignalBlocker quiet(slider_);
    slider_->setValue(static_cast<int>(row_.value_or(0)));
    player_->backButton()->setEnabled(row_.value_or(0) > 0);
    player_->forthButton()->setEnabled(row_ && *row_ + 1 < timeline.steps.size());
    step_label_->setText(stepText());
    std::vector<AttentionStrip> strips;
    const bool traced =
        row_ && timeline.snapshot && *row_ < timeline.snapshot->trace().stack(StackKind::Decoder).nTokens();
    if (traced)
        for (const AttentionKind kind : timeline.snapshot->trace().kinds())
            if (auto strip = stripOf(kind, *row_))
                strips.push_back(std::move(*strip));
    attention_->setStrips(std::move(strips));
}

void TimelinePane::moveStep(int by) {
    const auto n_steps = static_cast<std::ptrdiff_t>(view_->timeline().steps.size());
    if (n_steps == 0)
        return;
    const auto next = static_cast<std::ptrdiff_t>(row_.value_or(0)) + by;
    chooseStep(static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(next, 0, n_steps - 1)));
}

/// The step becomes the window's query, with the key it looks at most.
void TimelinePane::chooseStep(std::size_t step) {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    row_ = step;
    const bool joins = snapshot && head.kind != AttentionKind::EncoderSelf &&
                       snapshot->trace().check(head).ok() && step < snapshot->trace().nQueries(head.kind);
    if (joins) {
        const std::vector<float> weights = rowWeights(snapshot->trace(), head, step);
        selection_->setHovered({});
        selection_->setPinned({.query = step, .key = strongest(weights)});
    }
    showStep(true);
}

void TimelinePane::chooseWord(std::size_t step, TokenId word) {
    player_->setPlaying(false);
    document_->chooseWord(view_->timeline().snapshot, step, word);
}

QToolButton* TimelinePane::playButton() const {
    return player_->playButton();
}

void TimelinePane::followPaths() {
    const auto& paths = document_->paths();
    const auto current = document_->currentPath();
    path_menu_->clear();
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const QString kind = paths[i].own() ? tr("the model's own words") : tr("with words you chose");
        QAction* const action = path_menu_->addAction(
            tr("%1 — %2, %3")
                .arg(shortened(pathLabel(paths[i], i == 0 && paths.size() > 1 ? paths[1] : paths[0])), kind,
                     paths[i].decoding));
        action->setCheckable(true);
        action->setChecked(current == i);
        connect(action, &QAction::triggered, document_, [this, i] { document_->goToPath(i); });
    }
    const auto own =
        std::find_if(paths.begin(), paths.end(), [](const WrittenPath& path) { return path.own(); });
    if (current && !paths[*current].own() && own != paths.end()) {
        path_menu_->addSeparator();
        QAction* const back = path_menu_->addAction(tr("Back to the model's own words"));
        const auto index = static_cast<std::size_t>(own - paths.begin());
        connect(back, &QAction::triggered, document_, [this, index] { document_->goToPath(index); });
    }
    path_button_->setVisible(paths.size() > 1);
    path_button_->setTexts(tr("path %1 of %2").arg(current ? *current + 1 : 0).arg(paths.size()),
                           current ? (paths[*current].own() ? tr("model's own") : tr("yours")) : QString());
}

} // namespace headlight::ui
