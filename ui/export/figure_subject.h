// One thing a view offers to export, whatever the view: how to draw it, and the numbers behind it.
#pragma once

#include "core/base/run_control.h"
#include "ui/export/figure.h"
#include "ui/export/figure_look.h"

#include <functional>
#include <vector>

namespace headlight::ui {

/// A value: what it captures is its own, so that a worker may use it long after the view shows something
/// else.
struct FigureSubject {
    QString name; ///< in the dialogue: "This head", "All heads on one page"
    QString stem; ///< proposed file name without extension: "en-fr-cross-layer3-head5"
    /// Draws, without the caption, which is the figure's description: captionedFigure() puts it below.
    /// Errors are those of what is drawn; the look has been checked.
    std::function<Result<Figure>(const FigureLook&)> figure;
    /// Writes CSV, NPY or safetensors; empty: there are no numbers.
    std::function<Result<void>(FigureFormat, const std::filesystem::path&, const RunControl&)> write_numbers;
    QString numbers; ///< what such a file holds: "9 × 9 weights"
    /// More than 0: a series, each part a file of its own. `figure` and `numbers` then speak for one of them.
    std::size_t n_parts = 0;
    std::function<FigureSubject(std::size_t)> part;

    [[nodiscard]] bool isSeries() const { return n_parts > 0; }
};

/// Writes the file, whole or not at all; the same subject and look give the same bytes. A series writes
/// "path-STEM.ext" for each part, with progress; files already finished stay when it is stopped or fails.
/// Errors: unknown extension, no numbers, folder missing or not writable, target is a folder, disk full,
/// cancelled, and those of the subject. Any thread may call it.
[[nodiscard]] Result<void> exportSubject(const FigureSubject& subject, const FigureLook& look,
                                         const std::filesystem::path& path, const RunControl& control = {});

/// Where exportSubject() puts part `index` of a series that is told `path`.
[[nodiscard]] std::filesystem::path pathOfPart(const FigureSubject& series, std::size_t index,
                                               const std::filesystem::path& path);

/// The picture exportSubject() would write as PNG, for previews and the clipboard.
[[nodiscard]] Result<QImage> subjectImage(const FigureSubject& subject, const FigureLook& look,
                                          const RunControl& control = {});

} // namespace headlight::ui
