#include "ui/colour/colour_map.h"
#include "ui/steps/step_picture.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr std::size_t kMostRectangles = 4'096; // a larger matrix is one image
constexpr double kRoomForNumber = 30.0;
constexpr double kWordHeight = 84.0; // of words above columns, at most

/// Colours of a matrix: signed numbers around zero, weights from 0 to 1.
class CellColours {
public:
    CellColours(const StepMatrix& matrix, const Theme& theme)
        : map_(colourMap(matrix.values_are == StepValues::Weights ? ColourMapKind::Viridis
                                                                  : ColourMapKind::Signed))
        , weights_(matrix.values_are == StepValues::Weights)
        , masked_(theme.masked)
        , end_(matrix.usual_size) {}
    [[nodiscard]] QColor of(float value) const {
        if (value == kMaskedScore)
            return masked_;
        if (weights_)
            return map_.colour(value);
        return map_.colour(end_ > 0.0f ? 0.5f + 0.5f * std::clamp(value / end_, -1.0f, 1.0f) : 0.5f);
    }

private:
    const ColourMap& map_;
    bool weights_;
    QColor masked_;
    float end_; ///< of the scale, on both sides of 0
};

QColor roleColour(StepRole role, const Theme& theme) {
    return role == StepRole::Query ? theme.query : role == StepRole::Key ? theme.key : theme.text;
}

QRectF cellRect(const QRectF& cells, const Tensor& values, std::size_t row, std::size_t column) {
    const double width = cells.width() / static_cast<double>(values.dimension(1));
    const double height = cells.height() / static_cast<double>(values.dimension(0));
    return {cells.left() + static_cast<double>(column) * width,
            cells.top() + static_cast<double>(row) * height, width, height};
}

void paintCells(QPainter& painter, const StepMatrix& matrix, const QRectF& cells, const Theme& theme) {
    const Tensor& values = *matrix.values;
    const CellColours colours(matrix, theme);
    if (values.size() > kMostRectangles) {
        QImage image(static_cast<int>(values.dimension(1)), static_cast<int>(values.dimension(0)),
                     QImage::Format_RGB32);
        for (std::size_t row = 0; row < values.dimension(0); ++row)
            for (std::size_t column = 0; column < values.dimension(1); ++column)
                image.setPixel(static_cast<int>(column), static_cast<int>(row),
                               colours.of(values.row(row)[column]).rgb());
        painter.drawImage(cells, image);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t row = 0; row < values.dimension(0); ++row)
        for (std::size_t column = 0; column < values.dimension(1); ++column)
            painter.fillRect(cellRect(cells, values, row, column), colours.of(values.row(row)[column]));
    painter.setRenderHint(QPainter::Antialiasing, true);
}

void paintNumbers(QPainter& painter, const StepPicture& picture, const StepMatrix& matrix,
                  const QRectF& cells, const Theme& theme) {
    const Tensor& values = *matrix.values;
    const QFontMetricsF metrics(picture.fonts.caption);
    const QRectF first = cellRect(cells, values, 0, 0);
    if (first.width() < kRoomForNumber || first.height() < metrics.height())
        return;
    const CellColours colours(matrix, theme);
    painter.setFont(picture.fonts.caption);
    for (std::size_t row = 0; row < values.dimension(0); ++row)
        for (std::size_t column = 0; column < values.dimension(1); ++column) {
            const float value = values.row(row)[column];
            if (value == kMaskedScore)
                continue;
            const QString text = matrix.values_are == StepValues::Weights
                                     ? weightText(double(value), 2)
                                     : QString::number(double(value), 'g', 2);
            const QRectF cell = cellRect(cells, values, row, column);
            if (metrics.horizontalAdvance(text) > cell.width() - 4.0)
                continue;
            painter.setPen(readableOn(colours.of(value)));
            painter.drawText(cell, Qt::AlignCenter, text);
        }
}

/// How far words stand apart that do not touch: letters leave room below, ideographs fill their line.
double lineOf(const QStringList& words, const QFontMetricsF& metrics) {
    constexpr char16_t kFirstIdeograph = 0x2E80; // CJK radicals
    const bool full = std::ranges::any_of(words, [](const QString& text) {
        return std::ranges::any_of(text, [](QChar c) { return c.unicode() >= kFirstIdeograph; });
    });
    return full ? metrics.height() : 1.3 * metrics.capHeight();
}

const QStringList& wordsOf(const StepPicture& picture, StepAxis axis) {
    return axis == StepAxis::Queries ? picture.words.queries : picture.words.keys;
}

