// The kinds of positions explained with sizes one chooses, in double precision, and rotary frequencies as the
// models compute them.
#include "core/analysis/positions/position_tables.h"
#include "core/analysis/positions/rotations.h"
#include "core/analysis/positions/sinusoids.h"
#include "core/model/positions.h"
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"
#include "ui/theme/figures.h"

#include <cmath>
#include <numbers>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

constexpr int kMostDiscs = 16;

/// Few enough pairs to see, spread from the fastest to the slowest.
std::vector<std::size_t> somePairs(std::size_t n_pairs, std::size_t n_most) {
    std::vector<std::size_t> pairs;
    const std::size_t n = std::min(n_pairs, n_most);
    for (std::size_t i = 0; i < n; ++i)
        pairs.push_back(n > 1 ? i * (n_pairs - 1) / (n - 1) : 0);
    return pairs;
}

QString wavelength(double frequency) {
    return numberText(2.0 * std::numbers::pi / frequency);
}

TurnPlot turnsOf(const std::vector<PairShift>& pairs, int position, int shift) {
    TurnPlot plot;
    for (const std::size_t i : somePairs(pairs.size(), kMostDiscs)) {
        const PairShift& pair = pairs[i];
        TurnPlot::Hand hand;
        hand.name = tr("pair %1").arg(i);
        hand.from = std::atan2(pair.sine, pair.cosine);
        hand.turn = pair.turn;
        hand.note = tr("pair %1: position %2 → %3 turns by %4 rad; a full turn takes %5 tokens")
                        .arg(i)
                        .arg(position)
                        .arg(position + shift)
                        .arg(numberText(pair.turn), wavelength(pair.frequency));
        plot.hands.push_back(hand);
    }
    return plot;
}

PlotPanel sinusoidCurves(const std::vector<double>& frequencies, const PositionSettings& settings) {
    CurvePlot curves;
    curves.x_name = tr("position");
    curves.y_name = tr("value");
    curves.y_range = {-1.1, 1.1};
    curves.mark_x = settings.position;
    int colour = 0;
    for (const std::size_t pair : somePairs(frequencies.size(), 4)) {
        const double frequency = frequencies[pair];
        curves.curves.push_back(curveOver(tr("sin %1").arg(pair), colour++, 0, settings.n_positions - 1, 0.25,
                                          [=](double x) { return std::sin(frequency * x); }));
    }
    return wide(panelOf(tr("Curves of some dimensions"),
                        tr("Each pair of dimensions is a sine and a cosine of one wavelength: the first turn "
                           "fast, the last hardly at all, so that "
                           "together they tell positions apart like the hands of many clocks."),
                        tr("Dimension pair i of position p holds sin and cos of p / 10000^(2i / d_model)."),
                        curves));
}

} // namespace

std::vector<PlotPanel> sinusoidalPanels(const PositionSettings& settings) {
    const auto d_model = static_cast<std::size_t>(settings.d_model);
    const std::vector<double> frequencies = sinusoidFrequencies(settings.layout, d_model);
    std::vector<PlotPanel> panels{sinusoidCurves(frequencies, settings)};

    MatrixPlot table = matrixOf(sinusoidTable(frequencies, static_cast<std::size_t>(settings.n_positions)));
    table.row_name = tr("position");
    table.column_name = tr("dimension");
    table.value_name = tr("value");
    table.is_signed = true;
    table.largest = 1.0;
    if (settings.position < settings.n_positions)
        table.mark_row = static_cast<std::size_t>(settings.position);
    panels.push_back(panelOf(
        tr("The table that is added"),
        tr("One row a position; sines in the left half, cosines in the right."),
        tr("Each row of this table is added to the embedding of the token at that position."), table));

    CurvePlot dot;
    dot.x_name = tr("distance");
    dot.y_name = tr("dot product");
    dot.mark_x = settings.shift;
    dot.curves.push_back(curveOver({}, 0, -settings.n_positions, settings.n_positions, 0.5,
                                   [&](double x) { return sinusoidDot(frequencies, x); }));
    panels.push_back(panelOf(
        tr("Dot product by distance"),
        tr("Two positions' product depends on their distance alone: Σ cos(ω·distance), at most d_model / 2 = "
           "%1, and the same on both sides.")
            .arg(d_model / 2),
        tr("What a score would gain from positions if query and key maps left them as they are."), dot));

    const DoubleMatrix rows =
        sinusoidTable(frequencies, static_cast<std::size_t>(std::min(settings.n_positions, 128)));
    MatrixPlot products = matrixOf(rows * rows.transpose());
    products.row_name = products.column_name = tr("position");
    products.value_name = tr("dot product");
    products.is_signed = true;
    products.square = true;
    panels.push_back(panelOf(tr("Every position with every other"),
                             tr("The same along every diagonal: only distance counts."),
                             tr("Dot products of the table's rows."), products));

    panels.push_back(wide(panelOf(tr("Position + %1 is a rotation").arg(settings.shift),
                                  tr("Grey hand: position %1; black: position %2. Each pair turns by ω·%3, "
                                     "whatever the position, so a linear map can look a fixed "
                                     "number of tokens back.")
                                      .arg(settings.position)
                                      .arg(settings.position + settings.shift)
                                      .arg(settings.shift),
                                  tr("sin(a + b) = sin a cos b + cos a sin b: a shift by k multiplies each "
                                     "pair by one 2 × 2 rotation."),
                                  turnsOf(shiftAsRotation(frequencies, settings.position, settings.shift),
                                          settings.position, settings.shift))));
    return panels;
}

