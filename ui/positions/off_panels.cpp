// The same text with positions and without: heads, predictions, and how much less the model knows what comes.
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"
#include "ui/theme/figures.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

constexpr std::size_t kMostTokens = 512; // of a map; longer texts show their beginning
constexpr std::size_t kTop = 5;          // predictions of the selected row

QString wordOf(const Model& model, TokenId id) {
    return wordsOf(model, {id}).value(0);
}

QString perplexityText(double perplexity) {
    return perplexity < 1000.0 ? numberText(perplexity) : QStringLiteral("%L1").arg(perplexity, 0, 'f', 0);
}

PlotPanel summaryPanel(const SwitchedOff& off) {
    const WithoutPositions& compared = off.compared;
    FactPlot facts;
    const auto add = [&facts](const QString& name, const QString& value, const QString& tip) {
        facts.facts.push_back({name, value, tip});
    };
    if (!compared.rows.empty())
        add(tr("same first guess"), tr("%1 of %2 tokens").arg(compared.n_same).arg(compared.rows.size()),
            tr("Rows whose most probable token is the same with positions and without."));
    if (compared.surprise_with && compared.surprise_without)
        add(tr("perplexity of this text"),
            QStringLiteral("%1 → %2").arg(perplexityText(std::exp(*compared.surprise_with)),
                                          perplexityText(std::exp(*compared.surprise_without))),
            tr("e to the mean of −log p of the tokens that follow: among how many equally likely tokens the "
               "model seems to choose; lower is better."));
    for (const auto& [kind, moved] : compared.moved)
        add(kind == AttentionKind::EncoderSelf   ? tr("encoder attention moved")
            : kind == AttentionKind::DecoderSelf ? tr("decoder attention moved")
                                                 : tr("cross attention moved"),
            weightText(moved.mean()),
            tr("Mean over heads of the weight that lies on other keys without positions; 0 none, 1 all of "
               "it."));
    return wide(
        panelOf(tr("What is lost"),
                tr("The model was run again on the same tokens with no position embedding, no rotation and "
                   "no position bias. Causal masks stay: they alone tell a decoder something about order."),
                tr("Nothing else is changed: weights, tokens and masks are the same."), facts));
}

QString movedTitle(AttentionKind kind) {
    switch (kind) {
    case AttentionKind::EncoderSelf:
        return tr("How far each head's attention moves: encoder");
    case AttentionKind::DecoderSelf:
        return tr("How far each head's attention moves: decoder");
    case AttentionKind::Cross:
        break;
    }
    return tr("How far each head's attention moves: cross attention");
}

PlotPanel movedPanel(const SwitchedOff& off, const HeadAddress& head) {
    MatrixPlot plot;
    const auto found = off.compared.moved.find(head.kind);
    if (found != off.compared.moved.end())
        plot = matrixOf(found->second);
    plot.row_name = tr("layer");
    plot.column_name = tr("head");
    plot.first_row = plot.first_column = 1.0;
    plot.value_name = tr("moved");
    plot.largest = 1.0;
    PlotPanel panel = wide(
        panelOf(movedTitle(head.kind),
                off.compared.moved.size() > 1
                    ? tr("0: the same map without positions; 1: all of its weight lies elsewhere. Click a head "
                         "to select it; the other kinds of attention are chosen at the left.")
                    : tr("0: the same map without positions; 1: all of its weight lies elsewhere. Click a head "
                         "to select it."),
                tr("Half the sum of the absolute differences of a row's weights, mean over rows."), plot));
    panel.height = std::clamp(70.0 + 14.0 * double(std::get<MatrixPlot>(panel.plot).n_rows), 110.0, 260.0);
    return panel;
}

PlotPanel mapPanel(const SwitchedOff& off, const HeadAddress& head, const TokenPair& pair, bool without) {
    const Trace& trace = without ? *off.compared.run.trace : off.snapshot->trace();
    const std::size_t n_rows = std::min(kMostTokens, trace.nQueries(head.kind));
    const std::size_t n_columns = std::min(kMostTokens, trace.nKeys(head.kind));
    MatrixPlot plot = matrixOf(trace.weights(head, {0, n_rows}, {0, n_columns}));
    for (std::size_t row = 0; row < n_rows; ++row)
        for (std::size_t column = 0; column < n_columns; ++column)
            if (!trace.visible(head.kind, head.layer, TokenIndex(row), TokenIndex(column)))
                plot.values[row * n_columns + column] = std::numeric_limits<float>::quiet_NaN();
    plot.row_words = off.snapshot->queries(head.kind).words.mid(0, static_cast<qsizetype>(n_rows));
    plot.column_words = off.snapshot->keys(head.kind).words.mid(0, static_cast<qsizetype>(n_columns));
    plot.row_name = tr("each row");
    plot.column_name = tr("the columns");
    plot.value_name = tr("weight");
    plot.largest = 1.0;
    plot.square = true;
    if (pair.query && *pair.query < n_rows)
        plot.mark_row = pair.query;
    PlotPanel panel = panelOf(without ? tr("Without positions") : tr("With positions"), headTitle(head),
                              tr("Attention weights of the selected head."), plot);
    panel.height = 320.0;
    return panel;
}

