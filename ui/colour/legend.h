// The bar that says which colour stands for which weight.
#pragma once

#include "ui/colour/colour_map.h"
#include "ui/colour/value_scale.h"

#include <QFont>
#include <QRectF>

class QPainter;

namespace headlight::ui {

/// What a legend shows and in which type.
struct Legend {
    ColourMapKind map = ColourMapKind::Viridis;
    ScaleKind scale = ScaleKind::Linear;
    QFont font;
    QColor text;
    QColor masked;      ///< with a hatch in `hairline`, for "masked"
    QColor hairline;
    bool show_masked = false; ///< whether anything in the picture is masked
    bool show_gaps = false;   ///< whether tokens without a partner leave rows or columns empty
    float threshold = 0.0f;   ///< above 0: smaller values are blank
    float signed_limit = 0.0f; ///< above 0: the magnitude at both ends, zero in the middle
    QString signed_name = QStringLiteral("A − B"); ///< what such values are
};

/// Width a legend needs for its bar, marks and words.
[[nodiscard]] double legendWidth(const Legend& legend);

/// Paints a vertical legend into `area`: bar, marks to its right, unit below, and what masked cells look like.
/// Vector devices get one rectangle an entry, so that no raster image enters an SVG.
void paintLegend(QPainter& painter, const QRectF& area, const Legend& legend);

} // namespace headlight::ui
