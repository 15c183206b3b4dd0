// Mouse and keys of the heatmap.
#include "ui/heatmap/heatmap_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kZoomStep = 1.5;
constexpr double kWheelNotch = 120.0; // eighths of a degree, as QWheelEvent counts

} // namespace

void HeatmapView::fit() {
    transform_.fit();
    requestTile();
    update();
    emit partChanged(transform_);
}

void HeatmapView::showSamePart(const MapTransform& other) {
    if (transform_.empty() || other.empty() || other.n_rows != transform_.n_rows || other.n_columns != transform_.n_columns)
        return;
    if (other.fitted()) {
        transform_.fit();
    } else {
        const QPointF middle = other.toData(other.viewport.center());
        transform_.scale_x = other.scale_x;
        transform_.scale_y = other.scale_y;
        transform_.origin = transform_.viewport.center() - QPointF(middle.x() * transform_.scale_x, middle.y() * transform_.scale_y);
        transform_.clamp();
    }
    requestTile();
    update();
}

void HeatmapView::zoomIn() { zoomBy(transform_.viewport.center(), kZoomStep); }
void HeatmapView::zoomOut() { zoomBy(transform_.viewport.center(), 1.0 / kZoomStep); }

void HeatmapView::zoomBy(const QPointF& position, double factor) {
    transform_.zoomAt(position, factor);
    requestTile();
    if (cursor_)
        hoverAt(*cursor_);
    update();
    emit partChanged(transform_);
}

void HeatmapView::wheelEvent(QWheelEvent* event) {
    if (map_.empty()) {
        event->ignore();
        return;
    }
    const QPoint pixels = event->pixelDelta();
    const bool zoom_key = event->modifiers().testFlag(Qt::ControlModifier);
    // A touch pad reports pixels in both directions: it pans, as everywhere, and zooms with Control (pinch does the same).
    if (!pixels.isNull() && event->phase() != Qt::NoScrollPhase && !zoom_key) {
        transform_.pan(pixels);
        requestTile();
        update();
        emit partChanged(transform_);
    } else {
        const double notches = event->angleDelta().y() / kWheelNotch;
        zoomBy(event->position(), std::pow(kZoomStep, notches));
    }
    event->accept();
}

void HeatmapView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    pressed_ = true;
    dragging_ = false;
    press_position_ = last_drag_ = event->position();
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event) {
    const QPointF position = event->position();
    if (pressed_ && !dragging_ &&
        (position - press_position_).manhattanLength() >= QApplication::startDragDistance()) {
        dragging_ = true;
        setCursor(Qt::ClosedHandCursor);
    }
    if (dragging_) {
        transform_.pan(position - last_drag_);
        last_drag_ = position;
        requestTile();
        update();
        emit partChanged(transform_);
        return;
    }
    hoverAt(position);
}

void HeatmapView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !pressed_)
        return;
    pressed_ = false;
    if (dragging_) {
        dragging_ = false;
        unsetCursor();
        hoverAt(event->position());
        return;
    }
    // A second click on the pinned cell lets it go, and so does one beside the map.
    const std::optional<MapCell> cell = transform_.cellAt(event->position());
    pinCell(cell && cellOfPair(selection_->pinned()) == TokenPair{cell->row, cell->column} ? std::nullopt : cell);
}

void HeatmapView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        fit();
}

void HeatmapView::leaveEvent(QEvent*) {
    cursor_.reset();
    selection_->setHovered({});
    update();
}

void HeatmapView::hoverAt(const QPointF& position) {
    const std::optional<MapCell> cell = transform_.cellAt(position);
    cursor_ = cell ? std::optional(position) : std::nullopt;
    selection_->setHovered(pairOfCell(cell));
    update(); // the readout follows the cursor inside a cell too
}

void HeatmapView::pinCell(const std::optional<MapCell>& cell) {
    selection_->setPinned(pairOfCell(cell));
}

void HeatmapView::moveSelectedCell(std::ptrdiff_t rows, std::ptrdiff_t columns) {
    if (transform_.empty())
        return;
    const TokenPair pinned = cellOfPair(selection_->pinned());
    MapCell cell{0, 0};
    if (pinned.query && pinned.key) {
        const auto moved = [](std::size_t from, std::ptrdiff_t by, std::size_t n) {
            const auto to = static_cast<std::ptrdiff_t>(from) + by;
            return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(n) - 1));
        };
        cell = {moved(*pinned.query, rows, transform_.n_rows), moved(*pinned.key, columns, transform_.n_columns)};
    } else {
        // The first arrow chooses a cell that is in sight.
        cell = {transform_.visibleRows().begin, transform_.visibleColumns().begin};
    }
    cursor_.reset();
    selection_->setHovered({});
    transform_.reveal(cell);
    requestTile();
    pinCell(cell);
    update();
    emit partChanged(transform_);
}

void HeatmapView::keyPressEvent(QKeyEvent* event) {
    const std::ptrdiff_t step = event->modifiers().testFlag(Qt::ShiftModifier) ? 10 : 1;
    switch (event->key()) {
    case Qt::Key_Left: moveSelectedCell(0, -step); break;
    case Qt::Key_Right: moveSelectedCell(0, step); break;
    case Qt::Key_Up: moveSelectedCell(-step, 0); break;
    case Qt::Key_Down: moveSelectedCell(step, 0); break;
    case Qt::Key_F: fit(); break;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomIn(); break;
    case Qt::Key_Minus: zoomOut(); break;
    case Qt::Key_Escape:
        if (selection_->pinned() == TokenPair{}) {
            QWidget::keyPressEvent(event);
            return;
        }
        pinCell(std::nullopt);
        break;
    default: QWidget::keyPressEvent(event); return;
    }
    event->accept();
}

} // namespace headlight::ui
