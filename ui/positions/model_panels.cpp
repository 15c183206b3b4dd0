// How the loaded model knows order, with its own numbers.
#include "core/analysis/positions/position_tables.h"
#include "core/analysis/positions/rotations.h"
#include "core/model/positions.h"
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"
#include "ui/theme/figures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

constexpr std::size_t kTableRows = 512;     // of a position table that are shown
constexpr std::size_t kSpectrumRows = 1024; // and measured
constexpr std::size_t kSimilarRows = 256;
constexpr std::size_t kFarthestBias = 160;
constexpr std::size_t kNamedHeads = 8; // more become faint lines without a legend
constexpr std::size_t kMostDiscs = 16;

const StackSpec& specOf(const Model& model, StackKind stack) {
    return stack == StackKind::Encoder ? *model.spec().encoder : *model.spec().decoder;
}

bool addsTable(const StackSpec& spec) {
    return spec.positions.kind == PositionKind::Learned || spec.positions.kind == PositionKind::Sinusoidal;
}

QString kindText(const StackSpec& spec) {
    QStringList kinds;
    switch (spec.positions.kind) {
    case PositionKind::Sinusoidal:
        kinds << tr("sinusoidal, added to the embeddings");
        break;
    case PositionKind::Learned:
        kinds << tr("learned, added to the embeddings");
        break;
    case PositionKind::RelativeBias:
        break;
    case PositionKind::Rotary:
        kinds << tr("rotary, turns queries and keys");
        break;
    case PositionKind::Alibi:
        kinds << tr("ALiBi, lowers the scores by distance");
        break;
    case PositionKind::None:
        kinds << tr("none of its own");
        break;
    }
    if (spec.positions.relative.n_buckets > 0)
        kinds << tr("relative bias, added to the scores");
    return kinds.join(tr(" and "));
}

PlotPanel factsPanel(const Model& model, StackKind stack) {
    const StackSpec& spec = specOf(model, stack);
    const PositionSpec& positions = spec.positions;
    FactPlot facts;
    facts.facts.push_back({tr("kind"), kindText(spec), tr("How this stack is told where its tokens stand.")});
    facts.facts.push_back({tr("longest text"),
                           positions.max_positions > 0 ? tr("%L1 tokens").arg(positions.max_positions)
                                                       : tr("no limit of its own"),
                           tr("How many positions the model has; a longer text cannot be run.")});
    if (positions.offset > 0)
        facts.facts.push_back({tr("first row"), QString::number(positions.offset),
                               tr("Rows of the table before position 0; kept for padding.")});
    if (positions.rotary.dims > 0) {
        facts.facts.push_back({tr("turned dimensions"),
                               tr("%1 of %2 a head").arg(positions.rotary.dims).arg(spec.head_dim),
                               tr("Further dimensions of a head stay as they are.")});
        facts.facts.push_back({tr("base"), QStringLiteral("%L1").arg(positions.rotary.base, 0, 'f', 0),
                               tr("Pair i turns by base^(−2i / dims) a token.")});
        facts.facts.push_back({tr("scaling"), scalingKey(positions.rotary.scaling),
                               tr("How the turning is slowed for long texts (config.json's rope_scaling).")});
    }
    if (positions.relative.n_buckets > 0)
        facts.facts.push_back({tr("buckets"),
                               tr("%1, the last from distance %2")
                                   .arg(positions.relative.n_buckets)
                                   .arg(positions.relative.max_distance),
                               tr("Distances that share one learned number.")});
    if (spec.causal)
        facts.facts.push_back(
            {tr("mask"), tr("causal"),
             tr("A token sees only those before it, which alone tells something about order.")});
    return wide(
        panelOf(stack == StackKind::Encoder ? tr("The encoder's positions") : tr("The decoder's positions"),
                {}, tr("From the model's configuration."), facts));
}

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

