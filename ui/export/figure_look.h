// How a figure is written, whatever it shows: format, size, background, caption.
#pragma once

#include "core/base/result.h"

#include <QSize>
#include <QSizeF>
#include <QString>

#include <filesystem>
#include <optional>

namespace headlight::ui {

struct Theme;

enum class FigureFormat { Png, Svg, Pdf, Csv, Npy, Safetensors };

/// Whether it is a picture; the others are numbers.
[[nodiscard]] bool isPicture(FigureFormat format);

/// The format an extension asks for; an Error that lists the known ones otherwise.
[[nodiscard]] Result<FigureFormat> figureFormatOf(const std::filesystem::path& path);

/// How large a picture is. Type and lines have the same size in inches whatever the resolution.
struct FigureSize {
    double width_mm = 170.0;     ///< on paper: 170 mm is a full text width
    double height_mm = 0.0;      ///< 0: as tall as needed
    double dpi = 300.0;          ///< pixels an inch, PNG only
    std::optional<QSize> pixels; ///< PNG: exactly so many; then `dpi` says how large type is on it
};

struct FigureLook {
    FigureSize size;
    bool transparent = false;     ///< no background; else the theme's window colour
    bool caption = true;          ///< below it: model, hash, text, what is shown and how
    QString caption_text;         ///< replaces it when not empty
    const Theme* theme = nullptr; ///< null: the light theme

    [[nodiscard]] const Theme& themeOrLight() const;
};

/// Width and height in units of 1/96 inch; a height of 0 means "as tall as needed".
[[nodiscard]] QSizeF figureUnits(const FigureSize& size);

/// Errors: no application to draw text with, a size or resolution that makes no sense or is too large to
/// paint.
[[nodiscard]] Result<void> checkLook(const FigureLook& look);

} // namespace headlight::ui
