#include "ui/plots/panel_layout.h"

#include "ui/heatmap/axis_labels.h"
#include "ui/theme/figures.h"
#include "ui/theme/wrapped_lines.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr double kMostWords = 0.24; // of the width or height of a matrix, for the words beside it
constexpr double kRounding = 1e-6;  // of a curve's numbers: smaller differences are what F32 rounds away
constexpr double kDisc = 58.0;
constexpr int kMostNoteLines = 4;

double lineHeight(const QFont& font) {
    return QFontMetricsF(font).height();
}

} // namespace

PanelFrame frameOf(const PlotPanel& panel, const QRectF& area, const HeatmapFonts& fonts) {
    PanelFrame frame;
    QRectF rest = area.adjusted(kPanelPadding, kPanelPadding - 2.0, -kPanelPadding, -kPanelPadding + 4.0);
    const double caption = lineHeight(fonts.caption);
    frame.title = QRectF(rest.topLeft(), QSizeF(rest.width(), lineHeight(fonts.body)));
    rest.setTop(frame.title.bottom() + 2.0);
    frame.note_lines = wrappedLines(panel.note, fonts.caption, rest.width(), kMostNoteLines);
    frame.note = QRectF(rest.topLeft(), QSizeF(rest.width(), caption * double(frame.note_lines.size())));
    rest.setTop(frame.note.bottom() + 8.0);
    const bool reads = !std::holds_alternative<FactPlot>(panel.plot);
    frame.readout =
        QRectF(rest.left(), rest.bottom() - (reads ? caption : 0.0), rest.width(), reads ? caption : 0.0);
    rest.setBottom(frame.readout.top() - (reads ? 4.0 : 0.0));
    frame.picture = rest;
    return frame;
}

namespace {

/// 1, 2 and 5 times the powers of ten between `low` and `high`: for a logarithmic axis too short for two
/// powers.
std::vector<AxisTick> ticksWithinDecades(double low, double high) {
    std::vector<AxisTick> ticks;
    const int first = static_cast<int>(std::floor(std::log10(low)));
    const int last = static_cast<int>(std::floor(std::log10(high)));
    for (int power = first; power <= last; ++power)
        for (const double factor : {1.0, 2.0, 5.0})
            if (const double value = factor * std::pow(10.0, power);
                value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9))
                ticks.push_back(
                    {value, QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212))});
    return ticks;
}

} // namespace

std::vector<AxisTick> axisTicks(double low, double high, int n_most, bool logarithmic, bool whole) {
    std::vector<AxisTick> ticks;
    if (logarithmic) {
        const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
        const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
        const int step = std::max(1, (last - first + n_most) / std::max(1, n_most));
        for (int power = first; power <= last; power += step)
            ticks.push_back({std::pow(10.0, power), power >= -3 && power <= 4
                                                        ? QString::number(std::pow(10.0, power))
                                                        : QStringLiteral("1e%1").arg(power).replace(
                                                              QLatin1Char('-'), QChar(0x2212))});
        if (ticks.size() < 2)
            ticks = ticksWithinDecades(low, high);
        return ticks.size() < 2 ? axisTicks(low, high, n_most, false, whole) : ticks;
    }
    const double rough = (high - low) / std::max(1, n_most);
    if (!(rough > 0.0) || !std::isfinite(rough))
        return ticks;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10.0 * power;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) {
            step = factor * power;
            break;
        }
    if (whole)
        step = std::max(1.0, step);
    const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
    for (double at = std::ceil(low / step - 1e-9); at * step <= high + step * 1e-6; at += 1.0) {
        const double value = at == 0.0 ? 0.0 : at * step;
        ticks.push_back(
            {value, QString::number(value, 'f', digits).replace(QLatin1Char('-'), QChar(0x2212))});
    }
    return ticks;
}

QPointF CurveAxes::toPixel(double x, double y) const {
    const auto share = [](double value, double low, double high, bool logarithmic) {
        return logarithmic ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                           : (value - low) / (high - low);
    };
    return {area.left() + share(x, x_low, x_high, log_x) * area.width(),
            area.bottom() - share(y, y_low, y_high, log_y) * area.height()};
}

