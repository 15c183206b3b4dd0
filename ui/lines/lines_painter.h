// One drawing code for the lines on a screen, in a PNG, an SVG and a PDF: words left and right, a curve a
// weight.
#pragma once

#include "ui/lines/attention_lines.h"
#include "ui/lines/lines_layout.h"
#include "ui/selection/selection.h"

class QPainter;

namespace headlight::ui {

struct Theme;

/// Everything a picture is made of. Pointers are borrowed for the call.
struct LinesScene {
    const HeadMap* map = nullptr;
    const Theme* theme = nullptr;
    HeatmapFonts fonts;
    LinesLayout layout;
    LineSetPtr set;
    /// The token whose lines stand out, with their weights beside the words; none: all lines.
    TokenPair isolated;
    std::vector<AttentionLine> isolated_lines;
    TokenPair pinned;
};

void paintLines(QPainter& painter, const LinesScene& scene);

/// "decoder (left) looks at encoder (right) · the 3 strongest of each query · 1,204 lines".
[[nodiscard]] QString linesSubtitle(const HeadMap& map, const LineSet& set);
/// "the 3 strongest of each query", "weights from 0.1 up".
[[nodiscard]] QString lineRuleText(const LineRule& rule);

} // namespace headlight::ui
