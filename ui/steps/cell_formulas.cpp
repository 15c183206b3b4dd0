#include "ui/steps/cell_formulas.h"

#include "ui/steps/formula_pieces.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

using Ink = Formula::Ink;

struct Texts {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::CellFormulas)
};

constexpr std::size_t kTermsShown = 3;

Formula strong(double value) {
    return word(numberText(value), Ink::Strong);
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
        lines.push_back(
            row({strong(cell.as_run), word(QStringLiteral("   ")), word(originText(step.kind), Ink::Muted)}));
    if (cell.exact)
        lines.push_back(
            word(Texts::tr("computed again in double precision: %1")
                     .arg(QString::number(*cell.exact, 'g', 9).replace(QLatin1Char('-'), QChar(0x2212))),
                 Ink::Muted));
    return lines;
}

} // namespace headlight::ui
