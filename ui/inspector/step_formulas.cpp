// The formulas of steps_texts.h: symbols on the first line, the real numbers on the second.
#include "ui/inspector/step_texts.h"

#include "ui/theme/figures.h"

namespace headlight::ui {

namespace {

using Ink = Formula::Ink;

Formula text(const char* words) {
    return word(QString::fromUtf8(words));
}
Formula sub(const char* base, const char* script, Ink ink = Ink::Plain) {
    return subscript(symbol(QString::fromUtf8(base), ink), symbol(QString::fromUtf8(script)));
}
Formula sideSymbol(HeadSide side) {
    return side == HeadSide::Query ? sub("q", "i", Ink::Query)
           : side == HeadSide::Key ? sub("k", "i", Ink::Key)
                                   : sub("v", "i");
}
Formula power(Formula exponent) {
    return superscript(symbol(QStringLiteral("e")), std::move(exponent));
}

double shown(const TracedNumber& number) {
    return number.run ? double(*number.run) : number.exact;
}

/// The two lines of one node.
class StepFormula {
public:
    StepFormula(const ProvenanceNode& node, const StepContext& context)
        : node_(node)
        , context_(context) {}

    std::vector<Formula> lines() const {
        std::vector<Formula> both;
        if (Formula symbols = symbolic(); !symbols.parts.empty())
            both.push_back(std::move(symbols));
        if (node_.number) {
            std::vector<Formula> parts = numeric();
            parts.push_back(text("=  "));
            parts.push_back(word(numberText(shown(*node_.number)), Ink::Strong));
            both.push_back(row(std::move(parts)));
        }
        return both;
    }

private:
    /// The number of an operand, linked to it; "?" never happens where the formula fits the node.
    Formula operand(Quantity quantity) const {
        for (std::size_t i = 0; i < node_.operands.size(); ++i)
            if (node_.operands[i].id.quantity == quantity)
                return at(i);
        return text("?");
    }
    Formula at(std::size_t index) const {
        if (index >= node_.operands.size()) // a masked pair has no operands
            return text("?");
        return linked(word(numberText(shown(node_.operands[index].number))), static_cast<int>(index));
    }
    bool has(Quantity quantity) const {
        for (const Operand& one : node_.operands)
            if (one.id.quantity == quantity)
                return true;
        return false;
    }
    Formula terms() const {
        return word(QString::number(node_.terms ? node_.terms->size() : 0) + QStringLiteral(" terms  "),
                    Ink::Muted);
    }

    Formula normSymbols() const {
        std::vector<Formula> above{symbol(QStringLiteral("x"))};
        if (!context_.rms_norm)
            above.push_back(text(" − mean"));
        std::vector<Formula> parts{fraction(row(std::move(above)), root(text("spread + ε"))),
                                   text(" × gain")};
        if (has(Quantity::NormBias) || has(Quantity::HeadNormBias))
            parts.push_back(text(" + bias"));
        return row(std::move(parts));
    }

    std::vector<Formula> normNumbers(Quantity mean, Quantity inverse, Quantity gain, Quantity bias) const {
        std::vector<Formula> parts{text("(")};
        parts.push_back(at(0));
        if (has(mean)) {
            parts.push_back(text(" − "));
            parts.push_back(operand(mean));
        }
        parts.push_back(text(") × "));
        parts.push_back(operand(inverse));
        if (has(gain)) {
            parts.push_back(text(" × "));
            parts.push_back(operand(gain));
        }
        if (has(bias)) {
            parts.push_back(text(" + "));
            parts.push_back(operand(bias));
        }
        parts.push_back(text("  "));
        return parts;
    }

    Formula spreadSymbols() const {
        return fraction(context_.rms_norm
                            ? row({text("Σ "), superscript(symbol(QStringLiteral("x")), text("2"))})
                            : row({text("Σ (x − mean)"), superscript(text(""), text("2"))}),
                        symbol(QStringLiteral("n")));
    }

