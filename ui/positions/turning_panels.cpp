// Rotary positions of a loaded model: how far the selected query has turned, and its score with the selected
// key at every distance.
#include "core/analysis/positions/rotations.h"
#include "core/model/positions.h"
#include "ui/positions/model_parts.h"
#include "ui/positions/panel_parts.h"

#include <optional>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

/// Query, key and place of the selected pair in the first stack that turns them.
struct SelectedPair {
    std::vector<float> query;
    std::vector<float> key;
    double distance = 0.0;
    QString words;
    double scale = 1.0;
    bool masked = false; ///< the query does not see the key
};

std::optional<SelectedPair> selectedPair(const PositionSource& source, StackKind stack) {
    const AttentionKind kind =
        stack == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf;
    if (!source.snapshot || source.snapshot->request.model != source.model || source.head.kind != kind ||
        !source.snapshot->trace().check(source.head).ok() || !source.pair.query || !source.pair.key)
        return std::nullopt;
    const Trace& trace = source.snapshot->trace();
    if (*source.pair.query >= trace.nQueries(kind) || *source.pair.key >= trace.nKeys(kind))
        return std::nullopt;
    const Tensor query = trace.query(kind, source.head.layer), key = trace.key(kind, source.head.layer);
    const std::size_t dim = trace.headDim(kind);
    const std::size_t kv_head = source.head.head.value / (trace.nHeads(kind) / trace.nKeyValueHeads(kind));
    const auto row = [dim](const Tensor& tensor, std::size_t head, std::size_t token) {
        const auto values = tensor.span().subspan((head * tensor.dimension(1) + token) * dim, dim);
        return std::vector<float>(values.begin(), values.end());
    };
    SelectedPair pair;
    pair.query = row(query, source.head.head.value, *source.pair.query);
    pair.key = row(key, kv_head, *source.pair.key);
    pair.distance = double(*source.pair.key) - double(*source.pair.query);
    pair.scale = double(trace.attention(kind, source.head.layer).problem.scale);
    pair.masked =
        !trace.visible(kind, source.head.layer, TokenIndex(*source.pair.query), TokenIndex(*source.pair.key));
    const auto word = [](const AxisTokens& axis, std::size_t i) {
        return axis.words.value(static_cast<qsizetype>(i));
    };
    pair.words = QStringLiteral("“%1” → “%2”")
                     .arg(word(source.snapshot->queries(kind), *source.pair.query),
                          word(source.snapshot->keys(kind), *source.pair.key));
    return pair;
}

PlotPanel scorePanel(const SelectedPair& pair, const RotarySpec& rotary,
                     const std::vector<float>& frequencies) {
    CurvePlot plot;
    plot.x_name = tr("key position − query position");
    plot.y_name = tr("score");
    plot.mark_x = pair.distance;
    PlotCurve curve;
    curve.colour = 0;
    for (double x = -128.0; x <= 0.0; x += 1.0)
        curve.x.push_back(x);
    if (pair.distance > 0.0 || pair.distance < -128.0) { // a key after the query, or far away
        curve.x.clear();
        for (double x = pair.distance - 64.0; x <= pair.distance + 64.0; x += 1.0)
            curve.x.push_back(x);
    }
    curve.y =
        scoresByDistance(rotary, frequencies, {pair.query, pair.key, pair.distance, pair.scale}, curve.x);
    plot.curves.push_back(std::move(curve));
    return wide(panelOf(
        tr("The selected pair at every distance: %1").arg(pair.words),
        pair.masked ? tr("The same query and key, had the key stood elsewhere: only the angles change. "
                         "The dashed line is where it stands, and there the mask hides it: the curve "
                         "shows the score it would have.")
                    : tr("The same query and key, had the key stood elsewhere: only the angles change. "
                         "The dashed line is where it stands; there the curve is the model's own score."),
        tr("q·R(distance)k · scale: the sum of one wave a pair of dimensions."), plot));
}

} // namespace

std::vector<PlotPanel> turningPanels(const PositionSource& source, StackKind stack) {
    const RotarySpec& rotary = stackSpec(*source.model, stack).positions.rotary;
    const AttentionKind kind =
        stack == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf;
    const bool ran = source.snapshot && source.snapshot->request.model == source.model &&
                     source.snapshot->trace().has(kind);
    const std::size_t n_tokens = ran ? source.snapshot->trace().nKeys(kind) : 1;
    const std::vector<float> frequencies = rotaryFrequencies(rotary, n_tokens);
    const std::size_t position = source.pair.query.value_or(n_tokens - 1);
    std::vector<PlotPanel> panels;
    TurnPlot turns;
    for (const std::size_t i : somePairs(frequencies.size(), kMostDiscs)) {
        const double angle = double(frequencies[i]) * double(position);
        turns.hands.push_back(
            {tr("pair %1").arg(i), 0.0, angle,
             tr("pair %1 turns %2 rad a token: %3 rad at position %4; a full turn takes %5 tokens")
                 .arg(i)
                 .arg(numberText(double(frequencies[i])), numberText(angle))
                 .arg(position)
                 .arg(numberText(2.0 * std::numbers::pi / double(frequencies[i])))});
    }
    panels.push_back(wide(panelOf(
        tr("The query at position %1, pair by pair").arg(position),
        tr("How far each pair of dimensions has turned when the selected token's query meets its keys."),
        tr("Select another token above to see its angles."), turns)));
    if (const auto pair = selectedPair(source, stack))
        panels.push_back(scorePanel(*pair, rotary, frequencies));
    CurvePlot alike;
    alike.x_name = tr("distance");
    alike.y_name = tr("mean cosine");
    alike.curves.push_back(
        curveOver({}, 0, 0, 256, 1.0, [&](double x) { return rotaryAlikeness(frequencies, x); }));
    panels.push_back(panelOf(tr("What turning alone does"),
                             tr("The mean over pairs of cos(ω·distance), with this model's speeds."),
                             tr("The product of two equal vectors, turned."), alike));
    CurvePlot waves;
    waves.x_name = tr("pair");
    waves.y_name = tr("tokens a turn");
    waves.log_y = true;
    waves.curves.push_back(curveOver({}, 0, 0, double(frequencies.size()) - 1.0, 1.0, [&](double x) {
        return 2.0 * std::numbers::pi / double(frequencies[static_cast<std::size_t>(x)]);
    }));
    panels.push_back(panelOf(tr("Wavelengths"),
                             tr("How many tokens a full turn takes: fast pairs tell neighbours apart, slow "
                                "ones regions of a text."),
                             tr("2π / speed."), waves));
    return panels;
}

} // namespace headlight::ui
