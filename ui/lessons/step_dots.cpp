#include "ui/lessons/step_dots.h"

#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace headlight::ui {

namespace {
constexpr int kPitch = 22;
constexpr int kRadius = 5;
} // namespace

StepDots::StepDots(QWidget* parent)
    : QWidget(parent) {
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Steps of the lesson"));
    setFixedHeight(kPitch);
}

void StepDots::setSteps(const QStringList& titles, const std::vector<bool>& done, int current) {
    titles_ = titles;
    done_ = done;
    current_ = current;
    setAccessibleDescription(
        tr("step %1 of %2: %3").arg(current + 1).arg(titles.size()).arg(titles.value(current)));
    updateGeometry();
    update();
}

QRect StepDots::dotRect(int index) const {
    const int pitch = count() == 0 ? kPitch : std::min(kPitch, std::max(4, width() / count()));
    return {index * pitch, 0, pitch, height()};
}

QSize StepDots::sizeHint() const {
    return {count() * kPitch, kPitch};
}

int StepDots::dotAt(const QPoint& point) const {
    for (int i = 0; i < count(); ++i)
        if (dotRect(i).contains(point))
            return i;
    return -1;
}

bool StepDots::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        if (const int dot = dotAt(help->pos()); dot >= 0) {
            QToolTip::showText(help->globalPos(), tr("%1. %2").arg(dot + 1).arg(titles_[dot]), this,
                               dotRect(dot));
            return true;
        }
    }
    return QWidget::event(event);
}

void StepDots::paintEvent(QPaintEvent*) {
    const Theme& theme = themeOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (int i = 0; i < count(); ++i) {
        const QPointF centre = QRectF(dotRect(i)).center();
        const bool is_current = i == current_;
        painter.setPen(
            QPen(is_current || isDone(i) ? theme.accent : theme.text_muted, is_current ? 2.0 : 1.2));
        painter.setBrush(isDone(i) ? QBrush(theme.accent) : QBrush(theme.window));
        painter.drawEllipse(centre, kRadius + (is_current ? 2 : 0), kRadius + (is_current ? 2 : 0));
    }
    if (hasFocus() && count() > 0) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.accent, 1.0));
        painter.drawRoundedRect(QRectF(dotRect(current_)).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
    }
}

void StepDots::mousePressEvent(QMouseEvent* event) {
    if (const int dot = dotAt(event->pos()); dot >= 0)
        emit stepChosen(dot);
}

void StepDots::keyPressEvent(QKeyEvent* event) {
    const int to = event->key() == Qt::Key_Left    ? current_ - 1
                   : event->key() == Qt::Key_Right ? current_ + 1
                                                   : -1;
    if (to >= 0 && to < count())
        emit stepChosen(to);
    else
        QWidget::keyPressEvent(event);
}

} // namespace headlight::ui
