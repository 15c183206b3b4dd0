#include "ui/inspector/element_strips.h"

#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kLabelGap = 8.0;
constexpr double kStripHeight = 22.0;
constexpr double kStripGap = 5.0;

QColor inkOf(StripInk ink, double value, const Theme& theme) {
    switch (ink) {
    case StripInk::Query:
        return theme.query;
    case StripInk::Key:
        return theme.key;
    case StripInk::Signed:
        return value >= 0 ? theme.positive : theme.negative;
    case StripInk::Neutral:
        return theme.text_muted;
    }
    return theme.text;
}

void paintBars(QPainter& painter, const QRectF& area, const ElementStrip& strip,
               std::optional<std::size_t> marked, const Theme& theme) {
    double highest = 0, lowest = 0;
    for (const double value : strip.values) {
        highest = std::max(highest, value);
        lowest = std::min(lowest, value);
    }
    const double range = highest - lowest;
    const double zero = range > 0 ? area.top() + area.height() * highest / range : area.center().y();
    const double cell = area.width() / static_cast<double>(strip.values.size());
    const double bar = std::max(1.0, cell - (cell > 4 ? 2 : cell > 2 ? 1 : 0));
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < strip.values.size(); ++i) {
        const double value = strip.values[i];
        const double size = range > 0 ? std::abs(value) / range * area.height() : 0;
        QColor colour = inkOf(strip.ink, value, theme);
        if (marked && *marked != i)
            colour.setAlphaF(0.35f);
        painter.setBrush(colour);
        painter.drawRect(QRectF(area.left() + static_cast<double>(i) * cell, value >= 0 ? zero - size : zero,
                                bar, std::max(0.5, size)));
    }
    painter.setPen(QPen(theme.hairline, 1));
    painter.drawLine(QPointF(area.left(), zero), QPointF(area.right(), zero));
}

} // namespace

StripLayout StripLayout::of(const std::vector<ElementStrip>& strips, const QFont& font) {
    const QFontMetricsF metrics(font);
    // At least as wide as the longest name there is, so that strips below each other begin at the same place.
    StripLayout layout{metrics.horizontalAdvance(QStringLiteral("q × k")) + kLabelGap, kStripHeight, kStripGap};
    for (const ElementStrip& strip : strips)
        layout.label_width = std::max(layout.label_width, metrics.horizontalAdvance(strip.name) + kLabelGap);
    return layout;
}

double StripLayout::height(std::size_t n_strips) const {
    return n_strips == 0 ? 0 : static_cast<double>(n_strips) * (strip_height + gap) - gap;
}

void paintStrips(QPainter& painter, const QRectF& area, const std::vector<ElementStrip>& strips,
                 std::optional<std::size_t> marked, const Theme& theme) {
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont font = themeFont(TextRole::Caption);
    const QFontMetricsF metrics(font);
    const StripLayout layout = StripLayout::of(strips, font);
    double y = area.top();
    for (const ElementStrip& strip : strips) {
        if (!strip.values.empty())
            paintBars(
                painter,
                {area.left() + layout.label_width, y, area.width() - layout.label_width, layout.strip_height},
                strip, marked, theme);
        painter.setFont(font);
        painter.setPen(strip.ink == StripInk::Query ? theme.query
                       : strip.ink == StripInk::Key ? theme.key
                                                    : theme.text_muted);
        painter.drawText(QPointF(area.left(), y + (layout.strip_height + metrics.capHeight()) / 2),
                         strip.name);
        y += layout.strip_height + layout.gap;
    }
}

ElementStripsView::ElementStripsView(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void ElementStripsView::setStrips(std::vector<ElementStrip> strips) {
    const bool resized = strips.size() != strips_.size();
    strips_ = std::move(strips);
    if (marked_ && *marked_ >= elementCount())
        mark(std::nullopt);
    strip_ = std::min(strip_, strips_.empty() ? 0 : strips_.size() - 1);
    if (resized)
        updateGeometry();
    update();
}

QSize ElementStripsView::sizeHint() const {
    const StripLayout layout = StripLayout::of(strips_, themeFont(TextRole::Caption));
    return {240, static_cast<int>(std::ceil(layout.height(strips_.size()))) + 4};
}
QSize ElementStripsView::minimumSizeHint() const {
    return {80, sizeHint().height()};
}

QPoint ElementStripsView::cellCentre(std::size_t strip, std::size_t element) const {
    const StripLayout layout = StripLayout::of(strips_, themeFont(TextRole::Caption));
    const double cell =
        (width() - layout.label_width) / static_cast<double>(std::max<std::size_t>(1, elementCount()));
    return QPointF(layout.label_width + (static_cast<double>(element) + 0.5) * cell,
                   2 + static_cast<double>(strip) * (layout.strip_height + layout.gap) +
                       layout.strip_height / 2)
        .toPoint();
}

std::optional<std::size_t> ElementStripsView::elementAt(double x) const {
    const double left = StripLayout::of(strips_, themeFont(TextRole::Caption)).label_width;
    if (x < left || x >= width() || elementCount() == 0)
        return std::nullopt;
    return std::min(elementCount() - 1, static_cast<std::size_t>((x - left) / (width() - left) *
                                                                 static_cast<double>(elementCount())));
}

std::optional<std::size_t> ElementStripsView::stripAt(double y) const {
    const StripLayout layout = StripLayout::of(strips_, themeFont(TextRole::Caption));
    const auto strip = static_cast<std::size_t>(
        std::max(0.0, (y - 2 + layout.gap / 2) / (layout.strip_height + layout.gap)));
    return strip < strips_.size() ? std::optional(strip) : std::nullopt;
}

void ElementStripsView::mark(std::optional<std::size_t> element) {
    if (element == marked_)
        return;
    marked_ = element;
    emit elementMarked(marked_);
    update();
}

void ElementStripsView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme& theme = themeOf(palette());
    paintStrips(painter, QRectF(rect()).adjusted(0, 2, 0, -2), strips_, marked_, theme);
    if (!hasFocus())
        return;
    painter.setPen(QPen(theme.accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
}

void ElementStripsView::mouseMoveEvent(QMouseEvent* event) {
    if (const auto strip = stripAt(event->position().y()))
        strip_ = *strip;
    mark(elementAt(event->position().x()));
}

void ElementStripsView::mousePressEvent(QMouseEvent* event) {
    const auto element = elementAt(event->position().x());
    const auto strip = stripAt(event->position().y());
    if (event->button() == Qt::LeftButton && element && strip)
        emit elementChosen(*strip, *element);
}

void ElementStripsView::leaveEvent(QEvent*) {
    mark(std::nullopt);
}

void ElementStripsView::keyPressEvent(QKeyEvent* event) {
    if (elementCount() == 0)
        return QWidget::keyPressEvent(event);
    const std::size_t last = elementCount() - 1;
    switch (event->key()) {
    case Qt::Key_Right:
        return mark(marked_ ? std::min(*marked_ + 1, last) : 0);
    case Qt::Key_Left:
        return mark(marked_ ? *marked_ - std::min<std::size_t>(*marked_, 1) : last);
    case Qt::Key_Home:
        return mark(0);
    case Qt::Key_End:
        return mark(last);
    case Qt::Key_Down:
        strip_ = std::min(strip_ + 1, strips_.size() - 1);
        return;
    case Qt::Key_Up:
        strip_ -= std::min<std::size_t>(strip_, 1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        if (marked_)
            emit elementChosen(strip_, *marked_);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void ElementStripsView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        updateGeometry();
}

} // namespace headlight::ui
