// Where title, words, map, legend and caption of a heatmap go, and in which type.
#pragma once

#include "ui/colour/legend.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"

#include <QFont>
#include <QRectF>
#include <QStringList>

namespace headlight::ui {

/// Type with pixel sizes (1 pixel = 1/96 inch), so that a figure does not depend on the device it is painted on.
struct HeatmapFonts {
    QFont caption; ///< numbers, legend, second line
    QFont body;    ///< words
    QFont title;
};
[[nodiscard]] HeatmapFonts screenFonts(); ///< the theme's sizes on this screen
[[nodiscard]] HeatmapFonts figureFonts(); ///< fixed sizes, as papers set them

/// Measures that follow from the words and the type alone; computed once a head map, not once a frame.
struct HeatmapMeasures {
    double row_longest = 0.0;     ///< widest word along the rows
    double column_longest = 0.0;
    double row_extent = 0.0;      ///< room a row label gets
    double column_extent = 0.0;   ///< room a column label gets along its slant
    double legend_width = 0.0;
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    bool any_masked = false;      ///< whether the mask hides any cell of the map
    QString subtitle;             ///< what is shown and how, at its longest
    QString alterations;          ///< what was done to the weights; empty: nothing
    bool any_gap = false;         ///< whether a row or column has no partner to be compared with
};
[[nodiscard]] HeatmapMeasures measureHeatmap(const HeadMap& map, const HeatmapSettings& settings, const HeatmapFonts& fonts);

/// What the bar beside a map says; its colours are still to be set.
[[nodiscard]] Legend heatmapLegend(const HeadMap& map, const HeatmapSettings& settings, const HeatmapFonts& fonts,
                                   const HeatmapMeasures& measures);

/// What a legend takes beside the map, its gap included, in whole pixels: maps beside each other stay of one size.
[[nodiscard]] double heatmapLegendRoom(const HeatmapMeasures& measures);

struct HeatmapLayout {
    QRectF title;   ///< or empty
    int subtitle_lines = 1;   ///< of the title: what is shown and how
    QStringList alterations;  ///< of the title: what was done to the weights, in lines; empty: nothing
    QRectF map;     ///< the viewport of the cells
    bool profiles = false; ///< there is room for the bars
    bool legend = true;
    double row_extent = 0.0;    ///< room a row label has
    double column_extent = 0.0; ///< room a column label has along its slant
};
struct HeatmapParts {
    bool title = true;
    bool profiles = false; ///< bars below the map and to its right
    bool tight = false;    ///< one of several maps beside one another: hardly a margin
    bool legend = true;    ///< false: the one beside another map says the same
};
/// Divides `area`. Where there is too little room the words give way first.
[[nodiscard]] HeatmapLayout layoutHeatmap(const QRectF& area, const HeatmapMeasures& measures, const HeatmapFonts& fonts,
                                          const HeatmapParts& parts);

} // namespace headlight::ui
