// A step's operands as a table: those with names of their own first, then the terms of its sum.
#pragma once

#include "core/analysis/provenance/provenance.h"

#include <QAbstractTableModel>
#include <QStringList>

#include <optional>
#include <vector>

namespace headlight::ui {

class StepModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, First, Second, Term, ColumnCount };
    enum Role {
        FractionRole = Qt::UserRole, ///< of Term: -1..1, its part of the largest term
        FullTextRole,                ///< all digits, for the clipboard
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// `key_words` name rows that count keys.
    void setNode(ProvenanceNode node, const QStringList& key_words);
    [[nodiscard]] const ProvenanceNode& node() const { return node_; }
    /// The node a cell opens; nothing where it opens none.
    [[nodiscard]] std::optional<NodeId> opened(const QModelIndex& index) const;
    [[nodiscard]] bool hasTwoFactors() const { return node_.terms && node_.terms->columns.size() == 2; }
    /// The row that shows what `id` is; -1: none.
    [[nodiscard]] int rowOf(const NodeId& id) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;
    /// Terms in their order (Name), or largest first by the column's size; operands stay above them.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    [[nodiscard]] const TracedNumber* numberAt(const QModelIndex& index) const;
    [[nodiscard]] std::size_t termOf(int row) const {
        return order_[static_cast<std::size_t>(row) - node_.operands.size()];
    }
    [[nodiscard]] bool isTerm(int row) const {
        return static_cast<std::size_t>(row) >= node_.operands.size();
    }
    [[nodiscard]] QString rowName(int row) const;
    [[nodiscard]] QVariant termData(const QModelIndex& index, int role) const;

    ProvenanceNode node_;
    QStringList key_words_;
    std::vector<std::size_t> order_; ///< terms as shown
    double largest_ = 0.0;
};

} // namespace headlight::ui
