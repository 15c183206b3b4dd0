// A step drawn: its matrices as small heatmaps side by side, with the signs between them. The same code for
// screen and files.
#pragma once

#include "core/analysis/steps/steps.h"
#include "ui/heatmap/heatmap_layout.h"

#include <QRectF>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

class QPainter;

namespace headlight::ui {

struct Theme;

/// One cell of one of the step's matrices; operands count first, then results.
struct StepCell {
    std::size_t matrix = 0;
    std::size_t row = 0;
    std::size_t column = 0;
    bool operator==(const StepCell&) const = default;
};

/// The steps of a head together with the words along its sides.
struct StepWords {
    QStringList queries;
    QStringList keys;
    QString queries_name; ///< "French"
    QString keys_name;
};

/// Everything a picture is made of.
struct StepPicture {
    std::shared_ptr<const std::vector<Step>> steps;
    std::size_t index = 0;
    StepWords words;
    HeatmapFonts fonts;
    std::optional<std::size_t> query; ///< row that stands out in every matrix
    std::optional<std::size_t> key;   ///< column, or row of keys and values
    std::optional<StepCell> chosen;
    std::optional<StepCell> hovered;
    std::vector<QString> notes; ///< of a changed run, one a step: what was changed there; empty: as computed

    [[nodiscard]] bool empty() const { return !steps || index >= steps->size(); }
    [[nodiscard]] const Step& step() const { return (*steps)[index]; }
    [[nodiscard]] std::size_t nMatrices() const {
        return empty() ? 0 : step().operands.size() + step().results.size();
    }
    [[nodiscard]] const StepMatrix& matrix(std::size_t index_in_step) const {
        return index_in_step < step().operands.size()
                   ? step().operands[index_in_step]
                   : step().results[index_in_step - step().operands.size()];
    }
};

/// Where a matrix and what belongs to it stands.
struct PlacedMatrix {
    QRectF cells;
    QRectF title;              ///< symbol above
    QRectF caption;            ///< shape, words and range below
    bool row_words = false;    ///< words of the rows, at the left
    double word_width = 0.0; ///< of the words beside the rows, at most
    bool column_words = false; ///< words of the columns, above, upright
};

/// A sign between two matrices: "×", "+", "÷ √32", "→".
struct PlacedSign {
    QString text;
    QRectF place;
};

struct StepLayout {
    std::vector<PlacedMatrix> matrices;
    std::vector<PlacedSign> signs;
};

/// Fits the step into `area`; matrices of tokens keep square cells where there is room.
[[nodiscard]] StepLayout layoutStep(const StepPicture& picture, const QRectF& area);

void paintStep(QPainter& painter, const StepPicture& picture, const StepLayout& layout, const Theme& theme);

/// The cell at a point, or nothing.
[[nodiscard]] std::optional<StepCell> stepCellAt(const StepPicture& picture, const StepLayout& layout,
                                                 const QPointF& point);

/// "[9, 32]  −9.1 … 18.4".
[[nodiscard]] QString matrixCaption(const StepMatrix& matrix);
/// "“chat”" or "dimension 3": what stands at a row or column, from 1.
[[nodiscard]] QString axisText(const StepWords& words, StepAxis axis, std::size_t index);
/// "chat → cat: 18.42", what a cell stands for and its number.
[[nodiscard]] QString cellText(const StepPicture& picture, const StepCell& cell);

} // namespace headlight::ui
