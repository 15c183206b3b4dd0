#include "ui/predictions/probability_delegate.h"

#include "ui/predictions/outcome_model.h"
#include "ui/theme/theme.h"

#include <QPainter>

#include <algorithm>

namespace headlight::ui {

void ProbabilityDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                const QModelIndex& index) const {
    QStyledItemDelegate::paint(painter, option, index);
    const QVariant fraction = index.data(OutcomeModel::FractionRole);
    if (!fraction.isValid())
        return;
    QColor colour = themeOf(option.palette).text_muted;
    colour.setAlphaF(index.data(OutcomeModel::ActualRole).toBool() ? 0.9f : 0.5f);
    const QRect room = option.rect.adjusted(4, 0, -4, -2);
    const int length = static_cast<int>(room.width() * std::clamp(fraction.toDouble(), 0.0, 1.0));
    painter->fillRect(QRect(room.left(), room.bottom() - 2, std::max(1, length), 3), colour);
}

} // namespace headlight::ui
