#include "ui/window/overview_pane.h"

#include "ui/export/figure_export.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_overview.h"
#include "ui/overview/head_order_json.h"
#include "ui/overview/heads_figure.h"
#include "ui/overview/heads_list.h"
#include "ui/overview/head_order_bar.h"
#include "ui/overview/head_table_view.h"
#include "ui/table/list_table_model.h"
#include "ui/theme/theme.h"
#include "ui/window/view_pane.h"

#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {

namespace {

constexpr int kLargestThumbnail = 220; // logical pixels

} // namespace

OverviewPane::OverviewPane(Document* document, Selection* selection, HeadOverview* overview, QWidget* parent)
    : QWidget(parent)
    , document_(document)
    , selection_(selection)
    , overview_(overview) {
    build();
    connect(document_, &Document::snapshotChanged, this, &OverviewPane::follow);
    connect(document_, &Document::modelChanged, this, &OverviewPane::follow);
    connect(document_->loadRunner(), &JobRunner::runningChanged, this, &OverviewPane::follow);
    connect(document_->textRunner(), &JobRunner::runningChanged, this, &OverviewPane::follow);
    connect(selection_, &Selection::headChanged, this, &OverviewPane::follow);
    connect(overview_, &HeadOverview::shownChanged, this, &OverviewPane::followCount);
    connect(overview_, &HeadOverview::tableChanged, this, &OverviewPane::followCount); // only then is an empty filter sure
    connect(overview_, &HeadOverview::orderChanged, this, &OverviewPane::tellState);
    connect(grid_, &HeadGridView::zoomChanged, this, &OverviewPane::tellState);
    connect(grid_, &HeadGridView::headActivated, this, &OverviewPane::headActivated);
    connect(table_, &HeadTableView::headActivated, this, &OverviewPane::headActivated);
}

void OverviewPane::build() {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    bar_ = new HeadOrderBar(overview_, true);
    title_ = new QLabel;
    title_->setProperty("role", "caption");
    title_->setTextInteractionFlags(Qt::NoTextInteraction);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long text must not widen the window
    grid_ = new HeadGridView(selection_);
    grid_->setThumbnailRoom(kLargestThumbnail, true);
    grid_->setOverview(overview_);
    table_ = new HeadTableView(overview_, selection_);
    nothing_ = new QLabel;
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setProperty("role", "caption");
    stack_ = new QStackedWidget;
    for (QWidget* view : {static_cast<QWidget*>(grid_), static_cast<QWidget*>(table_), static_cast<QWidget*>(nothing_)})
        stack_->addWidget(view);
    layout->addWidget(bar_);
    layout->addWidget(title_);
    layout->addWidget(stack_, 1);
    table_button_ = new QPushButton(tr("Table"));
    table_button_->setCheckable(true);
    table_button_->setToolTip(tr("The numbers behind the pictures: a row a head, a column a measure. Ctrl+C copies."));
    connect(table_button_, &QPushButton::toggled, this, [this] {
        followCount();
        tellState();
    });
}

QWidget* OverviewPane::tools() const { return table_button_; }

std::vector<FigureSubject> OverviewPane::figures() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    if (!snapshot || !snapshot->trace().has(selection_->head().kind) || overview_->shown().empty())
        return {};
    ExportRequest request;
    request.map = snapshot->headMap(selection_->head());
    request.settings = picture_settings_;
    const FigureSubject shown = headsSubject({request.map, picture_settings_, overview_->table(), overview_->effectiveOrder(), overview_->shown()});
    if (overview_->effectiveOrder().plain())
        return {sheetSubject(request), shown, eachHeadSubject(request)};
    return {shown, sheetSubject(request)};
}

