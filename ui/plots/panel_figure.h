// Panels as figures and numbers for the export dialogue.
#pragma once

#include "ui/export/figure_subject.h"
#include "ui/plots/panel.h"

namespace headlight::ui {

/// All panels on one page first, then each alone with its numbers. `stem` without extension; `about` goes
/// into the caption: "en-fr 3f9a2c1b · the model's own positions".
[[nodiscard]] std::vector<FigureSubject> panelSubjects(const std::vector<PlotPanel>& panels,
                                                       const QString& page_name, const QString& stem,
                                                       const QString& about);

/// One panel as a table: curves beside each other over their x (NaN where a curve has no such x), a matrix as
/// it is, angles, or the figures of bars. Empty: the panel has no numbers.
struct PanelNumbers {
    std::vector<std::string> row_names;
    std::vector<std::string> column_names;
    std::vector<float> values; ///< [rows, columns]
};
[[nodiscard]] PanelNumbers panelNumbers(const PlotPanel& panel);

} // namespace headlight::ui
