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
constexpr double kReadableRow = 11.0; // rows lower than that have no words
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
    if (index < step.operands.size())
        return signText(step);
    if (index > step.operands.size())
        return QStringLiteral(" ");
    const bool computed = step.between == StepOperator::Times || step.between == StepOperator::Plus;
    return computed ? QStringLiteral("=") : signText(step);
}

struct Wish {
    double width = 0.0;
    double height = 0.0;
};

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
    if (matrix.values_are != StepValues::Weights && matrix.usual_size < std::max(std::abs(least), std::abs(most)))
        text += QCoreApplication::translate("headlight::ui::StepPicture", "  colours to ±%1").arg(numberText(double(matrix.usual_size)));
    return text;
}

StepLayout layoutStep(const StepPicture& picture, const QRectF& area) {
    StepLayout layout;
    if (picture.empty())
        return layout;
    const Step& step = picture.step();
    const QFontMetricsF body(picture.fonts.body);
    const QFontMetricsF title(picture.fonts.title);
    const QFontMetricsF caption(picture.fonts.caption);
    std::vector<Wish> wishes;
    double widths = 0.0;
    double tallest = 0.0;
    double signs = 0.0;
    for (std::size_t i = 0; i < picture.nMatrices(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        wishes.push_back({wantedSide(matrix.columns, matrix.values->dimension(1)),
                          wantedSide(matrix.rows, matrix.values->dimension(0))});
        widths += wishes.back().width;
        tallest = std::max(tallest, wishes.back().height);
        if (i > 0)
            signs += title.horizontalAdvance(signBefore(step, i)) + 2 * kGap;
    }
    double word_width = 0.0;
    for (const QString& word : picture.words.queries)
        word_width = std::max(word_width, body.horizontalAdvance(word));
    word_width = std::min(word_width, kWordWidth);
    const double above = title.height() + 6.0 + word_width; // title, and upright words of the columns
    const double below = 3 * caption.height() + 10.0;
    const double beside = word_width + 8.0;
    const double fit =
        std::min({kLargestScale, (area.width() - signs - beside) / widths, (area.height() - above - below) / tallest});
    const double scale = std::max(fit, 0.05);
    double x = area.left() + std::max(0.0, (area.width() - signs - beside - widths * scale) / 2) + beside;
    const double middle = area.top() + above + std::max(0.0, area.height() - above - below) / 2;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        if (i > 0) {
            const QString text = signBefore(step, i);
            const double width = title.horizontalAdvance(text) + 2 * kGap;
            layout.signs.push_back({text, {x, middle - title.height() / 2, width, title.height()}});
            x += width;
        }
        PlacedMatrix placed;
        placed.cells = QRectF(x, middle - wishes[i].height * scale / 2, wishes[i].width * scale,
                              wishes[i].height * scale);
        const double row = placed.cells.height() / static_cast<double>(matrix.values->dimension(0));
        const double column = placed.cells.width() / static_cast<double>(matrix.values->dimension(1));
        placed.row_words = i == 0 && countsTokens(matrix.rows) && row >= kReadableRow;
        placed.column_words = countsTokens(matrix.columns) && column >= kReadableRow;
        const double words = placed.column_words ? word_width + 4.0 : 0.0;
        placed.title = QRectF(x - kGap / 2, placed.cells.top() - words - title.height() - 4.0,
                              placed.cells.width() + kGap, title.height());
        placed.caption = QRectF(x - kGap, placed.cells.bottom() + 6.0, placed.cells.width() + 2 * kGap,
                                3 * caption.height());
        layout.matrices.push_back(placed);
        x += placed.cells.width();
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
