#include "ui/steps/step_picture.h"

#include "ui/theme/figures.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kTokenCell = 30.0;    // side of a cell whose rows and columns are tokens, at most
constexpr double kDimensionCell = 7.0; // of one that counts dimensions
constexpr double kLongestSide = 300.0; // of a matrix before everything is fitted into the area
constexpr double kShortestSide = 18.0;
constexpr double kLargestScale = 2.5; // where the area is large: a lecture hall reads it from the last row
constexpr double kGap = 14.0;
constexpr double kWidestToken = 2.5;
constexpr double kWidestDimension =
    6.0; // times as wide as its scale says, where a low area leaves room at the sides
constexpr double kNarrowestDimension = 0.4; // likewise, where many matrices share the width
constexpr double kWordWidth = 84.0;

bool countsTokens(StepAxis axis) {
    return axis == StepAxis::Queries || axis == StepAxis::Keys;
}

double wantedSide(StepAxis axis, std::size_t n) {
    return std::clamp(static_cast<double>(n) * (countsTokens(axis) ? kTokenCell : kDimensionCell),
                      kShortestSide, kLongestSide);
}

QString signText(const Step& step) {
    switch (step.between) {
    case StepOperator::Times:
        return QStringLiteral("×");
    case StepOperator::Plus:
        return QStringLiteral("+");
    case StepOperator::Over:
        return step.root_of > 0 ? QStringLiteral("÷ √%1 =").arg(step.root_of)
                                : QStringLiteral("÷ %1 =").arg(numberText(*step.constant));
    default:
        return QStringLiteral("→");
    }
}

/// The sign before matrix `index` (which is not the first).
QString signBefore(const Step& step, std::size_t index) {
    if (index < step.operands.size()) // what is mapped stands side by side
        return step.between == StepOperator::Maps ? QStringLiteral(" ") : signText(step);
    if (index > step.operands.size())
        return QStringLiteral(" ");
    const bool computed = step.between == StepOperator::Times || step.between == StepOperator::Plus;
    return computed ? QStringLiteral("=") : signText(step);
}

} // namespace

QString matrixCaption(const StepMatrix& matrix) {
    float least = 0.0f;
    float most = 0.0f;
    bool first = true;
    for (const float value : matrix.values->span()) {
        if (value == kMaskedScore)
            continue;
        least = first ? value : std::min(least, value);
        most = first ? value : std::max(most, value);
        first = false;
    }
    QString text = QStringLiteral("[%1, %2]  %3 … %4")
                       .arg(matrix.values->dimension(0))
                       .arg(matrix.values->dimension(1))
                       .arg(numberText(double(least)), numberText(double(most)));
    if (matrix.values_are != StepValues::Weights &&
        matrix.usual_size < std::max(std::abs(least), std::abs(most)))
        text += QCoreApplication::translate("headlight::ui::StepPicture", "  colours to ±%1")
                    .arg(numberText(double(matrix.usual_size)));
    return text;
}

namespace {

/// The widest of a side's words, as wide as they are shown at most.
double wordWidth(const StepPicture& picture, StepAxis axis, double most = kWordWidth) {
    const QFontMetricsF body(picture.fonts.body);
    double width = 0.0;
    for (const QString& word : axis == StepAxis::Queries ? picture.words.queries : picture.words.keys)
        width = std::max(width, body.horizontalAdvance(word));
    return std::min(width, most);
}

/// How wide a matrix's caption is at least, each part of it on a line of its own.
double captionWidth(const StepPicture& picture, const StepMatrix& matrix) {
    const QFontMetricsF metrics(picture.fonts.caption);
    double width = 0.0;
    for (const QString& part : matrixCaption(matrix).split(QStringLiteral("  ")))
        width = std::max(width, metrics.horizontalAdvance(part));
    return width;
}

/// The room a sign takes between two matrices; those that only stand side by side need less.
double signWidth(const QFontMetricsF& title, const QString& sign) {
    return sign.trimmed().isEmpty() ? kGap : title.horizontalAdvance(sign) + 2 * kGap;
}

/// Whether the words of its rows stand beside matrix `index`: the first, and one whose rows are other words
/// that nothing before it names.
bool hasRowWords(const StepPicture& picture, std::size_t index) {
    const StepAxis axis = picture.matrix(index).rows;
    if (!countsTokens(axis) || index == 0)
        return countsTokens(axis);
    if (picture.words.queries == picture.words.keys)
        return false;
    for (std::size_t before = 0; before < index; ++before)
        if (picture.matrix(before).rows == axis || picture.matrix(before).columns == axis)
            return false;
    return true;
}

struct Wish {
    double width = 0.0;
    double height = 0.0;
    double caption = 0.0;   ///< width below the cells
    double widest = 1.0;    ///< times as wide as its scale says where a low area leaves room at the sides
    double narrowest = 1.0; ///< likewise where a high one leaves none

