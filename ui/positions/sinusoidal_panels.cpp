// Sinusoidal positions explained with sizes one chooses, in double precision.
#include "core/analysis/positions/sinusoids.h"
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"

#include <cmath>

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
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
                        .arg(wholeText(position), wholeText(position + shift), numberText(pair.turn),
                             wavelengthText(pair.frequency));
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
    return wide(
        panelOf(tr("Curves of some dimensions"),
                tr("Each pair of dimensions is a sine and a cosine of one wavelength: the first turn "
                   "fast, the last hardly at all, so that "
                   "together they tell positions apart like the hands of many clocks."),
                tr("Dimension pair i of position p holds sin and cos of p / 10,000<sup>2i / d_model</sup>."),
                curves));
}

PlotPanel tablePanel(const std::vector<double>& frequencies, const PositionSettings& settings) {
    MatrixPlot table = matrixOf(sinusoidTable(frequencies, static_cast<std::size_t>(settings.n_positions)));
    table.row_name = tr("position");
    table.column_name = tr("dimension");
    table.value_name = tr("value");
    table.is_signed = true;
    table.largest = 1.0;
    if (settings.position < settings.n_positions)
        table.mark_row = static_cast<std::size_t>(settings.position);
    return panelOf(tr("The table that is added"),
                   tr("One row a position; sines in the left half, cosines in the right. The paper lets them "
                      "take turns: "
                      "the same numbers in another order."),
                   tr("Each row of this table is added to the embedding of the token at that position."),
                   table);
}

PlotPanel dotPanel(const std::vector<double>& frequencies, const PositionSettings& settings) {
    CurvePlot dot;
    dot.x_name = tr("distance");
    dot.y_name = tr("dot product");
    dot.mark_x = settings.shift;
    dot.curves.push_back(curveOver({}, 0, -settings.n_positions, settings.n_positions, 0.5,
                                   [&](double x) { return sinusoidDot(frequencies, x); }));
    return panelOf(
        tr("Dot product by distance"),
        tr("Two positions' product depends on their distance alone: Σ cos(ω·distance), at most d_model / 2 = "
           "%1, and the same on both sides.")
            .arg(frequencies.size()),
        tr("What a score would gain from positions if query and key maps left them as they are."), dot);
}

PlotPanel productsPanel(const std::vector<double>& frequencies, const PositionSettings& settings) {
    const DoubleMatrix rows =
        sinusoidTable(frequencies, static_cast<std::size_t>(std::min(settings.n_positions, 128)));
    MatrixPlot products = matrixOf(rows * rows.transpose());
    products.row_name = products.column_name = tr("position");
    products.value_name = tr("dot product");
    products.is_signed = true;
    products.square = true;
    return panelOf(tr("Every position with every other"),
                   tr("The same along every diagonal: only distance counts."),
                   tr("Dot products of the table's rows."), products);
}

PlotPanel rotationPanel(const std::vector<double>& frequencies, const PositionSettings& settings) {
    return wide(panelOf(
        tr("Position %1 is a rotation")
            .arg(settings.shift < 0 ? tr("− %1").arg(-settings.shift) : tr("+ %1").arg(settings.shift)),
        tr("Grey hand: position %1; black: position %2. Each pair turns by ω · %3, "
           "whatever the position, so a linear map can look a fixed "
           "number of tokens back.")
            .arg(wholeText(settings.position), wholeText(settings.position + settings.shift),
                 wholeText(settings.shift)),
        tr("sin(a + b) = sin a cos b + cos a sin b: a shift by k multiplies each "
           "pair by one 2 × 2 rotation."),
        turnsOf(shiftAsRotation(frequencies, settings.position, settings.shift), settings.position,
                settings.shift)));
}

} // namespace

std::vector<PlotPanel> sinusoidalPanels(const PositionSettings& settings) {
    const std::vector<double> frequencies =
        sinusoidFrequencies(settings.layout, static_cast<std::size_t>(settings.d_model));
    return {sinusoidCurves(frequencies, settings), tablePanel(frequencies, settings),
            dotPanel(frequencies, settings), productsPanel(frequencies, settings),
            rotationPanel(frequencies, settings)};
}

} // namespace headlight::ui
