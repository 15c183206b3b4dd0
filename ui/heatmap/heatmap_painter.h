// One drawing code for the heatmap on a screen, in a PNG, an SVG and a PDF: cells, words, numbers, legend, title.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/map_tile.h"
#include "ui/selection/selection.h"

#include <optional>
#include <vector>

class QPainter;

namespace headlight::ui {

struct Theme;

/// Up to this many cells in sight are painted as rectangles; more as one image, one pixel a tile cell.
inline constexpr std::size_t kMostVectorCells = std::size_t{64} * 64;

/// The values of the row and the column looked at, for the bars beside the map.
struct MapProfiles {
    std::optional<std::size_t> row;
    std::optional<std::size_t> column;
    std::vector<float> row_values;    ///< [n_columns]
    std::vector<float> column_values; ///< [n_rows]
};

/// Everything a picture is made of. Pointers are borrowed for the call.
struct HeatmapScene {
    const HeadMap* map = nullptr;
    const Theme* theme = nullptr;
    HeatmapSettings settings;
    HeatmapFonts fonts;
    HeatmapMeasures measures;
    HeatmapLayout layout;
    MapTransform transform;
    MapTilePtr tile;              ///< may be of an older request: it is painted where its cells belong
    TokenPair hovered;            ///< thin outline
    TokenPair pinned;             ///< strong outline; nothing in figures
    const MapProfiles* profiles = nullptr; ///< null: none are shown
    double pixels_per_unit = 1.0; ///< device pixels a logical one: cells are aligned to device pixels
    double overlap = 0.0;         ///< vector files: cells without a gap reach so far under the next, or viewers show seams
};

void paintHeatmap(QPainter& painter, const HeatmapScene& scene);

} // namespace headlight::ui
