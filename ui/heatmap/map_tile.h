// The part of a map a picture needs: exact weights, or pooled ones where several fall on a pixel, with its image.
#pragma once

#include "core/tensor/tensor.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/heatmap/map_transform.h"

#include <QImage>

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// Maps with no side longer than this are computed where they are asked for, whole and exact.
inline constexpr std::size_t kSmallMap = 64;

/// Which part of which map, and how coarse. Tile cell (r, c) covers pool_rows x pool_columns map cells; ranges begin at
/// multiples of those, so that panning never changes what falls into a cell.
struct TileRequest {
    std::shared_ptr<const Trace> trace;
    HeadAddress head;
    MapSourcePtr source;               ///< null: `head` as it is
    float limit = 1.0f;                ///< as HeadMap has it
    TokenRange rows;
    TokenRange columns;
    std::size_t pool_rows = 1;
    std::size_t pool_columns = 1;
    HeatmapSettings settings;
    QRgb masked = 0;                   ///< colour of masked cells in the image
    QRgb blank = 0;                    ///< of gaps and of cells below the threshold; dimmed cells tend to it
    bool operator==(const TileRequest&) const = default;

    [[nodiscard]] bool isSigned() const { return source && source->isSigned(); }

    [[nodiscard]] bool exact() const { return pool_rows == 1 && pool_columns == 1; }
    [[nodiscard]] std::size_t outRows() const { return (rows.size() + pool_rows - 1) / pool_rows; }
    [[nodiscard]] std::size_t outColumns() const { return (columns.size() + pool_columns - 1) / pool_columns; }
    /// Whether this tile shows all of `needed` as finely.
    [[nodiscard]] bool covers(const TileRequest& needed) const;
    /// Whether its cells have the same values, however they are coloured.
    [[nodiscard]] bool sameValues(const TileRequest& other) const;
    /// Whether both are of the same map.
    [[nodiscard]] bool sameMap(const HeadMap& map) const;
};

/// A computed tile. The last row and column of cells may cover fewer map cells than the others.
struct MapTile {
    TileRequest request;
    Tensor values;                     ///< [out_rows, out_columns] weights; masked cells are 0
    std::vector<float> row_maximum;    ///< [out_rows] the rows' largest weight; empty unless the scale reads it
    std::vector<TokenRange> visible;   ///< [out_rows] tile columns that a mask lets through at least in part
    std::vector<AxisMark> row_marks;   ///< [out_rows], or empty: all shown
    std::vector<AxisMark> column_marks;
    QImage image;                      ///< one pixel a tile cell
    bool any_masked = false;

    [[nodiscard]] bool below(std::size_t row, std::size_t column) const;
    /// What becomes of a column of the tile: of what its cells cover, shown where any is.
    [[nodiscard]] AxisMark columnMark(std::size_t column) const;
    [[nodiscard]] AxisMark rowMark(std::size_t row) const;
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

/// Computes in bands of rows; null when stopped in between. `progress` hears now and then which part is done.
[[nodiscard]] MapTilePtr computeTile(const TileRequest& request, const std::stop_token& stop = {},
                                     const std::function<void(double)>& progress = {});
/// A tile of the same values in other colours; `tile.request.sameValues(request)`.
[[nodiscard]] MapTilePtr recoloured(const MapTile& tile, const TileRequest& request);

/// "exact", "largest of 8 × 8 weights a cell", "mean of 8 × 8 weights a cell".
[[nodiscard]] QString poolingText(const TileRequest& request);
/// "French rows look at English columns · linear · exact": the line under the title.
[[nodiscard]] QString heatmapSubtitle(const HeadMap& map, const TileRequest& shown);

} // namespace headlight::ui
