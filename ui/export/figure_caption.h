// The caption below a figure: the same way for every view, so that no view lays one out itself.
#pragma once

#include "ui/export/figure.h"
#include "ui/export/figure_look.h"
#include "ui/export/figure_subject.h"

namespace headlight::ui {

/// What `subject` draws, with its description below in as many lines as it takes, where `look` asks for one.
/// On a page of a given height the picture gives way, as long as most of the page is left to it. Errors:
/// those of the subject, no room for the caption.
[[nodiscard]] Result<Figure> captionedFigure(const FigureSubject& subject, const FigureLook& look);

} // namespace headlight::ui
