#include "ui/heads/head_grid_view.h"

#include "ui/heads/head_cell.h"
#include "ui/heads/head_grid_delegate.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_overview.h"
#include "ui/heads/head_preview.h"
#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

// Logical pixels a cell: below this nothing is to be seen, the grid scrolls instead.
constexpr int kSmallest = 18;
constexpr int kSmallestArranged = 44; // its name has to fit
constexpr double kZoomANotch = 1.15;

} // namespace

HeadGridView::HeadGridView(Selection* selection, QWidget* parent)
    : QTableView(parent), selection_(selection), theme_(&Theme::light()), grid_model_(new HeadGridModel(this)),
      grid_delegate_(new HeadGridDelegate(this)), preview_(new HeadPreview(this)) {
    setHorizontalHeader(new HeadGridHeader(Qt::Horizontal, this));
    setVerticalHeader(new HeadGridHeader(Qt::Vertical, this));
    setItemDelegate(grid_delegate_);
    setModel(grid_model_);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setCornerButtonEnabled(false);
    setMouseTracking(true);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setAccessibleName(tr("Heads"));
    preview_->hide();
    connect(selection_, &Selection::headChanged, this, &HeadGridView::followSelection);
    connect(selection_, &Selection::companionsChanged, this, &HeadGridView::followCompanions);
    connect(grid_model_, &QAbstractItemModel::modelAboutToBeReset, this, [this] { scrolled_ = verticalScrollBar()->value(); });
    connect(grid_model_, &QAbstractItemModel::modelReset, this, [this] {
        preview_->hide();
        layoutCells();
        followSelection();
        if (grid_model_->arranged())
            verticalScrollBar()->setValue(scrolled_); // new numbers shuffle heads, not what one looks at
    });
    connect(grid_model_, &HeadGridModel::previewReady, preview_, &HeadPreview::setImage);
    setTheme(*theme_);
}

HeadGridView::~HeadGridView() = default;

QSize HeadGridView::sizeHint() const {
    const int rows = std::clamp(grid_model_->rowCount(), 1, 12);
    const int header = grid_model_->arranged() ? 0 : horizontalHeader()->sizeHint().height();
    return {272, rows * (thumbnail_size_ + text_height_) + header + 4};
}

void HeadGridView::setHeadMap(const HeadMap& map) {
    grid_model_->setHeadMap(map);
    layoutCells();
    followSelection();
}

void HeadGridView::setSettings(const HeatmapSettings& settings) {
    grid_model_->setSettings(settings);
}

void HeadGridView::setTheme(const Theme& theme) {
    theme_ = &theme;
    grid_delegate_->setTheme(theme);
    static_cast<HeadGridHeader*>(horizontalHeader())->setTheme(theme);
    static_cast<HeadGridHeader*>(verticalHeader())->setTheme(theme);
    preview_->setTheme(theme);
    grid_model_->setMasked(theme.masked.rgb());
    setGround(theme.window);
}

void HeadGridView::setGround(const QColor& ground) {
    for (QHeaderView* header : {horizontalHeader(), verticalHeader()})
        static_cast<HeadGridHeader*>(header)->setGround(ground);
    // Chosen heads have a ring, not a ground of their own.
    setStyleSheet(QStringLiteral("QTableView { background: %1; selection-background-color: %1; }"
                                 "QTableCornerButton::section { background: %1; border: none; }")
                      .arg(ground.name()));
    QPalette colours = palette();
    colours.setColor(QPalette::Base, ground);
    colours.setColor(QPalette::Window, ground);
    setPalette(colours);
    viewport()->update();
}

void HeadGridView::setOverview(HeadOverview* overview) {
    overview_ = overview;
    grid_model_->setOverview(overview);
    connect(overview_, &HeadOverview::orderChanged, this, [this] {
        if (grid_model_->arranged())
            scrollToTop(); // the first of the new order is what was asked for
        else if (currentIndex().isValid())
            scrollTo(currentIndex());
    });
    connect(overview_, &HeadOverview::tableChanged, this, [this] {
        if (preview_->isVisible())
            preview_->setFacts(headFacts(overview_->table(), preview_->head()));
    });
    layoutCells();
}

void HeadGridView::setThumbnailRoom(int largest, bool fits_room) {
    largest_ = largest;
    fits_room_ = fits_room;
    layoutCells();
}

void HeadGridView::setZoom(double zoom) {
    zoom = std::clamp(zoom, 0.25, 8.0);
    if (zoom == zoom_)
        return;
    zoom_ = zoom;
    layoutCells();
    if (currentIndex().isValid())
        scrollTo(currentIndex());
    emit zoomChanged(zoom_);
}

