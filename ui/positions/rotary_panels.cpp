// Rotary positions explained: speeds as the models compute them, what turning does, bases and ways of
// scaling.
#include "core/analysis/positions/rotations.h"
#include "core/model/positions.h"
#include "ui/positions/panel_parts.h"
#include "ui/positions/position_panels.h"

namespace headlight::ui {
namespace {

QString tr(const char* source) {
    return positionsText(source);
}

/// What all pictures of one choice share.
struct Rotation {
    RotarySpec rotary;
    RotarySpec plain;               ///< the same without scaling
    std::size_t length = 0;         ///< of the text that scaling is for
    std::vector<float> frequencies; ///< with scaling, [dims / 2]
    std::vector<float> unscaled;
    bool scaled = false;
    double farthest = 0.0; ///< distance that is drawn
    double last = 0.0;     ///< pair
};

Rotation rotationOf(const PositionSettings& settings) {
    Rotation of;
    of.rotary = of.plain = rotaryOf(settings);
    of.plain.scaling = RotaryScaling::None;
    of.length = static_cast<std::size_t>(settings.original_positions * settings.factor);
    of.frequencies = rotaryFrequencies(of.rotary, of.length);
    of.unscaled = rotaryFrequencies(of.plain, of.length);
    of.scaled = of.rotary.scaling != RotaryScaling::None;
    of.farthest = 4.0 * settings.n_positions;
    of.last = double(of.frequencies.size()) - 1.0;
    return of;
}

PlotPanel turningPanel(const Rotation& of, const PositionSettings& settings) {
    TurnPlot turns;
    for (const std::size_t i : somePairs(of.frequencies.size(), kMostDiscs)) {
        const double frequency = double(of.frequencies[i]);
        turns.hands.push_back(
            {tr("pair %1").arg(i), 0.0, frequency * settings.position,
             tr("pair %1 turns %2 rad a token: %3 rad at position %4; a full turn takes %5 tokens")
                 .arg(i)
                 .arg(numberText(frequency), numberText(frequency * settings.position))
                 .arg(settings.position)
                 .arg(wavelengthText(frequency))});
    }
    return wide(panelOf(
        tr("Pairs turning: position %1").arg(settings.position),
        tr("Each pair of a query's or key's dimensions is turned by position × its own speed. A product of "
           "two turned vectors keeps only "
           "the difference of their angles: the distance."),
        tr("Rotary positions (Su et al. 2021) turn pair i by position · base<sup>−2i / dims</sup>."), turns));
}

PlotPanel alikenessPanel(const Rotation& of) {
    CurvePlot alike;
    alike.x_name = tr("distance");
    alike.y_name = tr("mean cosine");
    if (of.scaled)
        alike.curves.push_back(curveOver(tr("without scaling"), 6, 0, of.farthest, 1.0,
                                         [&](double x) { return rotaryAlikeness(of.unscaled, x); }));
    alike.curves.push_back(curveOver(of.scaled ? tr("with scaling") : QString(), 0, 0, of.farthest, 1.0,
                                     [&](double x) { return rotaryAlikeness(of.frequencies, x); }));
    return panelOf(
        tr("Score by distance"),
        tr("What turning alone leaves of the product of two equal vectors: the mean of cos(ω·distance). It "
           "falls with distance, in waves."),
        tr("1 at distance 0; real queries and keys weigh the pairs differently: see “This model”."), alike);
}

PlotPanel basePanel(const Rotation& of) {
    CurvePlot bases;
    bases.x_name = tr("distance");
    bases.y_name = tr("mean cosine");
    int colour = 0;
    for (const double base : {1e2, 1e4, 5e5}) {
        RotarySpec variant = of.plain;
        variant.base = base;
        const std::vector<float> speeds = rotaryFrequencies(variant, of.length);
        bases.curves.push_back(curveOver(tr("base %L1").arg(base, 0, 'f', 0), colour++, 0, of.farthest, 1.0,
                                         [speeds](double x) { return rotaryAlikeness(speeds, x); }));
    }
    return panelOf(tr("The base"),
                   tr("A larger base slows the pairs down: nearness fades later. Llama 1 and 2 use "
                      "10,000, Llama 3 500,000."),
                   tr("The base decides how long the longest wave is."), bases);
}

PlotPanel wavelengthPanel(const Rotation& of, const PositionSettings& settings) {
    CurvePlot waves;
    waves.x_name = tr("pair");
    waves.y_name = tr("tokens a turn");
    waves.log_y = true;
    const auto tokens = [](const std::vector<float>& speeds) {
        return [&speeds](double pair) {
            return 2.0 * std::numbers::pi / double(speeds[static_cast<std::size_t>(pair)]);
        };
    };
    if (of.scaled)
        waves.curves.push_back(curveOver(tr("without scaling"), 6, 0, of.last, 1.0, tokens(of.unscaled)));
    waves.curves.push_back(
        curveOver(of.scaled ? tr("with scaling") : QString(), 0, 0, of.last, 1.0, tokens(of.frequencies)));
    PlotCurve trained = curveOver(tr("trained length"), 2, 0, of.last, 1.0,
                                  [&](double) { return double(settings.original_positions); });
    trained.dashed = true;
    waves.curves.push_back(trained);
    return panelOf(tr("Wavelengths"),
                   tr("How many tokens a full turn takes, pair by pair. Pairs above the dashed "
                      "line never finish a turn in training: scaling is about them."),
                   tr("Wavelength = 2π / speed, in tokens."), waves);
}

PlotPanel scalingPanel(const Rotation& of, const PositionSettings& settings) {
    CurvePlot scalings;
    scalings.x_name = tr("pair");
    scalings.y_name = tr("times slower");
    scalings.log_y = true;
    int colour = 0;
    for (const auto& [scaling, name] : {std::pair{RotaryScaling::Linear, tr("linear")},
                                        {RotaryScaling::Dynamic, tr("dynamic (NTK)")},
                                        {RotaryScaling::Yarn, tr("YaRN")},
                                        {RotaryScaling::Llama3, tr("Llama 3")}}) {
        RotarySpec variant = of.rotary;
        variant.scaling = scaling;
        const std::vector<float> speeds = rotaryFrequencies(variant, of.length);
        scalings.curves.push_back(curveOver(name, colour++, 0, of.last, 1.0, [&](double pair) {
            const auto i = static_cast<std::size_t>(pair);
            return double(of.unscaled[i]) / double(speeds[i]);
        }));
    }
    return panelOf(tr("Ways of scaling"),
                   tr("For texts %1 times as long as those of the training: linear slows all pairs "
                      "alike, the others spare the fast ones.")
                       .arg(QString::number(settings.factor, 'g', 3)),
                   tr("Speed without scaling divided by speed with it, pair by pair."), scalings);
}

} // namespace

std::vector<PlotPanel> rotaryPanels(const PositionSettings& settings) {
    const Rotation of = rotationOf(settings);
    return {turningPanel(of, settings), alikenessPanel(of), basePanel(of), wavelengthPanel(of, settings),
            scalingPanel(of, settings)};
}

} // namespace headlight::ui
