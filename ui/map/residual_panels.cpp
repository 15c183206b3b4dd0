#include "ui/map/residual_panels.h"

#include "core/analysis/residual_sizes.h"

#include <QCoreApplication>

#include <cmath>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Map", source);
}

QStringList rowNames(const Eigen::MatrixXd& sizes, std::size_t n_layers) {
    QStringList names{tr("embedding")};
    for (std::size_t layer = 0; layer < n_layers; ++layer)
        names << tr("layer %1").arg(layer + 1);
    if (static_cast<std::size_t>(sizes.rows()) > n_layers + 1)
        names << tr("final norm");
    return names;
}

PlotPanel tokensPanel(const Eigen::MatrixXd& sizes, const QStringList& rows, const QStringList& words,
                      const QString& stack) {
    MatrixPlot plot;
    plot.n_rows = static_cast<std::size_t>(sizes.rows());
    plot.n_columns = static_cast<std::size_t>(sizes.cols());
    for (Eigen::Index row = 0; row < sizes.rows(); ++row)
        for (Eigen::Index token = 0; token < sizes.cols(); ++token)
            plot.values.push_back(static_cast<float>(sizes(row, token)));
    plot.row_words = rows;
    plot.column_words = words;
    plot.row_name = tr("after layer");
    plot.column_name = tr("token");
    plot.looks = false;
    plot.value_name = tr("root mean square");
    PlotPanel panel;
    panel.title = tr("%1: size of every token's vector").arg(stack);
    panel.note = tr("The residual stream carries one vector a token; each layer adds to it. A token that "
                    "outgrows all others is often one that heads look at when they have nothing to say.");
    panel.tool_tip = tr("√(mean of the squares) of the d_model numbers of a token.");
    panel.wide = true;
    panel.height = std::clamp(90.0 + 18.0 * double(sizes.rows()), 160.0, 420.0);
    panel.plot = std::move(plot);
    return panel;
}

PlotPanel meanPanel(const Eigen::MatrixXd& sizes, std::size_t n_layers, const QString& stack) {
    CurvePlot plot;
    plot.x_name = tr("after layer");
    plot.y_name = tr("root mean square");
    plot.log_y = sizes.minCoeff() > 0.0 && sizes.maxCoeff() > 20.0 * sizes.minCoeff();
    const auto n = static_cast<Eigen::Index>(n_layers) + 1; // a final norm makes all alike: not drawn
    for (Eigen::Index token = 0; token < std::min<Eigen::Index>(sizes.cols(), 64); ++token) {
        PlotCurve curve;
        curve.colour = 6;
        curve.faint = true;
        for (Eigen::Index row = 0; row < n; ++row) {
            curve.x.push_back(double(row));
            curve.y.push_back(sizes(row, token));
        }
        plot.curves.push_back(std::move(curve));
    }
    PlotCurve mean;
    mean.name = tr("mean of all tokens");
    mean.colour = 0;
    for (Eigen::Index row = 0; row < n; ++row) {
        mean.x.push_back(double(row));
        mean.y.push_back(sizes.row(row).mean());
    }
    plot.curves.insert(plot.curves.begin(), std::move(mean));
    PlotPanel panel;
    panel.title = tr("%1: how the stream grows").arg(stack);
    panel.note = tr("0 is the embedding; grey: each token by itself. Pre-norm models grow from layer to "
                    "layer, post-norm ones are brought back to one size each time.");
    panel.tool_tip = tr("Root mean square of the residual stream after each layer.");
    panel.wide = true;
    panel.plot = std::move(plot);
    return panel;
}

} // namespace

ResidualSizes sizesOf(const RunSnapshot& snapshot) {
    ResidualSizes sizes;
    for (const StackKind stack : {StackKind::Encoder, StackKind::Decoder})
        if (snapshot.trace().has(stack))
            sizes[stack] = residualSizes(snapshot.trace(), stack);
    return sizes;
}

std::vector<PlotPanel> residualPanels(const RunSnapshot& snapshot, const ResidualSizes& sizes) {
    std::vector<PlotPanel> panels;
    for (const auto& [stack, numbers] : sizes) {
        const QString name = stack == StackKind::Encoder ? tr("Encoder") : tr("Decoder");
        const std::size_t n_layers = snapshot.trace().stack(stack).hidden.size();
        const AxisTokens& axis = stack == StackKind::Encoder ? snapshot.source_axis : snapshot.target_axis;
        panels.push_back(tokensPanel(numbers, rowNames(numbers, n_layers), axis.words, name));
        panels.push_back(meanPanel(numbers, n_layers, name));
    }
    return panels;
}

} // namespace headlight::ui
