#include "ui/inspector/score_formulas.h"

#include "ui/theme/figures.h"

#include <cmath>

namespace headlight::ui {

namespace {

using Ink = Formula::Ink;

Formula equals() { return word(QStringLiteral("  =  ")); }

Formula dotProduct() {
    return row({symbol(QStringLiteral("q"), Ink::Query), word(QStringLiteral("·")), symbol(QStringLiteral("k"), Ink::Key)});
}

Formula scoreFormula(const PairNumbers& numbers) {
    const QString dot = numberText(numbers.dot);
    std::vector<Formula> parts{word(QStringLiteral("score")), equals()};
    if (numbers.scale_is_root) {
        parts.push_back(fraction(dotProduct(), root(subscript(symbol(QStringLiteral("d")), symbol(QStringLiteral("k"))))));
        parts.push_back(equals());
        parts.push_back(fraction(word(dot), root(word(QString::number(numbers.headDim())))));
    } else {
        parts.push_back(row({dotProduct(), word(QStringLiteral(" × scale"))}));
        parts.push_back(equals());
        parts.push_back(word(dot + QStringLiteral(" × ") + numberText(numbers.scale)));
    }
    if (numbers.softcap > 0)
        parts.push_back(word(QStringLiteral(", capped at ") + numberText(numbers.softcap)));
    if (numbers.has_bias)
        parts.push_back(word((numbers.bias < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")) +
                             numberText(std::abs(numbers.bias)) + QStringLiteral(" bias")));
    parts.push_back(equals());
    parts.push_back(word(numberText(numbers.score), Ink::Strong));
    return row(std::move(parts));
}

/// With the row's maximum taken out of both sides where e^score would leave the range people read.
Formula weightFormula(const PairNumbers& numbers) {
    const bool plain = std::abs(numbers.row_maximum) < 12.0;
    const double shift = plain ? 0.0 : numbers.row_maximum;
    const QString shifted = plain ? QString()
                                  : (shift < 0 ? QStringLiteral(" + ") : QStringLiteral(" − ")) + numberText(std::abs(shift));
    const double sum = numbers.exponential_sum * std::exp(numbers.row_maximum - shift);
    const auto power = [&shifted](const QString& exponent) {
        return superscript(symbol(QStringLiteral("e")), word(exponent + shifted));
    };
    return row({word(QStringLiteral("weight")), equals(),
                fraction(power(numberText(numbers.score)), row({word(QStringLiteral("Σ ")), power(QStringLiteral("score"))})),
                equals(), fraction(word(numberText(std::exp(numbers.score - shift))), word(numberText(sum))), equals(),
                word(weightText(numbers.weight), Ink::Strong)});
}

} // namespace

std::vector<Formula> scoreFormulas(const PairNumbers& numbers) {
    if (numbers.masked)
        return {row({word(QStringLiteral("score")), equals(), word(QStringLiteral("−∞"), Ink::Strong),
                     word(QStringLiteral("   the mask hides this token"), Ink::Muted)}),
                row({word(QStringLiteral("weight")), equals(), word(QStringLiteral("0"), Ink::Strong)})};
    return {scoreFormula(numbers), weightFormula(numbers)};
}

} // namespace headlight::ui
