#include "ui/timeline/timeline_painter.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kPadding = 7.0;
constexpr double kBar = 5.0;     ///< thickness of a bar
constexpr double kOutline = 3.0; ///< and of the one among the choices
constexpr double kLater = 0.38;  ///< opacity of what is not made yet
constexpr double kNatsBar = 26.0;

QString tr(const char* text) {
    return QCoreApplication::translate("headlight::ui::Timeline", text);
}

QColor faded(QColor colour, double opacity) {
    colour.setAlphaF(static_cast<float>(opacity));
    return colour;
}

/// The baseline that centres a line of this type at `middle`.
double baselineAt(const QFontMetricsF& metrics, double middle) {
    return middle + (metrics.ascent() - metrics.descent()) / 2;
}

QFont strong(QFont font) {
    font.setWeight(QFont::DemiBold);
    return font;
}

bool saysMore(const TimelineBar& bar) {
    return bar.choice && std::abs(*bar.choice - bar.probability) > 5e-4;
}

void paintBar(QPainter& painter, const TimelineBar& bar, const QRectF& rect, const TimelineLayout& layout,
              const Theme& theme) {
    if (bar.under_mouse || bar.focused) {
        painter.setPen(bar.focused ? QPen(theme.accent, 1, Qt::DotLine) : QPen(Qt::NoPen));
        painter.setBrush(theme.chip);
        painter.drawRoundedRect(rect.adjusted(2, 0, -2, -1), 4, 4);
    }
    const QRectF inner = rect.adjusted(kPadding, 1, -kPadding, -3);
    const QFont font = bar.chosen ? strong(layout.fonts.body) : layout.fonts.body;
    const QFontMetricsF metrics(font), small(layout.fonts.caption);
    const QString number = weightText(bar.probability);
    const double number_width = tabularWidth(small, number);
    const double baseline = inner.top() + metrics.ascent();
    painter.setFont(font);
    painter.setPen(theme.text);
    painter.drawText(QPointF(inner.left(), baseline),
                     metrics.elidedText(bar.word, Qt::ElideMiddle, inner.width() - number_width - 6));
    painter.setFont(layout.fonts.caption);
    painter.setPen(bar.chosen ? theme.text : theme.text_muted);
    drawTabularRight(painter, inner.right(), baseline, number);

    const double top = inner.top() + metrics.height() + 1;
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.hairline);
    painter.drawRect(QRectF(inner.left(), top, inner.width(), 1));
    painter.setBrush(bar.chosen ? theme.text : faded(theme.text_muted, 0.6));
    const double length = inner.width() * std::clamp(bar.probability, 0.0, 1.0);
    painter.drawRect(QRectF(inner.left(), top, std::max(1.0, length), kBar));
    if (!saysMore(bar))
        return;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(bar.chosen ? theme.text : theme.text_muted, 1));
    const double share = inner.width() * std::clamp(*bar.choice, 0.0, 1.0);
    painter.drawRect(QRectF(inner.left() + 0.5, top + kBar + 1.5, std::max(1.0, share - 1), kOutline));
}

/// Surprise and entropy as two upright bars with their numbers below.
void paintStrip(QPainter& painter, const TimelineColumn& column, double left, double largest,
                const TimelineLayout& layout, const Theme& theme) {
    const QFontMetricsF small(layout.fonts.caption);
    painter.setFont(layout.fonts.caption);
    const double top = layout.stripTop(), bottom = top + kNatsBar;
    const double half = (layout.column - 2 * kPadding) / 2;
    const auto bar = [&](const std::optional<double>& nats, double x, const QColor& colour) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.hairline);
        painter.drawRect(QRectF(x, bottom, half - 4, 1));
        if (!nats)
            return;
        const double height =
            std::isfinite(*nats) ? kNatsBar * std::clamp(*nats / largest, 0.0, 1.0) : kNatsBar;
        painter.setBrush(colour);
        painter.drawRect(QRectF(x, bottom - height, half - 4, std::max(1.0, height)));
        painter.setPen(theme.text_muted);
        painter.drawText(QPointF(x, bottom + 1 + small.ascent()),
                         std::isfinite(*nats) ? QString::number(*nats, 'f', 2) : QStringLiteral("∞"));
    };
    bar(column.surprise, left + kPadding, column.selected ? theme.text : faded(theme.text_muted, 0.9));
    bar(column.entropy, left + kPadding + half, faded(theme.text_muted, 0.4));
}

