// Figures and numbers of one head, or of all heads of a kind, into a file. Needs a QGuiApplication (offscreen
// will do), no window.
#pragma once

#include "ui/export/figure_look.h"
#include "ui/export/figure_subject.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/lines/attention_lines.h"

#include <optional>

namespace headlight::ui {

/// A head drawn as lines instead of a heatmap.
struct LinesFigure {
    LineRule rule;
    std::vector<HeadAddress> companions; ///< further heads of the same kind in the same picture
};

/// What to draw, and how. Only `map` must be given; an export of all heads reads the kind from `map.head`.
struct ExportRequest : FigureLook {
    HeadMap map;
    HeatmapSettings settings;
    std::optional<LinesFigure> lines; ///< pictures of one head only
};

/// The head as heatmap or lines; numbers are its weights [n_query, n_key].
[[nodiscard]] FigureSubject headSubject(const ExportRequest& request);
/// All heads of `request.map.head.kind` on a contact sheet; numbers [n_layers, n_heads, n_query, n_key].
[[nodiscard]] FigureSubject sheetSubject(const ExportRequest& request);
/// The same heads, each in its own file.
[[nodiscard]] FigureSubject eachHeadSubject(const ExportRequest& request);

/// headSubject() into a file: .png, .svg, .pdf a picture, .csv, .npy, .safetensors the weights [n_query,
/// n_key].
[[nodiscard]] Result<void> exportHead(const ExportRequest& request, const std::filesystem::path& path,
                                      const RunControl& control = {});
/// sheetSubject() into a file.
[[nodiscard]] Result<void> exportAllHeads(const ExportRequest& request, const std::filesystem::path& path,
                                          const RunControl& control = {});

/// The picture exportHead() would write as PNG; null when there is nothing to draw.
[[nodiscard]] QImage figureImage(const ExportRequest& request);

/// One head. Errors: nothing to draw, impossible size.
[[nodiscard]] Result<Figure> headFigure(const ExportRequest& request);
/// The same head, and the others asked for, as lines. `request.lines` must be there.
[[nodiscard]] Result<Figure> linesFigure(const ExportRequest& request);
/// Whichever of the two the request asks for.
[[nodiscard]] Result<Figure> figureOf(const ExportRequest& request);
/// All heads of a kind as a contact sheet.
[[nodiscard]] Result<Figure> sheetFigure(const ExportRequest& request);

/// Errors of what all need: a trace, the head in it, tokens.
[[nodiscard]] Result<void> checkRequest(const ExportRequest& request);

/// What stands under a figure: "en-fr 3f9a2c1b · “The black cat” · Cross attention · layer 3 · head 5 · linear
/// scale".
[[nodiscard]] QString figureCaption(const ExportRequest& request);
/// The same for a figure that shows `what`, in a line that says how at its end; `look.caption_text` where
/// given.
[[nodiscard]] QString captionOf(const FigureLook& look, const HeadMap& map, const QString& what,
                                const QString& how);
/// Free space along the edges of a figure's page.
inline constexpr double kFigurePadding = 16.0;
/// "linear scale", "the 3 strongest of each query": how the request draws.
[[nodiscard]] QString drawnHow(const ExportRequest& request);

} // namespace headlight::ui
