#include "ui/window/compare_pane.h"

#include "ui/heatmap/heatmap_view.h"
#include "ui/heatmap/readout.h"
#include "ui/heatmap/token_label.h"
#include "ui/window/compare_bar.h"
#include "ui/window/map_columns.h"
#include "ui/window/view_pane.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <array>
#include <span>

namespace headlight::ui {
namespace {

constexpr int kOneRow = 860; // from this width on all three stand in one row, and in any pane that is twice as wide as high
constexpr int kSpacing = 12; // between maps in a row
constexpr qsizetype kMostOfText = 48; // letters of a sentence above its map
constexpr std::size_t kCellsAtOnce = std::size_t{1} << 16;

std::size_t indexOf(ComparePane::Side side) {
    return static_cast<std::size_t>(side);
}

QString modelName(const Document& document) {
    return document.model() ? QString::fromStdString(document.model()->name()).section(QLatin1Char('/'), -1)
                            : QString();
}

} // namespace

ComparePane::ComparePane(Document* document, Selection* selection, const BackendOptions& backend,
                         QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , other_(document, backend) {
    build();
    connect(document_, &Document::modelChanged, this, &ComparePane::followModels);
    connect(document_, &Document::snapshotChanged, this, &ComparePane::follow);
    connect(selection_, &Selection::headChanged, this, &ComparePane::follow);
    connect(selection_, &Selection::tokensChanged, this, &ComparePane::tellB);
    connect(&other_selection_, &Selection::tokensChanged, this, &ComparePane::tellA);
    connect(other(), &Document::modelChanged, this, &ComparePane::follow);
    connect(other(), &Document::snapshotChanged, this, &ComparePane::follow);
    connect(other(), &Document::problemChanged, this, &ComparePane::follow);
    connect(other()->textRunner(), &JobRunner::runningChanged, this, &ComparePane::showProblems);
    connect(other(), &Document::modelFailed, this, [this](const Error& error) {
        problem_->setText(tr("B: could not open %1: %2")
                              .arg(other()->modelBeingOpened(), QString::fromStdString(error.message())));
        problem_->show();
    });
}

ComparePane::~ComparePane() {
    for (const Part& part : parts_)
        delete part.view; // before the selections they look at
}

void ComparePane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    bar_ = new CompareBar;
    connect(bar_, &CompareBar::changed, this, [this] {
        follow();
        emit stateChanged();
    });
    connect(bar_, &CompareBar::modelChosen, this, [this](const QString& reference) {
        chooseModel(reference);
        emit stateChanged();
    });
    layout->addWidget(bar_);
    const auto label = [&](const char* role) {
        auto* const made = new QLabel;
        made->setProperty("role", role);
        made->setWordWrap(true);
        return made;
    };
    problem_ = label("problem");
    problem_->hide();
    summary_ = label("caption");
    numbers_ = label("body");
    numbers_->setAccessibleName(tr("The weight in A, in B, and their difference"));
    grid_ = new QGridLayout;
    grid_->setHorizontalSpacing(kSpacing);
    grid_->setVerticalSpacing(4);
    const std::array<QString, 3> names = {tr("Heatmap of A"), tr("Heatmap of B"),
                                          tr("Difference of A and B")};
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        // A and the difference tell tokens of A: they share the window's selection.
        parts_[i] = {label("section"),
                     new HeatmapView(i == indexOf(Side::B) ? &other_selection_ : selection_)};
        parts_[i].title->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        parts_[i].view->setAccessibleName(names[i]);
        parts_[i].view->setTitled(false); // what it shows stands above it
    }
    layout->addWidget(problem_);
    layout->addLayout(grid_, 1);
    about_ = new QWidget;
    auto* const lines = new QVBoxLayout(about_);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->addWidget(numbers_);
    lines->addWidget(summary_);
    lines->addStretch(1);
    arrange();
    setFocusProxy(view(Side::A));
}

void ComparePane::arrange() {
    // In one row, or two above two with the words beside the difference.
    const bool one_row = width() >= kOneRow || width() > 2 * height();
    grid_->removeWidget(about_);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        const int row = one_row || i < 2 ? 0 : 2;
        const int column = one_row || i < 2 ? static_cast<int>(i) : 0;
        grid_->removeWidget(parts_[i].title);
        grid_->removeWidget(parts_[i].view);
        grid_->addWidget(parts_[i].title, row, column);
        grid_->addWidget(parts_[i].view, row + 1, column);
    }
    if (one_row)
        grid_->addWidget(about_, 2, 0, 1, 3);
    else
        grid_->addWidget(about_, 3, 1);
    // A and B share a legend, B's, and the map it stands beside is as wide as the others.
    view(Side::A)->setAmongOthers(false);
    view(Side::B)->setAmongOthers(true);
    view(Side::Difference)->setAmongOthers(true);
    grid_->setRowStretch(1, 1);
    grid_->setRowStretch(3, one_row ? 0 : 1);
    const std::array<HeatmapView*, 3> maps = {view(Side::A), view(Side::B), view(Side::Difference)};
    shareColumns(*grid_, width(), std::span(maps).first(one_row ? 3 : 2));
}

/// Legends are as wide as their type.
void ComparePane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        QMetaObject::invokeMethod(this, &ComparePane::arrange, Qt::QueuedConnection); // the maps hear of it after this
}

void ComparePane::resizeEvent(QResizeEvent*) {
    arrange();
}

void ComparePane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    followModels();
}

