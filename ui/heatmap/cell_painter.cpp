#include "ui/heatmap/cell_painter.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kSeparatedFrom = 12.0;   // cells of at least this size stand apart by a hairline
constexpr double kOutlinedFrom = 10.0;    // smaller ones are shown by a cross-hair
constexpr double kHatchDistance = 7.0;
constexpr float kQuietBelow = 0.1f;       // the nearer to zero, the quieter a number, down to kQuietest
constexpr float kQuietest = 0.7f;

/// Rounds to device pixels, so that neighbouring cells neither overlap nor leave a gap.
double snapped(double value, double pixels_per_unit) {
    return std::round(value * pixels_per_unit) / pixels_per_unit;
}

QRectF snappedRect(const QRectF& rect, double pixels_per_unit) {
    const QPointF top_left(snapped(rect.left(), pixels_per_unit), snapped(rect.top(), pixels_per_unit));
    const QPointF bottom_right(snapped(rect.right(), pixels_per_unit), snapped(rect.bottom(), pixels_per_unit));
    return {top_left, bottom_right};
}

/// Decimals that fit into a cell, or -1.
int digitsThatFit(const HeatmapScene& scene, const QFontMetricsF& metrics) {
    if (!scene.settings.show_numbers || scene.transform.scale_y < metrics.height() * 1.3)
        return -1;
    const double sign = scene.tile->request.isSigned() ? metrics.horizontalAdvance(QStringLiteral("−")) : 0.0;
    const double room = scene.transform.scale_x - 8.0 - sign;
    for (const int digits : {3, 2})
        if (metrics.horizontalAdvance(QLatin1Char('0')) * (digits + 1) + metrics.horizontalAdvance(QLatin1Char('.')) <= room)
            return digits;
    return -1;
}

/// Rectangles and numbers of an exact tile.
class VectorCells {
public:
    VectorCells(QPainter& painter, const HeatmapScene& scene) : painter_(painter), scene_(scene), tile_(*scene.tile) {}

    void paint() {
        const TokenRange rows = intersected(scene_.transform.visibleRows(), tile_.request.rows);
        const TokenRange columns = intersected(scene_.transform.visibleColumns(), tile_.request.columns);
        painter_.setRenderHint(QPainter::Antialiasing, false);
        painter_.setPen(Qt::NoPen);
        forEach(rows, columns, [&](const MapCell& cell, const QRectF& rect) { painter_.fillRect(rect, colourOf(cell)); });
        painter_.setRenderHint(QPainter::Antialiasing, true);
        const QFontMetricsF metrics(scene_.fonts.caption);
        const int digits = digitsThatFit(scene_, metrics);
        if (digits < 0)
            return;
        painter_.setFont(scene_.fonts.caption);
        forEach(rows, columns, [&](const MapCell& cell, const QRectF& rect) { paintNumber(cell, rect, digits, metrics); });
    }

private:
    static TokenRange intersected(TokenRange a, TokenRange b) {
        const std::size_t begin = std::max(a.begin, b.begin);
        return {begin, std::max(begin, std::min(a.end, b.end))};
    }

    template <class Function>
    void forEach(TokenRange rows, TokenRange columns, const Function& function) {
        const bool apart = std::min(scene_.transform.scale_x, scene_.transform.scale_y) >= kSeparatedFrom;
        const double gap = apart ? 1.0 : -scene_.overlap;
        for (std::size_t row = rows.begin; row < rows.end; ++row)
            for (std::size_t column = columns.begin; column < columns.end; ++column) {
                const MapCell cell{row, column};
                const QRectF rect = snappedRect(scene_.transform.cellRect(cell), scene_.pixels_per_unit).adjusted(0, 0, -gap, -gap);
                function(cell, rect);
            }
    }

