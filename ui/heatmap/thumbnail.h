// A whole head as a small picture.
#pragma once

#include "core/trace/trace.h"
#include "ui/heatmap/heatmap_settings.h"

#include <QImage>

namespace headlight::ui {

/// The picture of one head, at most `pixels` a side and one pixel a weight where it fits; larger maps are pooled with
/// `settings.pooling`. A pixel is masked when everything it covers is.
[[nodiscard]] QImage headThumbnail(const Trace& trace, const HeadAddress& head, std::size_t pixels,
                                   const HeatmapSettings& settings, QRgb masked);

} // namespace headlight::ui
