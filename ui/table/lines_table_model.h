// The lines of a picture as a list: who looks, at whom, in which head, how strongly.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/lines/attention_lines.h"
#include "ui/table/picture_table.h"

#include <QAbstractTableModel>

namespace headlight::ui {

class LinesTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Query, QueryPosition, Key, KeyPosition, Head, Weight, ColumnCount };

    /// Strongest first. `lines` is not null.
    LinesTableModel(LineSetPtr lines, QStringList query_words, QStringList key_words,
                    QObject* parent = nullptr);

    [[nodiscard]] const AttentionLine& lineAt(int row) const;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

private:
    LineSetPtr lines_;
    QStringList query_words_;
    QStringList key_words_;
};

} // namespace headlight::ui
