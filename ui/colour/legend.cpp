#include "ui/colour/legend.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QStringList>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr double kBarWidth = 12.0;
constexpr double kGap = 8.0;
constexpr double kMostHeight = 240.0;
constexpr int kBands = 64; // enough that no step is seen at this height, few enough for an SVG

void paintBar(QPainter& painter, const QRectF& bar, const ColourMap& map) {
    painter.setPen(Qt::NoPen);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int i = 0; i < kBands; ++i) {
        // Each band reaches under the one above it: no hairline gaps from antialiasing.
        const double top = bar.bottom() - bar.height() * (i + 1) / kBands;
        const double bottom = bar.bottom() - bar.height() * i / kBands;
        painter.fillRect(QRectF(bar.left(), top, bar.width(), std::min(bottom - top + 0.5, bar.bottom() - top)),
                         map.colour((static_cast<float>(i) + 0.5f) / kBands));
    }
    painter.setRenderHint(QPainter::Antialiasing, true);
}

void paintMaskedKey(QPainter& painter, const QPointF& top_left, const Legend& legend) {
    const QFontMetricsF metrics(legend.font);
    const QRectF box(top_left, QSizeF(kBarWidth, kBarWidth));
    painter.fillRect(box, legend.masked);
    painter.setPen(QPen(legend.hairline, 1.0));
    painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.center().x(), box.top()));
    painter.drawLine(box.bottomLeft(), box.topRight());
    painter.drawLine(QPointF(box.center().x(), box.bottom()), QPointF(box.right(), box.center().y()));
    painter.setPen(legend.text);
    painter.drawText(QPointF(box.right() + kGap, box.center().y() + metrics.capHeight() / 2), QStringLiteral("masked"));
}

} // namespace

double legendWidth(const Legend& legend) {
    const QFontMetricsF metrics(legend.font);
    double widest = 0.0;
    for (const ScaleTick& tick : scaleTicks(legend.scale, 6))
        widest = std::max(widest, metrics.horizontalAdvance(tick.label));
    if (legend.show_masked)
        widest = std::max(widest, metrics.horizontalAdvance(QStringLiteral("masked")));
    double unit = 0.0;
    for (const QString& line : scaleUnit(legend.scale).split(QLatin1Char('\n')))
        unit = std::max(unit, metrics.horizontalAdvance(line));
    return std::max(kBarWidth + kGap + widest, unit);
}

void paintLegend(QPainter& painter, const QRectF& area, const Legend& legend) {
    const QFontMetricsF metrics(legend.font);
    const QStringList unit = scaleUnit(legend.scale).split(QLatin1Char('\n'));
    double below = kGap + metrics.height() * static_cast<double>(unit.size());
    if (legend.show_masked)
        below += metrics.height() + kGap;
    const double height = std::clamp(area.height() - below, 24.0, kMostHeight);
    const QRectF bar(area.left(), area.top(), kBarWidth, height);

    painter.save();
    painter.setFont(legend.font);
    paintBar(painter, bar, colourMap(legend.map));
    painter.setPen(legend.text);
    const int n_most = std::max(2, static_cast<int>(height / (metrics.height() * 1.6)));
    for (const ScaleTick& tick : scaleTicks(legend.scale, n_most)) {
        const double y = bar.bottom() - bar.height() * static_cast<double>(tick.position);
        // The first and last label stay within the bar's height.
        const double baseline = std::clamp(y + metrics.capHeight() / 2, bar.top() + metrics.capHeight(), bar.bottom());
        painter.drawText(QPointF(bar.right() + kGap, baseline), tick.label);
    }
    double y = bar.bottom() + kGap + metrics.ascent();
    for (const QString& line : unit) {
        painter.drawText(QPointF(bar.left(), y), line);
        y += metrics.height();
    }
    if (legend.show_masked)
        paintMaskedKey(painter, QPointF(bar.left(), y - metrics.ascent() + kGap), legend);
    painter.restore();
}

} // namespace headlight::ui
