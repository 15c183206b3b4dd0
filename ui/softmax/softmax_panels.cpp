#include "ui/softmax/softmax_panels.h"

#include "core/analysis/softmax/softmax.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return QCoreApplication::translate("Softmax", source);
}

constexpr std::size_t kJacobianWords = 12;
constexpr std::size_t kRanks = 5000; // points of the curve by rank

PlotPanel panelOf(const QString& title, const QString& note, const QString& tool_tip,
                  decltype(PlotPanel::plot) plot) {
    PlotPanel panel;
    panel.title = title;
    panel.note = note;
    panel.tool_tip = tool_tip;
    panel.plot = std::move(plot);
    return panel;
}

bool isCut(const ScoreRow& row, std::size_t i) {
    return std::isinf(row.warped[i]) && row.probabilities[i] > 0.0;
}

BarPlot::Row barRow(const ScoreRow& row, std::size_t i, double largest) {
    BarPlot::Row bar;
    bar.word = row.word(i);
    bar.cut = isCut(row, i);
    bar.strong = row.strong == i || row.drawn == i;
    const auto add = [&bar](const QString& number, double fraction, double value) {
        bar.numbers.push_back(number);
        bar.fractions.push_back(fraction);
        bar.values.push_back(value);
    };
    add(std::isinf(row.scores[i]) ? tr("masked") : numberText(double(row.scores[i])), 0.0,
        double(row.scores[i]));
    add(weightText(row.probabilities[i]), row.probabilities[i] / largest, row.probabilities[i]);
    add(bar.cut ? tr("cut") : weightText(row.changed[i]), row.changed[i] / largest, row.changed[i]);
    if (!row.counts.empty())
        add(QString::number(row.counts[i]), double(row.counts[i]) / kManyDraws / largest,
            double(row.counts[i]));
    bar.note = tr("“%1” (%2): score %3, softmax %4, after changes %5")
                   .arg(bar.word)
                   .arg(i)
                   .arg(double(row.scores[i]), 0, 'g', 7)
                   .arg(row.probabilities[i], 0, 'g', 7)
                   .arg(row.changed[i], 0, 'g', 7);
    if (row.drawn == i)
        bar.word = tr("→ %1").arg(bar.word);
    return bar;
}

/// All that is not listed, together.
BarPlot::Row restRow(const ScoreRow& row, const std::vector<std::size_t>& listed) {
    double before = 1.0, after = 1.0;
    std::size_t drawn = kManyDraws, n_cut = 0;
    for (std::size_t i = 0; i < row.scores.size(); ++i)
        n_cut += isCut(row, i) ? 1 : 0;
    for (const std::size_t i : listed) {
        before -= row.probabilities[i];
        after -= row.changed[i];
        n_cut -= isCut(row, i) ? 1 : 0;
        drawn -= row.counts.empty() ? 0 : row.counts[i];
    }
    before = std::max(0.0, before);
    after = std::max(0.0, after < 1e-9 ? 0.0 : after);
    BarPlot::Row rest;
    const std::size_t n = row.scores.size() - listed.size();
    rest.word = tr("%L1 more").arg(n);
    rest.muted = true;
    rest.numbers = {QString(), weightText(before), weightText(after)};
    rest.fractions = {0.0, 0.0, 0.0};
    rest.values = {std::numeric_limits<double>::quiet_NaN(), before, after};
    if (!row.counts.empty()) {
        rest.numbers.push_back(QString::number(drawn));
        rest.fractions.push_back(0.0);
        rest.values.push_back(double(drawn));
    }
    rest.note = tr("%L1 words together, %L2 of them cut").arg(n).arg(n_cut);
    return rest;
}

PlotPanel barsPanel(const SoftmaxSettings& settings, const ScoreRow& row,
                    const std::vector<std::size_t>& found) {
    BarPlot plot;
    plot.words_are_keys = row.is_attention;
    plot.columns = {{row.is_attention ? tr("score") : tr("logit"),
                     row.is_attention
                         ? tr("Attention score: q·k times the scale, with bias and mask, before the softmax.")
                         : tr("Logit: the number the output layer gives a word, before the softmax."),
                     false},
                    {row.is_attention ? tr("weight") : tr("probability"),
                     tr("Softmax: e^score divided by the sum of e^score of all; together they are 1."), true},
                    {tr("after temperature and cuts"),
                     tr("The same after dividing by the temperature and cutting; what is left is made to sum "
                        "to 1 again."),
                     true}};
    if (!row.counts.empty())
        plot.columns.push_back(
            {tr("drawn of %L1").arg(settings.n_draws),
             tr("How often each came, with %L1 seeds from %2 on.").arg(settings.n_draws).arg(settings.seed),
             true});
    const std::vector<std::size_t> listed = listedWords(row, found);
    double largest = 1e-9;
    for (const std::size_t i : listed)
        largest = std::max({largest, row.probabilities[i], row.changed[i]});
    for (const std::size_t i : listed)
        plot.rows.push_back(barRow(row, i, largest));
    if (listed.size() < row.scores.size())
        plot.rows.push_back(restRow(row, listed));
    QString note =
        row.is_attention
            ? tr("One row of the selected head: how its attention is shared out.")
            : tr("The whole vocabulary of %L1; the most probable are listed.").arg(row.scores.size());
    if (!settings.search.trimmed().isEmpty())
        note += QLatin1Char(' ') +
                (found.empty() ? tr("No word contains “%1”.").arg(settings.search.trimmed())
                               : tr("First those that contain “%1”.").arg(settings.search.trimmed()));
    PlotPanel panel = panelOf(row.subject, note, tr("Softmax turns scores into shares that sum to 1."), plot);
    panel.wide = true;
    return panel;
}

