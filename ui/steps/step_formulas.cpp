#include "ui/steps/step_formulas.h"

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
    parts.push_back(equals());
    parts.push_back(strong(cell.as_run));
    if (cell.terms.size() > kTermsShown)
        parts.push_back(
            word(Texts::tr("   (%n products)", nullptr, static_cast<int>(cell.terms.size())), Ink::Muted));
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
        return row({word(QStringLiteral("e")), word(QStringLiteral("^(−∞)")), equals(),
                    word(QStringLiteral("0"), Ink::Strong)});
    // The row's largest score is taken out above and below, as the pass does it.
    return row(
        {fraction(superscript(letter("e"), number(cell.exponent)), word(QStringLiteral("Σ e^(s − max)"))),
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
    case StepKind::Project:
        return row({letter("Q", Ink::Query), equals(), letter("X"), subscript(letter("W"), letter("Q")),
                    word(QStringLiteral(",   ")), letter("K", Ink::Key), equals(), letter("X"),
                    subscript(letter("W"), letter("K")), word(QStringLiteral(",   ")), letter("V"), equals(),
                    letter("X"), subscript(letter("W"), letter("V"))});
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
    std::vector<Formula> parts;
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
        if (i > 0)
            parts.push_back(word(QStringLiteral(" + ")));
        parts.push_back(word(QString::fromStdString(step.operands[i].symbol)));
    }
    if (!step.operands.empty())
        parts.push_back(word(QStringLiteral("  →  ")));
    for (const StepMatrix& result : step.results)
        parts.push_back(word(QString::fromStdString(result.symbol) + QLatin1Char(' ')));
    return row(std::move(parts));
}

std::vector<Formula> cellFormulas(const Step& step, const CellArithmetic& cell) {
    std::vector<Formula> lines;
    if (cell.products)
        lines.push_back(sumOfProducts(cell));
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
        lines.push_back(row({word(Texts::tr("this number")), equals(), strong(cell.as_run)}));
    if (cell.exact)
        lines.push_back(word(Texts::tr("computed again in double precision: %1").arg(*cell.exact, 0, 'g', 9),
                             Ink::Muted));
    return lines;
}

} // namespace headlight::ui
