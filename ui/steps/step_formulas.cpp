#include "ui/steps/step_formulas.h"

#include "core/compute/activation_name.h"
#include "ui/theme/figures.h"

#include <QCoreApplication>

#include <cmath>

namespace headlight::ui {
namespace {

using Ink = Formula::Ink;

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::StepFormulas)
};

constexpr std::size_t kTermsShown = 3;

Formula equals() {
    return word(QStringLiteral(" = "));
}
Formula number(double value) {
    return word(numberText(value));
}
Formula strong(double value) {
    return word(numberText(value), Ink::Strong);
}
Formula letter(const char* name, Ink ink = Ink::Plain) {
    return symbol(QString::fromUtf8(name), ink);
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

Formula divisorFormula(const Step& step) {
    return step.root_of > 0 ? root(word(QString::number(step.root_of))) : number(*step.constant);
}

/// "0.41 · 1.2 + 0.03 · −2 + … (32 products)"
Formula sumOfProducts(const CellArithmetic& cell) {
    std::vector<Formula> parts;
    for (std::size_t i = 0; i < std::min(kTermsShown, cell.terms.size()); ++i) {
        if (i > 0)
            parts.push_back(word(QStringLiteral(" + ")));
        parts.push_back(number(cell.terms[i].left));
        parts.push_back(word(QStringLiteral("·")));
        parts.push_back(number(cell.terms[i].right));
    }
    if (cell.terms.size() > kTermsShown)
        parts.push_back(word(QStringLiteral(" + … "), Ink::Muted));
    const bool biased = cell.bias && *cell.bias != 0.0;
    if (biased) {
        parts.push_back(word(*cell.bias < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")));
        parts.push_back(number(std::abs(*cell.bias)));
    }
    parts.push_back(equals());
    // What goes on into an activation is not yet the cell's number.
    parts.push_back(cell.sum && cell.activation != Activation::None ? number(*cell.sum)
                                                                    : strong(cell.as_run));
    if (cell.terms.size() > kTermsShown) {
        const int n = static_cast<int>(cell.terms.size());
        parts.push_back(word(biased ? Texts::tr("   (%n products and the bias)", nullptr, n)
                                    : Texts::tr("   (%n products)", nullptr, n),
                             Ink::Muted));
    }
    if (cell.angle)
        parts.push_back(word(Texts::tr("   (turned by %1 rad)").arg(numberText(*cell.angle)), Ink::Muted));
    return row(std::move(parts));
}

Formula sumOfTwo(const CellArithmetic& cell) {
    std::vector<Formula> parts;
    for (std::size_t i = 0; i < cell.terms.size(); ++i) {
        const double value = cell.terms[i].left;
        if (i > 0)
            parts.push_back(word(value < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")));
        parts.push_back(number(i > 0 ? std::abs(value) : value));
    }
    parts.push_back(equals());
    parts.push_back(strong(cell.as_run));
    return row(std::move(parts));
}

Formula softmaxNumbers(const CellArithmetic& cell) {
    if (cell.masked)
        return row({superscript(letter("e"), word(QStringLiteral("−∞"))), equals(),
                    word(QStringLiteral("0"), Ink::Strong)});
    // The row's largest score is taken out above and below, as the pass does it.
    return row({fraction(superscript(letter("e"), number(cell.exponent)),
                         row({word(QStringLiteral("Σ ")),
                              superscript(letter("e"), row({letter("s"), word(QStringLiteral(" − max"))}))})),
                equals(), fraction(number(std::exp(cell.exponent)), number(*cell.divisor)), equals(),
                word(weightText(cell.as_run, 4), Ink::Strong)});
}

/// "1.23 → 5, set by you", "0.21 → 0.13", "0.21 stays"
Formula setNumbers(const Step& step, const CellArithmetic& cell) {
    const bool weights = step.kind == StepKind::SetWeights;
    const auto shown = [weights](double value) {
        return value == double(kMaskedScore) ? QStringLiteral("−∞")
               : weights                     ? weightText(value, 4)
                                             : numberText(value);
    };
    const double before = cell.terms.front().left;
    if (!cell.set_by_hand && before == cell.as_run)
        return row({word(shown(before), Ink::Strong), word(Texts::tr("   stays"), Ink::Muted)});
    std::vector<Formula> parts{word(shown(before)), word(QStringLiteral("  →  ")),
                               word(shown(cell.as_run), Ink::Strong)};
    parts.push_back(word(cell.set_by_hand ? Texts::tr("   set by you")
                                          : Texts::tr("   its share of what is left of the row"),
                         Ink::Muted));
    return row(std::move(parts));
}

Formula matrixName(const StepMatrix& matrix) {
    const QString name = QString::fromStdString(matrix.symbol);
    return name.size() == 1 ? symbol(name) : word(name);
}

/// "GELU" of each kind: a formula has no room for which.
QString functionName(Activation activation) {
    return QString::fromUtf8(activationName(activation).data()).section(QStringLiteral(" ("), 0, 0);
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
    const auto* linear = step.maps.empty() ? nullptr : std::get_if<LinearMap>(&step.maps.front().how);
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
    std::vector<Formula> both = turnFormulas();
    return row({std::move(both[0]), word(QStringLiteral(",   ")), std::move(both[1])});
}

/// "(0.61 − 0.01) / 1.03 · 0.98 + 0.02 = 0.59"
Formula normNumbers(const CellArithmetic& cell) {
    const CellArithmetic::Norm& norm = *cell.norm;
    const Formula above =
        norm.centred
            ? row({number(norm.x), word(norm.mean < 0 ? QStringLiteral(" + ") : QStringLiteral(" − ")),
                   number(std::abs(norm.mean))})
            : number(norm.x);
    std::vector<Formula> parts{fraction(above, number(norm.divisor)), word(QStringLiteral(" · ")),
                               number(norm.gain)};
    if (norm.centred) {
        parts.push_back(word(norm.bias < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")));
        parts.push_back(number(std::abs(norm.bias)));
    }
    parts.push_back(equals());
    parts.push_back(strong(cell.as_run));
    return row(std::move(parts));
}

/// "dimension 3 of head 2 = 0.41"
Formula concatenatedNumber(const Step& step, const CellArithmetic& cell, std::size_t column) {
    const std::size_t head_dim = step.operands.front().values->dimension(1);
    return row(
        {word(Texts::tr("dimension %1 of head %2").arg(column % head_dim + 1).arg(column / head_dim + 1)),
         equals(), strong(cell.as_run)});
}

/// "ReLU(−0.53) = 0", "SiLU(1.2) · 0.4 = 0.369"
Formula activationNumbers(const CellArithmetic& cell) {
    std::vector<Formula> parts{word(functionName(cell.activation) + QStringLiteral("(")),
                               number(cell.gate.value_or(*cell.sum)), word(QStringLiteral(")"))};
    if (cell.gate) {
        parts.push_back(word(QStringLiteral(" · ")));
        parts.push_back(number(*cell.sum));
    }
    parts.push_back(equals());
    parts.push_back(strong(cell.as_run));
    if (cell.gate)
        parts.push_back(word(Texts::tr("   (the gate is summed up likewise)"), Ink::Muted));
    return row(std::move(parts));
}

/// Where a number comes from that is not worked out from others on the sheet.
QString originText(StepKind kind) {
    switch (kind) {
    case StepKind::Embed:
        return Texts::tr("looked up in the embedding table, at the token's row (with its segment's, where there are segments)");
    case StepKind::ReadStream:
        return Texts::tr("left by the steps before this one");
    default:
        return Texts::tr("as computed in the run");
    }
}

} // namespace

Formula stepFormula(const Step& step) {
    switch (step.kind) {
    case StepKind::Product:
    case StepKind::WeightedSum:
        return productFormula(step);
    case StepKind::Scale:
        if (step.factor)
            return row({subscript(letter("s"), letter("ij")), equals(), number(*step.factor),
                        word(QStringLiteral(" · ( ")), subscript(letter("q", Ink::Query), letter("i")),
                        word(QStringLiteral(" · ")), subscript(letter("k", Ink::Key), letter("j")),
                        word(QStringLiteral(" )"))});
        return row(
            {subscript(letter("s"), letter("ij")), equals(),
             fraction(row({subscript(letter("q", Ink::Query), letter("i")), word(QStringLiteral(" · ")),
                           subscript(letter("k", Ink::Key), letter("j"))}),
                      step.root_of > 0 ? root(subscript(letter("d"), letter("k")))
                                       : number(*step.constant))});
    case StepKind::Bias: // of the distance alone
        return row({subscript(letter("s"), letter("ij")), word(QStringLiteral("  →  ")),
                    subscript(letter("s"), letter("ij")), word(QStringLiteral(" + ")),
                    subscript(letter("b"), row({letter("j"), word(QStringLiteral(" − ")), letter("i")}))});
    case StepKind::SetScores:
        return row({subscript(letter("s"), letter("ij")), word(QStringLiteral("  →  ")),
                    word(Texts::tr("what you set"), Ink::Muted)});
    case StepKind::SetWeights:
        return row({subscript(letter("a"), letter("ij")), word(QStringLiteral("  →  ")),
                    word(Texts::tr("what you set"), Ink::Muted)});
    case StepKind::Temperature:
        return row({subscript(letter("s"), letter("ij")), word(QStringLiteral("  →  ")),
                    fraction(subscript(letter("s"), letter("ij")), number(*step.constant))});
    case StepKind::ScaleHead:
        return row({subscript(letter("o"), letter("i")), word(QStringLiteral("  →  ")), number(*step.factor),
                    word(QStringLiteral(" · ")), subscript(letter("o"), letter("i"))});
    case StepKind::Softmax:
        return row({subscript(letter("a"), letter("ij")), equals(),
                    fraction(superscript(letter("e"), subscript(letter("s"), letter("ij"))),
                             row({word(QStringLiteral("Σ ")),
                                  superscript(letter("e"), subscript(letter("s"), letter("il")))}))});
    case StepKind::SoftCap:
        return row({letter("s"), equals(), letter("c"), word(QStringLiteral(" · tanh(")),
                    fraction(letter("s"), letter("c")), word(QStringLiteral(")"))});
    case StepKind::Project: {
        std::vector<Formula> parts;
        for (Formula& formula : projectFormulas(step)) {
            if (!parts.empty())
                parts.push_back(word(QStringLiteral(",   ")));
            parts.push_back(std::move(formula));
        }
        return row(std::move(parts));
    }
    case StepKind::NormEmbedding:
    case StepKind::AttentionNorm:
    case StepKind::AttentionPostNorm:
    case StepKind::FeedForwardNorm:
    case StepKind::FeedForwardPostNorm:
        if (const auto* norm = step.maps.empty() ? nullptr : std::get_if<NormMap>(&step.maps.front().how))
            return normFormula(*norm);
        break;
    case StepKind::MapEmbedding:
    case StepKind::OutputMap:
    case StepKind::FeedForwardOut:
    case StepKind::FeedForwardInner:
        if (const auto* linear = step.maps.empty() ? nullptr : std::get_if<LinearMap>(&step.maps.front().how))
            return linearFormula(step, *linear);
        break;
    case StepKind::Place:
        if (const auto* turn = step.maps.empty() ? nullptr : std::get_if<TurnMap>(&step.maps.front().how))
            return turnFormula(*turn);
        break;
    case StepKind::Concatenate:
        return row({letter("O"), equals(), word(QStringLiteral("[ ")),
                    subscript(letter("O"), word(QStringLiteral("1"))), word(QStringLiteral("  …  ")),
                    subscript(letter("O"), letter("h")), word(QStringLiteral(" ]"))});
    case StepKind::Mask:
        return row({subscript(letter("s"), letter("ij")), word(QStringLiteral("  →  −∞  ")),
                    word(Texts::tr("where the query may not see the key"), Ink::Muted)});
    case StepKind::ReadStream:
        return {}; // nothing is computed
    default:
        break;
    }
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
        parts.push_back(word(QStringLiteral("  →  ")));
    for (const StepMatrix& result : step.results)
        parts.push_back(matrixName(result));
    return row(std::move(parts));
}

std::vector<Formula> stepFormulaLines(const Step& step) {
    if (step.kind == StepKind::Project)
        return projectFormulas(step);
    const auto* turn = step.maps.empty() ? nullptr : std::get_if<TurnMap>(&step.maps.front().how);
    if (turn != nullptr && !turn->frequencies.empty())
        return turnFormulas();
    return {stepFormula(step)};
}

std::vector<Formula> cellFormulas(const Step& step, const CellArithmetic& cell, std::size_t column) {
    std::vector<Formula> lines;
    if (cell.products) {
        lines.push_back(sumOfProducts(cell));
        if (cell.sum && cell.activation != Activation::None)
            lines.push_back(activationNumbers(cell));
    } else if (cell.norm)
        lines.push_back(normNumbers(cell));
    else if (step.kind == StepKind::Concatenate)
        lines.push_back(concatenatedNumber(step, cell, column));
    else if (step.kind == StepKind::SetScores || step.kind == StepKind::SetWeights)
        lines.push_back(setNumbers(step, cell));
    else if (step.factor)
        lines.push_back(row({number(cell.terms.front().left), word(QStringLiteral(" · ")),
                             number(*step.factor), equals(), strong(cell.as_run)}));
    else if (step.kind == StepKind::Temperature && cell.masked)
        lines.push_back(word(QStringLiteral("−∞"), Ink::Strong));
    else if (step.kind == StepKind::Softmax)
        lines.push_back(softmaxNumbers(cell));
    else if (step.kind == StepKind::Mask && cell.masked)
        lines.push_back(row({number(cell.terms.front().left), word(QStringLiteral("  →  ")),
                             word(QStringLiteral("−∞"), Ink::Strong)}));
    else if (step.kind == StepKind::Scale || step.kind == StepKind::Temperature)
        lines.push_back(row({number(cell.terms.front().left), word(QStringLiteral(" ÷ ")),
                             divisorFormula(step), equals(), strong(cell.as_run)}));
    else if (step.kind == StepKind::SoftCap)
        lines.push_back(
            row({number(*step.constant), word(QStringLiteral(" · tanh(")), number(cell.terms.front().left),
                 word(QStringLiteral(" ÷ ")), number(*step.constant), word(QStringLiteral(")")), equals(),
                 strong(cell.as_run)}));
    else if (!cell.terms.empty())
        lines.push_back(sumOfTwo(cell));
    else
        lines.push_back(row({strong(cell.as_run), word(QStringLiteral("   ")), word(originText(step.kind), Ink::Muted)}));
    if (cell.exact)
        lines.push_back(
            word(Texts::tr("computed again in double precision: %1")
                     .arg(QString::number(*cell.exact, 'g', 9).replace(QLatin1Char('-'), QChar(0x2212))),
                 Ink::Muted));
    return lines;
}

} // namespace headlight::ui
