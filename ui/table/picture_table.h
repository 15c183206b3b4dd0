// A picture as a table: what a view hands over when its numbers are asked for in rows and columns.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"

#include <QAbstractItemModel>
#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// Roles a table model may answer beyond Qt's own.
enum TableRole {
    TableFullTextRole = Qt::UserRole + 1, ///< all digits, for copying; else what is displayed is copied
    TableSortRole,                        ///< what a sortable table sorts by
};

/// A view offers one of these; the window shows it.
struct PictureTable {
    QString title;                             ///< "Cross attention · layer 2 · head 1"
    QString description;                       ///< what rows, columns and numbers are, a sentence
    std::unique_ptr<QAbstractItemModel> model; ///< null: there is nothing to show
    bool sortable = false;                     ///< a click on a column's header sorts by it
    bool list = false;                         ///< rows belong together and are chosen whole
    QString name = {};                         ///< among the other tables of a picture: "Q [9, 32]"
    /// The cell of `model` that is selected in the view: the table opens there. Without a column the row's first.
    std::optional<std::size_t> current_row = {};
    std::optional<std::size_t> current_column = {};
    /// Shows a cell of `model` in the views as well; may be empty.
    std::function<void(const QModelIndex&)> choose = {};
};

/// A picture of several parts has a table for each.
struct PictureTables {
    std::vector<PictureTable> all; ///< empty: there is nothing to show
    std::size_t first = 0;         ///< shown when they are opened
};

/// A picture with one table; none where it has no model.
[[nodiscard]] inline PictureTables onlyTable(PictureTable table) {
    PictureTables tables;
    if (table.model)
        tables.all.push_back(std::move(table));
    return tables;
}

/// One more part of the picture, under its name; nothing where it has no model.
inline void addTable(PictureTables& tables, const QString& name, PictureTable table) {
    if (!table.model)
        return;
    table.name = name;
    tables.all.push_back(std::move(table));
}

/// Half-open ranges of a table's rows and columns.
struct TableBlock {
    int first_row = 0;
    int end_row = 0;
    int first_column = 0;
    int end_column = 0;
    [[nodiscard]] qint64 cells() const { return qint64(end_row - first_row) * (end_column - first_column); }
};

/// A model too large to be asked cell by cell implements this beside QAbstractItemModel: the text of a block,
/// one line a row, cells separated by tabs, made in a worker. `with_words`: row and column headers too.
class BulkText {
public:
    virtual ~BulkText() = default;
    [[nodiscard]] virtual std::function<Result<QString>(const RunControl&)>
    textJob(const TableBlock& block, bool with_words) const = 0;
};

} // namespace headlight::ui