PictureTables OverviewPane::tables() const {
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadTable& numbers = overview_->table();
    if (!snapshot || !snapshot->trace().has(numbers.kind) || overview_->shown().empty())
        return {};
    QString about = tr("%1 on “%2”. A dash: nothing to measure on this text.").arg(overview_->countText(), snapshot->wholeText());
    if (!numbers.complete())
        about += QLatin1Char(' ') + tr("Not all are measured yet: open the table again in a moment.");
    PictureTable table = listPicture(headsList(numbers, overview_->shown()), tr("Heads · %1").arg(headTitle({numbers.kind, LayerIndex(0), HeadIndex(0)}).section(QStringLiteral(" · "), 0, 0)), about);
    if (const auto row = std::ranges::find(overview_->shown(), selection_->head()); row != overview_->shown().end())
        table.current_row = static_cast<std::size_t>(row - overview_->shown().begin());
    table.choose = [this, heads = overview_->shown()](const QModelIndex& index) {
        const HeadAddress& head = heads[static_cast<std::size_t>(index.row())];
        if (document_->snapshot() && document_->snapshot()->trace().check(head).ok())
            selection_->setHead(head);
    };
    return onlyTable(std::move(table));
}

QJsonObject OverviewPane::state() const {
    QJsonObject state = orderToJson(overview_->order());
    state[QStringLiteral("as_table")] = table_button_->isChecked();
    state[QStringLiteral("zoom")] = grid_->zoom();
    return state;
}

void OverviewPane::setState(const QJsonObject& state) {
    restoring_ = true;
    overview_->setOrder(orderFromJson(state, overview_->order()));
    table_button_->setChecked(state[QStringLiteral("as_table")].toBool(table_button_->isChecked()));
    grid_->setZoom(state[QStringLiteral("zoom")].toDouble(grid_->zoom()));
    restoring_ = false;
}

void OverviewPane::tellState() {
    if (!restoring_)
        emit stateChanged();
}

void OverviewPane::setPictureSettings(const HeatmapSettings& settings) {
    picture_settings_ = settings;
    grid_->setSettings(settings);
}

void OverviewPane::setTheme(const Theme& theme) {
    grid_->setTheme(theme);
    grid_->setGround(theme.canvas);
    table_->setTheme(theme);
}

void OverviewPane::fit() { grid_->setZoom(1.0); }

void OverviewPane::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    follow();
    overview_->want(this, true);
}

void OverviewPane::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    overview_->want(this, false);
}

void OverviewPane::follow() {
    if (!isVisible())
        return; // it follows when it is shown
    const SnapshotPtr& snapshot = document_->snapshot();
    const HeadAddress& head = selection_->head();
    const bool there = snapshot && snapshot->trace().has(head.kind);
    const HeadMap map = there ? snapshot->headMap(head) : HeadMap{};
    grid_->setHeadMap(map);
    if (there) {
        const Trace& trace = snapshot->trace();
        title_->setText(tr("%1 · %2 layers × %3 heads · %4")
                            .arg(headTitle(head).section(QStringLiteral(" · "), 0, 0)) // headTitle() names the attention first
                            .arg(trace.nLayers(head.kind))
                            .arg(trace.nHeads(head.kind))
                            .arg(sidesText(map)));
    }
    followCount();
}

/// Pictures, table, or why there is neither.
void OverviewPane::followCount() {
    const SnapshotPtr& snapshot = document_->snapshot();
    const bool there = snapshot && snapshot->trace().has(selection_->head().kind);
    title_->setVisible(there);
    bar_->setVisible(there);
    table_button_->setEnabled(there);
    const bool none = there && overview_->shown().empty() && overview_->effectiveOrder().filters();
    if (!there)
        nothing_->setText(emptyViewText(*document_, tr("a small picture of every head of the model, sorted and filtered as you like")));
    else if (none)
        nothing_->setText(overview_->table().complete() ? tr("No head passes the filter on this text.\n\nPress “reset” above to see all.")
                                                         : tr("Measuring…"));
    stack_->setCurrentWidget(!there || none ? static_cast<QWidget*>(nothing_) : table_button_->isChecked() ? static_cast<QWidget*>(table_) : grid_);
    setFocusProxy(table_button_->isChecked() ? static_cast<QWidget*>(table_) : grid_);
}

} // namespace headlight::ui
