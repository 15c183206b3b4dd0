#include "ui/window/part_outline.h"

#include "ui/theme/theme.h"

#include <QEvent>
#include <QPainter>

namespace headlight::ui {

PartOutline::PartOutline(QWidget* window)
    : QWidget(window) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
}

void PartOutline::setPart(QWidget* part) {
    if (part_ != nullptr)
        part_->removeEventFilter(this);
    part_ = part;
    if (part_ != nullptr)
        part_->installEventFilter(this);
    follow();
}

bool PartOutline::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::Resize:
    case QEvent::Move:
    case QEvent::Show:
    case QEvent::Hide:
        follow();
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

void PartOutline::follow() {
    const bool shown = part_ != nullptr && part_->isVisible();
    setVisible(shown);
    if (!shown)
        return;
    const QRect inside(part_->mapTo(window(), QPoint(0, 0)), part_->size());
    setGeometry(inside.intersected(window()->rect()));
    raise();
}

void PartOutline::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(themeOf(palette()).accent, 2.0, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8);
}

} // namespace headlight::ui
