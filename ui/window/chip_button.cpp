#include "ui/window/chip_button.h"

#include "ui/theme/theme.h"

#include <QFontMetrics>
#include <QMenu>
#include <QPainter>

#include <algorithm>

namespace headlight::ui {

namespace {
constexpr int kPadding = 10;
constexpr int kGap = 6;
constexpr int kSlack = 4; // advances are rounded; without it a text that fits would be elided
constexpr double kRadius = 7.0;
const QString kMenuSign = QStringLiteral("▾");
} // namespace

ChipButton::ChipButton(QWidget* parent)
    : QAbstractButton(parent) {
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setCursor(Qt::ArrowCursor);
}

void ChipButton::setTexts(const QString& name, const QString& detail, bool detail_first) {
    setText(name);
    detail_ = detail;
    detail_first_ = detail_first;
    updateGeometry();
    update();
}

void ChipButton::setMenu(QMenu* menu) {
    menu_ = menu;
    connect(this, &QAbstractButton::clicked, menu, [this, menu] { menu->popup(mapToGlobal(QPoint(0, height() + 4))); });
    updateGeometry();
}

int ChipButton::textWidth() const {
    const int detail = detail_.isEmpty() ? 0 : QFontMetrics(themeFont(TextRole::Caption)).horizontalAdvance(detail_) + kGap;
    const QFontMetrics metrics(themeFont(TextRole::Body));
    const int sign = menu_ ? metrics.horizontalAdvance(kMenuSign) + kGap : 0;
    return metrics.horizontalAdvance(text()) + detail + sign + kSlack;
}

QSize ChipButton::sizeHint() const { return {textWidth() + 2 * kPadding, QFontMetrics(themeFont(TextRole::Body)).height() + 12}; }

QSize ChipButton::minimumSizeHint() const {
    return {std::min(textWidth(), QFontMetrics(themeFont(TextRole::Body)).averageCharWidth() * 12) + 2 * kPadding,
            sizeHint().height()};
}

void ChipButton::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = themeOf(palette());
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setBrush(theme.chip);
    painter.setPen(hasFocus() ? QPen(theme.accent, 1.5) : underMouse() ? QPen(theme.hairline, 1) : QPen(Qt::NoPen));
    painter.drawRoundedRect(frame, kRadius, kRadius);

    const QFont body = themeFont(TextRole::Body), caption = themeFont(TextRole::Caption);
    const QFontMetrics body_metrics(body), caption_metrics(caption);
    int right = width() - kPadding;
    if (menu_) {
        painter.setFont(body);
        painter.setPen(theme.text);
        const int sign = body_metrics.horizontalAdvance(kMenuSign);
        painter.drawText(QRect(right - sign, 0, sign, height()), Qt::AlignCenter, kMenuSign);
        right -= sign + kGap;
    }
    int x = kPadding;
    const auto draw = [&](const QString& text, const QFont& font, const QFontMetrics& metrics, const QColor& colour, int kept = 0) {
        const QString shown = metrics.elidedText(text, Qt::ElideRight, right - x - kept);
        painter.setFont(font);
        painter.setPen(colour);
        painter.drawText(QRect(x, 0, right - x, height()), Qt::AlignVCenter | Qt::AlignLeft, shown);
        x += metrics.horizontalAdvance(shown) + kGap;
    };
    // Where there is too little room the detail gives way, wherever it stands.
    if (detail_first_ && !detail_.isEmpty())
        draw(detail_, caption, caption_metrics, theme.text_muted, body_metrics.horizontalAdvance(text()) + kGap);
    draw(text(), body, body_metrics, isEnabled() ? theme.text : theme.text_muted);
    if (!detail_first_ && !detail_.isEmpty())
        draw(detail_, caption, caption_metrics, theme.text_muted);
}

void ChipButton::enterEvent(QEnterEvent* event) {
    QAbstractButton::enterEvent(event);
    update();
}

void ChipButton::leaveEvent(QEvent* event) {
    QAbstractButton::leaveEvent(event);
    update();
}

} // namespace headlight::ui
