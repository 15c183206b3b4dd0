// Curves over an axis, with a legend above and the values under the mouse below.
#include "ui/plots/panel_layout.h"
#include "ui/plots/plot_painters.h"
#include "ui/theme/figures.h"
#include "ui/theme/head_colours.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

QPen curvePen(const PlotCurve& curve, const Theme& theme) {
    QColor colour = curve.colour < 0 ? theme.text : headColour(static_cast<std::size_t>(curve.colour), theme);
    if (curve.faint)
        colour.setAlphaF(0.45f);
    QPen pen(colour, curve.faint ? 1.0 : 1.8);
    pen.setJoinStyle(Qt::RoundJoin);
    if (curve.dashed)
        pen.setDashPattern({4.0, 3.0});
    return pen;
}

QPainterPath pathOf(const PlotCurve& curve, const CurveAxes& axes, bool steps) {
    QPainterPath path;
    bool open = false;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        const bool there = std::isfinite(curve.y[i]) && !(axes.log_y && curve.y[i] <= 0.0) &&
                           !(axes.log_x && curve.x[i] <= 0.0);
        if (!there) {
            open = false;
            continue;
        }
        const QPointF point = axes.toPixel(curve.x[i], curve.y[i]);
        if (!open)
            path.moveTo(point);
        else if (steps)
            path.lineTo(point.x(), path.currentPosition().y()), path.lineTo(point);
        else
            path.lineTo(point);
        open = true;
    }
    return path;
}

void paintAxes(QPainter& painter, const CurvePlot& plot, const CurveAxes& axes, const PanelLook& look) {
    const Theme& theme = *look.theme;
    const QFontMetricsF metrics(look.fonts.caption);
    painter.setFont(look.fonts.caption);
    for (const AxisTick& tick : axisTicks(axes.y_low, axes.y_high, 5, axes.log_y)) {
        const double y = axes.toPixel(axes.x_low, tick.value).y();
        painter.setPen(QPen(theme.hairline, 1.0));
        painter.drawLine(QPointF(axes.area.left(), y), QPointF(axes.area.right(), y));
        painter.setPen(theme.text_muted);
        drawTabularRight(painter, axes.area.left() - 6.0, y + metrics.capHeight() / 2.0, tick.label);
    }
    for (const AxisTick& tick : axisTicks(axes.x_low, axes.x_high, 6, axes.log_x, axes.whole_x)) {
        const double x = axes.toPixel(tick.value, axes.y_low).x();
        painter.setPen(QPen(theme.hairline, 1.0));
        painter.drawLine(QPointF(x, axes.area.bottom()), QPointF(x, axes.area.bottom() + 3.0));
        painter.setPen(theme.text_muted);
        const double width = metrics.horizontalAdvance(tick.label);
        const double left =
            std::clamp(x - width / 2.0, axes.area.left() - 20.0, axes.area.right() - width + 6.0);
        painter.drawText(QPointF(left, axes.area.bottom() + 4.0 + metrics.ascent()), tick.label);
    }
    painter.setPen(theme.text_muted);
    painter.drawText(QPointF(axes.area.left(), axes.area.top() - 4.0 - metrics.descent()), plot.y_name);
    const QString x_name = metrics.elidedText(plot.x_name, Qt::ElideMiddle, axes.area.width());
    painter.drawText(QPointF(axes.area.right() - metrics.horizontalAdvance(x_name),
                             axes.area.bottom() + 4.0 + metrics.height() + metrics.ascent()),
                     x_name);
}

void paintLegend(QPainter& painter, const CurvePlot& plot, const QRectF& picture, const PanelLook& look) {
    const QFontMetricsF metrics(look.fonts.caption);
    QPointF at(picture.left(), picture.top());
    for (const PlotCurve& curve : plot.curves) {
        if (curve.name.isEmpty())
            continue;
        const double width = 22.0 + metrics.horizontalAdvance(curve.name) + 12.0;
        if (at.x() > picture.left() && at.x() + width > picture.right())
            at = QPointF(picture.left(), at.y() + metrics.height() + 2.0);
        painter.setPen(curvePen(curve, *look.theme));
        painter.drawLine(QPointF(at.x(), at.y() + metrics.height() / 2.0),
                         QPointF(at.x() + 16.0, at.y() + metrics.height() / 2.0));
        painter.setPen(look.theme->text);
        painter.drawText(QPointF(at.x() + 22.0, at.y() + metrics.ascent()), curve.name);
        at.rx() += width;
    }
}

