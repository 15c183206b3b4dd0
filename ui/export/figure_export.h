// Figures and numbers of one head, or of all heads of a kind, into a file. Needs a QGuiApplication (offscreen will do), no window.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"
#include "ui/lines/attention_lines.h"

#include <QImage>
#include <QSizeF>

#include <filesystem>
#include <optional>
#include <string>

namespace headlight::ui {

struct Theme;

enum class FigureFormat { Png, Svg, Pdf, Csv, Npy };

/// The format an extension asks for; an Error that lists the known ones otherwise.
[[nodiscard]] Result<FigureFormat> figureFormatOf(const std::filesystem::path& path);

/// How large a picture is. Type and lines have the same size in inches whatever the resolution.
struct FigureSize {
    double width_mm = 170.0;              ///< on paper: 170 mm is a full text width
    double height_mm = 0.0;               ///< 0: as tall as the map needs
    double dpi = 300.0;                   ///< pixels an inch, PNG only
    std::optional<QSize> pixels;          ///< PNG: exactly so many; then `dpi` says how large type is on it
};

/// A head drawn as lines instead of a heatmap.
struct LinesFigure {
    LineRule rule;
    std::vector<HeadAddress> companions;  ///< further heads of the same kind in the same picture
};

/// What to draw. Only `map` must be given; an export of all heads reads the kind from `map.head`.
struct ExportRequest {
    HeadMap map;
    HeatmapSettings settings;
    std::optional<LinesFigure> lines;     ///< pictures of one head only
    FigureSize size;
    bool transparent = false;             ///< no background; else the theme's window colour
    bool caption = true;                  ///< a line that says model, hash, text, head and scale
    QString caption_text;                 ///< replaces that line when not empty
    const Theme* theme = nullptr;         ///< null: the light theme
};

/// Writes one head: .png, .svg, .pdf a picture, .csv and .npy the weights [n_query, n_key]. The file appears whole or
/// not at all, and the same request gives the same bytes. Errors: nothing to draw, head outside the trace, unknown
/// extension, folder missing or not writable, target is a folder, disk full, cancelled. Any thread may call it.
[[nodiscard]] Result<void> exportHead(const ExportRequest& request, const std::filesystem::path& path,
                                      const RunControl& control = {});

/// Writes all heads of `request.map.head.kind`: a contact sheet, or the numbers [n_layers, n_heads, n_query, n_key].
[[nodiscard]] Result<void> exportAllHeads(const ExportRequest& request, const std::filesystem::path& path,
                                          const RunControl& control = {});

/// The picture exportHead() would write as PNG, for previews and the clipboard; null when there is nothing to draw.
[[nodiscard]] QImage figureImage(const ExportRequest& request);

/// The line under a figure: "en-fr 3f9a2c1b · “The black cat” · Cross attention · layer 3 · head 5 · linear".
[[nodiscard]] QString figureCaption(const ExportRequest& request);

} // namespace headlight::ui