void paintColumn(QPainter& painter, const TimelineColumn& column, double left, double largest,
                 const TimelineLayout& layout, const Theme& theme) {
    const QRectF whole(left + 1, 0.5, layout.column - 2, layout.height() - 1);
    if (column.selected) {
        painter.setPen(QPen(theme.query, 1.5)); // the step's row is the query
        painter.setBrush(theme.card);
        painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), 6, 6);
    }
    painter.setOpacity(column.later ? kLater : 1.0);
    const double room = layout.column - 2 * kPadding;
    const QFontMetricsF small(layout.fonts.caption), body(layout.fonts.body);
    painter.setFont(layout.fonts.caption);
    painter.setPen(theme.text_muted);
    painter.drawText(QPointF(left + kPadding, baselineAt(small, layout.head_height / 2 + 1)),
                     small.elidedText(column.head, Qt::ElideRight, room));

    const QRectF chip(left + 4, layout.head_height + 1, layout.column - 8, layout.word_height - 6);
    painter.setPen(column.word.isEmpty() ? QPen(theme.text_muted, 1, Qt::DotLine) : Qt::NoPen);
    painter.setBrush(column.generated && !column.word.isEmpty() ? QBrush(theme.chip) : Qt::NoBrush);
    painter.drawRoundedRect(chip, 6, 6);
    painter.setFont(column.generated ? strong(layout.fonts.body) : layout.fonts.body);
    painter.setPen(column.generated ? theme.text : theme.text_muted);
    painter.drawText(
        QPointF(left + kPadding, baselineAt(body, chip.center().y())),
        QFontMetricsF(painter.font())
            .elidedText(column.word.isEmpty() ? QStringLiteral("?") : column.word, Qt::ElideMiddle, room));

    for (std::size_t i = 0; i < std::min(column.bars.size(), layout.n_bars); ++i)
        paintBar(painter, column.bars[i], layout.barRect(left, i), layout, theme);
    paintStrip(painter, column, left, largest, layout, theme);
    painter.setOpacity(1.0);
}

} // namespace

double TimelineLayout::height() const {
    return stripTop() + strip_height;
}

QRectF TimelineLayout::barRect(double column_left, std::size_t bar) const {
    return {column_left, barsTop() + static_cast<double>(bar) * bar_height, column, bar_height};
}

TimelineLayout layoutTimeline(const HeatmapFonts& fonts, std::size_t n_bars, double height) {
    const QFontMetricsF body(fonts.body), small(fonts.caption);
    TimelineLayout layout;
    layout.fonts = fonts;
    for (const char* const name : {"written", "candidates", "surprise", "entropy"})
        layout.gutter = std::max(layout.gutter, small.horizontalAdvance(tr(name)));
    layout.gutter += 14;
    layout.column = std::ceil(body.averageCharWidth() * 11 + 2 * kPadding);
    layout.line_height = small.height();
    layout.head_height = std::ceil(small.height() + 6);
    layout.word_height = std::ceil(body.height() + 16);
    layout.bar_height = std::ceil(body.height() + kBar + kOutline + 8);
    layout.strip_height = std::ceil(kNatsBar + small.height() + 8);
    layout.n_bars = std::max<std::size_t>(3, n_bars);
    while (layout.n_bars > 3 && layout.height() > height)
        --layout.n_bars;
    return layout;
}

void paintTimelineColumns(QPainter& painter, const TimelinePicture& picture, const TimelineLayout& layout,
                          double left, const Theme& theme) {
    for (std::size_t i = 0; i < picture.columns.size(); ++i)
        paintColumn(painter, picture.columns[i], layout.columnLeft(left, i), picture.largest_nats, layout,
                    theme);
}

void paintTimelineGutter(QPainter& painter, const TimelinePicture&, const TimelineLayout& layout,
                         const Theme& theme) {
    const QFontMetricsF small(layout.fonts.caption);
    painter.setFont(layout.fonts.caption);
    painter.setPen(theme.text_muted);
    const auto name = [&](const QString& text, double middle) {
        painter.drawText(QPointF(2, baselineAt(small, middle)), text);
    };
    name(tr("step"), layout.head_height / 2 + 1);
    name(tr("written"), layout.head_height + layout.word_height / 2 - 2);
    name(tr("candidates"), layout.barsTop() + layout.bar_height / 2 - 4);
    name(tr("surprise"), layout.stripTop() + kNatsBar / 2 - small.height() / 2);
    name(tr("entropy"), layout.stripTop() + kNatsBar / 2 + small.height() / 2);
    name(tr("nats"), layout.stripTop() + kNatsBar + 1 + small.height() / 2);
    const double x = layout.gutter - 9; // which of the two bars is which
    painter.setPen(Qt::NoPen);
    painter.setBrush(faded(theme.text_muted, 0.9));
    painter.drawRect(QRectF(x, layout.stripTop() + kNatsBar / 2 - small.height() / 2 - 4, 5, 8));
    painter.setBrush(faded(theme.text_muted, 0.4));
    painter.drawRect(QRectF(x, layout.stripTop() + kNatsBar / 2 + small.height() / 2 - 4, 5, 8));
}

void paintTimeline(QPainter& painter, const TimelinePicture& picture, const TimelineLayout& layout,
                   const Theme& theme) {
    paintTimelineGutter(painter, picture, layout, theme);
    paintTimelineColumns(painter, picture, layout, layout.gutter, theme);
}

} // namespace headlight::ui
