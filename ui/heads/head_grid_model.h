// All heads of one attention as a table, a thumbnail each: a row a layer and a column a head, or sorted and filtered in
// reading order, row by row.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"

#include <QAbstractTableModel>
#include <QImage>

#include <memory>
#include <vector>

namespace headlight::ui {

class HeadOverview;
class ThumbnailWorker;

/// Thumbnails arrive from a worker; a cell keeps its old one until then.
class HeadGridModel : public QAbstractTableModel {
    Q_OBJECT
public:
    explicit HeadGridModel(QObject* parent = nullptr);
    ~HeadGridModel() override;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    enum Role {
        LabelRole = Qt::UserRole, ///< "3.5": layer and head, where the place does not say it; else empty
        ValueRole,                ///< the measure that heads are sorted by, as text; empty where they are not
    };
    /// DecorationRole: QImage, null until computed. AccessibleTextRole: headTitle() and the value sorted by.
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Layer and head numbers, counted from 1; nothing where heads are sorted or filtered.
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Whether heads stand in the order of the overview instead of layer by layer.
    [[nodiscard]] bool arranged() const { return arranged_; }
    /// Heads in sight or not, in the order they stand.
    [[nodiscard]] const std::vector<HeadAddress>& heads() const { return shown_; }
    /// Whether a head stands there: the last row of an arrangement may have places left.
    [[nodiscard]] bool hasHead(const QModelIndex& index) const;
    /// hasHead() must hold.
    [[nodiscard]] HeadAddress headAt(const QModelIndex& index) const;
    /// Invalid when the head is not in this grid, or filtered out.
    [[nodiscard]] QModelIndex indexOf(const HeadAddress& head) const;
    [[nodiscard]] const HeadMap& headMap() const { return map_; }
    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    [[nodiscard]] bool pending() const { return n_pending_ > 0; }

    void setHeadMap(const HeadMap& map);
    /// Order, filters and measures; must outlive the model. Without one heads stand layer by layer.
    void setOverview(const HeadOverview* overview);
    /// Heads in a row where they are sorted or filtered.
    void setArrangedColumns(int n_columns);
    void setSettings(const HeatmapSettings& settings);
    void setMasked(QRgb masked);
    /// Device pixels a thumbnail is painted on: larger maps are pooled to just that, so that painting drops no cell.
    void setThumbnailPixels(int pixels);
    /// Rows of the table in sight: their thumbnails are computed first.
    void setRowsInSight(int first, int last);
    [[nodiscard]] std::vector<HeadAddress> headsInSight() const;
    /// Asks for a picture of one head of `pixels` a side; previewReady() brings it.
    void requestPreview(const HeadAddress& head, int pixels);

signals:
    void previewReady(const headlight::HeadAddress& head, const QImage& image);
    /// The last thumbnail of the newest request is there.
    void thumbnailsReady();

private:
    void rearrange();       ///< takes the overview's order
    void placeHeads();
    [[nodiscard]] std::size_t place(const QModelIndex& index) const;
    void restart();         ///< everything is to be computed again
    void requestStale();    ///< asks for what is not there yet, rows in sight first
    void accept(std::size_t generation, std::size_t cell, const QImage& image);

    HeadMap map_;
    HeatmapSettings settings_;
    QRgb masked_ = 0xffeceef2;
    const HeadOverview* overview_ = nullptr;
    std::size_t n_layers_ = 0;
    std::size_t n_heads_ = 0;         ///< of a layer
    std::vector<HeadAddress> shown_;  ///< by place, row by row
    std::vector<int> place_of_;       ///< [n_layers, n_heads] place in shown_, or -1
    bool arranged_ = false;
    int arranged_columns_ = 6;
    int n_rows_ = 0;
    int n_columns_ = 0;
    int first_row_in_sight_ = 0;
    int last_row_in_sight_ = 0;
    std::vector<QImage> images_;      ///< [n_layers, n_heads]
    std::vector<bool> stale_;         ///< [n_layers, n_heads] whether a newer image is on its way
    std::size_t thumbnail_pixels_ = 32;
    std::size_t generation_ = 0;
    std::size_t n_pending_ = 0;
    std::unique_ptr<ThumbnailWorker> worker_;
};

} // namespace headlight::ui
