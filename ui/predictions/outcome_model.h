// The ranked vocabulary as a table: a row an outcome, made when it comes into sight.
#pragma once

#include "ui/predictions/ranked_outcomes.h"

#include <QAbstractTableModel>

namespace headlight::ui {

class OutcomeModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Rank, Word, Token, Id, Logit, Probability, Cumulative, ColumnCount };
    enum Role {
        FractionRole = Qt::UserRole,
        ActualRole
    }; ///< probability as 0..1; whether it is the token that is really there

    explicit OutcomeModel(QObject* parent = nullptr);

    void setOutcomes(const RankedOutcomesPtr& outcomes);
    /// Only these ranks, in this order; nothing: all.
    void setShown(std::optional<std::vector<std::size_t>> ranks);
    [[nodiscard]] const RankedOutcomesPtr& outcomes() const { return outcomes_; }
    /// The ranks shown; nothing: all.
    [[nodiscard]] const std::optional<std::vector<std::size_t>>& shown() const { return shown_; }
    /// From 0.
    [[nodiscard]] std::size_t rankAt(int row) const;
    /// The row of a rank, if it is shown.
    [[nodiscard]] std::optional<int> rowOfRank(std::size_t rank) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] QString text(std::size_t rank, int column) const;
    [[nodiscard]] QString exact(std::size_t rank, int column) const;

    RankedOutcomesPtr outcomes_;
    std::optional<std::vector<std::size_t>> shown_;
};

} // namespace headlight::ui
