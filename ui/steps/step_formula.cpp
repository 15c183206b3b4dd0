#include "ui/steps/step_formula.h"

#include "ui/steps/formula_pieces.h"

#include <QCoreApplication>

#include <utility>

namespace headlight::ui {
namespace {

using Ink = Formula::Ink;

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::StepFormula)
};

Formula arrow() {
    return word(QStringLiteral("  →  "));
}

/// Parts in one row with `between` between them.
Formula joined(std::vector<Formula> parts, const QString& between) {
    std::vector<Formula> all;
    for (Formula& part : parts) {
        if (!all.empty())
            all.push_back(word(between));
        all.push_back(std::move(part));
    }
    return row(std::move(all));
}

/// How the step's first result follows from the weights, where it does by such a map.
template <typename Map>
const Map* mapOf(const Step& step) {
    return step.maps.empty() ? nullptr : std::get_if<Map>(&step.maps.front().how);
}

Formula matrixName(const StepMatrix& matrix) {
    const QString name = QString::fromStdString(matrix.symbol);
    return name.size() == 1 ? symbol(name) : word(name);
}

Formula productFormula(const Step& step) {
    if (step.kind == StepKind::WeightedSum)
        return row({subscript(letter("o"), letter("i")), equals(), word(QStringLiteral("Σ ")),
                    subscript(letter("a"), letter("ij")), word(QStringLiteral(" · ")),
                    subscript(letter("v"), letter("j"))});
    return row({subscript(letter("q", Ink::Query), letter("i")), word(QStringLiteral(" · ")),
                subscript(letter("k", Ink::Key), letter("j")), equals(), word(QStringLiteral("Σ ")),
                subscript(letter("q", Ink::Query), letter("id")), word(QStringLiteral(" ")),
                subscript(letter("k", Ink::Key), letter("jd"))});
}

/// "y = (x − μ) / √(σ² + ε) · γ + β", or without what an RMS norm leaves out
Formula normFormula(const NormMap& norm) {
    const bool centred = norm.kind == NormKind::LayerNorm;
    const Formula above =
        centred ? row({letter("x"), word(QStringLiteral(" − ")), letter("μ")}) : letter("x");
    const Formula below =
        centred ? root(row({superscript(letter("σ"), word(QStringLiteral("2"))), word(QStringLiteral(" + ")),
                            letter("ε")}))
                : root(row({word(Texts::tr("mean of ")), superscript(letter("x"), word(QStringLiteral("2"))),
                            word(QStringLiteral(" + ")), letter("ε")}));
    std::vector<Formula> parts{letter("y"), equals(), fraction(above, below)};
    if (!norm.gain.empty()) {
        parts.push_back(word(QStringLiteral(" · ")));
        parts.push_back(letter("γ"));
    }
    if (!norm.bias.empty()) {
        parts.push_back(word(QStringLiteral(" + ")));
        parts.push_back(letter("β"));
    }
    return row(std::move(parts));
}

/// "O Wₒ + b", "F = ReLU( Y W₁ + b )", "F = SiLU( Y W_g ) · Y W_u"
Formula linearFormula(const Step& step, const LinearMap& linear) {
    const auto mapped = [&](const char* name) {
        std::vector<Formula> parts{matrixName(step.operands.front()), word(QStringLiteral(" ")),
                                   subscript(letter("W"), word(QString::fromUtf8(name)))};
        if (linear.biased) {
            parts.push_back(word(QStringLiteral(" + ")));
            parts.push_back(letter("b"));
        }
        return row(std::move(parts));
    };
    if (step.kind != StepKind::FeedForwardInner)
        return mapped(step.kind == StepKind::OutputMap ? "O" : step.kind == StepKind::MapEmbedding ? "E" : "2");
    const QString name = linear.activation == Activation::None ? QString() : functionName(linear.activation);
    std::vector<Formula> parts{letter("F"), equals(), word(name + QStringLiteral("( ")),
                               mapped(linear.gate ? "g" : "1"), word(QStringLiteral(" )"))};
    if (linear.gate) {
        parts.push_back(word(QStringLiteral(" · ( ")));
        parts.push_back(mapped("1"));
        parts.push_back(word(QStringLiteral(" )")));
    }
    return row(std::move(parts));
}

/// "Q = X W_Q + b_Q", "K = E W_K + b_K", ...: keys and values are of the encoder's output E in cross
/// attention.
std::vector<Formula> projectFormulas(const Step& step) {
    const auto* linear = mapOf<LinearMap>(step);
    const auto mapped = [&](const char* name, Ink ink, const StepMatrix& from) {
        std::vector<Formula> parts{letter(name, ink), equals(), matrixName(from), word(QStringLiteral(" ")),
                                   subscript(letter("W"), letter(name))};
        if (linear != nullptr && linear->biased) {
            parts.push_back(word(QStringLiteral(" + ")));
            parts.push_back(subscript(letter("b"), letter(name)));
        }
        return row(std::move(parts));
    };
    return {mapped("Q", Ink::Query, step.operands.front()), mapped("K", Ink::Key, step.operands.back()),
            mapped("V", Ink::Plain, step.operands.back())};
}

/// "q′₁ = q₁ cos pω − q₂ sin pω", "q′₂ = q₂ cos pω + q₁ sin pω": each pair of dimensions at position p
std::vector<Formula> turnFormulas() {
    const auto turned = [](const char* first, const char* sign, const char* second) {
        const auto dimension = [](const char* name, const char* of) {
            return subscript(letter(name), word(QString::fromUtf8(of)));
        };
        return row({dimension("q′", first), equals(), dimension("q", first), word(QStringLiteral(" cos ")),
                    letter("pω"), word(QString::fromUtf8(sign)), dimension("q", second),
                    word(QStringLiteral(" sin ")), letter("pω")});
    };
    return {turned("1", " − ", "2"), turned("2", " + ", "1")};
}

