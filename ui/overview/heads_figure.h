// The heads of the page as a figure: those shown, in their order, each with its name and the value it is sorted by.
#pragma once

#include "core/analysis/head_order.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"

namespace headlight::ui {

struct HeadsFigure {
    HeadMap map;                      ///< the trace and which attention
    HeatmapSettings settings;
    HeadTable table;
    HeadOrder order;                  ///< how `heads` came about
    std::vector<HeadAddress> heads;
};

/// Pictures paint `heads` row by row; CSV writes their roles and measures, as the table copies them.
/// Errors: nothing to draw, the page is too small.
[[nodiscard]] FigureSubject headsSubject(const HeadsFigure& heads);
[[nodiscard]] Result<Figure> headsFigure(const HeadsFigure& heads, const FigureLook& look);

/// "sorted by entropy, largest first", "only induction, layers 3–5"; both with a comma; empty for all heads layer by layer.
[[nodiscard]] QString orderText(const HeadOrder& order);

} // namespace headlight::ui
