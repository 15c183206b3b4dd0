#include "ui/lessons/choice_button.h"

#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>

namespace headlight::ui {

namespace {

constexpr int kPadding = 10;
constexpr int kVertical = 7;

int signWidth(const QFontMetrics& metrics) {
    return metrics.horizontalAdvance(QStringLiteral("✗")) + 8;
}

} // namespace

ChoiceButton::ChoiceButton(const QString& text, QWidget* parent)
    : QAbstractButton(parent) {
    setText(text);
    setAccessibleName(text);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ChoiceButton::setMark(Mark mark) {
    mark_ = mark;
    setAccessibleDescription(mark == Mark::Right   ? tr("right")
                             : mark == Mark::Wrong ? tr("wrong")
                                                   : QString());
    update();
}

int ChoiceButton::heightForWidth(int width) const {
    const QFontMetrics metrics(themeFont(TextRole::Body));
    const int room = std::max(20, width - 2 * kPadding - signWidth(metrics));
    return metrics.boundingRect(0, 0, room, 10'000, Qt::TextWordWrap, text()).height() + 2 * kVertical;
}

QSize ChoiceButton::sizeHint() const {
    const QFontMetrics metrics(themeFont(TextRole::Body));
    return {metrics.horizontalAdvance(text()) + 2 * kPadding + signWidth(metrics),
            metrics.height() + 2 * kVertical};
}

QSize ChoiceButton::minimumSizeHint() const {
    return {80, sizeHint().height()};
}

void ChoiceButton::paintEvent(QPaintEvent*) {
    const Theme& theme = themeOf(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool strong = mark_ == Mark::Right;
    painter.setPen(QPen(hasFocus() || strong ? theme.accent : theme.hairline, strong ? 2.0 : 1.0));
    painter.setBrush(underMouse() && isEnabled() ? theme.chip : theme.card);
    painter.drawRoundedRect(frame, 7, 7);
    const QFont font = themeFont(TextRole::Body, strong);
    const QFontMetrics metrics(font);
    painter.setFont(font);
    painter.setPen(mark_ == Mark::Wrong ? theme.text_muted : theme.text);
    const QRect sign(kPadding, kVertical, signWidth(metrics), height() - 2 * kVertical);
    painter.drawText(sign, Qt::AlignLeft | Qt::AlignVCenter,
                     mark_ == Mark::Right   ? QStringLiteral("✓")
                     : mark_ == Mark::Wrong ? QStringLiteral("✗")
                                            : QStringLiteral("○"));
    painter.drawText(rect().adjusted(kPadding + signWidth(metrics), kVertical, -kPadding, -kVertical),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, text());
}

} // namespace headlight::ui