    [[nodiscard]] double cells(double scale, double spread) const {
        return width * scale * std::clamp(spread, narrowest, widest);
    }
    [[nodiscard]] double slot(double scale, double spread) const {
        return std::max(cells(scale, spread), caption);
    }
};

/// All of them side by side.
double widthOf(const std::vector<Wish>& wishes, double scale, double spread) {
    double width = 0.0;
    for (const Wish& wish : wishes)
        width += wish.slot(scale, spread);
    return width;
}

/// The largest scale, at most `most`, at which all of them fit into `room`, dimensions as narrow as they may
/// be; where captions alone take more, the one at which the cells would.
double scaleFor(const std::vector<Wish>& wishes, double most, double room) {
    double widths = 0.0;
    for (const Wish& wish : wishes)
        widths += wish.width;
    const double least = std::max(0.05, std::min(most, room / widths));
    double scale = std::max(least, most);
    while (scale > least && widthOf(wishes, scale, kNarrowestDimension) > room)
        scale = std::max(least, 0.97 * scale);
    return scale;
}

/// The largest spread at which all of them, side by side, are no wider than `room`; at least
/// kNarrowestDimension.
double spreadFor(const std::vector<Wish>& wishes, double scale, double room) {
    const double most = std::min(kWidestDimension, kLargestScale / scale);
    double spread = kNarrowestDimension;
    for (double tried = kNarrowestDimension; tried <= most; tried += 0.05) {
        if (widthOf(wishes, scale, tried) > room)
            break;
        spread = tried;
    }
    return spread;
}

} // namespace

