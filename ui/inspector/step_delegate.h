// Cells of a step's table: numbers that look like they can be opened, and a bar for the size of a term.
#pragma once

#include <QStyledItemDelegate>

namespace headlight::ui {

class StepDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

} // namespace headlight::ui
