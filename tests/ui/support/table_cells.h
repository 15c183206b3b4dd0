// Cells of tables by the names of their columns.
#pragma once

#include "ui/table/picture_table.h"

#include <QAbstractItemModel>

namespace headlight::ui::test {

/// The column of this name; -1: there is none.
inline int columnOf(const QAbstractItemModel& model, const QString& name) {
    for (int column = 0; column < model.columnCount(); ++column)
        if (model.headerData(column, Qt::Horizontal).toString() == name)
            return column;
    return -1;
}

/// The number with all its digits.
inline double fullNumber(const QAbstractItemModel& model, int row, const QString& column) {
    return model.index(row, columnOf(model, column)).data(TableFullTextRole).toDouble();
}

} // namespace headlight::ui::test