double CurveAxes::xAt(double pixel) const {
    const double share = std::clamp((pixel - area.left()) / area.width(), 0.0, 1.0);
    return log_x ? x_low * std::pow(x_high / x_low, share) : x_low + share * (x_high - x_low);
}

namespace {

struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void include(double value, bool logarithmic) {
        if (!std::isfinite(value) || (logarithmic && value <= 0.0))
            return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    /// Something to draw into, whatever there was.
    void open(bool logarithmic) {
        if (low > high) {
            low = logarithmic ? 0.1 : 0.0;
            high = 1.0;
        }
        if (low == high) {
            const double room = logarithmic ? 0.0 : std::max(1e-9, std::abs(low) * 0.1);
            low = logarithmic ? low / 2.0 : low - room;
            high = logarithmic ? high * 2.0 : high + room;
        }
    }
};

} // namespace

CurveAxes curveAxes(const CurvePlot& plot, const QRectF& picture, const HeatmapFonts& fonts) {
    CurveAxes axes;
    axes.log_x = plot.log_x;
    axes.log_y = plot.log_y;
    Extent x, y;
    for (const PlotCurve& curve : plot.curves) {
        if (!curve.name.isEmpty())
            axes.legend << curve.name;
        for (const double value : curve.x)
            x.include(value, plot.log_x);
        for (const double value : curve.y)
            y.include(value, plot.log_y);
    }
    axes.whole_x = std::all_of(plot.curves.begin(), plot.curves.end(), [](const PlotCurve& curve) {
        return std::all_of(curve.x.begin(), curve.x.end(), [](double at) { return at == std::floor(at); });
    });
    x.open(plot.log_x);
    y.open(plot.log_y);
    const double size = std::max(std::abs(y.low), std::abs(y.high));
    if (!plot.log_y &&
        y.high - y.low < kRounding * size) { // all the same but for rounding: a level line, and no noise
        y.low -= 0.5 * size;
        y.high += 0.5 * size;
    }
    if (!plot.log_y && !plot.y_range) {
        const double room = 0.06 * (y.high - y.low);
        y.low = y.low >= 0.0 && y.low < 0.4 * y.high ? 0.0 : y.low - room; // near zero begins at zero
        y.high += room;
    }
    axes.x_low = x.low;
    axes.x_high = x.high;
    axes.y_low = plot.y_range ? plot.y_range->first : y.low;
    axes.y_high = plot.y_range ? plot.y_range->second : y.high;
    const QFontMetricsF metrics(fonts.caption);
    double number = 0.0;
    for (const AxisTick& tick : axisTicks(axes.y_low, axes.y_high, 5, plot.log_y))
        number = std::max(number, metrics.horizontalAdvance(tick.label));
    // Legend entries flow from left to right above the curves.
    double at = 0.0;
    int lines = axes.legend.isEmpty() ? 0 : 1;
    for (const QString& entry : axes.legend) {
        const double width = 22.0 + metrics.horizontalAdvance(entry) + 12.0;
        if (at > 0.0 && at + width > picture.width()) {
            ++lines;
            at = 0.0;
        }
        at += width;
    }
    axes.legend_height = lines * (metrics.height() + 2.0);
    axes.area =
        QRectF(picture.left() + number + 8.0, picture.top() + axes.legend_height + metrics.height() + 4.0,
               std::max(10.0, picture.width() - number - 14.0), 0.0);
    axes.area.setBottom(std::max(axes.area.top() + 10.0, picture.bottom() - 2.0 * metrics.height() - 6.0));
    return axes;
}

double matrixLargest(const MatrixPlot& plot) {
    if (plot.largest > 0.0)
        return plot.largest;
    double largest = 0.0;
    for (const float value : plot.values)
        if (std::isfinite(value))
            largest = std::max(largest, std::abs(double(value)));
    return largest > 0.0 ? largest : 1.0;
}

