// One drawing code for the steps on a screen and in a figure: a column a step, its candidates as bars, its
// surprise below.
#pragma once

#include "ui/heatmap/heatmap_layout.h"

#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

class QPainter;

namespace headlight::ui {

struct Theme;

struct TimelineBar {
    QString word;
    double probability = 0.0;
    std::optional<double> choice; ///< shown where it says something else than the probability
    bool chosen = false;
    bool under_mouse = false;
    bool focused = false;
};

struct TimelineColumn {
    QString head; ///< "3", "3 · yours", "text"
    QString word; ///< what was written; empty: nothing yet
    bool generated = false;
    bool selected = false;
    bool later = false; ///< not made yet at the selected step
    std::vector<TimelineBar> bars;
    std::optional<double> surprise;
    std::optional<double> entropy;
};

/// Everything a picture of some neighbouring steps is made of.
struct TimelinePicture {
    std::vector<TimelineColumn> columns;
    double largest_nats = 1.0; ///< the longest bar of surprise and entropy, of all steps
};

/// Where things are; columns count from the picture's first one.
struct TimelineLayout {
    HeatmapFonts fonts;
    double gutter = 0.0; ///< names of the rows, at the left
    double column = 0.0; ///< width
    double head_height = 0.0;
    double word_height = 0.0;
    double bar_height = 0.0; ///< one candidate: word and bar
    double strip_height = 0.0;
    double line_height = 0.0; ///< of the captions
    std::size_t n_bars = 8;

    [[nodiscard]] double height() const;
    [[nodiscard]] double barsTop() const { return head_height + word_height; }
    [[nodiscard]] double stripTop() const {
        return barsTop() + static_cast<double>(n_bars) * bar_height + line_height / 2;
    }
    /// Left edge of a column when the first one begins at `left`.
    [[nodiscard]] double columnLeft(double left, std::size_t index) const {
        return left + static_cast<double>(index) * column;
    }
    [[nodiscard]] QRectF barRect(double column_left, std::size_t bar) const;
};
/// For so many candidates a step; fewer where `height` has no room for them (at least 3).
[[nodiscard]] TimelineLayout layoutTimeline(const HeatmapFonts& fonts, std::size_t n_bars, double height);

/// The columns, the first one's left edge at `left`.
void paintTimelineColumns(QPainter& painter, const TimelinePicture& picture, const TimelineLayout& layout,
                          double left, const Theme& theme);
/// The names of the rows, at x = 0.
void paintTimelineGutter(QPainter& painter, const TimelinePicture& picture, const TimelineLayout& layout,
                         const Theme& theme);
/// Both, from (0, 0) on: for figures.
void paintTimeline(QPainter& painter, const TimelinePicture& picture, const TimelineLayout& layout,
                   const Theme& theme);

} // namespace headlight::ui
