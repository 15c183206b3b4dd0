// The position vectors a model adds to its embeddings: the table, how alike its rows are, its spectrum.
#include "core/analysis/positions/position_tables.h"
#include "ui/positions/model_parts.h"
#include "ui/positions/panel_parts.h"

#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

constexpr std::size_t kTableRows = 512;     // of a position table that are shown
constexpr std::size_t kSpectrumRows = 1024; // and measured
constexpr std::size_t kSimilarRows = 256;

double matrixEnd(const MatrixPlot& plot) {
    double end = 0.0;
    for (const float value : plot.values)
        end = std::max(end, std::abs(double(value)));
    return end;
}

MatrixPlot tablePlot(const Tensor& table) {
    MatrixPlot plot = matrixOf(table);
    plot.row_name = tr("position");
    plot.column_name = tr("dimension");
    plot.value_name = tr("value");
    plot.is_signed = true;
    // One outlying dimension must not make all others white: the scale ends at three standard deviations.
    double squares = 0.0;
    for (const float value : plot.values)
        squares += double(value) * double(value);
    const double spread = plot.values.empty() ? 1.0 : std::sqrt(squares / double(plot.values.size()));
    plot.largest = std::min(3.0 * spread, matrixEnd(plot));
    return plot;
}

PlotPanel similarityPanel(const DoubleMatrix& similar) {
    MatrixPlot map = matrixOf(similar);
    map.row_name = map.column_name = tr("position");
    map.value_name = tr("cosine");
    map.is_signed = true;
    map.largest = 1.0;
    map.square = true;
    return panelOf(tr("How alike positions are"),
                   tr("Cosine of the angle between each two rows: a strong diagonal band means "
                      "that neighbours are told alike."),
                   tr("Cosine similarity: 1 the same direction, 0 at right angles, −1 opposite."), map);
}

PlotPanel byDistancePanel(const DoubleMatrix& similar) {
    const std::vector<double> means = meanByDistance(similar);
    CurvePlot by_distance;
    by_distance.x_name = tr("distance");
    by_distance.y_name = tr("mean cosine");
    by_distance.curves.push_back(curveOver({}, 0, 0, double(means.size()) - 1.0, 1.0,
                                           [&](double x) { return means[static_cast<std::size_t>(x)]; }));
    return panelOf(tr("Alike by distance"),
                   tr("The mean along each diagonal of that map: how fast likeness fades."),
                   tr("Mean over all pairs of positions so far apart."), by_distance);
}

PlotPanel spectrumPanel(const std::vector<double>& singular) {
    const double floor = singular.empty() ? 0.0 : 1e-8 * singular.front();
    CurvePlot spectrum;
    spectrum.x_name = tr("number");
    spectrum.y_name = tr("singular value");
    spectrum.log_y = true;
    double squares = 0.0, so_far = 0.0;
    for (const double value : singular)
        squares += value * value;
    std::size_t needed = 0;
    for (; needed < singular.size() && so_far < 0.9 * squares; ++needed)
        so_far += singular[needed] * singular[needed];
    spectrum.curves.push_back(curveOver({}, 0, 1, double(singular.size()), 1.0, [&](double x) {
        const double value = singular[static_cast<std::size_t>(x) - 1];
        return value > floor ? value : std::numeric_limits<double>::quiet_NaN();
    }));
    return panelOf(
        tr("Spectrum"),
        tr("Singular values of the table: %1 of %2 directions hold nine tenths of it.")
            .arg(needed)
            .arg(singular.size()),
        tr("Few large values mean that positions live in few dimensions and leave the others to the words."),
        spectrum);
}

PlotPanel lengthsPanel(const Tensor& all, bool learned) {
    CurvePlot sizes;
    sizes.x_name = tr("position");
    sizes.y_name = tr("length of the row");
    sizes.curves.push_back(curveOver({}, 0, 0, double(all.dimension(0)) - 1.0, 1.0, [&](double x) {
        double sum = 0.0;
        for (const float value : all.row(static_cast<std::size_t>(x)))
            sum += double(value) * double(value);
        return std::sqrt(sum);
    }));
    return panelOf(
        tr("Length of the rows"),
        learned ? tr("Trained rows differ in length; positions hardly met in training stay short or odd.")
                : tr("Every sinusoid has the same length: √(d_model / 2)."),
        tr("Euclidean norm of each row."), sizes);
}

Tensor firstRows(const Tensor& table, std::size_t n) {
    n = std::min(n, table.dimension(0));
    return Tensor::fromVector({n, table.dimension(1)}, table.span().first(n * table.dimension(1)));
}

} // namespace

Result<std::vector<PlotPanel>> tablePanels(const Model& model, StackKind stack, const RunControl& control) {
    const PositionSpec& positions = stackSpec(model, stack).positions;
    HEADLIGHT_ASSIGN(const Tensor all, positionTable(model, stack, kSpectrumRows));
    std::vector<PlotPanel> panels{wide(panelOf(
        tr("The table that is added"),
        tr("Row p is added to the embedding of the token at position p: %1 of %2 rows, %3 dimensions.")
            .arg(std::min(kTableRows, all.dimension(0)))
            .arg(positions.max_positions)
            .arg(all.dimension(1)),
        tr("Colours end at three standard deviations, or at the largest number."),
        tablePlot(firstRows(all, kTableRows))))};
    const DoubleMatrix similar = cosineSimilarities(firstRows(all, kSimilarRows));
    panels.push_back(similarityPanel(similar));
    panels.push_back(byDistancePanel(similar));
    if (control.stopRequested())
        return cancelledError();
    HEADLIGHT_ASSIGN(const std::vector<double> singular, singularValues(all, control));
    panels.push_back(spectrumPanel(singular));
    panels.push_back(lengthsPanel(all, positions.kind == PositionKind::Learned));
    return panels;
}

} // namespace headlight::ui
