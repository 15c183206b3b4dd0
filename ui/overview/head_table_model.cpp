#include "ui/overview/head_table_model.h"

#include "ui/overview/heads_csv.h"

#include <algorithm>
#include <numeric>

namespace headlight::ui {

HeadTableModel::HeadTableModel(HeadOverview* overview, QObject* parent)
    : QAbstractTableModel(parent)
    , overview_(overview) {
    connect(overview_, &HeadOverview::shownChanged, this, &HeadTableModel::reset);
    connect(overview_, &HeadOverview::orderChanged, this, [this] { emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1); });
    connect(overview_, &HeadOverview::tableChanged, this, [this] {
        if (measures_.empty() || overview_->table().kind != (rows_.empty() ? overview_->table().kind : rows_.front().kind))
            reset();
        else if (!rows_.empty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    });
    reset();
}

void HeadTableModel::reset() {
    beginResetModel();
    rows_ = overview_->shown();
    const auto measures = measuresOf(overview_->table().kind);
    measures_.assign(measures.begin(), measures.end());
    endResetModel();
}

int HeadTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(rows_.size()); }
int HeadTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : FirstMeasureColumn + static_cast<int>(measures_.size());
}

QVariant HeadTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const HeadAddress head = headAt(index.row());
    const auto head_role = overview_->table().role(head);
    if (role == Qt::TextAlignmentRole)
        return index.column() == RoleColumn ? int(Qt::AlignLeft | Qt::AlignVCenter) : int(Qt::AlignRight | Qt::AlignVCenter);
    switch (index.column()) {
    case LayerColumn: return role == Qt::DisplayRole ? QVariant(static_cast<int>(head.layer.value) + 1) : QVariant();
    case HeadColumn: return role == Qt::DisplayRole ? QVariant(static_cast<int>(head.head.value) + 1) : QVariant();
    case RoleColumn:
        if (role == Qt::DisplayRole)
            return !head_role ? QStringLiteral("…") : *head_role == HeadRole::None ? QStringLiteral("—") : roleName(*head_role);
        return role == Qt::ToolTipRole && head_role ? QVariant(roleExplained(*head_role)) : QVariant();
    default: break;
    }
    const HeadMeasure measure = measureOf(index.column());
    const auto value = overview_->table().value(head, measure);
    if (role == Qt::DisplayRole)
        return head_role ? measureText(measure, value) : QStringLiteral("…");
    if (role == ValueRole)
        return value ? QVariant(*value) : QVariant();
    if (role == Qt::ToolTipRole && value) {
        const auto even = overview_->table().evenValue(head, measure);
        const QString full = QStringLiteral("%1 %2").arg(measureName(measure), QString::number(*value, 'g', 6));
        return even ? tr("%1; an even spread gives %2").arg(full, QString::number(*even, 'g', 3)) : full;
    }
    return {};
}

QVariant HeadTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == RoleColumn ? int(Qt::AlignLeft | Qt::AlignVCenter) : int(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::DisplayRole) {
        const auto [sorted, direction] = sorting();
        const QString arrow = direction == Qt::DescendingOrder ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
        return section == sorted ? heading(section) + arrow : heading(section);
    }
    if (role == Qt::ToolTipRole && section >= FirstMeasureColumn)
        return measureExplained(measureOf(section));
    if (role == Qt::ToolTipRole && section == RoleColumn)
        return tr("What stands out about this head on this text; most heads have none.");
    return {};
}

QString HeadTableModel::heading(int column) const {
    if (column >= FirstMeasureColumn)
        return measureName(measureOf(column));
    return column == LayerColumn ? tr("layer") : column == HeadColumn ? tr("head") : tr("role");
}

void HeadTableModel::sort(int column, Qt::SortOrder order) {
    if (column < 0 || column >= columnCount() || sorting() == std::pair(column, order))
        return;
    HeadOrder wanted = overview_->order();
    wanted.sort = column == LayerColumn ? HeadSort::Layer : column == HeadColumn ? HeadSort::Head : column == RoleColumn ? HeadSort::Role : HeadSort::Measure;
    if (wanted.sort == HeadSort::Measure)
        wanted.measure = measureOf(column);
    wanted.descending = order == Qt::DescendingOrder;
    overview_->setOrder(wanted);
}

std::pair<int, Qt::SortOrder> HeadTableModel::sorting() const {
    const HeadOrder order = overview_->effectiveOrder();
    int column = order.sort == HeadSort::Head ? HeadColumn : order.sort == HeadSort::Role ? RoleColumn : LayerColumn;
    if (order.sort == HeadSort::Measure)
        column = FirstMeasureColumn + static_cast<int>(std::ranges::find(measures_, order.measure) - measures_.begin());
    return {column, order.descending ? Qt::DescendingOrder : Qt::AscendingOrder};
}

int HeadTableModel::rowOf(const HeadAddress& head) const {
    const auto found = std::ranges::find(rows_, head);
    return found != rows_.end() ? static_cast<int>(found - rows_.begin()) : -1;
}

namespace {

QString tabRow(const HeadTableModel& model, int row) {
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column)
        cells << (row < 0 ? model.heading(column) : model.index(row, column).data().toString());
    return cells.join(QLatin1Char('\t'));
}

} // namespace

QString tableText(const HeadTableModel& model, const std::vector<int>& rows, TableText form) {
    std::vector<int> wanted = rows;
    if (wanted.empty()) {
        wanted.resize(static_cast<std::size_t>(model.rowCount()));
        std::iota(wanted.begin(), wanted.end(), 0);
    }
    if (form == TableText::Csv) {
        std::vector<HeadAddress> heads;
        for (const int row : wanted)
            heads.push_back(model.headAt(row));
        return headsCsv(model.table(), heads);
    }
    QString text = tabRow(model, -1) + QLatin1Char('\n');
    for (const int row : wanted)
        text += tabRow(model, row) + QLatin1Char('\n');
    return text;
}

} // namespace headlight::ui
