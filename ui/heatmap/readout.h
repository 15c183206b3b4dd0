// The small card beside the cursor: both words and the exact weight.
#pragma once

#include "ui/heatmap/heatmap_layout.h"
#include "ui/heatmap/map_transform.h"

#include <QString>

#include <optional>

class QPainter;

namespace headlight::ui {

struct Theme;

struct Readout {
    QString query;                  ///< ready-made words
    QString key;
    std::optional<double> weight;   ///< empty while it is looked up
    bool masked = false;
    bool gap = false;               ///< one of the two has no partner to be compared with
    QString what = QStringLiteral("weight"); ///< what the number is
    QString note;                   ///< more about the query, as AxisTokens::notes has it, or about the number; may be empty
};

/// Six digits from the first that is not zero: "0.902134", "0.000310213", "3.10213e-09".
[[nodiscard]] QString exactWeightText(double weight);

/// Paints the card near `cursor`, inside `bounds`.
void paintReadout(QPainter& painter, const Readout& readout, const QPointF& cursor, const QRectF& bounds,
                  const Theme& theme, const HeatmapFonts& fonts);

} // namespace headlight::ui
