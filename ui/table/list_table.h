// A table as a value: named columns, as many rows as there are, and a function that says what a cell holds.
// Shown by ListTableModel, written as CSV.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"

#include <QString>
#include <QVariant>

#include <filesystem>
#include <functional>
#include <vector>

namespace headlight::ui {

struct ListColumn {
    enum class Kind {
        Text,
        Whole,  ///< names something: an id, a position
        Count,  ///< grouped on the screen: 2,048,000
        Number, ///< four significant figures on the screen
        Weight, ///< a weight or probability: `digits` after the point
    };
    QString name;
    QString tool_tip = {};
    Kind kind = Kind::Text;
    int digits = 3; ///< of a Weight
};

/// Functions are called from worker threads too and own what they need; rows and columns count from 0.
struct ListTable {
    std::vector<ListColumn> columns;
    std::size_t n_rows = 0;
    /// A QString, qulonglong, float or double; invalid or NaN: there is nothing; -∞: the mask hides it.
    std::function<QVariant(std::size_t row, std::size_t column)> value;
    /// What the picture says instead of the number ("cut"); empty, or giving a null string: the number.
    std::function<QString(std::size_t row, std::size_t column)> shown = {};
    std::function<QString(std::size_t row)> row_name = {}; ///< empty: rows are numbered
    std::function<QString(std::size_t row, std::size_t column)> sentence =
        {}; ///< a cell spelled out; empty: its names and number

    [[nodiscard]] bool empty() const { return n_rows == 0 || columns.empty(); }
};

/// A cell as the screen shows it.
[[nodiscard]] QString cellText(const ListTable& table, std::size_t row, std::size_t column);
/// With all its digits: the shortest text that reads back the same.
[[nodiscard]] QString fullCellText(const ListTable& table, std::size_t row, std::size_t column);

/// UTF-8 CSV (RFC 4180) with a heading line, names of rows first where there are any, numbers with all their
/// digits. Errors: what the file system says, cancelled.
[[nodiscard]] Result<void> writeListCsv(const ListTable& table, const std::filesystem::path& path,
                                        const RunControl& control = {});

} // namespace headlight::ui