QString rowWord(const SwitchedOff& off, StackKind stack, std::size_t row) {
    const AxisTokens& axis =
        stack == StackKind::Encoder ? off.snapshot->source_axis : off.snapshot->target_axis;
    return axis.words.value(static_cast<qsizetype>(row));
}

PlotPanel surprisePanel(const SwitchedOff& off) {
    CurvePlot plot;
    plot.x_name = tr("token");
    plot.y_name = tr("surprise, nats");
    PlotCurve with, without;
    with.name = tr("with positions");
    with.colour = 0;
    without.name = tr("without");
    without.colour = 1;
    for (std::size_t row = 0; row < off.compared.rows.size(); ++row) {
        const RowWithoutPositions& compared = off.compared.rows[row];
        if (!compared.surprise_with)
            continue;
        with.x.push_back(double(row));
        with.y.push_back(*compared.surprise_with);
        without.x.push_back(double(row));
        without.y.push_back(*compared.surprise_without);
    }
    plot.curves = {with, without};
    return wide(panelOf(
        tr("Surprise token by token"),
        tr("−log p of the token that really follows: low where the model saw it coming."),
        tr("The natural logarithm of one over the probability the model gave to the next token."), plot));
}

/// The selected row's first guesses with positions, and what becomes of them.
Result<PlotPanel> guessPanel(const SwitchedOff& off, std::size_t row) {
    const Model& model = off.snapshot->model();
    HEADLIGHT_ASSIGN(const Tensor with, model.logits(off.snapshot->trace(), {row, row + 1}));
    HEADLIGHT_ASSIGN(const Tensor without, model.logits(*off.compared.run.trace, {row, row + 1}));
    std::vector<TokenId> ids;
    for (const Tensor* const logits : {&with, &without})
        for (const Candidate& candidate : topCandidates(logits->span(), kTop))
            if (std::find(ids.begin(), ids.end(), candidate.id) == ids.end())
                ids.push_back(candidate.id);
    BarPlot plot;
    plot.columns = {{tr("with positions"), tr("Probability of the token as the model gives it."), true},
                    {tr("without"), tr("The same with positions switched off."), true}};
    for (const TokenId id : ids) {
        const double before = probabilityOf(with.span(), id), after = probabilityOf(without.span(), id);
        BarPlot::Row bar;
        bar.word = wordOf(model, id);
        bar.numbers = {weightText(before), weightText(after)};
        bar.fractions = {before, after};
        bar.values = {before, after};
        bar.strong = row < off.snapshot->written.size() && off.snapshot->written[row] == id;
        bar.note = tr("“%1”: %2 → %3").arg(bar.word).arg(before, 0, 'g', 6).arg(after, 0, 'g', 6);
        plot.rows.push_back(std::move(bar));
    }
    return panelOf(tr("Prediction at “%1”").arg(rowWord(off, model.spec().outputStack(), row)),
                   tr("The first guesses with positions and without; strong: the token that follows."),
                   tr("Softmax of the output at the selected token."), plot);
}

} // namespace

Result<SwitchedOffPtr> switchOff(const SnapshotPtr& snapshot, const RunControl& control) {
    auto off = std::make_shared<SwitchedOff>();
    off->snapshot = snapshot;
    HEADLIGHT_ASSIGN(off->compared,
                     compareWithoutPositions(snapshot->model(), snapshot->run, snapshot->written, control));
    return SwitchedOffPtr(std::move(off));
}

std::vector<PlotPanel> switchedOffPanels(const SwitchedOff& off, const HeadAddress& head,
                                         const TokenPair& pair) {
    std::vector<PlotPanel> panels{summaryPanel(off), movedPanel(off, head)};
    if (off.snapshot->trace().check(head).ok()) {
        panels.push_back(mapPanel(off, head, pair, false));
        panels.push_back(mapPanel(off, head, pair, true));
    }
    if (off.compared.rows.empty())
        return panels;
    // The selected row, where the head's queries are the rows that predict.
    const bool own_rows = (head.kind == AttentionKind::EncoderSelf) ==
                          (off.snapshot->model().spec().outputStack() == StackKind::Encoder);
    const std::size_t row = own_rows && pair.query ? *pair.query : off.compared.rows.size() - 1;
    if (row < off.compared.rows.size())
        if (auto guesses = guessPanel(off, row); guesses.ok())
            panels.push_back(std::move(guesses).value());
    if (off.compared.surprise_with)
        panels.push_back(surprisePanel(off));
    return panels;
}

} // namespace headlight::ui