void ComparePane::setSettings(const HeatmapSettings& settings) {
    settings_ = settings;
    view(Side::A)->setSettings(settings);
    view(Side::B)->setSettings(settings);
    view(Side::Difference)->setSettings(differenceSettings());
}

HeatmapSettings ComparePane::differenceSettings() const {
    HeatmapSettings settings = settings_;
    if (settings.scale == ScaleKind::Logarithmic) // differences have signs
        settings.scale = ScaleKind::Linear;
    return settings;
}

void ComparePane::setTheme(const Theme& theme) {
    for (const Part& part : parts_)
        part.view->setTheme(theme);
}

void ComparePane::chooseModel(const QString& reference) {
    problem_->hide();
    other_.chooseModel(reference, otherText()->text());
    followModels();
}

void ComparePane::followModels() {
    if (!isVisible())
        return; // it follows when it is shown
    other_.shareModel(otherText()->text());
    follow();
}

void ComparePane::follow() {
    if (!isVisible())
        return;
    const bool another = other_.hasOwnModel();
    const QString name = modelName(another ? *other() : *document_);
    if (another)
        bar_->showModel(name.isEmpty() ? other()->modelBeingOpened() : name, {}, true);
    else
        bar_->showModel(tr("same model"), name, false);
    if (other()->model())
        other_.read(otherText()->text());
    showProblems();
    runner_.cancel();
    const SnapshotPtr& mine = document_->snapshot();
    if (!mine || !mine->trace().check(selection_->head()).ok()) {
        showWaiting(emptyViewText(*document_, tr("two maps and what they differ in")));
        return;
    }
    const std::optional<HeadAddress> head =
        other_.headBeside(selection_->head(), bar_->layer(), bar_->head());
    if (!head || other()->problem()) {
        showWaiting(other()->problem() ? tr("B could not be run; the line above says why.")
                                       : tr("B is on its way…"));
        return;
    }
    const Trace& theirs = other()->snapshot()->trace();
    bar_->setHeads(theirs.nLayers(head->kind), theirs.nHeads(head->kind));
    const ComparedHead a{mine, selection_->head()}, b{other()->snapshot(), *head};
    const auto done = [this](Result<Comparison> result) {
        if (result.ok())
            show(*result);
        else if (!result.error().cancelled())
            showWaiting(QString::fromStdString(result.error().message()));
    };
    const auto cells = [](const ComparedHead& side) {
        return side.snapshot->trace().nQueries(side.head.kind) * side.snapshot->trace().nKeys(side.head.kind);
    };
    if (cells(a) + cells(b) <= kCellsAtOnce)
        done(makeComparison(a, b));
    else
        runner_.start<Comparison>([a, b](const RunControl& control) { return makeComparison(a, b, control); },
                                  done);
}

void ComparePane::show(const Comparison& comparison) {
    comparison_ = comparison;
    const bool one_model = !other_.hasOwnModel();
    const auto about = [one_model](const QString& side, const HeadMap& map) {
        QString head = mapTitle(map).replace(QStringLiteral(" attention ·"), QStringLiteral(" ·"));
        if (!one_model)
            head.prepend(map.model_name.section(QLatin1Char('/'), -1) + QStringLiteral(" · "));
        QString text = visibleWord(map.text.simplified());
        if (text.size() > kMostOfText)
            text = text.left(kMostOfText).trimmed() + QStringLiteral("…");
        return tr("%1 · %2 · “%3”").arg(side, head, text);
    };
    parts_[indexOf(Side::A)].title->setText(about(tr("A"), comparison_.a));
    parts_[indexOf(Side::B)].title->setText(about(tr("B"), comparison_.b));
    parts_[indexOf(Side::Difference)].title->setText(
        tr("A − B: blue where A looks more, orange where B does"));
    view(Side::A)->setHeadMap(comparison_.a);
    view(Side::B)->setHeadMap(comparison_.b);
    view(Side::Difference)->setSettings(differenceSettings());
    view(Side::Difference)->setHeadMap(comparison_.difference);
    arrange(); // the legends have their widths now
    const QString summary = comparison_.summary();
    summary_->setText(OtherSide::isWritten(otherText()->text()) || other_.hasOwnModel()
                          ? summary.left(1).toUpper() + summary.mid(1) + QLatin1Char('.')
                          : tr("A and B are the same text on the same model, so nothing differs. Write "
                               "another sentence for B, "
                               "with one word changed for example, or let another model read it."));
    tellB();
}

void ComparePane::showWaiting(const QString& why) {
    comparison_ = {};
    const SnapshotPtr& mine = document_->snapshot();
    const bool there = mine && mine->trace().check(selection_->head()).ok();
    for (const Part& part : parts_) {
        part.view->setEmptyText(why);
        part.view->setHeadMap({});
        part.title->clear();
    }
    if (there) {
        view(Side::A)->setHeadMap(mine->headMap(selection_->head()));
        parts_[indexOf(Side::A)].title->setText(tr("A"));
    }
    summary_->clear();
    numbers_->clear();
}

void ComparePane::showProblems() {
    const auto& problem = other()->problem();
    if (problem)
        problem_->setText(tr("B: %1").arg(QString::fromStdString(problem->message())));
    if (problem || other()->textRunner()->running())
        problem_->setVisible(problem.has_value());
}

QLineEdit* ComparePane::otherText() const {
    return bar_->textEdit();
}

void ComparePane::fit() {
    for (const Part& part : parts_)
        part.view->fit();
}

void ComparePane::stop() {
    other()->stop();
    runner_.cancel();
}

} // namespace headlight::ui
