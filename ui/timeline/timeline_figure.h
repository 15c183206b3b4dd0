// Steps of a text as a figure: the same painting as on the screen, columns flowing over as many lines as they
// need.
#pragma once

#include "ui/export/figure_subject.h"
#include "ui/timeline/step_attention.h"
#include "ui/timeline/timeline_data.h"
#include "ui/timeline/timeline_painter.h"

namespace headlight::ui {

struct TimelineFigure {
    TimelinePicture picture;
    std::size_t n_bars = 8;
    std::vector<AttentionStrip> strips; ///< of the selected step, below the columns
    HeatmapSettings settings;           ///< of the strips
    HeadMap about;                      ///< model and text, for the caption
    QString shown;                      ///< "steps 1 to 9 of 9", for the caption
    QString decoding;                   ///< "greedy"
    Timeline numbers;                   ///< all steps, for files of numbers
};

/// Errors: nothing to draw, a page that is too small.
[[nodiscard]] Result<Figure> timelineFigure(const TimelineFigure& timeline, const FigureLook& look);
[[nodiscard]] FigureSubject timelineSubject(const TimelineFigure& timeline, const QString& name,
                                            const QString& stem);

} // namespace headlight::ui
