// All heads of one attention as a table: a row a layer, a column a head, a thumbnail each.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"

#include <QAbstractTableModel>
#include <QImage>

#include <memory>
#include <vector>

namespace headlight::ui {

class ThumbnailWorker;

/// Thumbnails arrive from a worker; a cell keeps its old one until then.
class HeadGridModel : public QAbstractTableModel {
    Q_OBJECT
public:
    explicit HeadGridModel(QObject* parent = nullptr);
    ~HeadGridModel() override;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    /// DecorationRole: QImage, null until computed. AccessibleTextRole: headTitle().
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    /// Layer and head numbers, counted from 1.
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] HeadAddress headAt(const QModelIndex& index) const;
    /// Invalid when the head is not in this grid.
    [[nodiscard]] QModelIndex indexOf(const HeadAddress& head) const;
    [[nodiscard]] const HeadMap& headMap() const { return map_; }
    [[nodiscard]] const HeatmapSettings& settings() const { return settings_; }
    [[nodiscard]] bool pending() const { return n_pending_ > 0; }

    void setHeadMap(const HeadMap& map);
    void setSettings(const HeatmapSettings& settings);
    void setMasked(QRgb masked);
    /// Device pixels a thumbnail is painted on: larger maps are pooled to just that, so that painting drops no cell.
    void setThumbnailPixels(int pixels);
    /// Rows of the table in sight: their thumbnails are computed first.
    void setRowsInSight(int first, int last);
    /// Asks for a picture of one head of `pixels` a side; previewReady() brings it.
    void requestPreview(const HeadAddress& head, int pixels);

signals:
    void previewReady(const headlight::HeadAddress& head, const QImage& image);
    /// The last thumbnail of the newest request is there.
    void thumbnailsReady();

private:
    void restart();         ///< everything is to be computed again
    void requestStale();    ///< asks for what is not there yet, rows in sight first
    void accept(std::size_t generation, std::size_t cell, const QImage& image);

    HeadMap map_;
    HeatmapSettings settings_;
    QRgb masked_ = 0xffeceef2;
    int n_rows_ = 0;
    int n_columns_ = 0;
    int first_row_in_sight_ = 0;
    int last_row_in_sight_ = 0;
    std::vector<QImage> images_;      ///< [n_rows, n_columns]
    std::vector<bool> stale_;         ///< [n_rows, n_columns] whether a newer image is on its way
    std::size_t thumbnail_pixels_ = 32;
    std::size_t generation_ = 0;
    std::size_t n_pending_ = 0;
    std::unique_ptr<ThumbnailWorker> worker_;
};

} // namespace headlight::ui