std::vector<PlotPanel> rotaryPanels(const PositionSettings& settings) {
    const RotarySpec rotary = rotaryOf(settings);
    RotarySpec plain = rotary;
    plain.scaling = RotaryScaling::None;
    const auto length =
        static_cast<std::size_t>(settings.original_positions * settings.factor); // the text scaling is for
    const std::vector<float> frequencies = rotaryFrequencies(rotary, length);
    const std::vector<float> unscaled = rotaryFrequencies(plain, length);
    const bool scaled = rotary.scaling != RotaryScaling::None;
    std::vector<PlotPanel> panels;

    TurnPlot turns;
    for (const std::size_t i : somePairs(frequencies.size(), kMostDiscs)) {
        const double frequency = double(frequencies[i]);
        turns.hands.push_back(
            {tr("pair %1").arg(i), 0.0, frequency * settings.position,
             tr("pair %1 turns %2 rad a token: %3 rad at position %4; a full turn takes %5 tokens")
                 .arg(i)
                 .arg(numberText(frequency), numberText(frequency * settings.position))
                 .arg(settings.position)
                 .arg(wavelength(frequency))});
    }
    panels.push_back(wide(panelOf(
        tr("Pairs turning: position %1").arg(settings.position),
        tr("Each pair of a query's or key's dimensions is turned by position × its own speed. A product of "
           "two turned vectors keeps only "
           "the difference of their angles: the distance."),
        tr("Rotary positions (Su et al. 2021) turn pair i by position · base^(−2i / dims)."), turns)));

    CurvePlot alike;
    alike.x_name = tr("distance");
    alike.y_name = tr("mean cosine");
    const double farthest = 4.0 * settings.n_positions;
    if (scaled)
        alike.curves.push_back(curveOver(tr("without scaling"), 6, 0, farthest, 1.0,
                                         [&](double x) { return rotaryAlikeness(unscaled, x); }));
    alike.curves.push_back(curveOver(scaled ? tr("with scaling") : QString(), 0, 0, farthest, 1.0,
                                     [&](double x) { return rotaryAlikeness(frequencies, x); }));
    panels.push_back(panelOf(
        tr("Score by distance"),
        tr("What turning alone leaves of the product of two equal vectors: the mean of cos(ω·distance). It "
           "falls with distance, in waves."),
        tr("1 at distance 0; real queries and keys weigh the pairs differently: see “This model”."), alike));

    CurvePlot bases;
    bases.x_name = tr("distance");
    bases.y_name = tr("mean cosine");
    int colour = 0;
    for (const double base : {1e2, 1e4, 5e5}) {
        RotarySpec variant = plain;
        variant.base = base;
        const std::vector<float> speeds = rotaryFrequencies(variant, length);
        bases.curves.push_back(curveOver(tr("base %L1").arg(base, 0, 'f', 0), colour++, 0, farthest, 1.0,
                                         [speeds](double x) { return rotaryAlikeness(speeds, x); }));
    }
    panels.push_back(panelOf(tr("The base"),
                             tr("A larger base slows the pairs down: nearness fades later. Llama 1 and 2 use "
                                "10,000, Llama 3 500,000."),
                             tr("The base decides how long the longest wave is."), bases));

    CurvePlot waves;
    waves.x_name = tr("pair");
    waves.y_name = tr("tokens a turn");
    waves.log_y = true;
    const auto tokens = [](const std::vector<float>& speeds) {
        return [&speeds](double pair) {
            return 2.0 * std::numbers::pi / double(speeds[static_cast<std::size_t>(pair)]);
        };
    };
    const double last = double(frequencies.size()) - 1.0;
    if (scaled)
        waves.curves.push_back(curveOver(tr("without scaling"), 6, 0, last, 1.0, tokens(unscaled)));
    waves.curves.push_back(
        curveOver(scaled ? tr("with scaling") : QString(), 0, 0, last, 1.0, tokens(frequencies)));
    PlotCurve trained = curveOver(tr("trained length"), 2, 0, last, 1.0,
                                  [&](double) { return double(settings.original_positions); });
    trained.dashed = true;
    waves.curves.push_back(trained);
    panels.push_back(panelOf(tr("Wavelengths"),
                             tr("How many tokens a full turn takes, pair by pair. Pairs above the dashed "
                                "line never finish a turn in training: scaling is about them."),
                             tr("Wavelength = 2π / speed, in tokens."), waves));

    CurvePlot scalings;
    scalings.x_name = tr("pair");
    scalings.y_name = tr("times slower");
    scalings.log_y = true;
    colour = 0;
    for (const auto& [scaling, name] : {std::pair{RotaryScaling::Linear, tr("linear")},
                                        {RotaryScaling::Dynamic, tr("dynamic (NTK)")},
                                        {RotaryScaling::Yarn, tr("YaRN")},
                                        {RotaryScaling::Llama3, tr("Llama 3")}}) {
        RotarySpec variant = rotary;
        variant.scaling = scaling;
        const std::vector<float> speeds = rotaryFrequencies(variant, length);
        scalings.curves.push_back(curveOver(name, colour++, 0, last, 1.0, [&](double pair) {
            const auto i = static_cast<std::size_t>(pair);
            return double(unscaled[i]) / double(speeds[i]);
        }));
    }
    panels.push_back(panelOf(tr("Ways of scaling"),
                             tr("For texts %1 times as long as those of the training: linear slows all pairs "
                                "alike, the others spare the fast ones.")
                                 .arg(numberText(settings.factor)),
                             tr("Speed without scaling divided by speed with it, pair by pair."), scalings));
    return panels;
}

