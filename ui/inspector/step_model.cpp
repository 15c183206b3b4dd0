#include "ui/inspector/step_model.h"

#include "ui/inspector/step_texts.h"
#include "ui/theme/figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {

namespace {
double shown(const TracedNumber& number) {
    return number.run ? double(*number.run) : number.exact;
}
} // namespace

void StepModel::setNode(ProvenanceNode node, const QStringList& key_words) {
    beginResetModel();
    node_ = std::move(node);
    key_words_ = key_words;
    const std::size_t n_terms = node_.terms ? node_.terms->size() : 0;
    order_.resize(n_terms);
    std::iota(order_.begin(), order_.end(), std::size_t(0));
    largest_ = 0.0;
    for (std::size_t row = 0; row < n_terms; ++row)
        largest_ = std::max(largest_, std::abs(node_.terms->termAt(row)));
    endResetModel();
}

int StepModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(node_.operands.size() + order_.size());
}
int StepModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

/// Where the last column shows the only factor's own size, it is that number.
const TracedNumber* StepModel::numberAt(const QModelIndex& index) const {
    if (!isTerm(index.row()))
        return index.column() == First ? &node_.operands[static_cast<std::size_t>(index.row())].number
                                       : nullptr;
    const auto column = static_cast<std::size_t>(index.column() - First);
    if (index.column() == Name || index.column() == Term || column >= node_.terms->columns.size())
        return nullptr;
    return &node_.terms->columns[column].numbers[termOf(index.row())];
}

std::optional<NodeId> StepModel::opened(const QModelIndex& index) const {
    if (!index.isValid())
        return std::nullopt;
    if (!isTerm(index.row()))
        return node_.operands[static_cast<std::size_t>(index.row())].id;
    const bool second = index.column() == Second && hasTwoFactors();
    return node_.terms->idAt(second ? 1 : 0, termOf(index.row()));
}

int StepModel::rowOf(const NodeId& id) const {
    for (std::size_t i = 0; i < node_.operands.size(); ++i)
        if (node_.operands[i].id == id)
            return static_cast<int>(i);
    for (std::size_t i = 0; i < order_.size(); ++i)
        for (std::size_t column = 0; column < node_.terms->columns.size(); ++column)
            if (node_.terms->idAt(column, order_[i]) == id)
                return static_cast<int>(node_.operands.size() + i);
    return -1;
}

QString StepModel::rowName(int row) const {
    if (!isTerm(row))
        return stepName(node_.operands[static_cast<std::size_t>(row)].id);
    const TermColumn& column = node_.terms->columns.front();
    const NodeId id = node_.terms->idAt(0, termOf(row));
    if (column.index == TermIndex::Key)
        return static_cast<qsizetype>(id.key) < key_words_.size() ? key_words_[static_cast<qsizetype>(id.key)]
                                                                  : QString::number(id.key + 1);
    return QString::number((column.index == TermIndex::Input ? id.input : id.element) + 1);
}

QVariant StepModel::termData(const QModelIndex& index, int role) const {
    if (!isTerm(index.row()))
        return {};
    const double term = node_.terms->termAt(termOf(index.row()));
    switch (role) {
    case Qt::DisplayRole:
        return hasTwoFactors() ? numberText(term) : QString();
    case FractionRole:
        return largest_ > 0.0 ? term / largest_ : 0.0;
    case FullTextRole:
        return fullText(term);
    case Qt::ToolTipRole:
        return tr("%1 of the sum, in double precision").arg(fullText(term));
    case Qt::AccessibleTextRole:
        return tr("term %1").arg(fullText(term));
    default:
        return {};
    }
}

QVariant StepModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() == Name ? Qt::AlignLeft : Qt::AlignRight));
    if (index.column() == Term)
        return termData(index, role);
    if (index.column() == Name)
        return role == Qt::DisplayRole || role == FullTextRole ? rowName(index.row()) : QVariant();
    const TracedNumber* const number = numberAt(index);
    if (number == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return numberText(shown(*number));
    case FullTextRole:
        return number->run ? fullText(*number->run) : fullText(number->exact);
    case Qt::ToolTipRole:
        return tr("%1\nEnter or click: where it comes from").arg(tracedText(*number));
    case Qt::AccessibleTextRole:
        return stepName(*opened(index)) + QLatin1Char(' ') + tracedText(*number);
    default:
        return {};
    }
}

QVariant StepModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Name ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole)
        return section == Name ? tr("Click: in order") : tr("Click: largest first");
    if (role != Qt::DisplayRole)
        return {};
    const auto factor = [&](std::size_t column) {
        const QString name = stepName(node_.terms->idAt(column, 0));
        const qsizetype bracket = name.indexOf(QLatin1Char('['));
        return bracket > 0 ? name.left(bracket) : name;
    };
    switch (section) {
    case Name:
        return !node_.terms                                           ? tr("operand")
               : node_.terms->columns.front().index == TermIndex::Key ? tr("key")
                                                                      : tr("element");
    case First:
        return node_.terms ? factor(0) : tr("value");
    case Second:
        return hasTwoFactors() ? factor(1) : QString();
    default:
        return hasTwoFactors() ? tr("product") : QString();
    }
}

void StepModel::sort(int column, Qt::SortOrder) {
    if (!node_.terms || order_.empty())
        return;
    const auto size = [&](std::size_t term) {
        if (column == First || column == Second)
            return std::abs(
                node_.terms->columns[column == Second && hasTwoFactors() ? 1 : 0].numbers[term].exact);
        return std::abs(node_.terms->termAt(term));
    };
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    const std::vector<std::size_t> old_order = order_;
    std::iota(order_.begin(), order_.end(), std::size_t(0));
    if (column != Name)
        std::stable_sort(order_.begin(), order_.end(),
                         [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
    std::vector<int> row_of(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i)
        row_of[order_[i]] = static_cast<int>(node_.operands.size() + i);
    QModelIndexList after;
    for (const QModelIndex& index : before)
        after.append(
            isTerm(index.row())
                ? this->index(
                      row_of[old_order[static_cast<std::size_t>(index.row()) - node_.operands.size()]],
                      index.column())
                : index);
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

} // namespace headlight::ui
