#include "ui/overview/range_histogram.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

constexpr std::size_t kBars = 24;
constexpr double kKnob = 5.0;
constexpr double kBarsHeight = 44.0;
constexpr double kKeyStep = 0.02; // of the scale

QString numberOf(double value) { return QString::number(value, 'f', value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2); }

} // namespace

RangeHistogram::RangeHistogram(QWidget* parent)
    : QWidget(parent)
    , counts_(kBars, 0) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Range of values"));
    describe();
}

void RangeHistogram::setValues(std::vector<double> values, double lowest, double highest) {
    const bool was_whole = whole();
    values_ = std::move(values);
    lowest_ = lowest;
    highest_ = std::max(highest, lowest + 1e-9);
    counts_.assign(kBars, 0);
    for (const double value : values_) {
        const double place = (value - lowest_) / (highest_ - lowest_) * double(kBars);
        ++counts_[static_cast<std::size_t>(std::clamp(place, 0.0, double(kBars) - 1.0))];
    }
    lower_ = was_whole ? lowest_ : std::clamp(lower_, lowest_, highest_);
    upper_ = was_whole ? highest_ : std::clamp(upper_, lower_, highest_);
    describe();
    update();
}

void RangeHistogram::setRange(double lowest, double highest) {
    const bool range = lowest < highest;
    lower_ = range ? std::clamp(lowest, lowest_, highest_) : lowest_;
    upper_ = range ? std::clamp(highest, lower_, highest_) : highest_;
    describe();
    update();
}

QSize RangeHistogram::sizeHint() const {
    const QFontMetricsF metrics(themeFont(TextRole::Caption));
    return {220, static_cast<int>(std::ceil(kBarsHeight + 2 * kKnob + metrics.height() + 6))};
}

QRectF RangeHistogram::plot() const { return {kKnob + 1.0, 2.0, std::max(10.0, width() - 2 * kKnob - 2.0), kBarsHeight}; }

double RangeHistogram::xOf(double value) const {
    const QRectF area = plot();
    return area.left() + (value - lowest_) / (highest_ - lowest_) * area.width();
}

double RangeHistogram::valueAt(double x) const {
    const QRectF area = plot();
    return lowest_ + std::clamp((x - area.left()) / area.width(), 0.0, 1.0) * (highest_ - lowest_);
}

void RangeHistogram::choose(double lower, double upper) {
    lower = std::clamp(lower, lowest_, highest_);
    upper = std::clamp(upper, lower, highest_);
    if (lower == lower_ && upper == upper_)
        return;
    lower_ = lower;
    upper_ = upper;
    describe();
    update();
    emit rangeChanged(lower_, upper_);
}

void RangeHistogram::describe() {
    const auto inside = std::ranges::count_if(values_, [this](double value) { return value >= lower_ && value <= upper_; });
    setAccessibleDescription(tr("from %1 to %2: %3 of %4 heads").arg(numberOf(lower_), numberOf(upper_)).arg(inside).arg(values_.size()));
}

void RangeHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = themeOf(palette());
    const QRectF area = plot();
    const int most = std::max(1, *std::ranges::max_element(counts_));
    const double bar = area.width() / double(kBars);
    for (std::size_t i = 0; i < kBars; ++i) {
        if (counts_[i] == 0)
            continue;
        // The square root lets a bar with one head be seen beside one with hundreds.
        const double height = std::max(3.0, std::sqrt(double(counts_[i]) / most) * (area.height() - 4.0));
        const double middle = lowest_ + (double(i) + 0.5) / double(kBars) * (highest_ - lowest_);
        const QRectF place(area.left() + double(i) * bar + 0.5, area.bottom() - height, bar - 1.0, height);
        painter.fillRect(place, middle >= lower_ && middle <= upper_ ? theme.text_muted : theme.hairline);
    }
    const double line = area.bottom() + kKnob;
    painter.setPen(QPen(theme.hairline, 2.0));
    painter.drawLine(QPointF(area.left(), line), QPointF(area.right(), line));
    painter.setPen(QPen(theme.text_muted, 2.0));
    painter.drawLine(QPointF(xOf(lower_), line), QPointF(xOf(upper_), line));
    for (const double value : {lower_, upper_}) {
        painter.setPen(QPen(hasFocus() ? theme.accent : theme.text, 1.5));
        painter.setBrush(theme.card);
        painter.drawEllipse(QPointF(xOf(value), line), kKnob - 1.0, kKnob - 1.0);
    }
    painter.setFont(themeFont(TextRole::Caption));
    painter.setPen(theme.text_muted);
    const QRectF numbers(0, line + kKnob, width(), height() - line - kKnob);
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignVCenter, numberOf(lower_));
    painter.drawText(numbers, Qt::AlignRight | Qt::AlignVCenter, numberOf(upper_));
}

void RangeHistogram::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    const double x = event->position().x();
    const double to_lower = std::abs(x - xOf(lower_));
    const double to_upper = std::abs(x - xOf(upper_));
    const bool between = !whole() && x > xOf(lower_) + 2 * kKnob && x < xOf(upper_) - 2 * kKnob;
    grip_ = between ? Grip::Both : to_lower < to_upper || (to_lower == to_upper && x < xOf(lower_)) ? Grip::Lower : Grip::Upper;
    grabbed_ = valueAt(x);
    mouseMoveEvent(event);
}

void RangeHistogram::mouseMoveEvent(QMouseEvent* event) {
    const double value = valueAt(event->position().x());
    switch (grip_) {
    case Grip::Lower: choose(std::min(value, upper_), upper_); break;
    case Grip::Upper: choose(lower_, std::max(value, lower_)); break;
    case Grip::Both: {
        const double by = std::clamp(value - grabbed_, lowest_ - lower_, highest_ - upper_);
        grabbed_ += by;
        choose(lower_ + by, upper_ + by);
        break;
    }
    }
}

void RangeHistogram::keyPressEvent(QKeyEvent* event) {
    const double step = (highest_ - lowest_) * kKeyStep * (event->key() == Qt::Key_Left ? -1.0 : 1.0);
    if (event->key() != Qt::Key_Left && event->key() != Qt::Key_Right) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (event->modifiers().testFlag(Qt::ShiftModifier))
        choose(lower_, std::max(upper_ + step, lower_));
    else
        choose(std::min(lower_ + step, upper_), upper_);
}

} // namespace headlight::ui
