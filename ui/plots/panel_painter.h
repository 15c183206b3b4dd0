// Paints panels: on the screen and into figures by the same code. Knows where what lies, for the readout
// under the mouse.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/plots/panel.h"

#include <QPointF>
#include <QRectF>

#include <optional>

class QPainter;

namespace headlight::ui {

struct Theme;

/// How a panel is painted. `theme` is borrowed for the call.
struct PanelLook {
    const Theme* theme = nullptr;
    HeatmapFonts fonts;
    bool vector = false; ///< no raster image while there are few cells
    bool card = true;    ///< rounded frame around it
};

/// Height `panel` wants at this width: title, note, picture, readout.
[[nodiscard]] double panelHeight(const PlotPanel& panel, double width, const HeatmapFonts& fonts);

/// What lies under a point of a panel painted into `area`.
struct PanelHit {
    QString text;                      ///< the readout: names and numbers
    std::optional<std::size_t> row;    ///< of a matrix or of bars
    std::optional<std::size_t> column; ///< of a matrix
    std::optional<double> x;           ///< of curves
    QRectF mark;                       ///< what to outline
    QString tool_tip;                  ///< of a column or fact; empty: the panel's own
};
[[nodiscard]] std::optional<PanelHit> panelHit(const PlotPanel& panel, const QRectF& area,
                                               const HeatmapFonts& fonts, const QPointF& at);

/// `cursor` inside `area`: cross-hair and readout.
void paintPanel(QPainter& painter, const PlotPanel& panel, const QRectF& area, const PanelLook& look,
                std::optional<QPointF> cursor = std::nullopt);

} // namespace headlight::ui