QString bothText(double before, double after) {
    const QString first = numberText(before), second = numberText(after);
    return first == second ? first : QStringLiteral("%1 → %2").arg(first, second);
}

PlotPanel shapePanel(const SoftmaxSettings& settings, const ScoreRow& row) {
    const SoftmaxShape before = shapeOf(row.probabilities), after = shapeOf(row.changed);
    FactPlot facts;
    facts.facts = {
        {tr("entropy, nats"), bothText(before.entropy, after.entropy),
         tr("−Σ p ln p: 0 when one takes all, ln n when all are alike.")},
        {tr("perplexity"), bothText(before.perplexity, after.perplexity),
         tr("e to the entropy: among how many equally likely ones it seems to choose.")},
        {tr("largest"), bothText(before.largest, after.largest), tr("The largest probability.")},
        {tr("kept"), tr("%L1 of %L2").arg(after.n_possible).arg(before.n_possible),
         tr("Entries above 0 after the cuts, of those above 0 before. What the model's own rules of writing "
            "never "
            "allow, such as the padding token, is cut as well.")},
        {tr("largest gradient"),
         bothText(before.largest_gradient, after.largest_gradient / settings.temperature),
         tr("max p(1 − p), at most 0.25: near 0 the softmax is saturated and nothing is learned through "
            "it.")},
    };
    if (row.drawn)
        facts.facts.push_back(
            {tr("drawn with seed %1").arg(settings.seed), QStringLiteral("“%1”").arg(row.word(*row.drawn)),
             row.is_attention ? tr("One key drawn by its weight.")
                              : tr("What generating with this seed and these settings would write here.")});
    PlotPanel panel = panelOf(tr("Its shape"), tr("As the model has it → after temperature and cuts."),
                              tr("Measures of the whole distribution."), facts);
    panel.wide = true;
    return panel;
}

PlotPanel temperaturePanel(const SoftmaxSettings& settings, const ScoreRow& row) {
    CurvePlot plot;
    plot.x_name = tr("temperature");
    plot.y_name = tr("perplexity");
    plot.log_x = plot.log_y = true;
    plot.mark_x = settings.temperature;
    PlotCurve curve;
    curve.colour = 0;
    std::vector<float> scores(row.ruled.size());
    for (double exponent = -1.0; exponent <= 1.0001; exponent += 0.1) {
        const double temperature = std::pow(10.0, exponent);
        std::transform(row.ruled.begin(), row.ruled.end(), scores.begin(), [temperature](float score) {
            return static_cast<float>(double(score) / temperature);
        });
        curve.x.push_back(temperature);
        curve.y.push_back(shapeOf(softmaxOf(scores)).perplexity);
    }
    plot.curves.push_back(std::move(curve));
    return panelOf(tr("Temperature"),
                   tr("Scores divided by it: below 1 the largest takes all, above 1 all become alike. The "
                      "dashed line is the one chosen."),
                   tr("Perplexity of the whole distribution at each temperature, before cuts."), plot);
}

PlotPanel rankPanel(const ScoreRow& row) {
    CurvePlot plot;
    plot.x_name = tr("rank");
    plot.y_name = tr("probability");
    plot.log_y = true;
    plot.log_x = row.probabilities.size() > 100;
    const auto curve = [](const QString& name, int colour, std::vector<double> values) {
        std::sort(values.begin(), values.end(), std::greater<>());
        PlotCurve result;
        result.name = name;
        result.colour = colour;
        std::size_t step = 1;
        for (std::size_t i = 0; i < values.size() && result.x.size() < kRanks; i += step) {
            if (!(values[i] > 0.0))
                break;
            result.x.push_back(double(i + 1));
            result.y.push_back(std::max(values[i], 1e-12));
            if (i >= 1000)
                step = 1 + i / 500; // far down, a point here and there is enough
        }
        return result;
    };
    plot.curves = {curve(tr("as it is"), 0, row.probabilities), curve(tr("after changes"), 1, row.changed)};
    return panelOf(tr("By rank"),
                   tr("From the most probable to the least: how long the tail is, and where it is cut."),
                   tr("Probabilities sorted; below 10⁻¹² drawn there."), plot);
}