void paintWords(QPainter& painter, const StepPicture& picture, const StepMatrix& matrix,
                const PlacedMatrix& placed, const Theme& theme) {
    const QFontMetricsF metrics(picture.fonts.body);
    painter.setFont(picture.fonts.body);
    const Tensor& values = *matrix.values;
    const auto ink = [&](StepAxis axis, std::size_t index) {
        if (axis == StepAxis::Queries && picture.query == index)
            return theme.query;
        return axis == StepAxis::Keys && picture.key == index ? theme.key : theme.text_muted;
    };
    // Words stand where there is room for them; the selected one always does.
    const auto thinned = [&](StepAxis axis, std::size_t n, double side, double most, const auto& paint_word) {
        const QStringList& words = wordsOf(picture, axis);
        const std::optional<std::size_t>& chosen = axis == StepAxis::Queries ? picture.query : picture.key;
        const std::size_t apart =
            std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(lineOf(words, metrics) / side)));
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t to_chosen = chosen ? (i > *chosen ? i - *chosen : *chosen - i) : apart;
            if (i != chosen && (i % apart != 0 || to_chosen < apart))
                continue;
            painter.setPen(ink(axis, i));
            paint_word(i, metrics.elidedText(words.value(static_cast<qsizetype>(i)), Qt::ElideMiddle, most));
        }
    };
    if (placed.row_words)
        thinned(matrix.rows, values.dimension(0), placed.cells.height() / double(values.dimension(0)),
                placed.word_width, [&](std::size_t row, const QString& word) {
                    const QRectF cell = cellRect(placed.cells, values, row, 0);
                    painter.drawText(QRectF(cell.left() - 92.0, cell.center().y() - metrics.height() / 2,
                                            86.0, metrics.height()),
                                     Qt::AlignRight | Qt::AlignVCenter, word);
                });
    if (placed.column_words)
        thinned(matrix.columns, values.dimension(1), placed.cells.width() / double(values.dimension(1)),
                kWordHeight, [&](std::size_t column, const QString& word) {
                    painter.save();
                    painter.translate(cellRect(placed.cells, values, 0, column).center().x(),
                                      placed.cells.top() - 5.0);
                    painter.rotate(-90.0);
                    painter.drawText(QPointF(0.0, metrics.capHeight() / 2), word);
                    painter.restore();
                });
}

/// The rows and columns of the selected pair stand out; a chosen cell has a strong edge.
void paintMarks(QPainter& painter, const StepPicture& picture, std::size_t index, const PlacedMatrix& placed,
                const Theme& theme) {
    const StepMatrix& matrix = picture.matrix(index);
    const Tensor& values = *matrix.values;
    const auto band = [&](const QRectF& first, const QRectF& last, const QColor& colour) {
        painter.setPen(QPen(colour, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(first.united(last));
    };
    const auto rows = [&](std::optional<std::size_t> row, const QColor& colour) {
        if (row && *row < values.dimension(0))
            band(cellRect(placed.cells, values, *row, 0),
                 cellRect(placed.cells, values, *row, values.dimension(1) - 1), colour);
    };
    if (matrix.rows == StepAxis::Queries)
        rows(picture.query, theme.query);
    if (matrix.rows == StepAxis::Keys)
        rows(picture.key, theme.key);
    if (matrix.columns == StepAxis::Keys && picture.key && *picture.key < values.dimension(1))
        band(cellRect(placed.cells, values, 0, *picture.key),
             cellRect(placed.cells, values, values.dimension(0) - 1, *picture.key), theme.key);
    for (const auto& [cell, width] : {std::pair{picture.hovered, 1.0}, std::pair{picture.chosen, 2.5}}) {
        if (!cell || cell->matrix != index || cell->row >= values.dimension(0) ||
            cell->column >= values.dimension(1))
            continue;
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(theme.text, width));
        painter.drawRect(cellRect(placed.cells, values, cell->row, cell->column));
    }
}

} // namespace

void paintStep(QPainter& painter, const StepPicture& picture, const StepLayout& layout, const Theme& theme) {
    for (std::size_t i = 0; i < layout.matrices.size(); ++i) {
        const StepMatrix& matrix = picture.matrix(i);
        const PlacedMatrix& placed = layout.matrices[i];
        paintCells(painter, matrix, placed.cells, theme);
        paintNumbers(painter, picture, matrix, placed.cells, theme);
        painter.setPen(QPen(theme.hairline, 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(placed.cells);
        paintWords(painter, picture, matrix, placed, theme);
        paintMarks(painter, picture, i, placed, theme);
        painter.setFont(picture.fonts.title);
        painter.setPen(roleColour(matrix.role, theme));
        painter.drawText(placed.title, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextDontClip,
                         QString::fromStdString(matrix.symbol));
        painter.setFont(picture.fonts.caption);
        painter.setPen(theme.text_muted);
        const QString caption = matrixCaption(matrix);
        const QFontMetricsF metrics(picture.fonts.caption);
        const bool one_line = metrics.horizontalAdvance(caption) <= placed.caption.width();
        painter.drawText(placed.caption, Qt::AlignHCenter | Qt::AlignTop | Qt::TextDontClip,
                         one_line ? caption
                                  : QString(caption).replace(QStringLiteral("  "), QStringLiteral("\n")));
    }
    painter.setFont(picture.fonts.title);
    painter.setPen(theme.text_muted);
    for (const PlacedSign& sign : layout.signs)
        painter.drawText(sign.place, Qt::AlignCenter | Qt::TextDontClip, sign.text);
}

} // namespace headlight::ui
