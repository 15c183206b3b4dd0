// A lesson on paper: texts, questions, figures, and the answers at the end.
#pragma once

#include "ui/export/figure.h"
#include "ui/lessons/filled_step.h"

#include <QString>

#include <filesystem>
#include <optional>
#include <vector>

namespace headlight::ui {

struct PrintedStep {
    QString kind; ///< "Predict"
    QString title;
    FilledText text;
    std::optional<FilledQuestion> question;
    std::optional<Figure> figure;
};

struct PrintedLesson {
    QString title;
    QString about;
    QString run; ///< model and text the numbers are of
    std::vector<PrintedStep> steps;
};

/// Figures are asked for as wide as this; wider or taller ones than a page takes are drawn smaller.
inline constexpr double kPrintedFigureMm = 150.0;

/// A4, text as text and figures as vectors; the same lesson gives the same bytes. For a worker thread.
/// Errors: nothing could be drawn, cancelled.
[[nodiscard]] Result<QByteArray> lessonPdf(const PrintedLesson& lesson, const RunControl& control = {});
/// Writes it, whole or not at all. Errors: those of lessonPdf and of writing.
[[nodiscard]] Result<void> writeLessonPdf(const PrintedLesson& lesson, const std::filesystem::path& path,
                                          const RunControl& control = {});

} // namespace headlight::ui
