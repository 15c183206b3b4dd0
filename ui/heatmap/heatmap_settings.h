// What a person can choose about how weights are painted; the same for the window, the grid of heads and figures.
#pragma once

#include "core/compute/attention.h"
#include "ui/colour/colour_map.h"
#include "ui/colour/value_scale.h"

namespace headlight::ui {

struct HeatmapSettings {
    ColourMapKind colour_map = ColourMapKind::Viridis;
    ScaleKind scale = ScaleKind::Linear;
    Pooling pooling = Pooling::Maximum; ///< what a pixel shows when several weights fall on it
    bool show_numbers = true;           ///< in cells that are large enough
    float threshold = 0.0f;             ///< values nearer to 0 are shown as "below the threshold"; 0: none
    bool operator==(const HeatmapSettings&) const = default;
};

} // namespace headlight::ui