StepLayout layoutStep(const StepPicture& picture, const QRectF& area) {
    StepLayout layout;
    if (picture.empty())
        return layout;
    const Step& step = picture.step();
    const QFontMetricsF title(picture.fonts.title);
    const QFontMetricsF caption(picture.fonts.caption);
    std::vector<Wish> wishes;
    double tallest = 1.0; // rows of dimensions, many and without words, are made as low as there is room
    double signs = 0.0;
    double upright = 0.0; // words of columns
    std::size_t n_with_words = 0;
    for (std::size_t i = 0; i < picture.nMatrices(); ++i)
        n_with_words += hasRowWords(picture, i) ? 1 : 0;
    const double most_words =
        n_with_words > 1 ? std::clamp(0.08 * area.width(), 40.0, kWordWidth) : kWordWidth;
    for (std::size_t i = 0; i < picture.nMatrices(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        const bool tokens = countsTokens(matrix.columns);
        wishes.push_back({wantedSide(matrix.columns, matrix.values->dimension(1)),
                          wantedSide(matrix.rows, matrix.values->dimension(0)), captionWidth(picture, matrix),
                          tokens ? kWidestToken : kWidestDimension, tokens ? 1.0 : kNarrowestDimension});
        if (countsTokens(matrix.rows) || picture.nMatrices() == 1)
            tallest = std::max(tallest, wishes.back().height);
        if (tokens)
            upright = std::max(upright, wordWidth(picture, matrix.columns));
        if (i > 0)
            signs += signWidth(title, signBefore(step, i));
        if (i > 0 && hasRowWords(picture, i))
            signs += wordWidth(picture, matrix.rows, most_words) + 8.0;
    }
    const StepAxis first_rows = picture.matrix(0).rows;
    const double beside = (countsTokens(first_rows) ? wordWidth(picture, first_rows, most_words) : 0.0) + 8.0;
    const double above = title.height() + 6.0 + upright;
    const double below = 3 * caption.height() + 10.0;
    const double room = area.width() - signs - beside;
    const double high = std::max(area.height() - above - below, 1.0);
    const double scale = scaleFor(wishes, std::min(kLargestScale, high / tallest), room);
    const double spread = spreadFor(wishes, scale, room);
    const double taken = widthOf(wishes, scale, spread);
    double x = area.left() + std::max(0.0, (room - taken) / 2) + beside;
    const double middle = area.top() + above + std::max(0.0, area.height() - above - below) / 2;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        if (i > 0) {
            const QString text = signBefore(step, i);
            const double width = signWidth(title, text);
            layout.signs.push_back({text, {x, middle - title.height() / 2, width, title.height()}});
            x += width;
        }
        PlacedMatrix placed;
        placed.row_words = hasRowWords(picture, i);
        placed.word_width = most_words;
        if (i > 0 && placed.row_words)
            x += wordWidth(picture, matrix.rows, most_words) + 8.0;
        const double slot = wishes[i].slot(scale, spread);
        const QSizeF cells(wishes[i].cells(scale, spread),
                           std::min(wishes[i].height * scale, std::max(high, tallest * scale)));
        // Those with words stand beside them.
        const double left = placed.row_words ? x : x + (slot - cells.width()) / 2;
        placed.cells = QRectF(QPointF(left, middle - cells.height() / 2), cells);
        placed.column_words = countsTokens(matrix.columns);
        const double words = placed.column_words ? upright + 4.0 : 0.0;
        placed.title = QRectF(left - kGap / 2, placed.cells.top() - words - title.height() - 4.0,
                              cells.width() + kGap, title.height());
        const double around = std::max(cells.width(), std::min(slot, wishes[i].caption)) + 2 * kGap;
        placed.caption = QRectF(placed.cells.center().x() - around / 2, placed.cells.bottom() + 6.0, around,
                                3 * caption.height());
        layout.matrices.push_back(placed);
        x += slot;
    }
    return layout;
}

std::optional<StepCell> stepCellAt(const StepPicture& picture, const StepLayout& layout,
                                   const QPointF& point) {
    for (std::size_t i = 0; i < layout.matrices.size(); ++i) {
        const QRectF& cells = layout.matrices[i].cells;
        if (!cells.contains(point))
            continue;
        const Tensor& values = *picture.matrix(i).values;
        const auto inside = [](double offset, double extent, std::size_t n) {
            return std::min(
                n - 1, static_cast<std::size_t>(std::max(0.0, offset / extent * static_cast<double>(n))));
        };
        return StepCell{i, inside(point.y() - cells.top(), cells.height(), values.dimension(0)),
                        inside(point.x() - cells.left(), cells.width(), values.dimension(1))};
    }
    return std::nullopt;
}

QString axisText(const StepWords& words, StepAxis axis, std::size_t index) {
    const QStringList& tokens = axis == StepAxis::Queries ? words.queries : words.keys;
    if (countsTokens(axis) && static_cast<qsizetype>(index) < tokens.size())
        return QStringLiteral("“%1”").arg(tokens[static_cast<qsizetype>(index)]);
    return QCoreApplication::translate("headlight::ui::StepPicture", "dimension %1").arg(index + 1);
}

QString cellText(const StepPicture& picture, const StepCell& cell) {
    const StepMatrix& matrix = picture.matrix(cell.matrix);
    const float value = matrix.values->row(cell.row)[cell.column];
    const bool pair = matrix.rows == StepAxis::Queries && matrix.columns == StepAxis::Keys;
    return QStringLiteral("%1 %2 %3: %4")
        .arg(axisText(picture.words, matrix.rows, cell.row), pair ? QStringLiteral("→") : QStringLiteral("·"),
             axisText(picture.words, matrix.columns, cell.column),
             value == kMaskedScore ? QCoreApplication::translate("headlight::ui::StepPicture", "masked")
                                   : numberText(double(value)));
}

} // namespace headlight::ui