    [[nodiscard]] MapCell inTile(const MapCell& cell) const {
        return {cell.row - tile_.request.rows.begin, cell.column - tile_.request.columns.begin};
    }
    [[nodiscard]] bool isMasked(const MapCell& cell) const {
        const MapCell at = inTile(cell);
        return tile_.masked(at.row, at.column);
    }
    [[nodiscard]] float weight(const MapCell& cell) const {
        const MapCell at = inTile(cell);
        return tile_.value(at.row, at.column);
    }
    [[nodiscard]] bool isBlank(const MapCell& cell) const {
        const MapCell at = inTile(cell);
        return std::isnan(weight(cell)) || tile_.below(at.row, at.column);
    }
    /// The very pixel of the tile's image: rectangles and image cannot differ.
    [[nodiscard]] QColor colourOf(const MapCell& cell) const {
        const MapCell at = inTile(cell);
        return QColor::fromRgb(tile_.image.pixel(static_cast<int>(at.column), static_cast<int>(at.row)));
    }

    /// A weight too small for `digits` is left to its colour: a map full of "<0.001" hides the numbers that say something.
    void paintNumber(const MapCell& cell, const QRectF& rect, int digits, const QFontMetricsF& metrics) {
        const float magnitude = std::abs(weight(cell));
        if (isMasked(cell) || isBlank(cell) || !hasFigures(static_cast<double>(magnitude), digits))
            return;
        QColor ink = readableOn(colourOf(cell));
        ink.setAlphaF(std::min(1.0f, kQuietest + (1.0f - kQuietest) * magnitude / kQuietBelow));
        const QString number = weightText(static_cast<double>(magnitude), digits);
        const QString text = weight(cell) < 0.0f ? QStringLiteral("−") + number : number;
        // Of a cell cut by the border the part in sight carries the number, whole or not at all.
        const QRectF seen = rect.intersected(scene_.transform.viewport);
        const double width = metrics.horizontalAdvance(text);
        if (seen.width() < width + 2.0 || seen.height() < metrics.capHeight() + 2.0)
            return;
        painter_.setPen(ink);
        painter_.drawText(QPointF(seen.center().x() - width / 2, seen.center().y() + metrics.capHeight() / 2), text);
    }

    QPainter& painter_;
    const HeatmapScene& scene_;
    const MapTile& tile_;
};

/// The tile's part in sight as an image. Nearest neighbour: a cell keeps its exact colour and hard edges.
void paintImage(QPainter& painter, const HeatmapScene& scene) {
    const MapTile& tile = *scene.tile;
    const TileRequest& request = tile.request;
    const auto crop = [](TokenRange visible, TokenRange tile_range, std::size_t pool) {
        const std::size_t begin = std::clamp(visible.begin, tile_range.begin, tile_range.end);
        const std::size_t end = std::clamp(visible.end, begin, tile_range.end);
        return TokenRange{(begin - tile_range.begin) / pool, (end - tile_range.begin + pool - 1) / pool};
    };
    const TokenRange rows = crop(scene.transform.visibleRows(), request.rows, request.pool_rows);
    const TokenRange columns = crop(scene.transform.visibleColumns(), request.columns, request.pool_columns);
    if (rows.size() == 0 || columns.size() == 0)
        return;
    const auto inMap = [](TokenRange cells, TokenRange tile_range, std::size_t pool) {
        return TokenRange{tile_range.begin + cells.begin * pool, std::min(tile_range.end, tile_range.begin + cells.end * pool)};
    };
    const QRectF target = scene.transform.dataRect(inMap(rows, request.rows, request.pool_rows),
                                                   inMap(columns, request.columns, request.pool_columns));
    // A last cell that covers fewer map cells than the others is narrower in the target than in the source.
    const double source_width = static_cast<double>(inMap(columns, request.columns, request.pool_columns).size()) /
                                static_cast<double>(request.pool_columns);
    const double source_height = static_cast<double>(inMap(rows, request.rows, request.pool_rows).size()) /
                                 static_cast<double>(request.pool_rows);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(target, tile.image, QRectF(static_cast<double>(columns.begin), static_cast<double>(rows.begin), source_width, source_height));
}

/// Masked stretches of the visible map, row of tile cells by row, in pixels.
struct MaskedRows {
    struct Row {
        double top, bottom, left_end, right_begin; // masked: [map left, left_end) and [right_begin, map right)
    };
    std::vector<Row> rows;
    QRectF bounds;
};

