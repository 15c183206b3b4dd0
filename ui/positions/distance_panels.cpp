// Positions that are added to the scores: ALiBi's lines and T5's buckets, explained with sizes one chooses.
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

MatrixPlot alibiMap(double slope, const PositionSettings& settings) {
    MatrixPlot map;
    const auto n = static_cast<std::size_t>(std::min(settings.n_positions, 64));
    map.n_rows = map.n_columns = n;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            map.values.push_back(j > i ? std::numeric_limits<float>::quiet_NaN()
                                       : static_cast<float>(slope * (double(j) - double(i))));
    map.row_name = tr("query");
    map.column_name = tr("key");
    map.value_name = tr("bias");
    map.is_signed = true;
    map.square = true;
    return map;
}

} // namespace

std::vector<PlotPanel> alibiPanels(const PositionSettings& settings) {
    const std::vector<float> slopes = alibiSlopes(static_cast<std::size_t>(settings.alibi_heads));
    CurvePlot bias, factor, steepness;
    bias.x_name = factor.x_name = tr("key position − query position");
    bias.y_name = tr("added to the score");
    factor.y_name = tr("factor on the weight");
    const bool few = slopes.size() <= 8;
    for (std::size_t head = 0; head < slopes.size(); ++head) {
        const double slope = double(slopes[head]);
        const QString name = few ? tr("head %1").arg(head + 1) : QString();
        for (const bool exponential : {false, true}) {
            PlotCurve curve =
                curveOver(name, static_cast<int>(head), -settings.n_positions, 0, 1.0,
                          [=](double x) { return exponential ? std::exp(slope * x) : slope * x; });
            curve.faint = !few;
            (exponential ? factor : bias).curves.push_back(curve);
        }
    }
    steepness.x_name = tr("head");
    steepness.y_name = tr("slope");
    steepness.log_y = true;
    steepness.curves.push_back(curveOver({}, 0, 1, double(slopes.size()), 1.0, [&](double head) {
        return double(slopes[static_cast<std::size_t>(head) - 1]);
    }));
    return {
        panelOf(tr("What is added to a score"),
                tr("A straight line by distance, nothing learned: the farther the key, the lower its score."),
                tr("ALiBi (Press et al. 2021): score − slope · distance."), bias),
        panelOf(tr("What it does to a weight"),
                tr("Softmax turns a score's loss into a factor: steep heads see only their neighbours, flat "
                   "ones the whole text."),
                tr("e<sup>−slope · distance</sup>, before the row is made to sum to 1."), factor),
        panelOf(tr("Slopes of %1 heads").arg(slopes.size()),
                tr("Each the same part of the one before, down to 1/256 for the last. Where their number is "
                   "no power "
                   "of two, the further heads get every other slope of twice as many."),
                tr("The slope of each head is fixed before training."), steepness),
        panelOf(tr("As a map: head %1").arg(slopes.size() / 2 + 1),
                tr("Zero on the diagonal, ever lower to the left; keys after the query are masked."),
                tr("The bias of every query and key."),
                alibiMap(double(slopes[slopes.size() / 2]), settings))};
}

std::vector<PlotPanel> bucketPanels(const PositionSettings& settings) {
    const RelativeBiasSpec spec{static_cast<std::size_t>(settings.n_buckets),
                                static_cast<std::size_t>(settings.max_distance), settings.bidirectional};
    const double farthest = 1.25 * settings.max_distance;
    CurvePlot steps;
    steps.x_name = tr("key position − query position");
    steps.y_name = tr("bucket");
    steps.steps = true;
    steps.curves.push_back(
        curveOver({}, 0, -std::round(farthest), settings.bidirectional ? std::round(farthest) : 0.0, 1.0,
                  [&](double x) { return double(relativeBucket(spec, static_cast<std::ptrdiff_t>(x))); }));
    MatrixPlot map;
    map.n_rows = map.n_columns = static_cast<std::size_t>(std::min(settings.n_positions, 64));
    for (std::size_t i = 0; i < map.n_rows; ++i)
        for (std::size_t j = 0; j < map.n_columns; ++j)
            map.values.push_back(
                !settings.bidirectional && j > i
                    ? std::numeric_limits<float>::quiet_NaN()
                    : static_cast<float>(relativeBucket(spec, static_cast<std::ptrdiff_t>(j) -
                                                                  static_cast<std::ptrdiff_t>(i))));
    map.row_name = tr("query");
    map.column_name = tr("key");
    map.value_name = tr("bucket");
    map.largest = double(spec.n_buckets - 1);
    map.square = map.whole = true;
    const std::size_t n_exact = spec.n_buckets / (spec.bidirectional ? 4 : 2);
    return {
        wide(panelOf(tr("Distances share buckets"),
                     tr("Distances below %1 have a bucket each; farther ones share, ever more of them a "
                        "bucket, and all from %2 on share the last. "
                        "One number a head and bucket is learned and added to the scores.")
                         .arg(n_exact)
                         .arg(lastBucketFrom(spec)),
                     tr("T5's buckets (Raffel et al. 2019): exact for near keys, logarithmic for far ones."),
                     steps)),
        panelOf(tr("As a map"),
                tr("The bucket of every query and key: near the diagonal each distance counts, far from it "
                   "only its size."),
                tr("Which of the learned numbers each pair of tokens gets."), map)};
}

} // namespace headlight::ui