Result<std::vector<PlotPanel>> tablePanels(const Model& model, StackKind stack, const RunControl& control) {
    HEADLIGHT_ASSIGN(const Tensor all, positionTable(model, stack, kSpectrumRows));
    const auto first = [&](std::size_t n) {
        n = std::min(n, all.dimension(0));
        return Tensor::fromVector({n, all.dimension(1)}, all.span().first(n * all.dimension(1)));
    };
    const bool learned = specOf(model, stack).positions.kind == PositionKind::Learned;
    std::vector<PlotPanel> panels;
    PlotPanel table = panelOf(
        tr("The table that is added"),
        tr("Row p is added to the embedding of the token at position p: %1 of %2 rows, %3 dimensions.")
            .arg(std::min(kTableRows, all.dimension(0)))
            .arg(specOf(model, stack).positions.max_positions)
            .arg(all.dimension(1)),
        tr("Colours end at three standard deviations, or at the largest number."),
        tablePlot(first(kTableRows)));
    panels.push_back(wide(std::move(table)));

    const DoubleMatrix similar = cosineSimilarities(first(kSimilarRows));
    MatrixPlot map = matrixOf(similar);
    map.row_name = map.column_name = tr("position");
    map.value_name = tr("cosine");
    map.is_signed = true;
    map.largest = 1.0;
    map.square = true;
    panels.push_back(panelOf(tr("How alike positions are"),
                             tr("Cosine of the angle between each two rows: a bright diagonal band means "
                                "that neighbours are told alike."),
                             tr("Cosine similarity: 1 the same direction, 0 at right angles, −1 opposite."),
                             map));

    const std::vector<double> means = meanByDistance(similar);
    CurvePlot by_distance;
    by_distance.x_name = tr("distance");
    by_distance.y_name = tr("mean cosine");
    by_distance.curves.push_back(curveOver({}, 0, 0, double(means.size()) - 1.0, 1.0,
                                           [&](double x) { return means[static_cast<std::size_t>(x)]; }));
    panels.push_back(panelOf(tr("Alike by distance"),
                             tr("The mean along each diagonal of that map: how fast likeness fades."),
                             tr("Mean over all pairs of positions so far apart."), by_distance));

    if (control.stopRequested())
        return cancelledError();
    HEADLIGHT_ASSIGN(const std::vector<double> singular, singularValues(all, control));
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
    panels.push_back(panelOf(
        tr("Spectrum"),
        tr("Singular values of the table: %1 of %2 directions hold nine tenths of it.")
            .arg(needed)
            .arg(singular.size()),
        tr("Few large values mean that positions live in few dimensions and leave the others to the words."),
        spectrum));

    CurvePlot sizes;
    sizes.x_name = tr("position");
    sizes.y_name = tr("length of the row");
    sizes.curves.push_back(curveOver({}, 0, 0, double(all.dimension(0)) - 1.0, 1.0, [&](double x) {
        double sum = 0.0;
        for (const float value : all.row(static_cast<std::size_t>(x)))
            sum += double(value) * double(value);
        return std::sqrt(sum);
    }));
    panels.push_back(panelOf(
        tr("Length of the rows"),
        learned ? tr("Trained rows differ in length; positions hardly met in training stay short or odd.")
                : tr("Every sinusoid has the same length: √(d_model / 2)."),
        tr("Euclidean norm of each row."), sizes));
    return panels;
}

Result<std::vector<PlotPanel>> biasPanels(const Model& model, StackKind stack) {
    const StackSpec& spec = specOf(model, stack);
    HEADLIGHT_ASSIGN(const BiasByDistance bias, biasByDistance(model, stack, kFarthestBias));
    const auto n_heads = static_cast<std::size_t>(bias.bias.rows());
    const bool alibi = spec.positions.kind == PositionKind::Alibi;
    CurvePlot curves;
    curves.x_name = tr("key position − query position");
    curves.y_name = tr("added to the score");
    curves.mark_x = 0.0;
    for (std::size_t head = 0; head < n_heads; ++head) {
        PlotCurve curve;
        curve.name = n_heads <= kNamedHeads ? tr("head %1").arg(head + 1) : QString();
        curve.colour = static_cast<int>(head);
        curve.faint = n_heads > kNamedHeads;
        curve.x = bias.distances;
        for (Eigen::Index i = 0; i < bias.bias.cols(); ++i)
            curve.y.push_back(bias.bias(static_cast<Eigen::Index>(head), i));
        curves.curves.push_back(std::move(curve));
    }
    std::vector<PlotPanel> panels{wide(panelOf(
        tr("A curve a head"),
        alibi ? tr("Straight lines, fixed before training: some heads see far, others only their neighbours.")
              : tr("Learned: heads that peak at 0 look near, heads that dip there look past their "
                   "neighbours; layers share the numbers."),
        tr("The bias of each head and distance, as it is added to q·k."), curves))};
    MatrixPlot map = matrixOf(bias.bias);
    map.row_name = tr("head");
    map.first_row = 1.0;
    map.column_name = tr("key position − query position");
    map.first_column = bias.distances.front();
    map.value_name = tr("bias");
    map.is_signed = true;
    panels.push_back(panelOf(tr("All heads"), tr("The same numbers as colours: one row a head."),
                             tr("Blue raises the score of keys at that distance, orange lowers it."), map));
    if (alibi) {
        CurvePlot slopes;
        slopes.x_name = tr("head");
        slopes.y_name = tr("slope");
        slopes.log_y = true;
        slopes.curves.push_back(curveOver({}, 0, 1, double(n_heads), 1.0, [&](double head) {
            const auto row = static_cast<Eigen::Index>(head) - 1;
            return bias.bias(row, 1) - bias.bias(row, 0);
        }));
        panels.push_back(panelOf(tr("Slopes"),
                                 tr("What one token of distance takes off the score, head by head."),
                                 tr("ALiBi's slopes as the model computes with them."), slopes));
        return panels;
    }
    CurvePlot buckets;
    buckets.x_name = tr("key position − query position");
    buckets.y_name = tr("bucket");
    buckets.steps = true;
    const double last = spec.causal ? 0.0 : double(kFarthestBias);
    buckets.curves.push_back(curveOver({}, 0, -double(kFarthestBias), last, 1.0, [&](double x) {
        return double(relativeBucket(spec.positions.relative, static_cast<std::ptrdiff_t>(x)));
    }));
    panels.push_back(
        panelOf(tr("Buckets"),
                tr("Which of the %1 learned numbers a distance gets: exact near by, shared far away.")
                    .arg(spec.positions.relative.n_buckets),
                tr("T5's buckets of distances (Raffel et al. 2019)."), buckets));
    return panels;
}

