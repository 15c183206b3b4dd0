#include "ui/window/change_maps.h"

#include "core/analysis/interventions/change_text.h"
#include "core/base/memory.h"
#include "core/maps/difference.h"
#include "core/maps/head_source.h"
#include "ui/export/composed_figure.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/theme/figures.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kThreeMaps = 1000; ///< from this width on all three stand beside one another
/// Weights read up to which the difference is measured at once: a few milliseconds.
constexpr std::size_t kCellsAtOnce = std::size_t{1} << 18;
/// Smaller ones come from rounding.
constexpr float kLeastDifference = 1e-6f;

MapAlteration changesMade(const std::vector<Change>& changes) {
    std::string lines;
    for (const Change& change : changes)
        lines += (lines.empty() ? "" : ", ") + changeText(change);
    const std::string n = changes.size() == 1 ? "1 change" : std::to_string(changes.size()) + " changes";
    return {.name = "changes", .value = lines, .text = "run with " + n + " inside the model"};
}

HeadMap afterMap(const ChangedRun& run, const HeadAddress& head) {
    HeadMap map = run.after->headMap(head);
    map.source = std::make_shared<const HeadSource>(map.trace, head, std::vector{changesMade(run.applied)});
    for (const Change& change : run.applied)
        if (const auto cell = cellOf(change); cell && cell->head == head)
            map.marked.emplace_back(cell->query_token, cell->key_token);
    return map;
}

struct Measured {
    MapSourcePtr source;
    float limit = 0.0f;
};

Result<Measured> measureDifference(const HeadMap& before, const HeadMap& after, const RunControl& control) {
    Measured measured;
    measured.source =
        std::make_shared<const Difference>(after.shown(), before.shown(), placeByPlace(before.nRows()),
                                           placeByPlace(before.nColumns()), "after − before, place by place");
    HEADLIGHT_ASSIGN(measured.limit, largestMagnitude(*measured.source, control));
    return measured;
}

} // namespace

ChangeMaps::ChangeMaps(Selection* selection, QWidget* parent)
    : QWidget(parent)
    , selection_(selection) {
    build();
    arrange();
}

void ChangeMaps::build() {
    const std::array<QString, 3> names{tr("The selected head before the changes"),
                                       tr("The selected head after the changes"),
                                       tr("What the changes make of the selected head")};
    auto* maps = new QHBoxLayout;
    maps->setSpacing(8);
    for (std::size_t i = 0; i < views_.size(); ++i) {
        views_[i] = new HeatmapView(selection_);
        views_[i]->setAccessibleName(names[i]);
        views_[i]->setTitled(false); // its name stands above it
        link(views_[i]);
        names_[i] = new QLabel;
        names_[i]->setProperty("role", "section");
        parts_[i] = new QWidget;
        auto* part = new QVBoxLayout(parts_[i]);
        part->setContentsMargins(0, 0, 0, 0);
        part->setSpacing(2);
        part->addWidget(names_[i]);
        part->addWidget(views_[i], 1);
        maps->addWidget(parts_[i], 1);
    }
    choice_ = new QFrame;
    choice_->setProperty("role", "segments");
    auto* segments = new QHBoxLayout(choice_);
    segments->setContentsMargins(2, 2, 2, 2);
    segments->setSpacing(2);
    beside_before_ = new QPushButton(tr("Before"));
    beside_before_->setToolTip(tr("Shows the map as it is beside the changed one"));
    beside_difference_ = new QPushButton(tr("Difference"));
    beside_difference_->setToolTip(tr("Shows after − before beside the changed one"));
    auto* group = new QButtonGroup(this);
    for (QPushButton* const button : {beside_before_, beside_difference_}) {
        button->setCheckable(true);
        button->setProperty("role", "segment");
        group->addButton(button);
        segments->addWidget(button);
        connect(button, &QPushButton::toggled, this, &ChangeMaps::arrange);
    }
    beside_before_->setChecked(true);
    note_ = new QLabel;
    note_->setProperty("role", "caption");
    note_->setWordWrap(true);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(choice_);
    head->addWidget(note_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(head);
    layout->addLayout(maps, 1);
}

void ChangeMaps::link(HeatmapView* view) {
    view->installEventFilter(this);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(view, &QWidget::customContextMenuRequested, this,
            [this, view](const QPoint& at) { emit contextMenuWanted(view->mapToGlobal(at)); });
    connect(view, &HeatmapView::partChanged, this, [this, view](const MapTransform& transform) {
        if (std::exchange(moving_, true))
            return;
        for (HeatmapView* const other : views_)
            if (other != view)
                other->showSamePart(transform);
        moving_ = false;
    });
}

void ChangeMaps::arrange() {
    const bool all = width() >= kThreeMaps;
    choice_->setVisible(!all);
    parts_[0]->setVisible(all || beside_before_->isChecked());
    parts_[2]->setVisible(all || !beside_before_->isChecked());
}

int ChangeMaps::heightFor(int width) const {
    const int n_abreast = width >= kThreeMaps ? 3 : 2;
    const int words = 2 * fontMetrics().height(); // switch, note and names
    return width / n_abreast + 3 * words;
}

void ChangeMaps::resizeEvent(QResizeEvent*) {
    arrange();
}

bool ChangeMaps::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* const key = static_cast<QKeyEvent*>(event);
    if (key->modifiers() != Qt::NoModifier && key->modifiers() != Qt::KeypadModifier)
        return QWidget::eventFilter(watched, event);
    switch (key->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        emit scoreWanted();
        return true;
    case Qt::Key_H:
        emit maskWanted();
        return true;
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        emit takeBackWanted();
        return true;
    default:
        return QWidget::eventFilter(watched, event);
    }
}

