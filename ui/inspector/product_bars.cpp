#include "ui/inspector/product_bars.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

ProductBars::ProductBars(QWidget* parent)
    : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Products of query and key in each dimension"));
}

void ProductBars::setOperands(std::vector<float> query, std::vector<float> key) {
    query_ = std::move(query);
    key_ = std::move(key);
    update();
}

double ProductBars::product(std::size_t dimension) const {
    return static_cast<double>(query_[dimension]) * static_cast<double>(key_[dimension]);
}

void ProductBars::paintEvent(QPaintEvent*) {
    if (query_.empty())
        return;
    QPainter painter(this);
    const Theme& theme = themeOf(palette());
    double highest = 0, lowest = 0;
    for (std::size_t i = 0; i < query_.size(); ++i) {
        highest = std::max(highest, product(i));
        lowest = std::min(lowest, product(i));
    }
    const double range = highest - lowest;
    if (range <= 0)
        return;
    const double zero = 1 + (height() - 2) * highest / range;
    const double cell = static_cast<double>(width()) / static_cast<double>(query_.size());
    const double bar = std::max(1.0, cell - (cell > 4 ? 2 : cell > 2 ? 1 : 0));
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < query_.size(); ++i) {
        const double value = product(i);
        const double size = std::abs(value) / range * (height() - 2);
        painter.setBrush(value >= 0 ? theme.positive : theme.negative);
        painter.drawRoundedRect(QRectF(static_cast<double>(i) * cell, value >= 0 ? zero - size : zero, bar, std::max(0.5, size)),
                                1, 1);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(theme.hairline);
    painter.drawLine(QPointF(0, zero), QPointF(width(), zero));
}

bool ProductBars::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip || query_.empty())
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const double share = static_cast<double>(help->pos().x()) / std::max(1, width());
    const auto dimension = std::min(query_.size() - 1,
                                    static_cast<std::size_t>(std::max(0.0, share) * static_cast<double>(query_.size())));
    QToolTip::showText(help->globalPos(),
                       tr("dimension %1 of %2: q %3 × k %4 = %5")
                           .arg(dimension + 1)
                           .arg(query_.size())
                           .arg(numberText(static_cast<double>(query_[dimension])),
                                numberText(static_cast<double>(key_[dimension])), numberText(product(dimension))),
                       this);
    return true;
}

} // namespace headlight::ui
