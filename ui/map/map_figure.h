// The map of a model as a figure.
#pragma once

#include "ui/export/figure_subject.h"
#include "ui/map/architecture_map.h"

namespace headlight::ui {

/// A vector drawing as wide as the page (a tall map smaller, so that it stays on one). Numbers: parameters of
/// every box (CSV).
[[nodiscard]] FigureSubject mapSubject(const ArchitectureMap& map, const QString& stem, const QString& about);

} // namespace headlight::ui
