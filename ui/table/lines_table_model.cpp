#include "ui/table/lines_table_model.h"

#include "ui/theme/figures.h"

namespace headlight::ui {

namespace {

QString wordOf(const QStringList& words, std::size_t token) {
    return static_cast<qsizetype>(token) < words.size() ? words[static_cast<qsizetype>(token)] : QString();
}

} // namespace

LinesTableModel::LinesTableModel(LineSetPtr lines, QStringList query_words, QStringList key_words,
                                 QObject* parent)
    : QAbstractTableModel(parent)
    , lines_(std::move(lines))
    , query_words_(std::move(query_words))
    , key_words_(std::move(key_words)) {}

/// The set has the weakest first, as they are painted.
const AttentionLine& LinesTableModel::lineAt(int row) const {
    return lines_->lines[lines_->lines.size() - 1 - static_cast<std::size_t>(row)];
}

int LinesTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(lines_->lines.size());
}
int LinesTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LinesTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const bool text = index.column() == Query || index.column() == Key;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (text ? Qt::AlignLeft : Qt::AlignRight));
    const AttentionLine& line = lineAt(index.row());
    const bool sorting = role == TableSortRole;
    if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)
        return tr("“%1” looks at “%2”: weight %3")
            .arg(wordOf(query_words_, line.query), wordOf(key_words_, line.key),
                 QString::number(double(line.weight), 'g', 9));
    if (role != Qt::DisplayRole && role != TableFullTextRole && !sorting)
        return {};
    switch (index.column()) {
    case Query:
        return wordOf(query_words_, line.query);
    case QueryPosition:
        return static_cast<qulonglong>(line.query + 1);
    case Key:
        return wordOf(key_words_, line.key);
    case KeyPosition:
        return static_cast<qulonglong>(line.key + 1);
    case Head: {
        const HeadAddress& head = lines_->request.heads[line.head];
        if (sorting)
            return static_cast<qulonglong>(head.layer.value * 100000 + head.head.value);
        return tr("%1.%2").arg(head.layer.value + 1).arg(head.head.value + 1);
    }
    default:
        if (sorting)
            return double(line.weight);
        return role == TableFullTextRole ? QString::number(double(line.weight), 'g', 9)
                                         : weightText(double(line.weight));
    }
}

QVariant LinesTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role == Qt::DisplayRole && orientation == Qt::Vertical)
        return section + 1;
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Query || section == Key ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool tip = role == Qt::ToolTipRole;
    switch (section) {
    case Query:
        return tip ? tr("Who looks") : tr("query");
    case QueryPosition:
        return tip ? tr("Its place in the text, from 1") : tr("at");
    case Key:
        return tip ? tr("Who is looked at") : tr("key");
    case KeyPosition:
        return tip ? tr("Its place in the text, from 1") : tr("at");
    case Head:
        return tip ? tr("Layer and head, from 1") : tr("head");
    case Weight:
        return tip ? tr("Attention weight after softmax") : tr("weight");
    default:
        return {};
    }
}

} // namespace headlight::ui
