// The numbers behind the pictures: a row a head, a column a measure, in the order and under the filters of the overview.
#pragma once

#include "ui/heads/head_overview.h"

#include <QAbstractTableModel>

namespace headlight::ui {

class HeadTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { LayerColumn, HeadColumn, RoleColumn, FirstMeasureColumn };
    enum Role { ValueRole = Qt::UserRole }; ///< a measure as a number; invalid where there is none

    /// `overview` must outlive the model.
    explicit HeadTableModel(HeadOverview* overview, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// What a column is called.
    [[nodiscard]] QString heading(int column) const;
    /// Sorts the overview, and with it the pictures.
    void sort(int column, Qt::SortOrder order) override;

    [[nodiscard]] const HeadTable& table() const { return overview_->table(); }
    [[nodiscard]] HeadAddress headAt(int row) const { return rows_[static_cast<std::size_t>(row)]; }
    /// -1 when it is filtered out.
    [[nodiscard]] int rowOf(const HeadAddress& head) const;
    /// The column the overview sorts by, and in which direction.
    [[nodiscard]] std::pair<int, Qt::SortOrder> sorting() const;

private:
    [[nodiscard]] HeadMeasure measureOf(int column) const { return measures_[static_cast<std::size_t>(column - FirstMeasureColumn)]; }
    void reset();

    HeadOverview* overview_;
    std::vector<HeadAddress> rows_;
    std::vector<HeadMeasure> measures_; ///< columns from FirstMeasureColumn on
};

/// How rows are written out.
enum class TableText { Tabs, Csv };

/// Rows with a heading line; all rows when `rows` is empty. CSV is that of headsCsv(), tabs are what the screen shows.
[[nodiscard]] QString tableText(const HeadTableModel& model, const std::vector<int>& rows, TableText form);

} // namespace headlight::ui
