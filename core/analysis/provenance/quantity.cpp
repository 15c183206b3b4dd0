#include "core/analysis/provenance/quantity.h"

namespace headlight {

namespace {

struct QuantityText {
    Quantity quantity;
    std::string_view name;
    std::string_view formula;
};

constexpr QuantityText kTexts[] = {
    {Quantity::AttentionWeight, "attention weight", "e^(score - maximum) / sum"},
    {Quantity::Exponential, "exponential", "e^(score - maximum)"},
    {Quantity::RowMaximum, "row maximum", "max over keys of score"},
    {Quantity::ExponentialSum, "sum of exponentials", "sum over keys of e^(score - maximum)"},
    {Quantity::Score, "score", "cap(scaled product) + position bias"},
    {Quantity::ScaledProduct, "scaled product", "q.k * scale"},
    {Quantity::DotProduct, "dot product", "sum over i of q[i] * k[i]"},
    {Quantity::Scale, "scale", ""},
    {Quantity::SoftCap, "soft cap", ""},
    {Quantity::PositionBias, "position bias", ""},
    {Quantity::HeadVector, "vector", ""},
    {Quantity::HeadElement, "element", "a * cos - b * sin"},
    {Quantity::Cosine, "cosine", "cos(angle)"},
    {Quantity::Sine, "sine", "sin(angle)"},
    {Quantity::Angle, "angle", "position * frequency"},
    {Quantity::HeadNormalised, "normalised element", "(x - mean) / sqrt(spread + epsilon) * gain + bias"},
    {Quantity::HeadNormMean, "mean of the head's vector", "sum of x / n"},
    {Quantity::HeadNormSpread, "spread of the head's vector", "sum of (x - mean)^2 / n"},
    {Quantity::HeadNormInverse, "inverse deviation of the head's vector", "1 / sqrt(spread + epsilon)"},
    {Quantity::HeadNormGain, "gain of the head's norm", ""},
    {Quantity::HeadNormBias, "bias of the head's norm", ""},
    {Quantity::Projected, "projected element", "sum over c of x[c] * W[c] + bias"},
    {Quantity::ProjectionWeight, "projection weight", ""},
    {Quantity::ProjectionBias, "projection bias", ""},
    {Quantity::InputVector, "attention input", ""},
    {Quantity::InputElement, "attention input element", "(x - mean) / sqrt(spread + epsilon) * gain + bias"},
    {Quantity::NormMean, "mean", "sum of x / n"},
    {Quantity::NormSpread, "spread", "sum of (x - mean)^2 / n"},
    {Quantity::NormInverse, "inverse deviation", "1 / sqrt(spread + epsilon)"},
    {Quantity::NormGain, "gain", ""},
    {Quantity::NormBias, "norm bias", ""},
    {Quantity::ResidualVector, "residual stream", ""},
    {Quantity::ResidualElement, "residual stream element", ""},
    {Quantity::WeightedValue, "weighted value element", "weight * v[i]"},
    {Quantity::WeightedVector, "weighted value", "weight * v"},
    {Quantity::HeadOutputVector, "head output", "sum over keys of weight * v"},
    {Quantity::HeadOutput, "head output element", "sum over keys of weight * v[i]"},
    {Quantity::ContributionVector, "contribution", "weight * v * W_O"},
    {Quantity::Contribution, "contribution element", "sum over i of weight * v[i] * W_O[i]"},
    {Quantity::OutputWeight, "output projection weight", ""},
    {Quantity::ContributionNorm, "contribution norm", "|weight * v * W_O|"},
    {Quantity::ContributionSum, "sum of contribution norms", "sum over keys of |weight * v * W_O|"},
    {Quantity::ContributionShare, "contribution share", "|weight * v * W_O| / sum over keys"},
};

constexpr const QuantityText& textOf(Quantity quantity) {
    return kTexts[static_cast<std::size_t>(quantity)];
}

constexpr bool inOrder() {
    for (std::size_t i = 0; i < std::size(kTexts); ++i)
        if (static_cast<std::size_t>(kTexts[i].quantity) != i)
            return false;
    return std::size(kTexts) == static_cast<std::size_t>(Quantity::ContributionShare) + 1;
}
static_assert(inOrder());

} // namespace

std::string_view quantityName(Quantity quantity) {
    return textOf(quantity).name;
}
std::string_view quantityFormula(Quantity quantity) {
    return textOf(quantity).formula;
}

} // namespace headlight