    Formula symbolic() const;
    std::vector<Formula> numeric() const;

    const ProvenanceNode& node_;
    const StepContext& context_;
};

Formula StepFormula::symbolic() const {
    const Formula score_minus_max = power(text("score − max"));
    switch (node_.operation) {
    case Quantity::AttentionWeight:
        return row({fraction(score_minus_max, row({text("Σ "), score_minus_max}))});
    case Quantity::Exponential:
        return row({score_minus_max});
    case Quantity::RowMaximum:
        return row({subscript(text("max"), symbol(QStringLiteral("j"))), text(" score"), sub("", "j")});
    case Quantity::ExponentialSum:
        return row({subscript(text("Σ"), symbol(QStringLiteral("j"))), text(" "),
                    power(row({sub("score", "j"), text(" − max")}))});
    case Quantity::Score: {
        std::vector<Formula> parts;
        if (has(Quantity::SoftCap))
            parts = {text("cap × tanh "), fraction(text("q·k × scale"), text("cap"))};
        else
            parts = {text("q·k × scale")};
        if (has(Quantity::PositionBias))
            parts.push_back(text(" + bias"));
        return row(std::move(parts));
    }
    case Quantity::ScaledProduct:
        return row({symbol(QStringLiteral("q"), Ink::Query), text("·"), symbol(QStringLiteral("k"), Ink::Key),
                    text(" × scale")});
    case Quantity::DotProduct:
        return row({subscript(text("Σ"), symbol(QStringLiteral("i"))), text(" "), sideSymbol(HeadSide::Query),
                    text(" "), sideSymbol(HeadSide::Key)});
    case Quantity::HeadElement:
        return node_.operands.empty()
                   ? row({})
                   : row({sub("a", "i"), text(node_.adds_partner ? " cos θ + b" : " cos θ − b"), sub("", "i"),
                          text(" sin θ")});
    case Quantity::Angle:
        return row({text("position × frequency")});
    case Quantity::HeadNormalised:
    case Quantity::InputElement:
        return row({normSymbols()});
    case Quantity::HeadNormMean:
    case Quantity::NormMean:
        return row({fraction(row({text("Σ "), symbol(QStringLiteral("x"))}), symbol(QStringLiteral("n")))});
    case Quantity::HeadNormSpread:
    case Quantity::NormSpread:
        return row({spreadSymbols()});
    case Quantity::HeadNormInverse:
    case Quantity::NormInverse:
        return row({fraction(text("1"), root(text("spread + ε")))});
    case Quantity::Projected:
        return row({subscript(text("Σ"), symbol(QStringLiteral("c"))), text(" "), sub("x", "c"), text(" "),
                    sub("W", "c,i"), text(has(Quantity::ProjectionBias) ? " + b" : ""),
                    has(Quantity::ProjectionBias) ? sub("", "i") : text("")});
    case Quantity::WeightedValue:
        return row({text("weight × "), sideSymbol(HeadSide::Value)});
    case Quantity::HeadOutput:
        return row({subscript(text("Σ"), symbol(QStringLiteral("j"))), text(" weight"), sub("", "j"),
                    text(" "), sub("v", "j,i")});
    case Quantity::Contribution:
        return row({subscript(text("Σ"), symbol(QStringLiteral("i"))), text(" weight × "),
                    sideSymbol(HeadSide::Value), text(" × "),
                    subscript(symbol(QStringLiteral("W")), text("O"))});
    case Quantity::ContributionNorm:
        return row({root(row({text("Σ contribution"), superscript(text(""), text("2"))}))});
    case Quantity::ContributionSum:
        return row({subscript(text("Σ"), symbol(QStringLiteral("j"))), text(" |contribution"), sub("", "j"),
                    text("|")});
    case Quantity::ContributionShare:
        return row({fraction(text("|contribution|"), row({text("Σ |contribution|")}))});
    default:
        return row({});
    }
}

std::vector<Formula> StepFormula::numeric() const {
    switch (node_.operation) {
    case Quantity::AttentionWeight:
        return has(Quantity::Exponential)
                   ? std::vector{text("=  "),
                                 fraction(operand(Quantity::Exponential), operand(Quantity::ExponentialSum)),
                                 text("  ")}
                   : std::vector<Formula>{};
    case Quantity::Exponential:
        return has(Quantity::Score) ? std::vector{text("=  "),
                                                  power(row({operand(Quantity::Score), text(" − "),
                                                             operand(Quantity::RowMaximum)})),
                                                  text("  ")}
                                    : std::vector<Formula>{};
    case Quantity::Score: {
        std::vector<Formula> parts;
        if (!has(Quantity::ScaledProduct))
            return parts;
        parts.push_back(text("=  "));
        if (has(Quantity::SoftCap)) {
            parts.push_back(operand(Quantity::SoftCap));
            parts.push_back(text(" × tanh "));
            parts.push_back(fraction(operand(Quantity::ScaledProduct),
                                     word(numberText(shown(node_.operands[1].number)))));
        } else {
            parts.push_back(operand(Quantity::ScaledProduct));
        }
        if (has(Quantity::PositionBias)) {
            parts.push_back(text(" + "));
            parts.push_back(operand(Quantity::PositionBias));
        }
        parts.push_back(text("  "));
        return parts;
    }
    case Quantity::ScaledProduct:
        return has(Quantity::DotProduct) ? std::vector{text("=  "), operand(Quantity::DotProduct),
                                                       text(" × "), operand(Quantity::Scale), text("  ")}
                                         : std::vector<Formula>{};
    case Quantity::HeadElement:
        if (node_.operands.size() < 4)
            return {};
        return {text("=  "), at(0),       text(" × "), at(2),     text(node_.adds_partner ? " + " : " − "),
                at(1),       text(" × "), at(3),       text("  ")};
    case Quantity::Cosine:
        return {text("=  cos "), operand(Quantity::Angle), text("  ")};
    case Quantity::Sine:
        return {text("=  sin "), operand(Quantity::Angle), text("  ")};
    case Quantity::Angle:
        return {text("=  "),
                word(QString::number(node_.id.side == HeadSide::Query ? node_.id.query : node_.id.key)),
                text(" × "), word(numberText(node_.constant.value_or(0.0))), text("  ")};
    case Quantity::HeadNormalised: {
        auto parts = normNumbers(Quantity::HeadNormMean, Quantity::HeadNormInverse, Quantity::HeadNormGain,
                                 Quantity::HeadNormBias);
        parts.insert(parts.begin(), text("=  "));
        return parts;
    }
    case Quantity::InputElement: {
        auto parts =
            normNumbers(Quantity::NormMean, Quantity::NormInverse, Quantity::NormGain, Quantity::NormBias);
        parts.insert(parts.begin(), text("=  "));
        return parts;
    }
    case Quantity::HeadNormInverse:
    case Quantity::NormInverse:
        return {text("=  "),
                fraction(text("1"), root(row({at(0), text(" + "),
                                              word(QString::number(node_.constant.value_or(0.0), 'g', 3))}))),
                text("  ")};
    case Quantity::Projected:
        return has(Quantity::ProjectionBias) ? std::vector{text("=  "), terms(), text("+ "),
                                                           operand(Quantity::ProjectionBias), text("  ")}
                                             : std::vector{text("=  "), terms()};
    case Quantity::WeightedValue:
        return {text("=  "), at(0), text(" × "), at(1), text("  ")};
    case Quantity::ContributionShare:
        return {text("=  "), fraction(at(0), at(1)), text("  ")};
    default:
        return node_.terms ? std::vector{text("=  "), terms()} : std::vector<Formula>{};
    }
}

} // namespace

std::vector<Formula> stepFormulas(const ProvenanceNode& node, const StepContext& context) {
    return StepFormula(node, context).lines();
}

} // namespace headlight::ui
