// The part of a map a picture needs: exact weights, or pooled ones where several fall on a pixel, with its image.
#pragma once

#include "core/tensor/tensor.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/heatmap/map_transform.h"

#include <QImage>

#include <memory>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// Maps with no side longer than this are computed where they are asked for, whole and exact.
inline constexpr std::size_t kSmallMap = 64;

/// Which part of which head, and how coarse. Tile cell (r, c) covers pool_rows x pool_columns map cells; ranges begin at
/// multiples of those, so that panning never changes what falls into a cell.
struct TileRequest {
    std::shared_ptr<const Trace> trace;
    HeadAddress head;
    TokenRange rows;
    TokenRange columns;
    std::size_t pool_rows = 1;
    std::size_t pool_columns = 1;
    HeatmapSettings settings;
    QRgb masked = 0;                   ///< colour of masked cells in the image
    bool operator==(const TileRequest&) const = default;

    [[nodiscard]] bool exact() const { return pool_rows == 1 && pool_columns == 1; }
    [[nodiscard]] std::size_t outRows() const { return (rows.size() + pool_rows - 1) / pool_rows; }
    [[nodiscard]] std::size_t outColumns() const { return (columns.size() + pool_columns - 1) / pool_columns; }
    /// Whether this tile shows all of `needed` as finely.
    [[nodiscard]] bool covers(const TileRequest& needed) const;
};

/// A computed tile. The last row and column of cells may cover fewer map cells than the others.
struct MapTile {
    TileRequest request;
    Tensor values;                     ///< [out_rows, out_columns] weights; masked cells are 0
    std::vector<float> row_maximum;    ///< [out_rows] the rows' largest weight; empty unless the scale reads it
    std::vector<TokenRange> visible;   ///< [out_rows] tile columns that a mask lets through at least in part
    QImage image;                      ///< one pixel a tile cell
    bool any_masked = false;

    [[nodiscard]] float value(std::size_t row, std::size_t column) const { return values.row(row)[column]; }
    [[nodiscard]] bool masked(std::size_t row, std::size_t column) const {
        return column < visible[row].begin || column >= visible[row].end;
    }
    /// The weight of a map cell, when the tile is exact and holds it.
    [[nodiscard]] std::optional<float> exactWeight(const MapCell& cell) const;
};
using MapTilePtr = std::shared_ptr<const MapTile>;

/// The tile a transform needs at `pixels_per_unit` device pixels a logical one: what is visible and, for panning, half
/// as much again around it.
[[nodiscard]] TileRequest tileFor(const MapTransform& transform, const HeadMap& map, const HeatmapSettings& settings,
                                  double pixels_per_unit);

/// Computes in bands of rows; null when stopped in between.
[[nodiscard]] MapTilePtr computeTile(const TileRequest& request, const std::stop_token& stop = {});

/// "exact", "largest of 8 × 8 weights a cell", "mean of 8 × 8 weights a cell".
[[nodiscard]] QString poolingText(const TileRequest& request);

/// The largest weight of each row of a head, [rows.size()]; what the row-relative scale divides by.
[[nodiscard]] std::vector<float> rowMaxima(const Trace& trace, const HeadAddress& head, TokenRange rows);

} // namespace headlight::ui