/// The point of a curve nearest to x.
std::optional<std::size_t> nearest(const PlotCurve& curve, double x) {
    if (curve.x.empty())
        return std::nullopt;
    const auto above = std::lower_bound(curve.x.begin(), curve.x.end(), x);
    if (above == curve.x.begin())
        return 0;
    const auto i = static_cast<std::size_t>(above - curve.x.begin());
    if (above == curve.x.end())
        return i - 1;
    return x - curve.x[i - 1] < curve.x[i] - x ? i - 1 : i;
}

} // namespace

void paintPlot(QPainter& painter, const CurvePlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit) {
    const CurveAxes axes = curveAxes(plot, picture, look.fonts);
    const Theme& theme = *look.theme;
    paintAxes(painter, plot, axes, look);
    painter.setFont(look.fonts.caption);
    paintLegend(painter, plot, picture, look);
    painter.save();
    painter.setClipRect(axes.area.adjusted(-1, -1, 1, 1), Qt::IntersectClip);
    if (!plot.log_y && axes.y_low < 0.0 && axes.y_high > 0.0) {
        painter.setPen(QPen(theme.text_muted, 1.0));
        painter.drawLine(axes.toPixel(axes.x_low, 0.0), axes.toPixel(axes.x_high, 0.0));
    }
    if (plot.mark_x) {
        QPen pen(theme.accent, 1.2);
        pen.setDashPattern({3.0, 3.0});
        painter.setPen(pen);
        painter.drawLine(axes.toPixel(*plot.mark_x, axes.y_low), axes.toPixel(*plot.mark_x, axes.y_high));
    }
    painter.setBrush(Qt::NoBrush);
    for (const PlotCurve& curve : plot.curves) {
        painter.setPen(curvePen(curve, theme));
        painter.drawPath(pathOf(curve, axes, plot.steps));
    }
    if (hit && hit->x) {
        painter.setPen(QPen(theme.text_muted, 1.0));
        painter.drawLine(QPointF(hit->mark.center().x(), axes.area.top()),
                         QPointF(hit->mark.center().x(), axes.area.bottom()));
        for (const PlotCurve& curve : plot.curves) {
            const auto i = curve.faint ? std::nullopt : nearest(curve, *hit->x);
            if (!i || !std::isfinite(curve.y[*i]) || (axes.log_y && curve.y[*i] <= 0.0))
                continue;
            painter.setPen(QPen(theme.card, 1.0));
            painter.setBrush(curvePen(curve, theme).color());
            painter.drawEllipse(axes.toPixel(curve.x[*i], curve.y[*i]), 3.5, 3.5);
        }
    }
    painter.restore();
}

std::optional<PanelHit> plotHit(const CurvePlot& plot, const QRectF& picture, const HeatmapFonts& fonts,
                                const QPointF& at) {
    const CurveAxes axes = curveAxes(plot, picture, fonts);
    if (!axes.area.adjusted(-4, -4, 4, 4).contains(at) || plot.curves.empty())
        return std::nullopt;
    const double wanted = axes.xAt(at.x());
    const auto first = nearest(plot.curves.front(), wanted);
    if (!first)
        return std::nullopt;
    PanelHit hit;
    hit.x = plot.curves.front().x[*first];
    QStringList parts{
        QStringLiteral("%1 %2").arg(plot.x_name, axes.whole_x ? wholeText(*hit.x) : numberText(*hit.x))};
    // Many curves: those nearest to the mouse, so that the line stays readable.
    std::vector<std::pair<double, QString>> values;
    for (const PlotCurve& curve : plot.curves) {
        const auto i = nearest(curve, *hit.x);
        if (!i || !std::isfinite(curve.y[*i]))
            continue;
        const QString value = numberText(curve.y[*i]);
        values.emplace_back(
            std::abs(axes.toPixel(*hit.x, axes.log_y ? std::max(curve.y[*i], axes.y_low) : curve.y[*i]).y() -
                     at.y()),
            curve.name.isEmpty() ? value : QStringLiteral("%1 %2").arg(curve.name, value));
    }
    if (values.size() > 4)
        std::stable_sort(values.begin(), values.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < std::min<std::size_t>(4, values.size()); ++i)
        parts << values[i].second;
    hit.text = parts.join(QStringLiteral(" · "));
    hit.mark = QRectF(axes.toPixel(*hit.x, axes.y_low).x(), axes.area.top(), 0.0, axes.area.height());
    return hit;
}

} // namespace headlight::ui
