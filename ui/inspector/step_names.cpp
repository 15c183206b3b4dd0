// Short names of steps, what is said with their numbers, and the numbers with all their digits.
#include "ui/inspector/step_texts.h"

#include <QCoreApplication>

namespace headlight::ui {

namespace {

/// Only for its tr().
class StepTexts {
    Q_DECLARE_TR_FUNCTIONS(headlight::ui::StepTexts)
};

QString tr(const char* text) {
    return StepTexts::tr(text);
}

/// "q", "k", "v".
QString sideLetter(HeadSide side) {
    return side == HeadSide::Query ? QStringLiteral("q")
           : side == HeadSide::Key ? QStringLiteral("k")
                                   : QStringLiteral("v");
}

QString element(const QString& name, std::size_t index) {
    return QStringLiteral("%1[%2]").arg(name).arg(index + 1);
}

} // namespace

QString stepName(const NodeId& id) {
    const QString letter = sideLetter(id.side);
    switch (id.quantity) {
    case Quantity::AttentionWeight:
        return tr("weight");
    case Quantity::Exponential:
        return QStringLiteral("e^(score − max)");
    case Quantity::RowMaximum:
        return tr("max");
    case Quantity::ExponentialSum:
        return tr("sum");
    case Quantity::Score:
        return tr("score");
    case Quantity::ScaledProduct:
        return QStringLiteral("q·k × ") + tr("scale");
    case Quantity::DotProduct:
        return QStringLiteral("q·k");
    case Quantity::Scale:
        return tr("scale");
    case Quantity::SoftCap:
        return tr("soft cap");
    case Quantity::PositionBias:
        return tr("position bias");
    case Quantity::HeadVector:
        return letter;
    case Quantity::HeadElement:
        return element(letter, id.element);
    case Quantity::Cosine:
        return QStringLiteral("cos θ");
    case Quantity::Sine:
        return QStringLiteral("sin θ");
    case Quantity::Angle:
        return QStringLiteral("θ");
    case Quantity::HeadNormalised:
        return element(letter + QStringLiteral("′"), id.element);
    case Quantity::Projected:
        return element(letter + QStringLiteral("°"), id.element);
    case Quantity::HeadNormMean:
    case Quantity::NormMean:
        return tr("mean");
    case Quantity::HeadNormSpread:
    case Quantity::NormSpread:
        return tr("spread");
    case Quantity::HeadNormInverse:
    case Quantity::NormInverse:
        return QStringLiteral("1/√(spread + ε)");
    case Quantity::HeadNormGain:
    case Quantity::NormGain:
        return element(tr("gain"), id.element);
    case Quantity::HeadNormBias:
    case Quantity::NormBias:
        return element(tr("norm bias"), id.element);
    case Quantity::ProjectionWeight:
        return QStringLiteral("W_%1[%2, %3]").arg(letter).arg(id.input + 1).arg(id.element + 1);
    case Quantity::ProjectionBias:
        return element(QStringLiteral("b_") + letter, id.element);
    case Quantity::InputVector:
        return QStringLiteral("x");
    case Quantity::InputElement:
        return element(QStringLiteral("x"), id.element);
    case Quantity::ResidualVector:
        return tr("residual");
    case Quantity::ResidualElement:
        return element(tr("residual"), id.element);
    case Quantity::WeightedVector:
        return tr("weight × v");
    case Quantity::WeightedValue:
        return element(tr("weight × v"), id.element);
    case Quantity::HeadOutputVector:
        return tr("output");
    case Quantity::HeadOutput:
        return element(tr("output"), id.element);
    case Quantity::ContributionVector:
        return tr("contribution");
    case Quantity::Contribution:
        return element(tr("contribution"), id.element);
    case Quantity::OutputWeight:
        return QStringLiteral("W_O[%1, %2]").arg(id.input + 1).arg(id.element + 1);
    case Quantity::ContributionNorm:
        return tr("|contribution|");
    case Quantity::ContributionSum:
        return tr("sum of |contribution|");
    case Quantity::ContributionShare:
        return tr("share");
    }
    return {};
}

QStringList stepRemarks(const ProvenanceNode& node) {
    QStringList remarks;
    if (node.stored && !node.stored->tensor.empty()) {
        const QString tensor = QString::fromStdString(node.stored->tensor);
        remarks.append(node.stored->input ? tr("%1, output %2, input %3 (from 0)")
                                                .arg(tensor)
                                                .arg(node.stored->index)
                                                .arg(*node.stored->input)
                                          : tr("%1, output %2 (from 0)").arg(tensor).arg(node.stored->index));
    }
    if (node.bias) {
        if (node.bias->bucket)
            remarks.append(tr("Distance %1: bucket %2").arg(node.bias->distance).arg(*node.bias->bucket));
        else if (node.bias->slope)
            remarks.append(
                tr("Distance %1, slope %2").arg(node.bias->distance).arg(*node.bias->slope, 0, 'g', 6));
    }
    for (const Remark remark : node.remarks) {
        switch (remark) {
        case Remark::Masked:
            remarks.append(tr("The mask hides this token from the query."));
            break;
        case Remark::ScaledQueryFirst:
            remarks.append(tr("The run multiplies the query by the scale before the product: it never forms "
                              "q·k by itself."));
            break;
        case Remark::NotFormed:
            remarks.append(tr("The run goes through this number without keeping it."));
            break;
        case Remark::KeptAsInverse:
            remarks.append(tr("The run keeps one over this sum."));
            break;
        case Remark::RunAgain:
            remarks.append(
                tr("The run did not keep this number; the same F32 operation was run again for it."));
            break;
        case Remark::ResidualRunAgain:
            remarks.append(tr("Between self and cross attention the run keeps nothing; the same F32 "
                              "operations were run again."));
            break;
        case Remark::Bf16Products:
            remarks.append(tr("Linear layers ran with inputs and weights rounded to BF16, about three "
                              "digits: the allowance is that of BF16."));
            break;
        case Remark::RoundedFactors:
            remarks.append(
                tr("The attention multiplied with numbers rounded to fewer digits than F32's, as was "
                   "asked for: the allowance is larger by as much."));
            break;
        case Remark::WeightsNotReadable:
            remarks.append(tr("This backend does not give its weights back: double precision begins at "
                              "query, key and value."));
            break;
        case Remark::NormFollows:
            remarks.append(tr("A norm follows the attention's output; it changes these sizes."));
            break;
        case Remark::BiasByKey:
            remarks.append(tr("Slope × position of the key: slope × distance differs by the same amount in "
                              "the whole row."));
            break;
        case Remark::RoundedBias:
            remarks.append(tr("Slope and product are rounded to BF16, as the model was trained."));
            break;
        case Remark::SharedKeys:
            remarks.append(tr("Several query heads share this key and value head."));
            break;
        case Remark::WeightAlone:
            remarks.append(tr("A weight alone explains little: see what its value contributes."));
            break;
        }
    }
    return remarks;
}

QString fullText(float value) {
    return QString::number(double(value), 'g', 9);
}
QString fullText(double value) {
    return QString::number(value, 'g', 17);
}
QString roughText(double value) {
    QString text = QString::number(value, 'g', 2);
    return text.replace(QStringLiteral("e-0"), QStringLiteral("e-")).replace(QLatin1Char('-'), QChar(0x2212));
}

QString tracedText(const TracedNumber& number) {
    if (!number.run)
        return tr("double %1").arg(fullText(number.exact));
    if (double(*number.run) == number.exact)
        return tr("F32 and double %1").arg(fullText(*number.run));
    return tr("F32 %1\ndouble %2\n%3 apart, at most %4 by rounding")
        .arg(fullText(*number.run), fullText(number.exact),
             QString::number(std::abs(number.difference()), 'g', 3), QString::number(number.bound, 'g', 3));
}

} // namespace headlight::ui
