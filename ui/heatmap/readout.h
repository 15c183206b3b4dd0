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
};

/// "0.902134"; tiny weights as "3.1e-07", so that nothing that is not zero looks like zero.
[[nodiscard]] QString exactWeightText(double weight);

/// Paints the card near `cursor`, inside `bounds`.
void paintReadout(QPainter& painter, const Readout& readout, const QPointF& cursor, const QRectF& bounds,
                  const Theme& theme, const HeatmapFonts& fonts);

} // namespace headlight::ui
