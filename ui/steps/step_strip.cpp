#include "ui/steps/step_strip.h"

#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kGap = 4;
constexpr int kPadding = 10; // left and right of a name
constexpr double kDot = 2.5; // radius

} // namespace

StepStrip::StepStrip(QWidget* parent)
    : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

QList<QRect> StepStrip::chips(int width) const {
    const QFontMetrics metrics(themeFont(TextRole::Caption));
    const int height = metrics.height() + 12;
    QList<QRect> places;
    int x = 0;
    int y = 0;
    for (const QString& name : names_) {
        const int chip = metrics.horizontalAdvance(name) + 2 * kPadding;
        if (x > 0 && x + chip > width) {
            x = 0;
            y += height + kGap;
        }
        places << QRect(x, y, chip, height);
        x += chip + kGap;
    }
    return places;
}

QRect StepStrip::chipRect(int index) const {
    return chips(width()).value(index);
}

int StepStrip::heightForWidth(int width) const {
    const QList<QRect> places = chips(width);
    return places.isEmpty() ? 0 : places.last().bottom() + 1;
}

QSize StepStrip::sizeHint() const {
    return {400, heightForWidth(std::max(400, width()))};
}

void StepStrip::setSteps(const QStringList& names, const QStringList& tool_tips) {
    names_ = names;
    tool_tips_ = tool_tips;
    marked_.clear();
    current_ = std::clamp(current_, 0, std::max(0, count() - 1));
    updateGeometry();
    update();
}

void StepStrip::setMarked(const std::vector<bool>& marked) {
    marked_ = marked;
    update();
}

bool StepStrip::marked(int index) const {
    const auto at = static_cast<std::size_t>(index);
    return at < marked_.size() && marked_[at];
}

void StepStrip::setCurrent(int index) {
    const int inside = std::clamp(index, 0, std::max(0, count() - 1));
    if (inside == current_)
        return;
    current_ = inside;
    setAccessibleDescription(names_.value(current_));
    update();
    emit stepChosen(current_);
}

int StepStrip::chipAt(const QPoint& point) const {
    const QList<QRect> places = chips(width());
    const auto found =
        std::ranges::find_if(places, [&point](const QRect& chip) { return chip.contains(point); });
    return found == places.end() ? -1 : static_cast<int>(found - places.begin());
}

bool StepStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int chip = chipAt(help->pos());
    if (chip < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), tool_tips_.value(chip), this, chipRect(chip));
    return true;
}

void StepStrip::paintEvent(QPaintEvent*) {
    const Theme& theme = themeOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(themeFont(TextRole::Caption));
    const QList<QRect> places = chips(width());
    for (int i = 0; i < count(); ++i) {
        const bool here = i == current_;
        painter.setPen(here && hasFocus() ? QPen(theme.text, 1.5) : QPen(Qt::NoPen));
        painter.setBrush(here ? theme.accent : theme.chip);
        painter.drawRoundedRect(QRectF(places[i]).adjusted(1, 1, -1, -1), 6, 6);
        painter.setPen(here ? readableOn(theme.accent) : i < current_ ? theme.text : theme.text_muted);
        painter.drawText(places[i], Qt::AlignCenter, names_[i]);
        if (!marked(i))
            continue;
        painter.setPen(Qt::NoPen);
        painter.setBrush(here ? readableOn(theme.accent) : theme.text);
        painter.drawEllipse(QPointF(places[i].right() - 6.0, places[i].top() + 7.0), kDot, kDot);
    }
}

void StepStrip::mousePressEvent(QMouseEvent* event) {
    if (const int chip = chipAt(event->pos()); chip >= 0)
        setCurrent(chip);
}

void StepStrip::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Left:
        setCurrent(current_ - 1);
        break;
    case Qt::Key_Right:
        setCurrent(current_ + 1);
        break;
    case Qt::Key_Home:
        setCurrent(0);
        break;
    case Qt::Key_End:
        setCurrent(count() - 1);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

} // namespace headlight::ui
