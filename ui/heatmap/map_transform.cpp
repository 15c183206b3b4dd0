#include "ui/heatmap/map_transform.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kSquareUpTo = 3.0; // n_long : n_short up to which cells stay square

struct Scales {
    double x = 1.0;
    double y = 1.0;
};

Scales fittingScales(const MapTransform& map) {
    const double fill_x = map.viewport.width() / static_cast<double>(map.n_columns);
    const double fill_y = map.viewport.height() / static_cast<double>(map.n_rows);
    const double square = std::min({fill_x, fill_y, map.largest_fit});
    const double ratio = static_cast<double>(std::max(map.n_rows, map.n_columns)) /
                         static_cast<double>(std::min(map.n_rows, map.n_columns));
    const double stretch = std::max(1.0, ratio / kSquareUpTo);
    Scales scales{square, square};
    if (map.n_columns < map.n_rows)
        scales.x = std::min({square * stretch, fill_x, map.largest_fit});
    else
        scales.y = std::min({square * stretch, fill_y, map.largest_fit});
    return scales;
}

/// Where a side of `length` pixels begins so that it covers [begin, begin + extent), or is centred when shorter.
double clampedOrigin(double origin, double length, double begin, double extent) {
    if (length <= extent)
        return begin + (extent - length) / 2;
    return std::clamp(origin, begin + extent - length, begin);
}

TokenRange visibleRange(double origin, double scale, double begin, double end, std::size_t n) {
    const double last = static_cast<double>(n);
    const double from = std::clamp(std::floor((begin - origin) / scale), 0.0, last);
    const double to = std::clamp(std::ceil((end - origin) / scale), from, last);
    return {static_cast<std::size_t>(from), static_cast<std::size_t>(to)};
}

} // namespace

QRectF MapTransform::cellRect(const MapCell& cell) const {
    return {toPixel(QPointF(static_cast<double>(cell.column), static_cast<double>(cell.row))), QSizeF(scale_x, scale_y)};
}

QRectF MapTransform::dataRect(TokenRange rows, TokenRange columns) const {
    return {toPixel(QPointF(static_cast<double>(columns.begin), static_cast<double>(rows.begin))),
            QSizeF(static_cast<double>(columns.size()) * scale_x, static_cast<double>(rows.size()) * scale_y)};
}

QRectF MapTransform::mapRect() const {
    return dataRect({0, n_rows}, {0, n_columns});
}

QRectF MapTransform::visibleRect() const {
    return mapRect().intersected(viewport);
}

std::optional<MapCell> MapTransform::cellAt(const QPointF& pixel) const {
    if (empty() || !viewport.contains(pixel))
        return std::nullopt;
    const QPointF data = toData(pixel);
    if (data.x() < 0 || data.y() < 0 || data.x() >= static_cast<double>(n_columns) || data.y() >= static_cast<double>(n_rows))
        return std::nullopt;
    return MapCell{static_cast<std::size_t>(data.y()), static_cast<std::size_t>(data.x())};
}

TokenRange MapTransform::visibleRows() const {
    return visibleRange(origin.y(), scale_y, viewport.top(), viewport.bottom(), n_rows);
}

TokenRange MapTransform::visibleColumns() const {
    return visibleRange(origin.x(), scale_x, viewport.left(), viewport.right(), n_columns);
}

bool MapTransform::fitted() const {
    if (empty())
        return true;
    const Scales fitting = fittingScales(*this);
    return scale_x <= fitting.x * 1.0001 && scale_y <= fitting.y * 1.0001;
}

void MapTransform::fit() {
    if (empty())
        return;
    const Scales fitting = fittingScales(*this);
    scale_x = fitting.x;
    scale_y = fitting.y;
    clamp();
}

void MapTransform::zoomAt(const QPointF& pixel, double factor) {
    if (empty() || !(factor > 0.0))
        return;
    const QPointF anchor = toData(pixel);
    const Scales fitting = fittingScales(*this);
    // One factor for both sides keeps the cells' shape.
    const double largest = std::max(1.0, largest_zoom / std::max(fitting.x, fitting.y));
    const double zoom = std::clamp(scale_x / fitting.x * factor, 1.0, largest);
    scale_x = fitting.x * zoom;
    scale_y = fitting.y * zoom;
    origin = {pixel.x() - anchor.x() * scale_x, pixel.y() - anchor.y() * scale_y};
    clamp();
}

void MapTransform::pan(const QPointF& pixels) {
    origin += pixels;
    clamp();
}

void MapTransform::reveal(const MapCell& cell) {
    const QRectF rect = cellRect(cell);
    QPointF shift;
    if (rect.left() < viewport.left() || rect.width() > viewport.width())
        shift.setX(viewport.left() - rect.left());
    else if (rect.right() > viewport.right())
        shift.setX(viewport.right() - rect.right());
    if (rect.top() < viewport.top() || rect.height() > viewport.height())
        shift.setY(viewport.top() - rect.top());
    else if (rect.bottom() > viewport.bottom())
        shift.setY(viewport.bottom() - rect.bottom());
    pan(shift);
}

void MapTransform::setViewport(const QRectF& rect) {
    if (rect == viewport)
        return;
    const bool was_fitted = fitted();
    const QPointF middle = toData(viewport.center());
    viewport = rect;
    if (empty())
        return;
    const Scales fitting = fittingScales(*this);
    if (was_fitted || scale_x < fitting.x) {
        fit();
        return;
    }
    // The fitting shape may have changed; keep the zoom of the columns and follow with the rows.
    scale_y = scale_x * fitting.y / fitting.x;
    origin = {rect.center().x() - middle.x() * scale_x, rect.center().y() - middle.y() * scale_y};
    clamp();
}

void MapTransform::clamp() {
    if (empty())
        return;
    origin.setX(clampedOrigin(origin.x(), static_cast<double>(n_columns) * scale_x, viewport.left(), viewport.width()));
    const double height = static_cast<double>(n_rows) * scale_y;
    origin.setY(at_top && height <= viewport.height() ? viewport.top()
                                                      : clampedOrigin(origin.y(), height, viewport.top(), viewport.height()));
}

} // namespace headlight::ui
