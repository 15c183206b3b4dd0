// All kinds of positions on one scale: what two tokens some distance apart are told.
#include "core/analysis/positions/position_tables.h"
#include "core/analysis/positions/rotations.h"
#include "core/analysis/positions/sinusoids.h"
#include "core/model/positions.h"
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"

#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

/// One kind's say about a distance, relative to distance 0.
struct Kind {
    QString name;
    QString note;
    std::function<double(double)> value;
};

std::function<double(double)> listed(std::vector<double> values) {
    return [values = std::move(values)](double distance) {
        return distance < double(values.size()) ? values[static_cast<std::size_t>(distance)]
                                                : std::numeric_limits<double>::quiet_NaN();
    };
}

MatrixPlot alikeMap(std::size_t n, const std::function<double(double)>& value) {
    MatrixPlot map;
    map.n_rows = map.n_columns = n;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            map.values.push_back(static_cast<float>(value(std::abs(double(j) - double(i)))));
    map.row_name = map.column_name = positionsText("position");
    map.value_name = positionsText("of distance 0");
    map.is_signed = true;
    map.largest = 1.0;
    map.square = true;
    return map;
}

/// Computed ones, as chosen.
std::vector<Kind> computedKinds(const PositionSettings& settings) {
    const std::vector<double> sinusoids =
        sinusoidFrequencies(settings.layout, static_cast<std::size_t>(settings.d_model));
    const std::vector<float> rotary =
        rotaryFrequencies(rotaryOf(settings), static_cast<std::size_t>(settings.n_positions));
    const std::vector<float> slopes = alibiSlopes(static_cast<std::size_t>(settings.alibi_heads));
    const double slope = double(slopes[slopes.size() / 2]);
    return {{tr("sinusoidal"), tr("Dot product of two rows, d_model %1.").arg(settings.d_model),
             [sinusoids](double x) { return sinusoidDot(sinusoids, x) / double(sinusoids.size()); }},
            {tr("rotary"),
             tr("Mean cosine, %1 dimensions, base %L2.")
                 .arg(settings.rotary_dims)
                 .arg(settings.rotary_base, 0, 'f', 0),
             [rotary](double x) { return rotaryAlikeness(rotary, x); }},
            {tr("ALiBi"),
             tr("Factor on a weight, slope %1 (head %2 of %3).")
                 .arg(numberText(slope))
                 .arg(slopes.size() / 2 + 1)
                 .arg(slopes.size()),
             [slope](double x) { return std::exp(-slope * x); }}};
}

/// What the model has learned, of the first stack that has.
std::vector<Kind> learnedKinds(const PositionSettings& settings, const Model& model) {
    std::vector<Kind> kinds;
    const auto n = static_cast<std::size_t>(settings.n_positions);
    if (const auto stacks = stacksFor(model, PositionPage::Learned); !stacks.empty())
        if (const auto table = positionTable(model, stacks.front(), n); table.ok())
            kinds.push_back({tr("learned, this model"),
                             tr("Mean cosine similarity of the loaded model's own rows."),
                             listed(meanByDistance(cosineSimilarities(*table)))});
    if (const auto stacks = stacksFor(model, PositionPage::RelativeBias); !stacks.empty())
        if (const auto bias = biasByDistance(model, stacks.front(), n); bias.ok()) {
            std::vector<double> factors;
            for (Eigen::Index i = settings.n_positions; i >= 0; --i) // from distance 0 back
                factors.push_back(
                    std::exp(bias->bias.col(i).mean() - bias->bias.col(settings.n_positions).mean()));
            kinds.push_back({tr("relative bias, this model"),
                             tr("The factor on a weight that the mean bias of all heads makes, for keys "
                                "before the query."),
                             listed(std::move(factors))});
        }
    return kinds;
}

} // namespace

std::vector<PlotPanel> comparedPanels(const PositionSettings& settings, const Model* model) {
    std::vector<Kind> kinds = computedKinds(settings);
    if (model != nullptr)
        for (Kind& kind : learnedKinds(settings, *model))
            kinds.push_back(std::move(kind));
    CurvePlot curves;
    curves.x_name = tr("distance");
    curves.y_name = tr("of distance 0");
    for (std::size_t i = 0; i < kinds.size(); ++i)
        curves.curves.push_back(curveOver(kinds[i].name, static_cast<int>(i), 0,
                                          double(settings.n_positions) - 1.0, 1.0, kinds[i].value));
    std::vector<PlotPanel> panels{
        wide(panelOf(tr("What two tokens some distance apart are told"),
                     tr("Each kind divided by its own value at distance 0. Sinusoids and rotations are waves "
                        "that fade, ALiBi only falls. Learned vectors and relative bias are whatever "
                        "training made of them: "
                        "they join where the loaded model has them."),
                     tr("Different quantities on one scale: products of position vectors, or factors on "
                        "attention weights."),
                     curves))};
    const auto n = static_cast<std::size_t>(std::min(settings.n_positions, 64));
    for (const Kind& kind : kinds)
        panels.push_back(panelOf(kind.name, kind.note, tr("Every position with every other, by distance."),
                                 alikeMap(n, kind.value)));
    return panels;
}

} // namespace headlight::ui