/// Query, key and place of the selected pair in the first stack that turns them.
struct SelectedPair {
    std::vector<float> query;
    std::vector<float> key;
    double distance = 0.0;
    QString words;
    double scale = 1.0;
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
    if (pair.distance > 0.0 || pair.distance < -128.0) { // a key behind the query, or far away
        curve.x.clear();
        for (double x = pair.distance - 64.0; x <= pair.distance + 64.0; x += 1.0)
            curve.x.push_back(x);
    }
    curve.y =
        scoresByDistance(rotary, frequencies, {pair.query, pair.key, pair.distance, pair.scale}, curve.x);
    plot.curves.push_back(std::move(curve));
    return wide(panelOf(tr("The selected pair at every distance: %1").arg(pair.words),
                        tr("The same query and key, had the key stood elsewhere: only the angles change. The "
                           "dashed line is where it stands; there the curve is the model's own score."),
                        tr("q·R(distance)k · scale: the sum of one wave a pair of dimensions."), plot));
}

std::vector<PlotPanel> turningPanels(const PositionSource& source, StackKind stack) {
    const RotarySpec& rotary = specOf(*source.model, stack).positions.rotary;
    const AttentionKind kind =
        stack == StackKind::Encoder ? AttentionKind::EncoderSelf : AttentionKind::DecoderSelf;
    const bool ran = source.snapshot && source.snapshot->request.model == source.model &&
                     source.snapshot->trace().has(kind);
    const std::size_t n_tokens = ran ? source.snapshot->trace().nKeys(kind) : 1;
    const std::vector<float> frequencies = rotaryFrequencies(rotary, n_tokens);
    const std::size_t position = source.pair.query.value_or(n_tokens - 1);
    std::vector<PlotPanel> panels;
    TurnPlot turns;
    const std::size_t n = std::min(frequencies.size(), kMostDiscs);
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t i = n > 1 ? k * (frequencies.size() - 1) / (n - 1) : 0;
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

} // namespace

std::vector<StackKind> stacksFor(const Model& model, PositionPage page) {
    std::vector<StackKind> stacks;
    for (const StackKind stack : {StackKind::Encoder, StackKind::Decoder}) {
        if (stack == StackKind::Encoder ? !model.spec().hasEncoder() : !model.spec().hasDecoder())
            continue;
        const PositionSpec& positions = specOf(model, stack).positions;
        if (page == PositionPage::Learned && positions.kind != PositionKind::Learned)
            continue;
        if (page == PositionPage::RelativeBias && positions.relative.n_buckets == 0)
            continue;
        stacks.push_back(stack);
    }
    return stacks;
}

Result<std::vector<PlotPanel>> modelPanels(const PositionSettings& settings, const PositionSource& source,
                                           const RunControl& control) {
    const std::vector<StackKind> stacks =
        source.model ? stacksFor(*source.model, settings.page) : std::vector<StackKind>{};
    std::vector<PlotPanel> panels;
    if (stacks.empty())
        return panels;
    const StackKind stack = std::find(stacks.begin(), stacks.end(), settings.stack) != stacks.end()
                                ? settings.stack
                                : stacks.front();
    const StackSpec& spec = specOf(*source.model, stack);
    panels.push_back(factsPanel(*source.model, stack));
    const auto append = [&panels](std::vector<PlotPanel> more) {
        std::move(more.begin(), more.end(), std::back_inserter(panels));
    };
    if (addsTable(spec) && settings.page != PositionPage::RelativeBias) {
        HEADLIGHT_ASSIGN(std::vector<PlotPanel> more, tablePanels(*source.model, stack, control));
        append(std::move(more));
    }
    const bool has_bias = spec.positions.relative.n_buckets > 0 || spec.positions.kind == PositionKind::Alibi;
    if (has_bias && settings.page != PositionPage::Learned) {
        HEADLIGHT_ASSIGN(std::vector<PlotPanel> more, biasPanels(*source.model, stack));
        append(std::move(more));
    }
    if (spec.positions.rotary.dims > 0 && settings.page == PositionPage::Own)
        append(turningPanels(source, stack));
    return panels;
}

} // namespace headlight::ui