MaskedRows maskedRows(const HeatmapScene& scene) {
    const TileRequest& request = scene.tile->request;
    MaskedRows masked;
    masked.bounds = scene.transform.dataRect(request.rows, request.columns).intersected(scene.transform.visibleRect());
    const auto x = [&](std::size_t cell) {
        const std::size_t column = std::min(request.columns.begin + cell * request.pool_columns, request.columns.end);
        const double pixel = snapped(scene.transform.toPixel({static_cast<double>(column), 0.0}).x(), scene.pixels_per_unit);
        return std::clamp(pixel, masked.bounds.left(), masked.bounds.right());
    };
    for (std::size_t r = 0; r < scene.tile->visible.size(); ++r) {
        const std::size_t first = request.rows.begin + r * request.pool_rows;
        const std::size_t last = std::min(first + request.pool_rows, request.rows.end);
        const double top = snapped(scene.transform.toPixel({0.0, static_cast<double>(first)}).y(), scene.pixels_per_unit);
        const double bottom = snapped(scene.transform.toPixel({0.0, static_cast<double>(last)}).y(), scene.pixels_per_unit);
        if (bottom < masked.bounds.top() || top > masked.bounds.bottom())
            continue;
        const TokenRange seen = scene.tile->visible[r];
        const double end = seen.size() == 0 ? masked.bounds.right() : x(seen.begin);
        masked.rows.push_back({std::max(top, masked.bounds.top()), std::min(bottom, masked.bounds.bottom()), end,
                               seen.size() == 0 ? end : x(seen.end)});
    }
    return masked;
}

/// Collects pieces of one hatch line x + y = c, joining those that touch.
class HatchLine {
public:
    HatchLine(double c, std::vector<QLineF>& lines) : c_(c), lines_(lines) {}
    /// The piece with x in [left, right) inside a row [top, bottom); rows come from top to bottom, x falls.
    void add(double left, double right, double top, double bottom) {
        const double high_x = std::min(right, c_ - top);
        const double low_x = std::max(left, c_ - bottom);
        if (high_x <= low_x)
            return;
        const QPointF from(high_x, c_ - high_x);
        const QPointF to(low_x, c_ - low_x);
        if (open_ && (QLineF(lines_.back().p2(), from).length() < 0.01))
            lines_.back().setP2(to);
        else
            lines_.emplace_back(from, to);
        open_ = true;
    }

private:
    double c_;
    std::vector<QLineF>& lines_;
    bool open_ = false;
};

void paintCrossHair(QPainter& painter, const HeatmapScene& scene, const QRectF& cell) {
    const QRectF map = scene.transform.visibleRect();
    painter.setPen(QPen(scene.theme->query, 1.0));
    painter.drawLine(QPointF(map.left(), cell.center().y()), QPointF(cell.left() - 3.0, cell.center().y()));
    painter.setPen(QPen(scene.theme->key, 1.0));
    painter.drawLine(QPointF(cell.center().x(), map.top()), QPointF(cell.center().x(), cell.top() - 3.0));
}

void paintOutline(QPainter& painter, const HeatmapScene& scene, const TokenPair& pair, double width) {
    if (!pair.query || !pair.key || *pair.query >= scene.transform.n_rows || *pair.key >= scene.transform.n_columns)
        return;
    const QRectF rect = snappedRect(scene.transform.cellRect({*pair.query, *pair.key}), scene.pixels_per_unit);
    if (!scene.transform.viewport.contains(scene.transform.cellRect({*pair.query, *pair.key}).center()))
        return;
    const bool small = std::min(scene.transform.scale_x, scene.transform.scale_y) < kOutlinedFrom;
    if (small)
        paintCrossHair(painter, scene, rect);
    painter.setBrush(Qt::NoBrush);
    // Two tones: whatever the cell's colour, one of them stands out from it.
    const QRectF ring = small ? QRectF(rect.center() - QPointF(4, 4), QSizeF(8, 8)).united(rect) : rect.adjusted(-0.5, -0.5, -0.5, -0.5);
    painter.setPen(QPen(scene.theme->canvas, width));
    painter.drawRoundedRect(ring.adjusted(width, width, -width, -width), 1.0, 1.0);
    painter.setPen(QPen(scene.theme->text, width));
    painter.drawRoundedRect(ring, 2.0, 2.0);
}

} // namespace

