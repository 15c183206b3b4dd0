// Several heads on one page, beside one another: what the side-by-side view shows.
#pragma once

#include "ui/export/figure_export.h"

namespace headlight::ui {

/// Maps of one run, drawn alike. On a page narrower than kThreeAbreast they stand two abreast, so that words
/// stay legible.
struct ComposedRequest {
    std::vector<HeadMap> maps;
    HeatmapSettings settings;
    QString about = {}; ///< more for the caption; may be empty
};

inline constexpr double kThreeAbreastMm = 230.0;

/// Each map with its own title and legend; one caption for all. Errors: nothing to draw, page too small.
[[nodiscard]] Result<Figure> composedFigure(const ComposedRequest& request, const FigureLook& look);

/// `name` as in the dialogue, `stem` of the file.
[[nodiscard]] FigureSubject composedSubject(const ComposedRequest& request, const QString& name,
                                            const QString& stem);

} // namespace headlight::ui
