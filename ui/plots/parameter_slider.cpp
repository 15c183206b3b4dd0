#include "ui/plots/parameter_slider.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {
constexpr int kLogSteps = 200;
}

ParameterSlider::ParameterSlider(const QString& name, const QString& tool_tip, const Range& range,
                                 QWidget* parent)
    : QWidget(parent)
    , range_(range) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto* label = new QLabel(name);
    label->setProperty("role", "caption");
    slider_ = new QSlider(Qt::Horizontal);
    slider_->setFixedWidth(96);
    slider_->setRange(0, range.logarithmic
                             ? kLogSteps
                             : static_cast<int>(std::lround((range.most - range.least) / range.step)));
    field_ = new QDoubleSpinBox;
    field_->setDecimals(range.decimals);
    field_->setRange(range.least, range.most);
    field_->setSingleStep(range.step);
    field_->setKeyboardTracking(false);
    field_->setAlignment(Qt::AlignRight);
    label->setBuddy(field_);
    if (name.isEmpty())
        label->hide();
    layout->addWidget(label);
    layout->addWidget(slider_);
    layout->addWidget(field_);
    fitField();
    setToolTip(tool_tip);
    for (QWidget* part : {static_cast<QWidget*>(slider_), static_cast<QWidget*>(field_)}) {
        part->setAccessibleName(name);
        part->setAccessibleDescription(tool_tip);
    }
    setValue(range.least);
    connect(slider_, &QSlider::valueChanged, this, [this](int position) {
        const QSignalBlocker quiet(field_);
        field_->setValue(fromSlider(position));
        emit valueChanged(value());
    });
    connect(field_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker quiet(slider_);
        slider_->setValue(toSlider(value));
        emit valueChanged(value);
    });
}

/// As wide as its longest number in the present text size.
void ParameterSlider::fitField() {
    field_->ensurePolished(); // the style sheet sets the size
    const QFontMetrics metrics = field_->fontMetrics();
    const QString longest = QString::number(range_.most, 'f', range_.decimals);
    field_->setFixedWidth(metrics.horizontalAdvance(longest) + metrics.horizontalAdvance(QLatin1Char('0')) + 20);
}

void ParameterSlider::focusField() {
    field_->setFocus(Qt::OtherFocusReason);
    field_->selectAll();
}

void ParameterSlider::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (field_ != nullptr && (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange))
        fitField();
}

double ParameterSlider::value() const {
    return field_->value();
}

void ParameterSlider::setValue(double value) {
    const QSignalBlocker quiet_field(field_), quiet_slider(slider_);
    field_->setValue(value);
    slider_->setValue(toSlider(field_->value()));
}

void ParameterSlider::setMost(double most) {
    const QSignalBlocker quiet_field(field_), quiet_slider(slider_);
    const double end = std::clamp(most, range_.least, range_.most);
    field_->setMaximum(end);
    slider_->setMaximum(toSlider(end));
    slider_->setValue(toSlider(field_->value()));
}

void ParameterSlider::setSpokenName(const QString& name) {
    slider_->setAccessibleName(name);
    field_->setAccessibleName(name);
}

void ParameterSlider::setLowestText(const QString& text) {
    field_->setSpecialValueText(text);
}

int ParameterSlider::toSlider(double value) const {
    if (range_.logarithmic)
        return static_cast<int>(
            std::lround(kLogSteps * std::log(value / range_.least) / std::log(range_.most / range_.least)));
    return static_cast<int>(std::lround((value - range_.least) / range_.step));
}

double ParameterSlider::fromSlider(int position) const {
    const double value =
        range_.logarithmic ? range_.least * std::pow(range_.most / range_.least, double(position) / kLogSteps)
                           : range_.least + position * range_.step;
    return std::clamp(value, range_.least, range_.most);
}

} // namespace headlight::ui
