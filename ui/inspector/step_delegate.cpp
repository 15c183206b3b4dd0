#include "ui/inspector/step_delegate.h"

#include "ui/inspector/step_model.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <cmath>

namespace headlight::ui {

namespace {

constexpr double kPadding = 4.0;

/// From the middle: to the right for positive terms, to the left for negative ones.
void paintBar(QPainter& painter, const QRectF& cell, double fraction, const Theme& theme) {
    QColor colour = fraction >= 0 ? theme.positive : theme.negative;
    colour.setAlphaF(0.28f);
    const double half = cell.width() / 2;
    const double length = std::abs(fraction) * half;
    painter.fillRect(QRectF(fraction >= 0 ? cell.center().x() : cell.center().x() - length, cell.top() + 3,
                            length, cell.height() - 6),
                     colour);
}

} // namespace

void StepDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    painter->save();
    const Theme& theme = themeOf(option.palette);
    const QRectF cell(option.rect);
    if (option.state & QStyle::State_Selected)
        painter->fillRect(cell, theme.chip);
    if (index.column() == StepModel::Term)
        paintBar(*painter, cell, index.data(StepModel::FractionRole).toDouble(), theme);
    const QString text = index.data().toString();
    const QFont font = themeFont(TextRole::Caption);
    const QFontMetricsF metrics(font);
    const double baseline = cell.center().y() + (metrics.ascent() - metrics.descent()) / 2;
    painter->setFont(font);
    if (index.column() == StepModel::Name) {
        painter->setPen(theme.text_muted);
        painter->drawText(QPointF(cell.left() + kPadding, baseline),
                          metrics.elidedText(text, Qt::ElideMiddle, cell.width() - 2 * kPadding));
    } else if (!text.isEmpty()) {
        painter->setPen(theme.text);
        drawTabularRight(*painter, cell.right() - kPadding, baseline, text);
        if (index.column() != StepModel::Term) {
            const double width = tabularWidth(metrics, text);
            painter->setPen(QPen(theme.text_muted, 1, Qt::DotLine));
            painter->drawLine(QPointF(cell.right() - kPadding - width, baseline + 2.5),
                              QPointF(cell.right() - kPadding, baseline + 2.5));
        }
    }
    if (option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(theme.accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    }
    painter->restore();
}

} // namespace headlight::ui
