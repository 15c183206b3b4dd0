// A probability as a number over a bar as long as it.
#pragma once

#include <QStyledItemDelegate>

namespace headlight::ui {

class ProbabilityDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace headlight::ui