Formula turnFormula(const TurnMap& turn) {
    if (turn.frequencies.empty())
        return turn.norm ? normFormula(*turn.norm) : Formula{};
    return joined(turnFormulas(), QStringLiteral(",   "));
}

/// Of what happens between the products and the weighted sum: to the scores s, to the weights a.
Formula scoreFormula(const Step& step) {
    const Formula score = subscript(letter("s"), letter("ij"));
    const Formula weight = subscript(letter("a"), letter("ij"));
    const std::vector<Formula> product{subscript(letter("q", Ink::Query), letter("i")),
                                       word(QStringLiteral(" · ")),
                                       subscript(letter("k", Ink::Key), letter("j"))};
    switch (step.kind) {
    case StepKind::Scale:
        if (step.factor)
            return row({score, equals(), number(*step.factor), word(QStringLiteral(" · ( ")), product[0],
                        product[1], product[2], word(QStringLiteral(" )"))});
        return row({score, equals(),
                    fraction(row(product), step.root_of > 0 ? root(subscript(letter("d"), letter("k")))
                                                            : number(*step.constant))});
    case StepKind::Bias: // of the distance alone
        return row({score, arrow(), score, word(QStringLiteral(" + ")),
                    subscript(letter("b"), row({letter("j"), word(QStringLiteral(" − ")), letter("i")}))});
    case StepKind::SoftCap:
        return row({letter("s"), equals(), letter("c"), word(QStringLiteral(" · tanh(")),
                    fraction(letter("s"), letter("c")), word(QStringLiteral(")"))});
    case StepKind::Mask:
        return row({score, word(QStringLiteral("  →  −∞  ")),
                    word(Texts::tr("where the query may not see the key"), Ink::Muted)});
    case StepKind::SetScores:
        return row({score, arrow(), word(Texts::tr("what you set"), Ink::Muted)});
    case StepKind::SetWeights:
        return row({weight, arrow(), word(Texts::tr("what you set"), Ink::Muted)});
    case StepKind::Temperature:
        return row({score, arrow(), fraction(score, number(*step.constant))});
    default: // the softmax
        return row({weight, equals(),
                    fraction(superscript(letter("e"), score),
                             row({word(QStringLiteral("Σ ")),
                                  superscript(letter("e"), subscript(letter("s"), letter("il")))}))});
    }
}

/// "X = E + P", or of a step that has no formula of its own what goes in and what comes out: "E  →  X"
Formula namesFormula(const Step& step) {
    const bool summed = step.between == StepOperator::Plus;
    std::vector<Formula> parts;
    if (summed) {
        parts.push_back(matrixName(step.results.front()));
        parts.push_back(equals());
    }
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
        if (i > 0)
            parts.push_back(word(QStringLiteral(" + ")));
        parts.push_back(matrixName(step.operands[i]));
    }
    if (summed)
        return row(std::move(parts));
    if (!step.operands.empty())
        parts.push_back(arrow());
    for (const StepMatrix& result : step.results)
        parts.push_back(matrixName(result));
    return row(std::move(parts));
}

} // namespace

Formula stepFormula(const Step& step) {
    switch (step.kind) {
    case StepKind::Product:
    case StepKind::WeightedSum:
        return productFormula(step);
    case StepKind::Scale:
    case StepKind::Bias:
    case StepKind::SoftCap:
    case StepKind::Mask:
    case StepKind::SetScores:
    case StepKind::Temperature:
    case StepKind::Softmax:
    case StepKind::SetWeights:
        return scoreFormula(step);
    case StepKind::ScaleHead:
        return row({subscript(letter("o"), letter("i")), arrow(), number(*step.factor),
                    word(QStringLiteral(" · ")), subscript(letter("o"), letter("i"))});
    case StepKind::Project:
        return joined(projectFormulas(step), QStringLiteral(",   "));
    case StepKind::NormEmbedding:
    case StepKind::AttentionNorm:
    case StepKind::AttentionPostNorm:
    case StepKind::FeedForwardNorm:
    case StepKind::FeedForwardPostNorm:
        if (const auto* norm = mapOf<NormMap>(step))
            return normFormula(*norm);
        return namesFormula(step);
    case StepKind::MapEmbedding:
    case StepKind::OutputMap:
    case StepKind::FeedForwardOut:
    case StepKind::FeedForwardInner:
        if (const auto* linear = mapOf<LinearMap>(step))
            return linearFormula(step, *linear);
        return namesFormula(step);
    case StepKind::Place:
        if (const auto* turn = mapOf<TurnMap>(step))
            return turnFormula(*turn);
        return namesFormula(step);
    case StepKind::Concatenate:
        return row({letter("O"), equals(), word(QStringLiteral("[ ")),
                    subscript(letter("O"), word(QStringLiteral("1"))), word(QStringLiteral("  …  ")),
                    subscript(letter("O"), letter("h")), word(QStringLiteral(" ]"))});
    case StepKind::ReadStream:
        return {}; // nothing is computed
    default:
        return namesFormula(step);
    }
}

std::vector<Formula> stepFormulaLines(const Step& step) {
    if (step.kind == StepKind::Project)
        return projectFormulas(step);
    if (const auto* turn = mapOf<TurnMap>(step); turn != nullptr && !turn->frequencies.empty())
        return turnFormulas();
    return {stepFormula(step)};
}

} // namespace headlight::ui
