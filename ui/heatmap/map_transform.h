// Where the cells of a map lie on the screen, and back: a plain struct that knows nothing of painting.
#pragma once

#include "core/base/indices.h"

#include <QPointF>
#include <QRectF>

#include <cstddef>
#include <optional>

namespace headlight::ui {

/// One cell of a map: query row and key column.
struct MapCell {
    std::size_t row = 0;
    std::size_t column = 0;
    bool operator==(const MapCell&) const = default;
};

/// Data coordinates: x in [0, n_columns], y in [0, n_rows]; cell (r, c) covers [c, c + 1) x [r, r + 1).
/// Pixels are logical (device-independent) ones.
struct MapTransform {
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    QRectF viewport;             ///< where the map may be painted
    QPointF origin;              ///< pixel position of data point (0, 0)
    double scale_x = 1.0;        ///< pixels a column
    double scale_y = 1.0;        ///< pixels a row
    double largest_fit = 72.0;   ///< a cell is not made larger than this to fill the viewport
    bool at_top = false;         ///< a map shorter than the viewport stands at its top rather than in its middle
    double largest_zoom = 160.0; ///< nor zoomed beyond this

    [[nodiscard]] bool empty() const { return n_rows == 0 || n_columns == 0 || viewport.isEmpty(); }
    [[nodiscard]] QPointF toPixel(const QPointF& data) const {
        return {origin.x() + data.x() * scale_x, origin.y() + data.y() * scale_y};
    }
    [[nodiscard]] QPointF toData(const QPointF& pixel) const {
        return {(pixel.x() - origin.x()) / scale_x, (pixel.y() - origin.y()) / scale_y};
    }
    [[nodiscard]] QRectF cellRect(const MapCell& cell) const;
    [[nodiscard]] QRectF dataRect(TokenRange rows, TokenRange columns) const; ///< in pixels
    [[nodiscard]] QRectF mapRect() const;                 ///< the whole map in pixels, may exceed the viewport
    [[nodiscard]] QRectF visibleRect() const;             ///< its part inside the viewport
    /// The cell under a pixel; nothing outside the map or the viewport.
    [[nodiscard]] std::optional<MapCell> cellAt(const QPointF& pixel) const;
    /// Rows and columns at least partly inside the viewport.
    [[nodiscard]] TokenRange visibleRows() const;
    [[nodiscard]] TokenRange visibleColumns() const;
    [[nodiscard]] bool fitted() const; ///< whether the whole map is visible at its fitting scale

    /// Shows the whole map. Cells are square unless that would squeeze a very wide or tall map into a thin strip:
    /// beyond 3 : 1 its short side is stretched.
    void fit();
    /// Multiplies the scale, keeping the data point under `pixel` where it is; never smaller than fit().
    void zoomAt(const QPointF& pixel, double factor);
    void pan(const QPointF& pixels);
    /// Moves as little as needed so that the cell lies inside the viewport.
    void reveal(const MapCell& cell);
    /// A new place or size: a fitted map stays fitted, another keeps its scale and the point in its middle.
    void setViewport(const QRectF& rect);
    /// Keeps the map over the viewport: no blank border on a side while something is hidden on the other; a map
    /// smaller than the viewport is centred.
    void clamp();
};

} // namespace headlight::ui