void paintCells(QPainter& painter, const HeatmapScene& scene) {
    if (!scene.tile || scene.tile->image.isNull())
        return;
    const std::size_t n_cells = scene.transform.visibleRows().size() * scene.transform.visibleColumns().size();
    if (scene.tile->request.exact() && n_cells <= kMostVectorCells)
        VectorCells(painter, scene).paint();
    else
        paintImage(painter, scene);
}

void paintHatch(QPainter& painter, const HeatmapScene& scene) {
    if (!scene.tile || !scene.tile->any_masked)
        return;
    const MaskedRows masked = maskedRows(scene);
    if (masked.rows.empty() || masked.bounds.isEmpty())
        return;
    // Lines stand still relative to the map, so that panning moves them with it.
    const QRectF map = scene.transform.mapRect();
    const double origin = map.left() + map.top();
    const double begin = masked.bounds.left() + masked.bounds.top();
    const double end = masked.bounds.right() + masked.bounds.bottom();
    std::vector<QLineF> lines;
    for (double c = origin + std::ceil((begin - origin) / kHatchDistance) * kHatchDistance; c < end; c += kHatchDistance) {
        HatchLine line(c, lines);
        for (const MaskedRows::Row& row : masked.rows) {
            line.add(row.right_begin, masked.bounds.right(), row.top, row.bottom);
            line.add(masked.bounds.left(), row.left_end, row.top, row.bottom);
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(scene.theme->hairline, 1.0, Qt::SolidLine, Qt::FlatCap));
    painter.drawLines(lines.data(), static_cast<int>(lines.size()));
}

void paintGaps(QPainter& painter, const HeatmapScene& scene) {
    if (!scene.tile || !scene.measures.any_gap)
        return;
    const MapTile& tile = *scene.tile;
    const QRectF shown = scene.transform.dataRect(tile.request.rows, tile.request.columns).intersected(scene.transform.visibleRect());
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(scene.theme->hairline, 1.0, Qt::SolidLine, Qt::FlatCap));
    const auto middle = [](TokenRange range, std::size_t index, std::size_t pool) {
        const std::size_t begin = range.begin + index * pool;
        return static_cast<double>(begin + std::min(begin + pool, range.end)) / 2.0;
    };
    for (std::size_t row = 0; row < tile.row_marks.size(); ++row) {
        const double y = scene.transform.toPixel({0.0, middle(tile.request.rows, row, tile.request.pool_rows)}).y();
        if (tile.row_marks[row] == AxisMark::Gap && y > shown.top() && y < shown.bottom())
            painter.drawLine(QPointF(shown.left(), y), QPointF(shown.right(), y));
    }
    for (std::size_t column = 0; column < tile.column_marks.size(); ++column) {
        const double x = scene.transform.toPixel({middle(tile.request.columns, column, tile.request.pool_columns), 0.0}).x();
        if (tile.column_marks[column] == AxisMark::Gap && x > shown.left() && x < shown.right())
            painter.drawLine(QPointF(x, shown.top()), QPointF(x, shown.bottom()));
    }
}

/// A folded corner in each marked cell: in sight at any size, and the number beside it stays readable.
void paintMarks(QPainter& painter, const HeatmapScene& scene) {
    if (scene.map->marked.empty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    for (const auto& [row, column] : scene.map->marked) {
        if (row >= scene.transform.n_rows || column >= scene.transform.n_columns)
            continue;
        const QRectF cell = scene.transform.cellRect({row, column});
        if (!scene.transform.viewport.contains(cell.center()))
            continue;
        const double side = std::clamp(std::min(cell.width(), cell.height()) * 0.4, 4.0, 12.0);
        const QPointF corner = cell.topRight() + QPointF(-1.0, 0.0);
        painter.setPen(QPen(scene.theme->canvas, 1.0));
        painter.setBrush(scene.theme->accent);
        painter.drawPolygon(QPolygonF{corner, corner - QPointF(side, 0.0), corner + QPointF(0.0, side)});
    }
    painter.restore();
}

void paintOutlines(QPainter& painter, const HeatmapScene& scene) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    paintOutline(painter, scene, scene.pinned, 2.0);
    if (!(scene.hovered == scene.pinned))
        paintOutline(painter, scene, scene.hovered, 1.0);
    painter.restore();
}

} // namespace headlight::ui
