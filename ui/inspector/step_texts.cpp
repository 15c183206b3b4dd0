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

QString sideName(HeadSide side) {
    return side == HeadSide::Query ? tr("query") : side == HeadSide::Key ? tr("key") : tr("value");
}

QString wordOf(const StepContext& context, const NodeId& id) {
    const bool query = id.side == HeadSide::Query;
    const QStringList& words = query ? context.query_words : context.key_words;
    const auto token = static_cast<qsizetype>(query ? id.query : id.key);
    return token < words.size() ? words[token] : QString::number(token + 1);
}

QString keyWord(const StepContext& context, const NodeId& id) {
    const auto token = static_cast<qsizetype>(id.key);
    return token < context.key_words.size() ? context.key_words[token] : QString::number(token + 1);
}

/// A title with the word in it.
QString about(const char* text, const QString& word) {
    return tr(text).arg(word);
}

} // namespace

QString stepTitle(const ProvenanceNode& node, const StepContext& context) {
    const NodeId& id = node.id;
    const QString key = keyWord(context, id), word = wordOf(context, id);
    const auto at = [&](const char* text) {
        return tr(text).arg(id.element + 1).arg(sideName(id.side), word);
    };
    switch (id.quantity) {
    case Quantity::AttentionWeight:
        return about("Attention weight on “%1”", key);
    case Quantity::Exponential:
        return about("Exponential of the score of “%1”", key);
    case Quantity::RowMaximum:
        return tr("Largest score of the row");
    case Quantity::ExponentialSum:
        return tr("Sum of the row's exponentials");
    case Quantity::Score:
        return about("Score of “%1”", key);
    case Quantity::ScaledProduct:
        return about("Scaled product with “%1”", key);
    case Quantity::DotProduct:
        return about("Dot product with the key of “%1”", key);
    case Quantity::Scale:
        return tr("Scale of the products");
    case Quantity::SoftCap:
        return tr("Soft cap of the scores");
    case Quantity::PositionBias:
        return tr("Position bias");
    case Quantity::HeadVector:
        return tr("The %1 of “%2”").arg(sideName(id.side), word);
    case Quantity::HeadElement:
        return at("Element %1 of the %2 of “%3”");
    case Quantity::Cosine:
        return at("Cosine that turns element %1 of the %2 of “%3”");
    case Quantity::Sine:
        return at("Sine that turns element %1 of the %2 of “%3”");
    case Quantity::Angle:
        return at("Angle by which element %1 of the %2 of “%3” is turned");
    case Quantity::HeadNormalised:
        return at("Element %1 of the normalised %2 of “%3”, before its position");
    case Quantity::Projected:
        return at("Element %1 of the projected %2 of “%3”");
    case Quantity::HeadNormMean:
        return tr("Mean of the projected %1 of “%2”").arg(sideName(id.side), word);
    case Quantity::HeadNormSpread:
        return tr("Spread of the projected %1 of “%2”").arg(sideName(id.side), word);
    case Quantity::HeadNormInverse:
        return tr("One over the deviation of the projected %1 of “%2”").arg(sideName(id.side), word);
    case Quantity::HeadNormGain:
        return at("Gain %1 of the norm of each %2");
    case Quantity::HeadNormBias:
        return at("Bias %1 of the norm of each %2");
    case Quantity::ProjectionWeight:
        return tr("Weight from input %1 to element %2 of the %3")
            .arg(id.input + 1)
            .arg(id.element + 1)
            .arg(sideName(id.side));
    case Quantity::ProjectionBias:
        return tr("Bias of element %1 of the %2").arg(id.element + 1).arg(sideName(id.side));
    case Quantity::InputVector:
        return about("What the attention reads of “%1”", word);
    case Quantity::InputElement:
        return tr("Element %1 of what the attention reads of “%2”").arg(id.element + 1).arg(word);
    case Quantity::NormMean:
        return about("Mean of the residual stream at “%1”", word);
    case Quantity::NormSpread:
        return about("Spread of the residual stream at “%1”", word);
    case Quantity::NormInverse:
        return about("One over the deviation of the residual stream at “%1”", word);
    case Quantity::NormGain:
        return tr("Gain %1 of the norm").arg(id.element + 1);
    case Quantity::NormBias:
        return tr("Bias %1 of the norm").arg(id.element + 1);
    case Quantity::ResidualVector:
        return about("Residual stream at “%1”", word);
    case Quantity::ResidualElement:
        return tr("Element %1 of the residual stream at “%2”").arg(id.element + 1).arg(word);
    case Quantity::WeightedVector:
        return about("Weight times the value of “%1”", key);
    case Quantity::WeightedValue:
        return tr("Weight times element %1 of the value of “%2”").arg(id.element + 1).arg(key);
    case Quantity::HeadOutputVector:
        return tr("What this head gives");
    case Quantity::HeadOutput:
        return tr("Element %1 of what this head gives").arg(id.element + 1);
    case Quantity::ContributionVector:
        return about("What “%1” adds through this head", key);
    case Quantity::Contribution:
        return tr("Element %1 of what “%2” adds through this head").arg(id.element + 1).arg(key);
    case Quantity::OutputWeight:
        return tr("Output weight from element %1 to channel %2").arg(id.input + 1).arg(id.element + 1);
    case Quantity::ContributionNorm:
        return about("Size of what “%1” adds", key);
    case Quantity::ContributionSum:
        return tr("Sum of the sizes over the row's keys");
    case Quantity::ContributionShare:
        return about("Share of “%1” in what this head adds", key);
    }
    return {};
}

