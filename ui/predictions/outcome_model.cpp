#include "ui/predictions/outcome_model.h"

#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QLocale>

#include <algorithm>

namespace headlight::ui {

OutcomeModel::OutcomeModel(QObject* parent)
    : QAbstractTableModel(parent) {}

void OutcomeModel::setOutcomes(const RankedOutcomesPtr& outcomes) {
    beginResetModel();
    outcomes_ = outcomes;
    shown_.reset();
    endResetModel();
}

void OutcomeModel::setShown(std::optional<std::vector<std::size_t>> ranks) {
    if (!ranks && !shown_)
        return;
    beginResetModel();
    shown_ = std::move(ranks);
    endResetModel();
}

std::size_t OutcomeModel::rankAt(int row) const {
    return shown_ ? (*shown_)[static_cast<std::size_t>(row)] : static_cast<std::size_t>(row);
}

std::optional<int> OutcomeModel::rowOfRank(std::size_t rank) const {
    if (!outcomes_ || rank >= outcomes_->size())
        return {};
    if (!shown_)
        return static_cast<int>(rank);
    const auto found = std::find(shown_->begin(), shown_->end(), rank);
    return found == shown_->end() ? std::nullopt : std::optional(static_cast<int>(found - shown_->begin()));
}

int OutcomeModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || !outcomes_)
        return 0;
    return static_cast<int>(shown_ ? shown_->size() : outcomes_->size());
}

int OutcomeModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString OutcomeModel::text(std::size_t rank, int column) const {
    const TokenId id = outcomes_->order[rank];
    switch (column) {
    case Rank:
        return QLocale().toString(static_cast<qulonglong>(rank + 1));
    case Word:
        return outcomes_->word(rank);
    case Token:
        return outcomes_->tokens
                   ? QString::fromStdString(outcomes_->snapshot->model().describe({id}).tokens.front())
                   : QString();
    case Id:
        return QString::number(id);
    case Logit:
        return numberText(double(outcomes_->logits[static_cast<std::size_t>(id)]));
    case Probability:
        return outcomes_->probabilities.empty() ? QString() : weightText(outcomes_->probabilities[rank], 5);
    case Cumulative:
        return outcomes_->cumulative.empty() ? QString()
                                             : QString::number(outcomes_->cumulative[rank], 'f', 5);
    default:
        return {};
    }
}

/// All digits there are.
QString OutcomeModel::exact(std::size_t rank, int column) const {
    const TokenId id = outcomes_->order[rank];
    if (column == Logit)
        return QString::number(double(outcomes_->logits[static_cast<std::size_t>(id)]), 'g', 9);
    if (column == Probability && !outcomes_->probabilities.empty())
        return QString::number(outcomes_->probabilities[rank], 'g', 12);
    if (column == Cumulative && !outcomes_->cumulative.empty())
        return QString::number(outcomes_->cumulative[rank], 'g', 12);
    return text(rank, column);
}

QVariant OutcomeModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !outcomes_ || index.row() >= rowCount())
        return {};
    const std::size_t rank = rankAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return text(rank, index.column());
    case Qt::ToolTipRole:
        return exact(rank, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue<int>(
            (index.column() == Word || index.column() == Token ? Qt::AlignLeft : Qt::AlignRight) |
            Qt::AlignVCenter);
    case Qt::FontRole:
        return themeFont(TextRole::Body, outcomes_->actual == rank);
    case FractionRole:
        return outcomes_->probabilities.empty() ? QVariant() : QVariant(outcomes_->probabilities[rank]);
    case ActualRole:
        return outcomes_->actual == rank;
    default:
        return {};
    }
}

QVariant OutcomeModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    const bool tokens = !outcomes_ || outcomes_->tokens;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue<int>(
            (section == Word || section == Token ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::DisplayRole) {
        switch (section) {
        case Rank:
            return tr("rank");
        case Word:
            return tokens ? tr("word") : tr("class");
        case Token:
            return tr("token");
        case Id:
            return tokens ? tr("id") : tr("number");
        case Logit:
            return tr("logit");
        case Probability:
            return tr("probability");
        case Cumulative:
            return tr("cumulative");
        default:
            return {};
        }
    }
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case Rank:
            return tr("1: the most probable of all");
        case Word:
            return tokens ? tr("The token as people read it") : tr("What the model can say of the text");
        case Token:
            return tr("As the vocabulary spells it: ▁ or Ġ stand for a blank before the word, ## for none");
        case Id:
            return tr("The number the model knows it by");
        case Logit:
            return tr("What the model's last layer gives, before the softmax");
        case Probability:
            return tr("e^logit / Σ e^logit over the whole vocabulary: softmax, computed in double precision");
        case Cumulative:
            return tr("Sum of the probabilities from rank 1 to here: top-p keeps the words up to where it "
                      "reaches p");
        default:
            return {};
        }
    }
    return {};
}

} // namespace headlight::ui
