#include "app/table.h"

#include "app/output.h"

#include <utf8proc.h>

#include <algorithm>

namespace headlight {

std::size_t displayWidth(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        utf8proc_int32_t code_point = -1;
        const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
        const utf8proc_ssize_t length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code_point);
        width += length > 0 ? static_cast<std::size_t>(std::max(0, utf8proc_charwidth(code_point))) : 1;
        text.remove_prefix(length > 0 ? static_cast<std::size_t>(length) : 1);
    }
    return width;
}

void Table::row(const std::vector<std::string>& cells) {
    std::vector<std::string> made_printable;
    for (const std::string& cell : cells)
        made_printable.push_back(printable(cell));
    made_printable.resize(columns_.size());
    rows_.push_back(std::move(made_printable));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = displayWidth(columns_[column].heading);
        for (const auto& cells : rows_)
            width = std::max(width, displayWidth(cells[column]));
        widths.push_back(width);
    }
    std::string text;
    const auto appendRow = [&](const auto& cellOf) {
        std::string line;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            const std::string& cell = cellOf(column);
            const std::string padding(widths[column] - displayWidth(cell), ' ');
            line += column > 0 ? "  " : "";
            line += columns_[column].align == Align::Right ? padding + cell : cell + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + '\n';
    };
    appendRow([&](std::size_t column) -> const std::string& { return columns_[column].heading; });
    for (const auto& cells : rows_)
        appendRow([&](std::size_t column) -> const std::string& { return cells[column]; });
    return text;
}

} // namespace headlight
