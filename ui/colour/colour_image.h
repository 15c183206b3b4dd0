// A matrix of weights as a picture, one pixel an element.
#pragma once

#include "core/base/indices.h"
#include "core/maps/map_axis.h"
#include "ui/colour/colour_map.h"
#include "ui/colour/value_scale.h"

#include <QImage>

#include <span>

namespace headlight::ui {

/// What to colour and how. Only `values`, `n_rows` and `n_columns` must be given.
struct ColourImageInput {
    std::span<const float> values = {};     ///< [n_rows, n_columns], row-major
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    ColourMapKind map = ColourMapKind::Viridis;
    ScaleKind scale = ScaleKind::Linear;
    std::span<const float> row_maximum = {}; ///< [n_rows]; read by ScaleKind::RowRelative
    std::span<const TokenRange> visible = {}; ///< [n_rows] columns a mask lets through; empty: all
    QRgb masked = 0;                        ///< colour of the others
    std::span<const AxisMark> row_marks = {};    ///< [n_rows], or empty: all shown
    std::span<const AxisMark> column_marks = {}; ///< [n_columns], or empty
    QRgb blank = 0;                         ///< of gaps and of values below the threshold; dimmed cells tend to it
    float threshold = 0.0f;                 ///< values nearer to 0 are blank; 0: none
    float signed_limit = 0.0f;              ///< above 0: values have signs, 0 lies in the map's middle, and -limit and limit
                                            ///< at its ends (row-relative: the row's own largest magnitude)
};

/// Format_RGB32, n_columns x n_rows pixels. 1,024 x 1,024 takes about half a millisecond on a linear scale.
[[nodiscard]] QImage colourImage(const ColourImageInput& input);

} // namespace headlight::ui
