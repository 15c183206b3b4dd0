// A step as a figure file.
#pragma once

#include "ui/export/figure_export.h"
#include "ui/steps/step_picture.h"

namespace headlight::ui {

/// `map` says model, text and head for the caption. Marks of the mouse are left out, those of the selected
/// pair stay.
[[nodiscard]] FigureSubject stepSubject(const StepPicture& picture, const HeadMap& map);
/// Every step of the head, each in its own file.
[[nodiscard]] FigureSubject eachStepSubject(const StepPicture& picture, const HeadMap& map);

} // namespace headlight::ui
