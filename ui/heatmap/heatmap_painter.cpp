#include "ui/heatmap/heatmap_painter.h"

#include "ui/colour/legend.h"
#include "ui/heatmap/axis_labels.h"
#include "ui/heatmap/cell_painter.h"
#include "ui/heatmap/profile_painter.h"
#include "ui/theme/theme.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr double kLegendLeast = 96.0; // a legend shorter than that has no room for its marks

constexpr double kLegendGap = 24.0;

void paintTitle(QPainter& painter, const HeatmapScene& scene) {
    const QRectF area = scene.layout.title;
    if (area.isEmpty())
        return;
    const QFontMetricsF title(scene.fonts.title);
    const QFontMetricsF caption(scene.fonts.caption);
    painter.setFont(scene.fonts.title);
    painter.setPen(scene.theme->text);
    QString name = mapTitle(*scene.map);
    if (title.horizontalAdvance(name) > area.width())
        name.replace(QStringLiteral(" attention ·"), QStringLiteral(" ·")); // which head it is matters more
    painter.drawText(QPointF(area.left(), area.top() + title.ascent()), title.elidedText(name, Qt::ElideMiddle, area.width()));
    painter.setFont(scene.fonts.caption);
    painter.setPen(scene.theme->text_muted);
    const QString subtitle = scene.tile ? heatmapSubtitle(*scene.map, scene.tile->request) : QString();
    double baseline = area.top() + title.height() + 2.0 + caption.ascent();
    const auto write = [&](const QStringList& lines) {
        for (const QString& line : lines) {
            painter.drawText(QPointF(area.left(), baseline), line);
            baseline += caption.height();
        }
    };
    write(wrappedLines(subtitle, scene.fonts.caption, area.width(), scene.layout.subtitle_lines));
    painter.setPen(scene.theme->text);
    write(scene.layout.alterations);
}

void paintWords(QPainter& painter, const HeatmapScene& scene) {
    const TokenPair& current = scene.hovered.query || scene.hovered.key ? scene.hovered : scene.pinned;
    AxisScene axis{.side = Side::Rows, .tokens = &scene.map->queries, .transform = scene.transform, .font = scene.fonts.body,
                   .longest = scene.measures.row_longest, .extent = scene.layout.row_extent, .text = scene.theme->text,
                   .muted = scene.theme->text_muted, .highlight = scene.theme->query, .current = current.query};
    paintAxis(painter, axis);
    axis.side = Side::Columns;
    axis.tokens = &scene.map->keys;
    axis.longest = scene.measures.column_longest;
    axis.extent = scene.layout.column_extent;
    axis.highlight = scene.theme->key;
    axis.current = current.key;
    paintAxis(painter, axis);
}

void paintMapLegend(QPainter& painter, const HeatmapScene& scene) {
    const QRectF map = scene.transform.visibleRect();
    // Beside a map of few rows it begins higher, and never reaches into the caption.
    const double height = std::max(map.height(), kLegendLeast);
    const double top = std::max(std::min(map.top(), scene.layout.map.bottom() - height), scene.layout.title.bottom());
    const double beside = scene.profiles != nullptr ? kProfileRoom : 0.0;
    const QRectF area(map.right() + kLegendGap + beside, top, scene.measures.legend_width, height);
    Legend legend = heatmapLegend(*scene.map, scene.settings, scene.fonts, scene.measures);
    legend.text = scene.theme->text_muted;
    legend.masked = scene.theme->masked;
    legend.hairline = scene.theme->hairline;
    paintLegend(painter, area, legend);
}

} // namespace

void paintHeatmap(QPainter& painter, const HeatmapScene& scene) {
    if (scene.map == nullptr || scene.map->empty() || scene.transform.empty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::TextAntialiasing, true);
    paintTitle(painter, scene);
    painter.save();
    // Only a map that is larger than its place needs the clip; figures never do, and SVG could not say it.
    const bool zoomed = !scene.transform.viewport.adjusted(-0.5, -0.5, 0.5, 0.5).contains(scene.transform.mapRect());
    if (zoomed)
        painter.setClipRect(scene.transform.viewport, Qt::IntersectClip);
    paintCells(painter, scene);
    paintHatch(painter, scene);
    paintGaps(painter, scene);
    painter.restore();
    paintMarks(painter, scene);
    painter.save();
    if (zoomed) // a ring around a cell cut by the border does not reach into the words
        painter.setClipRect(scene.transform.viewport.adjusted(-2, -2, 2, 2), Qt::IntersectClip);
    paintOutlines(painter, scene);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing, true);
    paintWords(painter, scene);
    if (scene.layout.legend)
        paintMapLegend(painter, scene);
    paintProfiles(painter, scene);
    painter.restore();
}

} // namespace headlight::ui