std::vector<PlotPanel> alibiPanels(const PositionSettings& settings) {
    const std::vector<float> slopes = alibiSlopes(static_cast<std::size_t>(settings.alibi_heads));
    CurvePlot bias, factor, steepness;
    bias.x_name = factor.x_name = tr("distance");
    bias.y_name = tr("added to the score");
    factor.y_name = tr("times e^bias");
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
    MatrixPlot map;
    const auto n = static_cast<std::size_t>(std::min(settings.n_positions, 64));
    map.n_rows = map.n_columns = n;
    const auto middle = double(slopes[slopes.size() / 2]);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            map.values.push_back(j > i ? std::numeric_limits<float>::quiet_NaN()
                                       : static_cast<float>(middle * (double(j) - double(i))));
    map.row_name = tr("query");
    map.column_name = tr("key");
    map.value_name = tr("bias");
    map.is_signed = true;
    map.square = true;
    return {
        panelOf(tr("What is added to a score"),
                tr("A straight line by distance, nothing learned: the farther the key, the lower its score."),
                tr("ALiBi (Press et al. 2021): score − slope · distance."), bias),
        panelOf(tr("What it does to a weight"),
                tr("Softmax turns a score's loss into a factor: steep heads see only their neighbours, flat "
                   "ones the whole text."),
                tr("e^(−slope · distance), before the row is made to sum to 1."), factor),
        panelOf(tr("Slopes of %1 heads").arg(slopes.size()),
                tr("Powers of two from 2^(−8/n) to 2^(−8) for n heads; between powers of two, every other "
                   "slope of twice as many."),
                tr("The slope of each head is fixed before training."), steepness),
        panelOf(tr("As a map: head %1").arg(slopes.size() / 2 + 1),
                tr("Zero on the diagonal, ever lower to the left; keys behind the query are masked."),
                tr("The bias of every query and key."), map)};
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
    map.square = true;
    const std::size_t n_exact = spec.n_buckets / (spec.bidirectional ? 4 : 2);
    return {
        wide(panelOf(tr("Distances share buckets"),
                     tr("Distances below %1 have a bucket each; farther ones share, ever more of them a "
                        "bucket, and all from %2 on share the last. "
                        "One number a head and bucket is learned and added to the scores.")
                         .arg(n_exact)
                         .arg(spec.max_distance),
                     tr("T5's buckets (Raffel et al. 2019): exact for near keys, logarithmic for far ones."),
                     steps)),
        panelOf(tr("As a map"),
                tr("The bucket of every query and key: near the diagonal each distance counts, far from it "
                   "only its size."),
                tr("Which of the learned numbers each pair of tokens gets."), map)};
}

