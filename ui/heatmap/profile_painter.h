// The distribution beside the cross-hair: the looked-at row as bars below the map, its column as bars to the
// right.
#pragma once

#include "ui/heatmap/heatmap_painter.h"

namespace headlight::ui {

/// Room the bars take below and to the right of a map, with what keeps them apart from it.
inline constexpr double kProfileRoom = 48.0;

/// Bars are as long as their value is of the largest of them, which is written beside them; where several
/// values fall on a pixel the largest is shown. Does nothing without `scene.profiles`.
void paintProfiles(QPainter& painter, const HeatmapScene& scene);

} // namespace headlight::ui
