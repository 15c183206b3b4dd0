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

void paintKeyText(QPainter& painter, const QRectF& box, const Legend& legend, const QString& text) {
    painter.setPen(legend.text);
    painter.drawText(QPointF(box.right() + kGap, box.center().y() + QFontMetricsF(legend.font).capHeight() / 2), text);
}

void paintMaskedKey(QPainter& painter, const QPointF& top_left, const Legend& legend) {
    const QRectF box(top_left, QSizeF(kBarWidth, kBarWidth));
    painter.fillRect(box, legend.masked);
    painter.setPen(QPen(legend.hairline, 1.0));
    painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.center().x(), box.top()));
    painter.drawLine(box.bottomLeft(), box.topRight());
    painter.drawLine(QPointF(box.center().x(), box.bottom()), QPointF(box.right(), box.center().y()));
    paintKeyText(painter, box, legend, QStringLiteral("masked"));
}

/// An empty box, for gaps with the line that runs along them.
void paintBlankKey(QPainter& painter, const QPointF& top_left, const Legend& legend, const QString& text, bool line) {
    const QRectF box(top_left, QSizeF(kBarWidth, kBarWidth));
    painter.setPen(QPen(legend.hairline, 1.0));
    if (line)
        painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right(), box.center().y()));
    else
        painter.drawPolyline(QPolygonF({box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft(), box.topLeft()}));
    paintKeyText(painter, box, legend, text);
}

QString belowText(const Legend& legend) {
    return QStringLiteral("below %1").arg(static_cast<double>(legend.threshold));
}
const QString kNoPartner = QStringLiteral("no partner");

std::vector<ScaleTick> ticksOf(const Legend& legend, int n_most) {
    if (legend.signed_limit <= 0.0f)
        return scaleTicks(legend.scale, n_most);
    return signedTicks(legend.scale, legend.signed_limit, n_most);
}

QStringList unitOf(const Legend& legend) {
    return (legend.signed_limit > 0.0f ? signedUnit(legend.scale, legend.signed_name) : scaleUnit(legend.scale)).split(QLatin1Char('\n'));
}

} // namespace

double legendWidth(const Legend& legend) {
    const QFontMetricsF metrics(legend.font);
    double widest = 0.0;
    for (const ScaleTick& tick : ticksOf(legend, 6))
        widest = std::max(widest, metrics.horizontalAdvance(tick.label));
    if (legend.show_masked)
        widest = std::max(widest, metrics.horizontalAdvance(QStringLiteral("masked")));
    if (legend.threshold > 0.0f)
        widest = std::max(widest, metrics.horizontalAdvance(belowText(legend)));
    if (legend.show_gaps)
        widest = std::max(widest, metrics.horizontalAdvance(kNoPartner));
    double unit = 0.0;
    for (const QString& line : unitOf(legend))
        unit = std::max(unit, metrics.horizontalAdvance(line));
    return std::max(kBarWidth + kGap + widest, unit);
}

void paintLegend(QPainter& painter, const QRectF& area, const Legend& legend) {
    const QFontMetricsF metrics(legend.font);
    const QStringList unit = unitOf(legend);
    const int n_keys = (legend.show_masked ? 1 : 0) + (legend.threshold > 0.0f ? 1 : 0) + (legend.show_gaps ? 1 : 0);
    const double below = kGap + metrics.height() * static_cast<double>(unit.size()) + n_keys * (metrics.height() + kGap);
    const double height = std::clamp(area.height() - below, 24.0, kMostHeight);
    const QRectF bar(area.left(), area.top(), kBarWidth, height);

    painter.save();
    painter.setFont(legend.font);
    paintBar(painter, bar, colourMap(legend.map));
    painter.setPen(legend.text);
    const int n_most = std::max(2, static_cast<int>(height / (metrics.height() * 1.6)));
    for (const ScaleTick& tick : ticksOf(legend, n_most)) {
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
    const auto nextKey = [&] {
        const QPointF top_left(bar.left(), y - metrics.ascent() + kGap);
        y += metrics.height() + kGap;
        return top_left;
    };
    if (legend.show_masked)
        paintMaskedKey(painter, nextKey(), legend);
    if (legend.threshold > 0.0f)
        paintBlankKey(painter, nextKey(), legend, belowText(legend), false);
    if (legend.show_gaps)
        paintBlankKey(painter, nextKey(), legend, kNoPartner, true);
    painter.restore();
}

} // namespace headlight::ui
