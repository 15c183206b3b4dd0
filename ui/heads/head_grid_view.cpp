#include "ui/heads/head_grid_view.h"

#include "ui/heads/head_grid_delegate.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_preview.h"
#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kSmallest = 18;   // logical pixels a cell: below this nothing is to be seen, the grid scrolls instead
constexpr int kLargest = 72;

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
    connect(grid_model_, &QAbstractItemModel::modelReset, this, [this] {
        preview_->hide();
        layoutCells();
        followSelection();
    });
    connect(grid_model_, &HeadGridModel::previewReady, preview_, &HeadPreview::setImage);
    setTheme(*theme_);
}

HeadGridView::~HeadGridView() = default;

QSize HeadGridView::sizeHint() const {
    const int rows = std::clamp(grid_model_->rowCount(), 1, 12);
    return {272, rows * thumbnail_size_ + horizontalHeader()->sizeHint().height() + 4};
}

void HeadGridView::setHeadMap(const HeadMap& map) {
    grid_model_->setHeadMap(map);
    setAccessibleName(tr("Heads: layers down, heads across"));
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
    setStyleSheet(QStringLiteral("QTableCornerButton::section { background: %1; border: none; }").arg(theme.window.name()));
    QPalette colours = palette();
    colours.setColor(QPalette::Base, theme.window);
    colours.setColor(QPalette::Window, theme.window);
    setPalette(colours);
    viewport()->update();
}

void HeadGridView::layoutCells() {
    const int n_columns = std::max(1, grid_model_->columnCount());
    const int room = width() - verticalHeader()->sizeHint().width() - verticalScrollBar()->sizeHint().width();
    thumbnail_size_ = std::clamp(room / n_columns / 2 * 2, kSmallest, kLargest);
    horizontalHeader()->setDefaultSectionSize(thumbnail_size_);
    verticalHeader()->setDefaultSectionSize(thumbnail_size_);
    const double device_pixels = (thumbnail_size_ - 2 * HeadGridDelegate::kMargin) * devicePixelRatioF();
    grid_model_->setThumbnailPixels(static_cast<int>(device_pixels));
    updateGeometry();
    requestVisible();
}

void HeadGridView::requestVisible() {
    const int first = rowAt(0);
    const int last = rowAt(viewport()->height() - 1);
    if (first >= 0)
        grid_model_->setRowsInSight(first, last >= 0 ? last : grid_model_->rowCount() - 1);
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
    if (event->button() == Qt::LeftButton && event->modifiers().testFlag(Qt::ControlModifier) && index.isValid()) {
        selection_->toggleCompanion(grid_model_->headAt(index));
        return; // the current head stays
    }
    QTableView::mousePressEvent(event);
    if (event->button() == Qt::LeftButton && index.isValid())
        selection_->setHead(grid_model_->headAt(index)); // a click on the current one alone again lets the others go
}

void HeadGridView::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Space && preview_->isVisible()) {
        selection_->toggleCompanion(preview_->head());
        return;
    }
    QTableView::keyPressEvent(event);
}

void HeadGridView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    if (current.isValid() && !following_)
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
    if (!index.isValid()) {
        preview_->hide();
        return;
    }
    const HeadAddress head = grid_model_->headAt(index);
    if (preview_->isVisible() && preview_->head() == head)
        return;
    const QRect cell = visualRect(index);
    preview_->showFor(head, index.data(Qt::DecorationRole).value<QImage>(),
                      QRect(viewport()->mapToGlobal(cell.topLeft()), cell.size()));
    grid_model_->requestPreview(head, static_cast<int>(HeadPreview::kPicture * devicePixelRatioF()));
}

} // namespace headlight::ui