void HeadGridView::layoutCells() {
    const bool arranged = grid_model_->arranged();
    horizontalHeader()->setVisible(!arranged);
    verticalHeader()->setVisible(!arranged);
    setAccessibleName(arranged ? tr("Heads, sorted or filtered") : tr("Heads: layers down, heads across"));
    const int headers = arranged ? 0 : verticalHeader()->sizeHint().width();
    const int header = arranged ? 0 : horizontalHeader()->sizeHint().height();
    const QSize room(width() - headers - verticalScrollBar()->sizeHint().width(), height() - header - 4);
    arranged ? layoutArranged(room) : layoutPlain(room);
    const double device_pixels = (thumbnail_size_ - 2 * kCellMargin) * devicePixelRatioF();
    grid_model_->setThumbnailPixels(static_cast<int>(device_pixels));
    updateGeometry();
    requestVisible();
}

void HeadGridView::layoutPlain(const QSize& room) {
    int width = room.width() / std::max(1, grid_model_->columnCount());
    if (fits_room_)
        width = static_cast<int>(zoom_ * std::min(width, room.height() / std::max(1, grid_model_->rowCount())));
    applyCellSize(std::clamp(width / 2 * 2, kSmallest, zoom_ > 1.0 ? static_cast<int>(largest_ * zoom_) : largest_), 0);
}

void HeadGridView::layoutArranged(const QSize& room) {
    const auto n_shown = static_cast<int>(grid_model_->heads().size());
    const int smallest = std::max(kSmallestArranged, QFontMetrics(themeFont(TextRole::Caption)).horizontalAdvance(widestLabel()) + 8);
    int width = smallest;
    if (fits_room_) {
        // The fewest columns with which all heads are in sight.
        int n_columns = std::max(1, room.width() / largest_);
        const auto cell = [&] { return std::min(largest_, room.width() / n_columns); };
        while (cell() > smallest && (n_shown + n_columns - 1) / n_columns * (cell() + textHeight(cell())) > room.height())
            ++n_columns;
        width = std::max(smallest, static_cast<int>(zoom_ * cell()));
    }
    const int n_columns = std::max(1, room.width() / width);
    if (!fits_room_)
        width = std::min(largest_, room.width() / n_columns);
    applyCellSize(width, textHeight(width));
    grid_delegate_->setTextLines(cellTextLines(width, widestLabel(), widestValue(), themeFont(TextRole::Caption)));
    grid_model_->setArrangedColumns(n_columns);
}

int HeadGridView::textHeight(int width) const {
    return static_cast<int>(std::ceil(cellTextLines(width, widestLabel(), widestValue(), themeFont(TextRole::Caption)) *
                                      QFontMetricsF(themeFont(TextRole::Caption)).height()));
}

QString HeadGridView::widestLabel() const {
    const HeadMap& map = grid_model_->headMap();
    if (map.empty())
        return {};
    QString label = headLabel({map.head.kind, LayerIndex(map.trace->nLayers(map.head.kind) - 1), HeadIndex(map.trace->nHeads(map.head.kind) - 1)});
    for (QChar& character : label)
        if (character.isDigit())
            character = QLatin1Char('8');
    return label;
}

QString HeadGridView::widestValue() const {
    const bool by_measure = overview_ != nullptr && overview_->effectiveOrder().sort == HeadSort::Measure;
    const bool tokens = by_measure && measureInfo(overview_->order().measure).unit == MeasureUnit::Tokens;
    return !by_measure ? QString() : tokens ? QStringLiteral("88.8") : QStringLiteral("0.88");
}

void HeadGridView::applyCellSize(int width, int text_height) {
    thumbnail_size_ = width;
    text_height_ = text_height > 0 ? text_height + 4 : 0;
    horizontalHeader()->setDefaultSectionSize(width);
    verticalHeader()->setDefaultSectionSize(width + text_height_);
}

void HeadGridView::requestVisible() {
    const int first = rowAt(0);
    const int last = rowAt(viewport()->height() - 1);
    if (first >= 0)
        grid_model_->setRowsInSight(first, last >= 0 ? last : grid_model_->rowCount() - 1);
    if (overview_ != nullptr && isVisible())
        overview_->setInSight(grid_model_->headsInSight());
}

void HeadGridView::followSelection() {
    const QModelIndex index = grid_model_->indexOf(selection_->head());
    following_ = true;
    if (index.isValid()) {
        setCurrentIndex(index);
    } else {
        clearSelection();
        setCurrentIndex({});
    }
    following_ = false;
}

