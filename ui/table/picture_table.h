// A picture as a table: what a view hands over when its numbers are asked for in rows and columns.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"

#include <QAbstractItemModel>
#include <QString>

#include <functional>
#include <memory>

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
    /// Shows a cell of `model` in the views as well; may be empty.
    std::function<void(const QModelIndex&)> choose = {};
};

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
