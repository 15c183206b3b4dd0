// Columns of a grid in which maps stand beside each other: as wide as makes the maps themselves equally wide, whatever
// words and legends stand beside each.
#pragma once

#include <span>

class QGridLayout;

namespace headlight::ui {

class HeatmapView;

/// Shares `width` pixels among the columns of `maps`, which stand in the grid already; further columns up to the third
/// get nothing.
void shareColumns(QGridLayout& grid, int width, std::span<HeatmapView* const> maps);

} // namespace headlight::ui
