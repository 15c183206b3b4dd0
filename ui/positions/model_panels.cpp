// How the loaded model knows order, with its own numbers.
#include "core/analysis/positions/position_tables.h"
#include "core/model/positions.h"
#include "ui/positions/model_parts.h"
#include "ui/positions/panel_parts.h"

#include <algorithm>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

constexpr std::size_t kFarthestBias = 160;
constexpr std::size_t kNamedHeads = 8; // more become faint lines without a legend

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
    const StackSpec& spec = stackSpec(model, stack);
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
                               tr("Pair i turns by base<sup>−2i / dims</sup> a token.")});
        facts.facts.push_back({tr("scaling"), scalingKey(positions.rotary.scaling),
                               tr("How the turning is slowed for long texts (config.json's rope_scaling).")});
    }
    if (positions.relative.n_buckets > 0)
        facts.facts.push_back({tr("buckets"),
                               tr("%1, the last from distance %2")
                                   .arg(positions.relative.n_buckets)
                                   .arg(lastBucketFrom(positions.relative)),
                               tr("Distances that share one learned number.")});
    if (spec.causal)
        facts.facts.push_back(
            {tr("mask"), tr("causal"),
             tr("A token sees only those before it, which alone tells something about order.")});
    return wide(
        panelOf(stack == StackKind::Encoder ? tr("The encoder's positions") : tr("The decoder's positions"),
                {}, tr("From the model's configuration."), facts));
}

Result<std::vector<PlotPanel>> biasPanels(const Model& model, StackKind stack) {
    const StackSpec& spec = stackSpec(model, stack);
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

} // namespace

std::vector<StackKind> stacksFor(const Model& model, PositionPage page) {
    std::vector<StackKind> stacks;
    for (const StackKind stack : {StackKind::Encoder, StackKind::Decoder}) {
        if (stack == StackKind::Encoder ? !model.spec().hasEncoder() : !model.spec().hasDecoder())
            continue;
        const PositionSpec& positions = stackSpec(model, stack).positions;
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
    const StackSpec& spec = stackSpec(*source.model, stack);
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