MatrixArea matrixArea(const MatrixPlot& plot, const QRectF& picture, const HeatmapFonts& fonts) {
    MatrixArea result;
    const QFontMetricsF metrics(fonts.caption);
    const double legend = metrics.horizontalAdvance(numberText(-matrixLargest(plot))) + 26.0;
    if (!plot.row_words.isEmpty())
        result.row_words =
            std::min(longestWord(plot.row_words, fonts.caption) + 6.0, kMostWords * picture.width());
    if (!plot.column_words.isEmpty())
        result.column_words =
            std::min(longestWord(plot.column_words, fonts.caption) + 6.0, kMostWords * picture.height());
    const double numbers =
        plot.row_words.isEmpty()
            ? metrics.horizontalAdvance(QString::number(plot.first_row + double(plot.n_rows))) + 8.0
            : 0.0;
    const double left = plot.row_words.isEmpty() ? std::max(numbers, 20.0) : result.row_words;
    const double cell_width =
        (picture.width() - left - legend) / double(std::max<std::size_t>(1, plot.n_columns));
    if (!plot.square && !plot.column_words.isEmpty() &&
        longestWord(plot.column_words, fonts.caption) + 8.0 <= cell_width) {
        result.level_words = true;
        result.column_words = metrics.height() + 4.0;
    }
    const double top = plot.column_words.isEmpty() ? metrics.height() + 4.0 : result.column_words;
    const double below = 2.0 * metrics.height() + 4.0;
    QRectF room(picture.left() + left, picture.top() + top, picture.width() - left - legend,
                picture.height() - top - below);
    room.setWidth(std::max(8.0, room.width()));
    room.setHeight(std::max(8.0, room.height()));
    if (plot.square && plot.n_rows > 0 && plot.n_columns > 0) {
        const double cell =
            std::min(room.width() / double(plot.n_columns), room.height() / double(plot.n_rows));
        room.setSize({cell * double(plot.n_columns), cell * double(plot.n_rows)});
    }
    result.cells = room;
    result.legend = QRectF(room.right() + 10.0, room.top(), 10.0, room.height());
    return result;
}

std::vector<QRectF> turnDiscs(const TurnPlot& plot, const QRectF& picture, const HeatmapFonts& fonts) {
    const double line = lineHeight(fonts.caption);
    const auto across = std::max<std::size_t>(1, static_cast<std::size_t>(picture.width() / (kDisc + 12.0)));
    std::vector<QRectF> discs;
    for (std::size_t i = 0; i < plot.hands.size(); ++i) {
        const QPointF corner(picture.left() + double(i % across) * (kDisc + 12.0),
                             picture.top() + double(i / across) * (kDisc + line + 10.0));
        discs.emplace_back(corner, QSizeF(kDisc, kDisc));
    }
    return discs;
}

double turnHeight(const TurnPlot& plot, double width, const HeatmapFonts& fonts) {
    const auto discs = turnDiscs(plot, QRectF(0, 0, width, 1), fonts);
    return discs.empty() ? 0.0 : discs.back().bottom() + lineHeight(fonts.caption) + 6.0;
}

BarGrid barGrid(const BarPlot& plot, const QRectF& picture, const HeatmapFonts& fonts) {
    BarGrid grid;
    const QFontMetricsF body(fonts.body), caption(fonts.caption);
    grid.row_height = body.height() + 3.0;
    grid.head_height = caption.height() + 4.0;
    double word = 48.0;
    for (const BarPlot::Row& row : plot.rows)
        word = std::max(word, body.horizontalAdvance(row.word) + 8.0);
    word = std::min(word, 0.3 * picture.width());
    double taken = word;
    int n_bars = 0;
    for (std::size_t i = 0; i < plot.columns.size(); ++i) {
        double width = 0.0;
        for (const BarPlot::Row& row : plot.rows)
            width = std::max(width, tabularWidth(body, row.numbers[i]));
        if (!plot.columns[i].is_bar)
            width = std::max(width, caption.horizontalAdvance(plot.columns[i].name));
        grid.number_widths.push_back(width + 8.0);
        taken += width + 20.0;
        n_bars += plot.columns[i].is_bar ? 1 : 0;
    }
    const double bar = n_bars > 0 ? std::max(16.0, (picture.width() - taken) / n_bars) : 0.0;
    const double top = picture.top() + grid.head_height;
    grid.words = QRectF(picture.left(), top, word, grid.row_height);
    double x = picture.left() + word;
    for (std::size_t i = 0; i < plot.columns.size(); ++i) {
        const double width = grid.number_widths[i] + (plot.columns[i].is_bar ? bar : 0.0);
        grid.columns.emplace_back(x + 6.0, top, width, grid.row_height);
        x += width + 12.0;
    }
    return grid;
}

} // namespace headlight::ui
