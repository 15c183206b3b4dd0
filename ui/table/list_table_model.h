// A ListTable as an item model.
#pragma once

#include "ui/table/list_table.h"
#include "ui/table/picture_table.h"

#include <QAbstractTableModel>

namespace headlight::ui {

class ListTableModel : public QAbstractTableModel, public BulkText {
    Q_OBJECT
public:
    explicit ListTableModel(ListTable table, QObject* parent = nullptr);

    [[nodiscard]] const ListTable& table() const { return table_; }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;
    [[nodiscard]] std::function<Result<QString>(const RunControl&)> textJob(const TableBlock& block,
                                                                            bool with_words) const override;

private:
    [[nodiscard]] QString sentence(std::size_t row, std::size_t column) const;

    ListTable table_;
};

/// A list to be shown: rows are chosen whole, columns are as wide as what they hold, and sorted by a click
/// unless there are too many rows for that.
[[nodiscard]] PictureTable listPicture(ListTable table, const QString& title, const QString& description);
/// Numbers with words along both sides, cell by cell.
[[nodiscard]] PictureTable matrixPicture(ListTable table, const QString& title, const QString& description);

} // namespace headlight::ui