PlotPanel gradientPanel(const ScoreRow& row) {
    CurvePlot plot;
    plot.x_name = tr("probability p");
    plot.y_name = tr("p (1 − p)");
    plot.y_range = {0.0, 0.26};
    PlotCurve curve;
    curve.colour = 0;
    for (int i = 0; i <= 100; ++i) {
        const double p = i / 100.0;
        curve.x.push_back(p);
        curve.y.push_back(p * (1.0 - p));
    }
    plot.curves.push_back(std::move(curve));
    plot.mark_x = *std::max_element(row.changed.begin(), row.changed.end());
    return panelOf(tr("Saturation"),
                   tr("How much a probability moves with its own score: most at ½, not at all at 0 and 1. "
                      "The dashed line is the largest one here."),
                   tr("The diagonal of the softmax's Jacobian: dp/dscore = p(1 − p)."), plot);
}

PlotPanel jacobianPanel(const SoftmaxSettings& settings, const ScoreRow& row) {
    std::vector<std::size_t> shown = listedWords(row, {});
    std::stable_sort(shown.begin(), shown.end(),
                     [&](std::size_t a, std::size_t b) { return row.changed[a] > row.changed[b]; });
    shown.resize(std::min(shown.size(), kJacobianWords));
    std::vector<double> p;
    MatrixPlot plot;
    for (const std::size_t i : shown) {
        p.push_back(row.changed[i]);
        plot.row_words << row.word(i);
    }
    plot.column_words = plot.row_words;
    const Eigen::MatrixXd jacobian = softmaxJacobian(p, settings.temperature);
    plot.n_rows = plot.n_columns = p.size();
    for (Eigen::Index i = 0; i < jacobian.rows(); ++i)
        for (Eigen::Index j = 0; j < jacobian.cols(); ++j)
            plot.values.push_back(static_cast<float>(jacobian(i, j)));
    plot.row_name = tr("probability");
    plot.column_name = tr("score");
    plot.value_name = tr("dp/dscore");
    plot.looks = false;
    plot.is_signed = true;
    plot.square = true;
    PlotPanel panel = panelOf(
        tr("Gradient"),
        tr("How each probability (row) moves with each score (column): its own raises it, the others lower "
           "it. The %1 largest.")
            .arg(p.size()),
        tr("Jacobian of the softmax: p_i (1 if i = j else 0, minus p_j), divided by the temperature."), plot);
    panel.height = 300.0;
    return panel;
}

PlotPanel dividedPanel(const ScoreRow& row) {
    const std::vector<double> with = softmaxOf(row.divided), without = softmaxOf(row.undivided);
    BarPlot plot;
    plot.words_are_keys = true;
    const QString root = QStringLiteral("√%1").arg(std::lround(row.root * row.root));
    plot.columns = {
        {tr("q·k"), tr("The product of query and key, as it is (with bias and mask)."), false},
        {tr("softmax(q·k)"), tr("Weights if the products were not divided."), true},
        {tr("÷ %1").arg(root), tr("The product divided by the root of the head's dimensions."), false},
        {tr("softmax(q·k ÷ %1)").arg(root), tr("Weights with the division."), true}};
    std::vector<std::size_t> shown = listedWords(row, {});
    for (const std::size_t i : shown) {
        BarPlot::Row bar;
        bar.word = row.word(i);
        bar.strong = row.strong == i;
        const auto score = [](float value) {
            return std::isinf(value) ? tr("masked") : numberText(double(value));
        };
        bar.numbers = {score(row.undivided[i]), weightText(without[i]), score(row.divided[i]),
                       weightText(with[i])};
        bar.fractions = {0.0, without[i], 0.0, with[i]};
        bar.values = {double(row.undivided[i]), without[i], double(row.divided[i]), with[i]};
        plot.rows.push_back(std::move(bar));
    }
    const SoftmaxShape a = shapeOf(without), b = shapeOf(with);
    PlotPanel panel = panelOf(
        tr("Why divide by √d?"),
        tr("Products of %1 terms grow with their number, and large scores make a switch of the softmax. "
           "Undivided: "
           "perplexity %2, largest gradient %3. Divided: perplexity %4, largest gradient %5. %6")
            .arg(std::lround(row.root * row.root))
            .arg(numberText(a.perplexity), numberText(a.largest_gradient), numberText(b.perplexity),
                 numberText(b.largest_gradient),
                 row.model_divides ? tr("This model divides.") : tr("This model uses a scale of its own.")),
        tr("Vaswani et al. 2017, section 3.2.1."), plot);
    panel.wide = true;
    return panel;
}

} // namespace

std::vector<PlotPanel> softmaxPanels(const SoftmaxSettings& settings, const ScoreRow& row,
                                     const std::vector<std::size_t>& found) {
    std::vector<PlotPanel> panels{shapePanel(settings, row), barsPanel(settings, row, found)};
    if (row.is_attention)
        panels.push_back(dividedPanel(row));
    panels.push_back(temperaturePanel(settings, row));
    panels.push_back(rankPanel(row));
    panels.push_back(gradientPanel(row));
    panels.push_back(jacobianPanel(settings, row));
    return panels;
}

} // namespace headlight::ui
