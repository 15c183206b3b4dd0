// Aligned columns for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Columns a terminal needs for `text` (CJK and emoji take two, combining marks none).
[[nodiscard]] std::size_t displayWidth(std::string_view text);

/// A heading and rows of cells; every column as wide as its widest cell, two spaces between columns.
class Table {
public:
    enum class Align { Left, Right };
    struct Column {
        std::string heading;
        Align align = Align::Left;
    };
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// One cell a column; cells are made printable.
    void row(const std::vector<std::string>& cells);
    [[nodiscard]] std::string text() const; ///< every line ends with \n, no trailing spaces

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace headlight
