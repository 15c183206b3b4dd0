// Pairs of dimensions as clocks, and facts as a list.
#include "ui/plots/panel_layout.h"
#include "ui/plots/plot_painters.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight::ui {
namespace {

constexpr double kFactGap = 24.0;

QPointF onCircle(const QRectF& disc, double angle, double share = 1.0) {
    const double radius = disc.width() / 2.0 * share;
    return {disc.center().x() + radius * std::cos(angle),
            disc.center().y() - radius * std::sin(angle)}; // counter-clockwise
}

void paintHand(QPainter& painter, const QRectF& disc, double angle, const QColor& colour) {
    painter.setPen(QPen(colour, 2.0));
    painter.drawLine(disc.center(), onCircle(disc, angle, 0.92));
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawEllipse(onCircle(disc, angle, 0.92), 3.0, 3.0);
    painter.setBrush(Qt::NoBrush);
}

} // namespace

void paintPlot(QPainter& painter, const TurnPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit) {
    const Theme& theme = *look.theme;
    const QFontMetricsF metrics(look.fonts.caption);
    const std::vector<QRectF> discs = turnDiscs(plot, picture, look.fonts);
    painter.setFont(look.fonts.caption);
    for (std::size_t i = 0; i < discs.size(); ++i) {
        const TurnPlot::Hand& hand = plot.hands[i];
        const bool hovered = hit && hit->row == i;
        painter.setPen(QPen(hovered ? theme.text : theme.hairline, 1.2));
        painter.setBrush(theme.canvas);
        painter.drawEllipse(discs[i]);
        painter.setBrush(Qt::NoBrush);
        const double degrees = 180.0 / std::numbers::pi;
        const double turned = std::fmod(
            hand.turn, 2.0 * std::numbers::pi); // more than a whole turn looks like what is left of it
        painter.setPen(QPen(theme.accent, 1.5));
        painter.drawArc(discs[i].adjusted(9, 9, -9, -9),
                        static_cast<int>(std::lround(hand.from * degrees * 16.0)) % (360 * 16),
                        static_cast<int>(std::lround(turned * degrees * 16.0)));
        paintHand(painter, discs[i], hand.from, theme.text_muted);
        paintHand(painter, discs[i], hand.from + hand.turn, theme.text);
        painter.setPen(theme.text_muted);
        const QString name = metrics.elidedText(hand.name, Qt::ElideMiddle, discs[i].width() + 10.0);
        painter.drawText(QPointF(discs[i].center().x() - metrics.horizontalAdvance(name) / 2.0,
                                 discs[i].bottom() + 2.0 + metrics.ascent()),
                         name);
    }
}

std::optional<PanelHit> plotHit(const TurnPlot& plot, const QRectF& picture, const HeatmapFonts& fonts,
                                const QPointF& at) {
    const std::vector<QRectF> discs = turnDiscs(plot, picture, fonts);
    for (std::size_t i = 0; i < discs.size(); ++i)
        if (discs[i].contains(at)) {
            PanelHit hit;
            hit.row = i;
            hit.text = plot.hands[i].note;
            return hit;
        }
    return std::nullopt;
}

namespace {

/// Two columns where there is room for them.
std::vector<QRectF> factPlaces(const FactPlot& plot, const QRectF& picture, const HeatmapFonts& fonts) {
    const QFontMetricsF body(fonts.body), caption(fonts.caption);
    const double height = body.height() + caption.height() + 8.0;
    double widest = 60.0;
    for (const FactPlot::Fact& fact : plot.facts)
        widest = std::max({widest, body.horizontalAdvance(fact.value), caption.horizontalAdvance(fact.name)});
    const auto across = std::max<std::size_t>(
        1, static_cast<std::size_t>((picture.width() + kFactGap) / (widest + kFactGap)));
    const double width = picture.width() / double(across);
    std::vector<QRectF> places;
    for (std::size_t i = 0; i < plot.facts.size(); ++i)
        places.emplace_back(picture.left() + double(i % across) * width,
                            picture.top() + double(i / across) * height, width, height);
    return places;
}

} // namespace

double factsHeight(const FactPlot& plot, double width, const HeatmapFonts& fonts) {
    const auto places = factPlaces(plot, QRectF(0, 0, width, 1), fonts);
    return places.empty() ? 0.0 : places.back().bottom();
}

void paintPlot(QPainter& painter, const FactPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>&) {
    const std::vector<QRectF> places = factPlaces(plot, picture, look.fonts);
    const QFontMetricsF body(look.fonts.body), caption(look.fonts.caption);
    for (std::size_t i = 0; i < places.size(); ++i) {
        painter.setFont(look.fonts.caption);
        painter.setPen(look.theme->text_muted);
        painter.drawText(QPointF(places[i].left(), places[i].top() + caption.ascent()),
                         caption.elidedText(plot.facts[i].name, Qt::ElideRight, places[i].width() - 8.0));
        painter.setFont(look.fonts.body);
        painter.setPen(look.theme->text);
        painter.drawText(QPointF(places[i].left(), places[i].top() + caption.height() + body.ascent()),
                         body.elidedText(plot.facts[i].value, Qt::ElideMiddle, places[i].width() - 8.0));
    }
}

std::optional<PanelHit> plotHit(const FactPlot& plot, const QRectF& picture, const HeatmapFonts& fonts,
                                const QPointF& at) {
    const std::vector<QRectF> places = factPlaces(plot, picture, fonts);
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].contains(at)) {
            PanelHit hit;
            hit.row = i;
            hit.tool_tip = plot.facts[i].tool_tip;
            return hit;
        }
    return std::nullopt;
}

} // namespace headlight::ui
