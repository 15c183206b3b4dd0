// The tables behind the heatmap and the lines.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/lines/attention_lines.h"
#include "ui/selection/selection.h"
#include "ui/table/picture_table.h"

namespace headlight::ui {

/// What a cell or a line stands for, for showing it in the views.
using ChoosePair = std::function<void(std::size_t query, std::size_t key)>;

/// Rows x columns of the map as it is shown, in words, opened at the `selected` tokens; no model where the map is empty.
[[nodiscard]] PictureTable tableOfMap(const HeadMap& map, ChoosePair choose, const TokenPair& selected = {});
/// The lines drawn, strongest first, opened at the first of the `selected` tokens; no model where there are none yet.
[[nodiscard]] PictureTable tableOfLines(const HeadMap& map, const LineSetPtr& lines, ChoosePair choose,
                                        const TokenPair& selected = {});

} // namespace headlight::ui
