#include "ui/inspector/bar_list.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

namespace {
constexpr int kGap = 8;
constexpr double kBarHeight = 8.0;
} // namespace

BarList::BarList(BarInk ink, QWidget* parent)
    : QWidget(parent)
    , ink_(ink) {
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void BarList::setRows(std::vector<BarRow> rows) {
    const bool resized = rows.size() != rows_.size();
    rows_ = std::move(rows);
    QStringList lines;
    for (const BarRow& row : rows_)
        lines.append(row.label + QLatin1Char(' ') + row.number);
    setAccessibleDescription(lines.join(QStringLiteral(", ")));
    if (resized)
        updateGeometry();
    update();
}

int BarList::rowHeight() const { return fontMetrics().height() + 4; }
QSize BarList::sizeHint() const { return {220, static_cast<int>(rows_.size()) * rowHeight()}; }
QSize BarList::minimumSizeHint() const { return {120, sizeHint().height()}; }

/// As wide as the widest label, at most two fifths of the row.
int BarList::labelWidth() const {
    int widest = 40;
    for (const BarRow& row : rows_) {
        if (!row.no_bar)
            widest = std::max(widest, fontMetrics().horizontalAdvance(row.label) + 2);
    }
    return std::min(widest, width() * 2 / 5);
}

void BarList::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = themeOf(palette());
    const QFontMetricsF metrics(themeFont(TextRole::Body));
    const int label_width = labelWidth();
    double number_width = 0;
    for (const BarRow& row : rows_)
        number_width = std::max(number_width, tabularWidth(metrics, row.number));
    const double bar_left = label_width + kGap;
    const double bar_room = std::max(10.0, width() - bar_left - number_width - kGap);
    double y = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i, y += rowHeight()) {
        const BarRow& row = rows_[i];
        if (static_cast<int>(i) == hovered_ && clickable_) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme.chip);
            painter.drawRoundedRect(QRectF(-4, y, width() + 8, rowHeight()), 4, 4);
        }
        painter.setFont(themeFont(TextRole::Body, row.strong));
        painter.setPen(row.muted ? theme.text_muted : theme.text);
        const double baseline = y + (rowHeight() + metrics.ascent() - metrics.descent()) / 2;
        const double room = row.no_bar ? width() - number_width - kGap : label_width;
        painter.drawText(QPointF(0, baseline), QFontMetricsF(painter.font()).elidedText(row.label, Qt::ElideMiddle, room));
        painter.setPen(theme.text);
        drawTabularRight(painter, width(), baseline, row.number);
        if (row.no_bar)
            continue;
        QColor colour = ink_ == BarInk::Key ? theme.key : theme.text_muted;
        if (!row.strong)
            colour.setAlphaF(0.55f);
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        const double length = std::max(2.0, bar_room * std::clamp(row.fraction, 0.0, 1.0));
        const double radius = std::min(2.0, length / 2);
        painter.drawRoundedRect(QRectF(bar_left, y + (rowHeight() - kBarHeight) / 2, length, kBarHeight), radius, radius);
    }
}

int BarList::rowAt(double y) const {
    const int row = static_cast<int>(y) / std::max(1, rowHeight());
    return y >= 0 && row < static_cast<int>(rows_.size()) ? row : -1;
}

void BarList::mouseMoveEvent(QMouseEvent* event) {
    const int row = rowAt(event->position().y());
    if (row == hovered_)
        return;
    hovered_ = row;
    emit rowHovered(row);
    update();
}

void BarList::mousePressEvent(QMouseEvent* event) {
    if (const int row = rowAt(event->position().y()); row >= 0 && event->button() == Qt::LeftButton)
        emit rowClicked(row);
}

void BarList::leaveEvent(QEvent*) {
    hovered_ = -1;
    emit rowHovered(-1);
    update();
}

void BarList::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        updateGeometry();
}

bool BarList::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int row = rowAt(help->pos().y());
    if (row >= 0 && !rows_[static_cast<std::size_t>(row)].tool_tip.isEmpty())
        QToolTip::showText(help->globalPos(), rows_[static_cast<std::size_t>(row)].tool_tip, this);
    else
        QToolTip::hideText();
    return true;
}

} // namespace headlight::ui
