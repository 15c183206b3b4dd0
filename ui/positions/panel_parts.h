// Small things the pages of positions are put together from.
#pragma once

#include "core/analysis/positions/sinusoids.h"
#include "core/model/positions.h"
#include "core/tensor/tensor.h"
#include "ui/plots/panel.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <algorithm>
#include <functional>
#include <numbers>
#include <vector>

namespace headlight::ui {

[[nodiscard]] inline QString positionsText(const char* source) {
    return QCoreApplication::translate("Positions", source);
}

/// A curve over whole numbers first, first + step, ... up to `last`.
[[nodiscard]] inline PlotCurve curveOver(const QString& name, int colour, double first, double last,
                                         double step, const std::function<double(double)>& value) {
    PlotCurve curve;
    curve.name = name;
    curve.colour = colour;
    for (double x = first; x <= last + step * 1e-6; x += step) {
        curve.x.push_back(x);
        curve.y.push_back(value(x));
    }
    return curve;
}

[[nodiscard]] inline MatrixPlot matrixOf(const DoubleMatrix& values) {
    MatrixPlot plot;
    plot.n_rows = static_cast<std::size_t>(values.rows());
    plot.n_columns = static_cast<std::size_t>(values.cols());
    plot.values.reserve(plot.n_rows * plot.n_columns);
    for (Eigen::Index row = 0; row < values.rows(); ++row)
        for (Eigen::Index column = 0; column < values.cols(); ++column)
            plot.values.push_back(static_cast<float>(values(row, column)));
    return plot;
}

[[nodiscard]] inline MatrixPlot matrixOf(const Tensor& values) {
    MatrixPlot plot;
    plot.n_columns = values.shape().back();
    plot.n_rows = values.size() / std::max<std::size_t>(1, plot.n_columns);
    plot.values.assign(values.span().begin(), values.span().end());
    return plot;
}

/// Few enough of `n_pairs` to see, spread from the fastest to the slowest.
[[nodiscard]] inline std::vector<std::size_t> somePairs(std::size_t n_pairs, std::size_t n_most) {
    std::vector<std::size_t> pairs;
    const std::size_t n = std::min(n_pairs, n_most);
    for (std::size_t i = 0; i < n; ++i)
        pairs.push_back(n > 1 ? i * (n_pairs - 1) / (n - 1) : 0);
    return pairs;
}
inline constexpr std::size_t kMostDiscs = 16;

/// Tokens a full turn takes.
[[nodiscard]] inline QString wavelengthText(double frequency) {
    return numberText(2.0 * std::numbers::pi / frequency);
}

/// The first distance whose keys, far before the query, all share the last bucket.
[[nodiscard]] inline std::size_t lastBucketFrom(const RelativeBiasSpec& spec) {
    const auto bucket = [&spec](std::size_t distance) {
        return relativeBucket(spec, -static_cast<std::ptrdiff_t>(distance));
    };
    std::size_t from = std::max<std::size_t>(1, spec.max_distance);
    while (from > 0 && bucket(from - 1) == bucket(spec.max_distance))
        --from;
    return from;
}

/// A panel in one expression.
[[nodiscard]] inline PlotPanel panelOf(const QString& title, const QString& note, const QString& tool_tip,
                                       decltype(PlotPanel::plot) plot) {
    PlotPanel panel;
    panel.title = title;
    panel.note = note;
    panel.tool_tip = tool_tip;
    panel.plot = std::move(plot);
    return panel;
}

[[nodiscard]] inline PlotPanel wide(PlotPanel panel) {
    panel.wide = true;
    return panel;
}

} // namespace headlight::ui
