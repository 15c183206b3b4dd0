// Panels as tables: every curve, matrix, bar and fact of the laboratory in rows and columns.
#pragma once

#include "ui/plots/panel.h"
#include "ui/table/list_table.h"
#include "ui/table/picture_table.h"

namespace headlight::ui {

/// Curves beside one another over their x, a matrix as it is, angles, bars with all their numbers, or facts.
[[nodiscard]] ListTable panelTable(const PlotPanel& panel);
/// One a panel that holds something; panel `first` (or the next that does) is shown when they are opened.
[[nodiscard]] PictureTables tablesOfPanels(const std::vector<PlotPanel>& panels, std::size_t first = 0);

} // namespace headlight::ui
