#include "ui/heatmap/profile_painter.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kGap = 8.0;
constexpr double kLength = kProfileRoom - kGap - 4.0;
constexpr double kBarGapFrom = 4.0; // bars at least this wide stand apart

float largestOf(const std::vector<float>& values) {
    float largest = 0.0f;
    for (const float value : values)
        largest = std::max(largest, std::abs(value)); // NaN never wins
    return largest;
}

/// Bars along one side; `place` turns (begin, end, length from 0 to 1) into a rectangle.
template <class Place>
void paintBars(QPainter& painter, const HeatmapScene& scene, const std::vector<float>& values,
               TokenRange range, double scale, double origin, const QColor& colour, const Place& place) {
    const float largest = largestOf(values);
    if (!(largest > 0.0f))
        return;
    const double gap = scale >= kBarGapFrom ? 1.0 : 0.0;
    for (std::size_t i = range.begin; i < std::min(range.end, values.size());) {
        const double begin = origin + static_cast<double>(i) * scale;
        float value = 0.0f;
        std::size_t next = i; // as many as fall on one pixel
        do {
            value = std::abs(values[next]) > std::abs(value) ? values[next] : value;
            ++next;
        } while (next < std::min(range.end, values.size()) &&
                 origin + static_cast<double>(next) * scale < begin + 1.0);
        const double end = std::max(begin + 1.0, origin + static_cast<double>(next) * scale - gap);
        const QColor ink = !scene.map->isSigned() ? colour
                           : value < 0.0f         ? scene.theme->negative
                                                  : scene.theme->positive;
        if (value != 0.0f)
            painter.fillRect(place(begin, end, static_cast<double>(std::abs(value) / largest)), ink);
        i = next;
    }
}

QString largestText(const std::vector<float>& values) {
    return weightText(static_cast<double>(largestOf(values)));
}

} // namespace

void paintProfiles(QPainter& painter, const HeatmapScene& scene) {
    if (scene.profiles == nullptr)
        return;
    const MapProfiles& profiles = *scene.profiles;
    const MapTransform& transform = scene.transform;
    const QRectF map = transform.visibleRect();
    const QFontMetricsF metrics(scene.fonts.caption);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setFont(scene.fonts.caption);
    if (profiles.row) {
        const double base = map.bottom() + kGap;
        painter.save();
        painter.setClipRect(QRectF(map.left(), base, map.width(), kLength + 1.0), Qt::IntersectClip);
        paintBars(painter, scene, profiles.row_values, transform.visibleColumns(), transform.scale_x,
                  transform.origin.x(), scene.theme->query, [&](double begin, double end, double length) {
                      return QRectF(begin, base, end - begin, std::max(1.0, length * kLength));
                  });
        painter.restore();
        painter.setPen(QPen(scene.theme->hairline, 1.0));
        painter.drawLine(QPointF(map.left(), base), QPointF(map.right(), base));
        painter.setPen(scene.theme->text_muted);
        const QString text = QStringLiteral("row, up to %1").arg(largestText(profiles.row_values));
        const double right = map.left() - kGap;
        // Beside short words it takes two lines.
        double baseline = base + metrics.ascent();
        for (const QString& line : wrappedLines(text, scene.fonts.caption, right - scene.layout.title.left(), 2)) {
            painter.drawText(QPointF(right - metrics.horizontalAdvance(line), baseline), line);
            baseline += metrics.height();
        }
    }
    if (profiles.column) {
        const double base = map.right() + kGap;
        painter.save();
        painter.setClipRect(QRectF(base, map.top(), kLength + 1.0, map.height()), Qt::IntersectClip);
        paintBars(painter, scene, profiles.column_values, transform.visibleRows(), transform.scale_y,
                  transform.origin.y(), scene.theme->key, [&](double begin, double end, double length) {
                      return QRectF(base, begin, std::max(1.0, length * kLength), end - begin);
                  });
        painter.restore();
        painter.setPen(QPen(scene.theme->hairline, 1.0));
        painter.drawLine(QPointF(base, map.top()), QPointF(base, map.bottom()));
        painter.setPen(scene.theme->text_muted);
        const QString text = QStringLiteral("column, up to %1").arg(largestText(profiles.column_values));
        painter.drawText(QPointF(base, map.bottom() + kGap + metrics.ascent()), text);
    }
    painter.restore();
}

} // namespace headlight::ui