QString stepExplanation(const ProvenanceNode& node, const StepContext& context) {
    switch (node.operation) {
    case Quantity::AttentionWeight:
        return tr("The score's share after softmax: how much of this key's value the query takes.");
    case Quantity::Exponential:
        return tr("Turns a score into a positive number. The largest score is taken away first, so that it "
                  "stays in range.");
    case Quantity::RowMaximum:
        return tr("Taken from every score before the exponential; weights do not change by it.");
    case Quantity::ExponentialSum:
        return tr("Dividing by it makes the row's weights sum to 1.");
    case Quantity::Score:
        return tr("What goes into the softmax.");
    case Quantity::ScaledProduct:
        return tr("The product in a size that does not grow with the length of the vectors.");
    case Quantity::DotProduct:
        return tr("Large where query and key point the same way.");
    case Quantity::Scale:
        return tr("A constant of the model, the same for all pairs.");
    case Quantity::SoftCap:
        return tr("A constant: scores are bent so that none leaves ± this value.");
    case Quantity::PositionBias:
        return tr("What the distance of the two tokens adds to the score.");
    case Quantity::HeadVector:
    case Quantity::InputVector:
    case Quantity::ResidualVector:
    case Quantity::WeightedVector:
    case Quantity::HeadOutputVector:
        return tr("Choose an element to see where it comes from.");
    case Quantity::ContributionVector:
        return tr("Weight × value, through this head's part of the output projection: what is added to the "
                  "residual stream.");
    case Quantity::HeadElement:
        return tr("Rotary position: pairs of elements are turned by an angle that grows with the position.");
    case Quantity::Cosine:
    case Quantity::Sine:
        return tr("Of the angle of this pair of elements at this position.");
    case Quantity::Angle:
        return tr("Position (from 0) times the frequency of this pair of elements.");
    case Quantity::HeadNormalised:
        return tr("Every query and key is normalised before its position turns it.");
    case Quantity::Projected:
        return tr("The token's row times one row of the projection's weights, added up, plus its bias.");
    case Quantity::InputElement:
        return tr("The residual stream, normalised before the attention reads it.");
    case Quantity::HeadNormMean:
    case Quantity::NormMean:
        return tr("Subtracted, so that the vector's mean is 0.");
    case Quantity::HeadNormSpread:
    case Quantity::NormSpread:
        return context.rms_norm ? tr("Mean square of the vector.") : tr("Variance of the vector.");
    case Quantity::HeadNormInverse:
    case Quantity::NormInverse:
        return tr("Brings the vector to unit size.");
    case Quantity::ResidualElement:
        return tr("What all blocks before have left at this token: here the attention begins to read.");
    case Quantity::HeadNormGain:
    case Quantity::HeadNormBias:
    case Quantity::NormGain:
    case Quantity::NormBias:
    case Quantity::ProjectionWeight:
    case Quantity::ProjectionBias:
    case Quantity::OutputWeight:
        return tr("A number of the checkpoint, learned in training.");
    case Quantity::WeightedValue:
        return tr("This key's part of one element of the head's output.");
    case Quantity::HeadOutput:
        return tr("The values of all keys, each times its weight, added up.");
    case Quantity::Contribution:
        return tr("The weighted value times one row of this head's part of the output projection.");
    case Quantity::ContributionNorm:
        return tr("Length of weight × value × W_O, the norm-based contribution (Kobayashi et al. 2020).");
    case Quantity::ContributionSum:
        return tr("What shares are taken of.");
    case Quantity::ContributionShare:
        return tr("A large weight on a short value adds little; this counts both.");
    }
    return {};
}

} // namespace headlight::ui
