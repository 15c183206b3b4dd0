// Matrices as colours: rectangles while they are few, one image otherwise, with words or numbers along the
// sides.
#include "ui/colour/colour_map.h"
#include "ui/heatmap/token_label.h"
#include "ui/plots/panel_layout.h"
#include "ui/plots/plot_painters.h"
#include "ui/theme/figures.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr std::size_t kMostRectangles = std::size_t{64} * 64;

class MatrixPainter {
public:
    MatrixPainter(QPainter& painter, const MatrixPlot& plot, const QRectF& picture, const PanelLook& look)
        : painter_(painter)
        , plot_(plot)
        , look_(look)
        , theme_(*look.theme)
        , area_(matrixArea(plot, picture, look.fonts))
        , largest_(matrixLargest(plot))
        , metrics_(look.fonts.caption) {}

    void paint() {
        painter_.setFont(look_.fonts.caption);
        if (plot_.n_rows * plot_.n_columns <= kMostRectangles)
            paintRectangles();
        else
            painter_.drawImage(area_.cells, image());
        paintSides();
        paintScale();
        if (plot_.mark_row)
            outline(*plot_.mark_row, std::nullopt, theme_.query);
        if (plot_.mark_column)
            outline(std::nullopt, *plot_.mark_column, theme_.key);
    }

    void outline(std::optional<std::size_t> row, std::optional<std::size_t> column, const QColor& colour) {
        const double width = area_.cells.width() / double(plot_.n_columns);
        const double height = area_.cells.height() / double(plot_.n_rows);
        const QRectF rect(area_.cells.left() + (column ? double(*column) * width : 0.0),
                          area_.cells.top() + (row ? double(*row) * height : 0.0),
                          column ? width : area_.cells.width(), row ? height : area_.cells.height());
        painter_.setBrush(Qt::NoBrush);
        painter_.setPen(QPen(colour, 1.4));
        painter_.drawRect(rect);
    }

private:
    [[nodiscard]] QRgb colourOf(float value) const {
        if (!std::isfinite(value))
            return theme_.masked.rgb();
        const double share = double(value) / largest_;
        const auto position = static_cast<float>(plot_.is_signed ? 0.5 + 0.5 * share : share);
        return colourMap(plot_.is_signed ? ColourMapKind::Signed : ColourMapKind::Viridis).rgb(position);
    }

    void paintRectangles() {
        const double width = area_.cells.width() / double(plot_.n_columns);
        const double height = area_.cells.height() / double(plot_.n_rows);
        painter_.save();
        painter_.setRenderHint(QPainter::Antialiasing, false);
        for (std::size_t row = 0; row < plot_.n_rows; ++row)
            for (std::size_t column = 0; column < plot_.n_columns; ++column) {
                // A little under the next cell, or viewers of vector files show seams.
                const QRectF cell(area_.cells.left() + double(column) * width,
                                  area_.cells.top() + double(row) * height, width + 0.3, height + 0.3);
                painter_.fillRect(cell.intersected(area_.cells),
                                  QColor::fromRgb(colourOf(plot_.values[row * plot_.n_columns + column])));
            }
        painter_.restore();
    }

    [[nodiscard]] QImage image() const {
        QImage image(static_cast<int>(plot_.n_columns), static_cast<int>(plot_.n_rows), QImage::Format_RGB32);
        for (int row = 0; row < image.height(); ++row) {
            auto* const line = reinterpret_cast<QRgb*>(image.scanLine(row));
            for (int column = 0; column < image.width(); ++column)
                line[column] = colourOf(plot_.values[static_cast<std::size_t>(row) * plot_.n_columns +
                                                     static_cast<std::size_t>(column)]);
        }
        return image;
    }

    void paintSides() {
        painter_.setPen(theme_.text_muted);
        paintRows();
        paintColumns();
        const double baseline = area_.cells.bottom() + metrics_.height() + metrics_.ascent() + 2.0;
        const QString sides = !plot_.looks || plot_.row_words.isEmpty() || plot_.column_words.isEmpty()
                                  ? QStringLiteral("%1 ↓  %2 →").arg(plot_.row_name, plot_.column_name)
                                  : QStringLiteral("%1 looks at %2").arg(plot_.row_name, plot_.column_name);
        painter_.drawText(
            QPointF(area_.cells.left(), baseline),
            metrics_.elidedText(sides, Qt::ElideRight, area_.legend.right() - area_.cells.left()));
    }

    void paintRows() {
        const double height = area_.cells.height() / double(plot_.n_rows);
        if (plot_.row_words.isEmpty()) {
            for (const AxisTick& tick :
                 axisTicks(plot_.first_row, plot_.first_row + double(plot_.n_rows) - 1.0, 5, false, true))
                drawTabularRight(painter_, area_.cells.left() - 5.0,
                                 area_.cells.top() + (tick.value - plot_.first_row + 0.5) * height +
                                     metrics_.capHeight() / 2.0,
                                 tick.label);
            return;
        }
        const auto step =
            static_cast<std::size_t>(std::max(1.0, std::ceil(metrics_.height() * 0.95 / height)));
        for (std::size_t row = 0; row < plot_.n_rows; row += step) {
            const QString word =
                metrics_.elidedText(visibleWord(plot_.row_words.value(static_cast<qsizetype>(row))),
                                    Qt::ElideMiddle, area_.row_words - 6.0);
            painter_.drawText(
                QPointF(area_.cells.left() - 5.0 - metrics_.horizontalAdvance(word),
                        area_.cells.top() + (double(row) + 0.5) * height + metrics_.capHeight() / 2.0),
                word);
        }
    }