void HeadGridView::followCompanions() {
    grid_delegate_->setTogether(selection_->companions().empty() ? std::vector<HeadAddress>{} : selection_->heads());
    viewport()->update();
}

void HeadGridView::mousePressEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool on_head = event->button() == Qt::LeftButton && grid_model_->hasHead(index);
    if (on_head && event->modifiers().testFlag(Qt::ControlModifier)) {
        selection_->toggleCompanion(grid_model_->headAt(index));
        return; // the current head stays
    }
    if (on_head && event->modifiers().testFlag(Qt::ShiftModifier)) {
        chooseRange(index);
        return;
    }
    QTableView::mousePressEvent(event);
    if (on_head)
        selection_->setHead(grid_model_->headAt(index)); // a click on the current one alone again lets the others go
}

void HeadGridView::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && event->modifiers() == Qt::NoModifier && grid_model_->hasHead(index))
        emit headActivated(grid_model_->headAt(index));
}

void HeadGridView::wheelEvent(QWheelEvent* event) {
    if (fits_room_ && event->modifiers().testFlag(Qt::ControlModifier)) {
        setZoom(zoom_ * std::pow(kZoomANotch, event->angleDelta().y() / 120.0));
        event->accept();
        return;
    }
    QTableView::wheelEvent(event);
}

/// The selected head and all up to this one, in the order they stand.
void HeadGridView::chooseRange(const QModelIndex& to) {
    const std::vector<HeadAddress>& heads = grid_model_->heads();
    const auto from = std::ranges::find(heads, selection_->head());
    const auto end = std::ranges::find(heads, grid_model_->headAt(to));
    if (from == heads.end()) {
        selection_->setHead(*end);
        return;
    }
    std::vector<HeadAddress> range(std::min(from, end), std::max(from, end) + 1);
    if (end < from)
        std::ranges::reverse(range); // the selected one stays the first
    range_end_ = *end;
    selection_->setHeads(range);
}

/// Shift + arrows: the range grows or shrinks at its end.
bool HeadGridView::moveRange(QKeyEvent* event) {
    const QModelIndex end = grid_model_->indexOf(selection_->companions().empty() ? selection_->head() : range_end_);
    if (!event->modifiers().testFlag(Qt::ShiftModifier) || !end.isValid())
        return false;
    QModelIndex next;
    switch (event->key()) {
    case Qt::Key_Left: next = end.siblingAtColumn(end.column() - 1); break;
    case Qt::Key_Right: next = end.siblingAtColumn(end.column() + 1); break;
    case Qt::Key_Up: next = end.siblingAtRow(end.row() - 1); break;
    case Qt::Key_Down: next = end.siblingAtRow(end.row() + 1); break;
    default: return false;
    }
    if (grid_model_->hasHead(next)) {
        chooseRange(next);
        scrollTo(next);
    }
    return true;
}

void HeadGridView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && preview_->isVisible()) {
        selection_->toggleCompanion(preview_->head());
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && grid_model_->hasHead(currentIndex())) {
        emit headActivated(grid_model_->headAt(currentIndex()));
        return;
    }
    if (moveRange(event))
        return;
    QTableView::keyPressEvent(event);
}

void HeadGridView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (grid_model_->hasHead(current) && !following_)
        selection_->setHead(grid_model_->headAt(current));
}

void HeadGridView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layoutCells();
}

void HeadGridView::scrollContentsBy(int dx, int dy) {
    QTableView::scrollContentsBy(dx, dy);
    preview_->hide();
    requestVisible();
}

void HeadGridView::mouseMoveEvent(QMouseEvent* event) {
    QTableView::mouseMoveEvent(event);
    showPreview(indexAt(event->position().toPoint()));
}

bool HeadGridView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave)
        preview_->hide(); // also when the mouse only moves on to the numbers along the sides
    return QTableView::viewportEvent(event);
}

void HeadGridView::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        layoutCells(); // the numbers along the sides take more or less room
}

void HeadGridView::showPreview(const QModelIndex& index) {
    if (!grid_model_->hasHead(index)) {
        preview_->hide();
        return;
    }
    const HeadAddress head = grid_model_->headAt(index);
    if (preview_->isVisible() && preview_->head() == head)
        return;
    const QRect cell = visualRect(index);
    if (overview_ != nullptr)
        preview_->setFacts(headFacts(overview_->table(), head));
    preview_->showFor(head, index.data(Qt::DecorationRole).value<QImage>(),
                      QRect(viewport()->mapToGlobal(cell.topLeft()), cell.size()));
    grid_model_->requestPreview(head, static_cast<int>(HeadPreview::kPicture * devicePixelRatioF()));
}

} // namespace headlight::ui
