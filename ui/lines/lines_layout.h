// Where the two columns of tokens stand and what is in sight: a plain struct, so that it can be tested
// without a window.
#pragma once

#include "core/base/indices.h"
#include "ui/heatmap/heatmap_layout.h"

#include <QRectF>

#include <cstddef>
#include <optional>

namespace headlight::ui {

/// Rows never grow taller than this, in figures' type: a sentence of four tokens does not fill a screen. Larger type, as on
/// a projector, takes rows that are taller still.
inline constexpr double kTallestRow = 30.0;
/// Free space along the edges of the area that is divided.
inline constexpr double kLinesMarginX = 12.0;
inline constexpr double kLinesMarginY = 8.0;
/// Where there are too many tokens for the height, rows start at this size and the view scrolls.
inline constexpr double kReadableRow = 20.0;

/// Queries stand left, keys right, token i of either at the same height.
struct LinesLayout {
    QRectF title;            ///< three lines, four where it is narrow, or empty
    QRectF area;             ///< both columns and the lines between them
    double left_edge = 0.0;  ///< x where lines leave the queries
    double right_edge = 0.0; ///< x where lines reach the keys
    std::size_t n_queries = 0;
    std::size_t n_keys = 0;
    double row_height = kTallestRow;
    double tallest_row = kTallestRow; ///< in the type of the layout
    double scroll = 0.0; ///< pixels of the columns above the area

    [[nodiscard]] double contentHeight() const;
    [[nodiscard]] double largestScroll() const;
    /// The middle of token `i`'s row.
    [[nodiscard]] double y(std::size_t i) const {
        return area.top() + (double(i) + 0.5) * row_height - scroll;
    }
    /// The token at a height; none outside the `n_tokens` of a column.
    [[nodiscard]] std::optional<std::size_t> tokenAt(double y, std::size_t n_tokens) const;
    /// Tokens of a column of `n_tokens` that are at least partly in sight.
    [[nodiscard]] TokenRange inSight(std::size_t n_tokens) const;
    /// The height at which all tokens are in sight, at most `tallest_row`.
    [[nodiscard]] double fittingRow() const;

    void setScroll(double pixels);
    /// Changes the row height around `y`, which stays where it is; between all in sight and `tallest_row`.
    void zoomAt(double y, double factor);
    /// All tokens in sight (`whole`), or readable rows from the top.
    void fit(bool whole);
    /// Scrolls so far that token `i` is in sight.
    void reveal(std::size_t i);
};

/// Longest words on either side, pixels.
struct ColumnExtents {
    double queries = 0.0;
    double keys = 0.0;
};

/// Divides `area`; the columns give way to the lines where there is too little room. Row height and scroll
/// are left to fit().
[[nodiscard]] LinesLayout layoutLines(const QRectF& area, const ColumnExtents& extents,
                                      const HeatmapFonts& fonts, const HeatmapParts& parts);

} // namespace headlight::ui
