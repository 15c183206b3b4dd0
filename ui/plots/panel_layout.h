// Where the parts of one panel lie; shared by painting and by finding what is under the mouse.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/plots/panel.h"

#include <QRectF>
#include <QStringList>

namespace headlight::ui {

inline constexpr double kPanelPadding = 12.0;

struct PanelFrame {
    QRectF title;
    QRectF note; ///< wrapped
    QStringList note_lines;
    QRectF picture; ///< with its axes
    QRectF readout;
};
[[nodiscard]] PanelFrame frameOf(const PlotPanel& panel, const QRectF& area, const HeatmapFonts& fonts);

/// Marks of an axis: round numbers, at most about `n_most`; with `whole` no fractions.
struct AxisTick {
    double value = 0.0;
    QString label;
};
[[nodiscard]] std::vector<AxisTick> axisTicks(double low, double high, int n_most, bool logarithmic,
                                              bool whole = false);

/// The axes of curves: what is in sight, and where.
struct CurveAxes {
    QRectF area;
    double x_low = 0.0, x_high = 1.0, y_low = 0.0, y_high = 1.0;
    bool log_x = false, log_y = false;
    bool whole_x = false; ///< the curves stand on whole numbers only
    QStringList legend;
    double legend_height = 0.0;
    [[nodiscard]] QPointF toPixel(double x, double y) const;
    [[nodiscard]] double xAt(double pixel) const;
};
[[nodiscard]] CurveAxes curveAxes(const CurvePlot& plot, const QRectF& picture, const HeatmapFonts& fonts);

/// The cells of a matrix, and the room for its numbers.
struct MatrixArea {
    QRectF cells;
    QRectF legend;
    double row_words = 0.0;    ///< room for words left of the cells; 0: numbers
    double column_words = 0.0; ///< room for words above
    bool level_words = false;  ///< words of columns are as short as cells are wide: written from left to right
};
[[nodiscard]] MatrixArea matrixArea(const MatrixPlot& plot, const QRectF& picture, const HeatmapFonts& fonts);
/// The end of its scale.
[[nodiscard]] double matrixLargest(const MatrixPlot& plot);

/// The discs of a TurnPlot.
[[nodiscard]] std::vector<QRectF> turnDiscs(const TurnPlot& plot, const QRectF& picture,
                                            const HeatmapFonts& fonts);
[[nodiscard]] double turnHeight(const TurnPlot& plot, double width, const HeatmapFonts& fonts);

/// Columns and rows of a BarPlot.
struct BarGrid {
    double row_height = 0.0;
    double head_height = 0.0; ///< of the line that names the columns
    QRectF words;             ///< of the first row
    std::vector<QRectF> columns;
    std::vector<double> number_widths;
};
[[nodiscard]] BarGrid barGrid(const BarPlot& plot, const QRectF& picture, const HeatmapFonts& fonts);

} // namespace headlight::ui