namespace {

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

} // namespace

std::vector<PlotPanel> comparedPanels(const PositionSettings& settings, const Model* model) {
    const std::vector<double> sinusoids =
        sinusoidFrequencies(settings.layout, static_cast<std::size_t>(settings.d_model));
    const std::vector<float> rotary =
        rotaryFrequencies(rotaryOf(settings), static_cast<std::size_t>(settings.n_positions));
    const std::vector<float> slopes = alibiSlopes(static_cast<std::size_t>(settings.alibi_heads));
    const double slope = double(slopes[slopes.size() / 2]);
    const double farthest = settings.n_positions;
    struct Kind {
        QString name;
        QString note;
        std::function<double(double)> value;
    };
    std::vector<Kind> kinds{
        {tr("sinusoidal"), tr("Dot product of two rows, d_model %1.").arg(settings.d_model),
         [&](double x) { return sinusoidDot(sinusoids, x) / double(sinusoids.size()); }},
        {tr("rotary"),
         tr("Mean cosine, %1 dimensions, base %L2.")
             .arg(settings.rotary_dims)
             .arg(settings.rotary_base, 0, 'f', 0),
         [&](double x) { return rotaryAlikeness(rotary, x); }},
        {tr("ALiBi"),
         tr("Factor on a weight, slope %1 (head %2 of %3).")
             .arg(numberText(slope))
             .arg(slopes.size() / 2 + 1)
             .arg(slopes.size()),
         [&](double x) { return std::exp(-slope * x); }},
    };
    std::vector<double> learned, biased;
    if (model != nullptr) {
        for (const StackKind stack : stacksFor(*model, PositionPage::Learned))
            if (const auto table =
                    positionTable(*model, stack, static_cast<std::size_t>(settings.n_positions));
                table.ok() && learned.empty())
                learned = meanByDistance(cosineSimilarities(*table));
        for (const StackKind stack : stacksFor(*model, PositionPage::RelativeBias))
            if (const auto bias =
                    biasByDistance(*model, stack, static_cast<std::size_t>(settings.n_positions));
                bias.ok() && biased.empty())
                for (Eigen::Index i = settings.n_positions; i >= 0; --i) // from distance 0 back
                    biased.push_back(
                        std::exp(bias->bias.col(i).mean() - bias->bias.col(settings.n_positions).mean()));
    }
    const auto from = [](const std::vector<double>& values) {
        return [&values](double x) {
            return x < double(values.size()) ? values[static_cast<std::size_t>(x)]
                                             : std::numeric_limits<double>::quiet_NaN();
        };
    };
    if (!learned.empty())
        kinds.push_back({tr("learned, this model"),
                         tr("Mean cosine similarity of the loaded model's own rows."), from(learned)});
    if (!biased.empty())
        kinds.push_back({tr("relative bias, this model"),
                         tr("e^(mean bias of all heads), keys before the query."), from(biased)});
    CurvePlot curves;
    curves.x_name = tr("distance");
    curves.y_name = tr("of distance 0");
    for (std::size_t i = 0; i < kinds.size(); ++i)
        curves.curves.push_back(
            curveOver(kinds[i].name, static_cast<int>(i), 0, farthest - 1.0, 1.0, kinds[i].value));
    std::vector<PlotPanel> panels{
        wide(panelOf(tr("What two tokens some distance apart are told"),
                     tr("Each kind divided by its own value at distance 0. Sinusoids and rotations are waves "
                        "that fade, ALiBi only falls; learned ones are whatever training made of them."),
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
