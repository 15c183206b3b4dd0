// The words along a side of a map: every one while there is room, then smaller, columns then upright, and at last
// every 2nd, 5th, 10th, ... with its number.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/map_transform.h"

#include <QColor>
#include <QFont>

#include <optional>

class QPainter;

namespace headlight::ui {

/// Rows stand left of the map, right-aligned; columns above it, rotated unless they are short enough to lie flat.
enum class Side { Rows, Columns };

/// How the labels of one side are set, so that no two overlap.
struct AxisPlan {
    double font_pixels = 12.0;
    std::size_t step = 1;    ///< every step-th token is named: those whose number, counted from 1, is a multiple
    double angle = 0.0;      ///< degrees counter-clockwise: 0 flat, kLabelAngle, or 90 where columns are narrow
    [[nodiscard]] bool numbered() const { return step > 1; } ///< then each label also says which token it is
};

/// Rotation of column labels while there is room, degrees counter-clockwise.
inline constexpr double kLabelAngle = 45.0;

/// The plan for cells of `cell_pixels` along this side. `longest` is the width of its widest word at full size.
[[nodiscard]] AxisPlan planAxis(Side side, double cell_pixels, const QFont& font, double longest);

/// Width of the widest word (measured among the longest by count of letters, so that 16,384 words take no time).
[[nodiscard]] double longestWord(const QStringList& words, const QFont& font);

/// What to paint along one side.
struct AxisScene {
    Side side = Side::Rows;
    const AxisTokens* tokens = nullptr;
    MapTransform transform;
    QFont font;                           ///< with a pixel size
    double longest = 0.0;                 ///< longestWord(tokens->words, font)
    double extent = 0.0;                  ///< pixels a label may take along its baseline, columns at kLabelAngle
    QColor text;
    QColor muted;
    QColor highlight;                     ///< of the token looked at
    std::optional<std::size_t> current;   ///< that token: always named, whatever the step
};

void paintAxis(QPainter& painter, const AxisScene& scene);

} // namespace headlight::ui
