// The cells of a heatmap: as rectangles with numbers while they are few, as one image otherwise; hatch; outlines.
#pragma once

#include "ui/heatmap/heatmap_painter.h"

namespace headlight::ui {

void paintCells(QPainter& painter, const HeatmapScene& scene);
/// Diagonal hatch over everything a mask hides.
void paintHatch(QPainter& painter, const HeatmapScene& scene);
/// A line along every row and column that has no partner to be compared with.
void paintGaps(QPainter& painter, const HeatmapScene& scene);
/// Outline of the hovered and the pinned cell; a cross-hair where cells are too small for an outline.
void paintOutlines(QPainter& painter, const HeatmapScene& scene);
/// Cells a person changed.
void paintMarks(QPainter& painter, const HeatmapScene& scene);

} // namespace headlight::ui