void ChangeMaps::setEmptyText(const QString& text) {
    for (HeatmapView* const view : views_)
        view->setEmptyText(text);
}

void ChangeMaps::setNote(const QString& note) {
    note_->setText(note);
}

void ChangeMaps::fit() {
    after()->fit(); // the others follow
}

void ChangeMaps::setSettings(const HeatmapSettings& settings) {
    settings_ = settings;
    for (HeatmapView* const view : views_)
        view->setSettings(settings);
}

void ChangeMaps::setTheme(const Theme& theme) {
    for (HeatmapView* const view : views_)
        view->setTheme(theme);
}

void ChangeMaps::show(const SnapshotPtr& snapshot, const ChangedRunPtr& run, const HeadAddress& head) {
    runner_.cancel();
    const SnapshotPtr& shown = run ? run->before : snapshot;
    if (!shown || !shown->trace().check(head).ok()) {
        for (HeatmapView* const view : views_)
            view->setHeadMap({});
        for (QLabel* const name : names_)
            name->clear();
        return;
    }
    HeadMap was = shown->headMap(head);
    was.role = tr("Before");
    HeadMap is = run ? afterMap(*run, head) : was;
    is.role = tr("After");
    const QString nothing_yet = run ? QString() : tr(" (nothing is changed yet)");
    names_[0]->setText(was.role);
    names_[1]->setText(is.role + nothing_yet);
    names_[2]->setText(tr("After − before"));
    before()->setHeadMap(was);
    after()->setHeadMap(is);
    if (run) {
        showDifference(was, is);
    } else {
        difference()->setEmptyText(
            tr("Here you will see what a change makes of every weight: after − before."));
        difference()->setHeadMap({});
    }
}

void ChangeMaps::showDifference(const HeadMap& was, const HeadMap& is) {
    const auto done = [this, is](Result<Measured> measured) {
        if (!measured.ok() && measured.error().cancelled())
            return;
        const bool differs = measured.ok() && measured->limit >= kLeastDifference;
        difference()->setEmptyText(!measured.ok() ? QString::fromStdString(measured.error().message())
                                                  : tr("This head's weights stay as they are:\nthe changes "
                                                       "come after it, or are too small to tell."));
        HeadMap map;
        if (differs) {
            map = is;
            map.source = measured->source;
            map.limit = measured->limit;
            map.role = tr("After − before");
        }
        difference()->setHeadMap(map);
    };
    if (was.nRows() * was.nColumns() <= kCellsAtOnce)
        done(guardMemory([&] { return measureDifference(was, is, {}); }));
    else
        runner_.start<Measured>(
            [was, is](const RunControl& control) { return measureDifference(was, is, control); }, done);
}

std::vector<FigureSubject> ChangeMaps::figures(const QString& about) const {
    ComposedRequest all;
    all.settings = settings_;
    all.about = about;
    std::vector<FigureSubject> subjects(1);
    constexpr std::array<const char*, 3> kStems{"-before", "-after", "-difference"};
    for (std::size_t i = 0; i < views_.size(); ++i) {
        ExportRequest one;
        one.map = views_[i]->headMap();
        one.settings = settings_;
        if (one.map.empty())
            continue;
        all.maps.push_back(one.map);
        subjects.push_back(headSubject(one));
        subjects.back().name = mapTitle(one.map);
        subjects.back().stem += QLatin1String(kStems[i]);
    }
    if (all.maps.empty())
        return {};
    const QString model = all.maps.front().model_name.section(QLatin1Char('/'), -1);
    subjects.front() =
        composedSubject(all, tr("Before, after and difference"), model + QStringLiteral("-changed"));
    return subjects;
}

} // namespace headlight::ui
