#include "ui/table/list_table_model.h"

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr std::size_t kMostSorted = 20000; ///< rows; more would take longer than a click may
constexpr std::size_t kRowsPerBand = 256;  ///< of a text that is copied

/// A word that may stand in a cell of a tab-separated text.
QString plainCell(QString word) {
    for (const char16_t separator : {u'\t', u'\n', u'\r'})
        word.replace(QChar(separator), QLatin1Char(' '));
    return word;
}

} // namespace

ListTableModel::ListTableModel(ListTable table, QObject* parent)
    : QAbstractTableModel(parent)
    , table_(std::move(table)) {}

int ListTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.n_rows);
}
int ListTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.columns.size());
}

QString ListTableModel::sentence(std::size_t row, std::size_t column) const {
    if (table_.sentence)
        return table_.sentence(row, column);
    QString text = table_.row_name ? table_.row_name(row) + QStringLiteral(" · ") : QString();
    text += table_.columns[column].name;
    const QString full = fullCellText(table_, row, column);
    return full.isEmpty() ? text : text + QStringLiteral(": ") + full;
}

QVariant ListTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const auto row = static_cast<std::size_t>(index.row()), column = static_cast<std::size_t>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return cellText(table_, row, column);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return sentence(row, column);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter |
                   (table_.columns[column].kind == ListColumn::Kind::Text ? Qt::AlignLeft : Qt::AlignRight));
    case TableFullTextRole:
        return fullCellText(table_, row, column);
    case TableSortRole:
        return table_.value(row, column);
    default:
        return {};
    }
}

QVariant ListTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (section < 0 || section >= (orientation == Qt::Horizontal ? columnCount() : rowCount()))
        return {};
    if (orientation == Qt::Vertical) {
        if (role == Qt::TextAlignmentRole)
            return int(Qt::AlignVCenter | Qt::AlignRight);
        if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)
            return {};
        return table_.row_name ? QVariant(table_.row_name(static_cast<std::size_t>(section)))
                               : QVariant(section + 1);
    }
    const ListColumn& column = table_.columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return column.name;
    case Qt::ToolTipRole:
        return column.tool_tip.isEmpty() ? column.name : column.tool_tip;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter |
                   (column.kind == ListColumn::Kind::Text ? Qt::AlignLeft : Qt::AlignRight));
    default:
        return {};
    }
}

std::function<Result<QString>(const RunControl&)> ListTableModel::textJob(const TableBlock& block,
                                                                          bool with_words) const {
    return [table = table_, block, with_words](const RunControl& control) -> Result<QString> {
        const bool names = with_words && table.row_name;
        QStringList cells;
        if (names)
            cells << QString();
        for (int column = block.first_column; with_words && column < block.end_column; ++column)
            cells << plainCell(table.columns[static_cast<std::size_t>(column)].name);
        QString text = with_words ? cells.join(QLatin1Char('\t')) + QLatin1Char('\n') : QString();
        for (int row = block.first_row; row < block.end_row; ++row) {
            if (static_cast<std::size_t>(row) % kRowsPerBand == 0 && control.stopRequested())
                return cancelledError();
            cells.clear();
            if (names)
                cells << plainCell(table.row_name(static_cast<std::size_t>(row)));
            for (int column = block.first_column; column < block.end_column; ++column)
                cells << plainCell(
                    fullCellText(table, static_cast<std::size_t>(row), static_cast<std::size_t>(column)));
            text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
        }
        text.chop(1);
        return text;
    };
}

PictureTable listPicture(ListTable table, const QString& title, const QString& description) {
    const bool sortable = table.n_rows <= kMostSorted;
    PictureTable picture = matrixPicture(std::move(table), title, description);
    picture.list = picture.model != nullptr;
    picture.sortable = picture.list && sortable;
    return picture;
}

PictureTable matrixPicture(ListTable table, const QString& title, const QString& description) {
    PictureTable picture;
    if (table.empty())
        return picture;
    picture.title = title;
    picture.description = description;
    picture.model = std::make_unique<ListTableModel>(std::move(table));
    return picture;
}

} // namespace headlight::ui
