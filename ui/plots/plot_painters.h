// One overload a kind of plot: how it is painted and what lies under a point of it.
#pragma once

#include "ui/plots/panel_painter.h"

namespace headlight::ui {

void paintPlot(QPainter& painter, const CurvePlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit);
void paintPlot(QPainter& painter, const MatrixPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit);
void paintPlot(QPainter& painter, const TurnPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit);
void paintPlot(QPainter& painter, const BarPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit);
void paintPlot(QPainter& painter, const FactPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit);

[[nodiscard]] std::optional<PanelHit> plotHit(const CurvePlot& plot, const QRectF& picture,
                                              const HeatmapFonts& fonts, const QPointF& at);
[[nodiscard]] std::optional<PanelHit> plotHit(const MatrixPlot& plot, const QRectF& picture,
                                              const HeatmapFonts& fonts, const QPointF& at);
[[nodiscard]] std::optional<PanelHit> plotHit(const TurnPlot& plot, const QRectF& picture,
                                              const HeatmapFonts& fonts, const QPointF& at);
[[nodiscard]] std::optional<PanelHit> plotHit(const BarPlot& plot, const QRectF& picture,
                                              const HeatmapFonts& fonts, const QPointF& at);
[[nodiscard]] std::optional<PanelHit> plotHit(const FactPlot& plot, const QRectF& picture,
                                              const HeatmapFonts& fonts, const QPointF& at);

[[nodiscard]] double factsHeight(const FactPlot& plot, double width, const HeatmapFonts& fonts);

} // namespace headlight::ui
