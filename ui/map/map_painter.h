// Paints the map of a model: on the screen and into figures by the same code.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/map/architecture_map.h"
#include "ui/selection/selection.h"

class QPainter;

namespace headlight::ui {

struct Theme;

struct MapScene {
    const ArchitectureMap* map = nullptr; ///< borrowed for the call
    const Theme* theme = nullptr;
    HeatmapFonts fonts;                  ///< in units of the map
    std::optional<std::size_t> hovered;  ///< block under the mouse or chosen by keyboard
    std::optional<HeadAddress> selected; ///< its attention stands out
};

/// In units of the map, (0, 0) top left.
void paintMap(QPainter& painter, const MapScene& scene);

/// What a box needs to show title and detail beside each other, in units of the map.
[[nodiscard]] double mapBlockTextWidth(const MapBlock& block, const HeatmapFonts& fonts);

/// Whether a block shows the attention of `head`: its own layer, or all of them where one stands for all.
[[nodiscard]] bool showsHead(const MapBlock& block, const HeadAddress& head);

/// The block at a point of the map; the smallest frame otherwise.
[[nodiscard]] std::optional<std::size_t> mapBlockAt(const ArchitectureMap& map, const QPointF& at);
[[nodiscard]] std::optional<std::size_t> mapFrameAt(const ArchitectureMap& map, const QPointF& at);
/// The bar of the residual stream's size at a point: frame and layer.
struct MapSizeBar {
    std::size_t layer = 0;
    double size = 0.0;
};
[[nodiscard]] std::optional<MapSizeBar> mapSizeBarAt(const ArchitectureMap& map, const QPointF& at);

} // namespace headlight::ui
