// A map of rows that look and columns that are looked at, as an item model. Cells are computed tile by tile
// when they come into sight, in a worker: 16,384 x 16,384 open at once.
#pragma once

#include "core/base/indices.h"
#include "core/tensor/tensor.h"
#include "ui/jobs/job_runner.h"
#include "ui/table/picture_table.h"

#include <QAbstractTableModel>
#include <QCache>
#include <QStringList>
#include <QTimer>

namespace headlight::ui {

/// Where a map's numbers come from. Functions are called from a worker thread and own what they need.
struct MapTable {
    QStringList row_words;    ///< one a row
    QStringList column_words; ///< one a column
    /// Exact values [rows.size(), columns.size()].
    std::function<Tensor(TokenRange rows, TokenRange columns)> tile;
    /// Columns a row may see; the others are masked. Also called in the GUI thread.
    std::function<TokenRange(std::size_t row)> visible;
    bool is_signed = false; ///< differences rather than weights
};

class MapTableModel : public QAbstractTableModel, public BulkText {
    Q_OBJECT
public:
    explicit MapTableModel(MapTable table, QObject* parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;
    [[nodiscard]] std::function<Result<QString>(const RunControl&)> textJob(const TableBlock& block,
                                                                            bool with_words) const override;

    /// Cells computed and kept; for tests.
    [[nodiscard]] qsizetype cachedCells() const { return tiles_.totalCost(); }

private:
    struct TileKey {
        std::uint32_t row = 0;
        std::uint32_t column = 0;
        bool operator==(const TileKey&) const = default;
        friend size_t qHash(const TileKey& key, size_t seed = 0) {
            return qHashMulti(seed, key.row, key.column);
        }
    };
    struct Loaded {
        std::vector<std::pair<TileKey, Tensor>> tiles;
    };
    [[nodiscard]] bool masked(const QModelIndex& index) const;
    /// The cell's value; nothing while its tile is being computed.
    [[nodiscard]] std::optional<float> value(const QModelIndex& index) const;
    void load();
    void accept(Loaded loaded);
    [[nodiscard]] TokenRange rowsOf(const TileKey& key) const;
    [[nodiscard]] TokenRange columnsOf(const TileKey& key) const;

    MapTable table_;
    mutable QCache<TileKey, Tensor> tiles_;
    mutable std::vector<TileKey> wanted_; ///< newest last
    mutable QTimer timer_;
    JobRunner runner_;
};

} // namespace headlight::ui
