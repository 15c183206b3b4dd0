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

/// A number that opens the quantity it is.
Formula number(const QString& text, Quantity quantity, Ink ink = Ink::Plain) {
    return linked(word(text, ink), static_cast<int>(quantity));
}

Formula scoreFormula(const PairNumbers& numbers) {
    const QString dot = numberText(numbers.dot);
    std::vector<Formula> parts{word(QStringLiteral("score")), equals()};
    if (numbers.scale_is_root) {
        parts.push_back(fraction(dotProduct(), root(subscript(symbol(QStringLiteral("d")), symbol(QStringLiteral("k"))))));
        parts.push_back(equals());
        parts.push_back(fraction(number(dot, Quantity::DotProduct),
                                 linked(root(word(QString::number(numbers.headDim()))), static_cast<int>(Quantity::Scale))));
    } else {
        parts.push_back(row({dotProduct(), word(QStringLiteral(" × scale"))}));
        parts.push_back(equals());
        parts.push_back(number(dot, Quantity::DotProduct));
        parts.push_back(word(QStringLiteral(" × ")));
        parts.push_back(number(numberText(numbers.scale), Quantity::Scale));
    }
    if (numbers.softcap > 0) {
        parts.push_back(word(QStringLiteral(", capped at ")));
        parts.push_back(number(numberText(numbers.softcap), Quantity::SoftCap));
    }
    if (numbers.has_bias) {
        parts.push_back(word(numbers.bias < 0 ? QStringLiteral(" − ") : QStringLiteral(" + ")));
        parts.push_back(number(numberText(std::abs(numbers.bias)), Quantity::PositionBias));
        parts.push_back(word(QStringLiteral(" bias")));
    }
    parts.push_back(equals());
    parts.push_back(number(numberText(numbers.score), Quantity::Score, Ink::Strong));
    return row(std::move(parts));
}

/// As the run computes it: the row's largest score is taken out of both sides, so that no exponential leaves the range.
Formula weightFormula(const PairNumbers& numbers) {
    const auto power = [](Formula exponent) { return superscript(symbol(QStringLiteral("e")), std::move(exponent)); };
    const QString minus = numbers.row_maximum < 0 ? QStringLiteral(" + ") : QStringLiteral(" − ");
    return row({word(QStringLiteral("weight")), equals(),
                fraction(power(row({number(numberText(numbers.score), Quantity::Score), word(minus),
                                    number(numberText(std::abs(numbers.row_maximum)), Quantity::RowMaximum)})),
                         row({word(QStringLiteral("Σ ")), power(word(QStringLiteral("score − max")))})),
                equals(),
                fraction(number(numberText(std::exp(numbers.score - numbers.row_maximum)), Quantity::Exponential),
                         number(numberText(numbers.exponential_sum), Quantity::ExponentialSum)),
                equals(), number(weightText(numbers.weight), Quantity::AttentionWeight, Ink::Strong)});
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