    void paintColumns() {
        const double width = area_.cells.width() / double(plot_.n_columns);
        if (plot_.column_words.isEmpty()) {
            for (const AxisTick& tick :
                 axisTicks(plot_.first_column, plot_.first_column + double(plot_.n_columns) - 1.0, 6, false,
                           true)) {
                const double x = area_.cells.left() + (tick.value - plot_.first_column + 0.5) * width;
                painter_.drawText(QPointF(x - metrics_.horizontalAdvance(tick.label) / 2.0,
                                          area_.cells.top() - 3.0 - metrics_.descent()),
                                  tick.label);
            }
            return;
        }
        if (area_.level_words) {
            for (std::size_t column = 0; column < plot_.n_columns; ++column) {
                const QString word = visibleWord(plot_.column_words.value(static_cast<qsizetype>(column)));
                painter_.drawText(QPointF(area_.cells.left() + (double(column) + 0.5) * width -
                                              metrics_.horizontalAdvance(word) / 2.0,
                                          area_.cells.top() - 4.0 - metrics_.descent()),
                                  word);
            }
            return;
        }
        const auto step =
            static_cast<std::size_t>(std::max(1.0, std::ceil(metrics_.height() * 0.95 / width)));
        for (std::size_t column = 0; column < plot_.n_columns; column += step) {
            const QString word =
                metrics_.elidedText(visibleWord(plot_.column_words.value(static_cast<qsizetype>(column))),
                                    Qt::ElideMiddle, area_.column_words - 6.0);
            painter_.save();
            painter_.translate(area_.cells.left() + (double(column) + 0.5) * width +
                                   metrics_.capHeight() / 2.0,
                               area_.cells.top() - 4.0);
            painter_.rotate(-90.0);
            painter_.drawText(QPointF(0, 0), word);
            painter_.restore();
        }
    }

    void paintScale() {
        constexpr int kBands = 32;
        const QRectF bar = area_.legend;
        painter_.save();
        painter_.setRenderHint(QPainter::Antialiasing, false);
        for (int i = 0; i < kBands; ++i) {
            const double share = (i + 0.5) / kBands;
            const auto value =
                static_cast<float>(plot_.is_signed ? (2.0 * share - 1.0) * largest_ : share * largest_);
            const double top = bar.bottom() - bar.height() * (i + 1) / kBands;
            painter_.fillRect(
                QRectF(bar.left(), top, bar.width(), bar.height() / kBands + 0.5).intersected(bar),
                QColor::fromRgb(colourOf(value)));
        }
        painter_.restore();
        painter_.setPen(theme_.text_muted);
        const double x = bar.right() + 4.0;
        painter_.drawText(QPointF(x, bar.top() + metrics_.ascent() * 0.8),
                          plot_.whole ? wholeText(largest_) : numberText(largest_));
        painter_.drawText(QPointF(x, bar.bottom()),
                          plot_.is_signed ? numberText(-largest_) : QStringLiteral("0"));
        if (plot_.is_signed && bar.height() > 3.0 * metrics_.height())
            painter_.drawText(QPointF(x, bar.center().y() + metrics_.capHeight() / 2.0), QStringLiteral("0"));
    }

    QPainter& painter_;
    const MatrixPlot& plot_;
    const PanelLook& look_;
    const Theme& theme_;
    MatrixArea area_;
    double largest_;
    QFontMetricsF metrics_;
};

QString sideText(const QString& name, const QStringList& words, double first, std::size_t index) {
    const QString number = QString::number(first + double(index));
    if (words.isEmpty())
        return QStringLiteral("%1 %2").arg(name, number);
    return QStringLiteral("“%1”").arg(visibleWord(words.value(static_cast<qsizetype>(index))));
}

} // namespace

void paintPlot(QPainter& painter, const MatrixPlot& plot, const QRectF& picture, const PanelLook& look,
               const std::optional<PanelHit>& hit) {
    if (plot.n_rows == 0 || plot.n_columns == 0)
        return;
    MatrixPainter matrix(painter, plot, picture, look);
    matrix.paint();
    if (hit && hit->row && hit->column)
        matrix.outline(hit->row, hit->column, look.theme->text);
}

std::optional<PanelHit> plotHit(const MatrixPlot& plot, const QRectF& picture, const HeatmapFonts& fonts,
                                const QPointF& at) {
    const QRectF cells = matrixArea(plot, picture, fonts).cells;
    if (!cells.contains(at) || plot.n_rows == 0 || plot.n_columns == 0)
        return std::nullopt;
    PanelHit hit;
    hit.row = std::min(plot.n_rows - 1, static_cast<std::size_t>((at.y() - cells.top()) / cells.height() *
                                                                 double(plot.n_rows)));
    hit.column =
        std::min(plot.n_columns - 1,
                 static_cast<std::size_t>((at.x() - cells.left()) / cells.width() * double(plot.n_columns)));
    const float value = plot.values[*hit.row * plot.n_columns + *hit.column];
    hit.text = QStringLiteral("%1 · %2 · %3")
                   .arg(sideText(plot.row_name, plot.row_words, plot.first_row, *hit.row),
                        sideText(plot.column_name, plot.column_words, plot.first_column, *hit.column),
                        std::isfinite(value)
                            ? QStringLiteral("%1 %2").arg(plot.value_name, plot.whole ? wholeText(double(value)) : numberText(double(value)))
                            : QStringLiteral("masked"));
    return hit;
}

} // namespace headlight::ui
