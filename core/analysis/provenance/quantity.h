// Which numbers an attention head forms on the way from the residual stream to what it adds to it, each with
// a name, a formula and an address.
#pragma once

#include <compare>
#include <cstddef>
#include <string_view>

namespace headlight {

/// Whose projection: a query's, a key's or a value's.
enum class HeadSide { Query, Key, Value };

/// The stages, from the weight back to the residual stream, then on to the head's output.
enum class Quantity {
    AttentionWeight, ///< e^(score - maximum) / sum
    Exponential,     ///< e^(score - maximum)
    RowMaximum,      ///< the row's largest score
    ExponentialSum,  ///< of the row's keys
    Score,           ///< scaled product, soft-capped, plus position bias
    ScaledProduct,   ///< q.k * scale
    DotProduct,      ///< q.k
    Scale,           ///< 1 / sqrt(head_dim), or what the model says
    SoftCap,
    PositionBias, ///< T5's bucket, ALiBi's slope times position
    HeadVector,   ///< query, key or value as the scores read it, [head_dim]
    HeadElement,
    Cosine, ///< of the rotary angle of an element's pair
    Sine,
    Angle,           ///< position * frequency, in radians
    HeadNormalised,  ///< after the norm of each head, before positions (Qwen3)
    HeadNormMean,    ///< of the projected vector (layer norms)
    HeadNormSpread,  ///< variance, or mean square (RMS norms)
    HeadNormInverse, ///< 1 / sqrt(spread + epsilon)
    HeadNormGain,
    HeadNormBias,
    Projected, ///< row of the attention's input . weight row + bias
    ProjectionWeight,
    ProjectionBias,
    InputVector, ///< what the projections read, [d_model]
    InputElement,
    NormMean,
    NormSpread,
    NormInverse,
    NormGain,
    NormBias,
    ResidualVector, ///< the residual stream's row that enters the attention, [d_model]
    ResidualElement,
    WeightedValue,    ///< weight * value, one element
    WeightedVector,   ///< weight * value, [head_dim]
    HeadOutputVector, ///< sum over keys of weight * value, [head_dim]
    HeadOutput,
    ContributionVector, ///< weight * value * this head's slice of the output projection, [d_model]
    Contribution,
    OutputWeight,      ///< of that slice
    ContributionNorm,  ///< its length, Kobayashi et al. 2020
    ContributionSum,   ///< of the lengths over the row's keys
    ContributionShare, ///< this key's length over that sum
};

/// The address of one number of one head. Indices a quantity does not need are 0.
struct NodeId {
    Quantity quantity = Quantity::AttentionWeight;
    HeadSide side = HeadSide::Query; ///< of HeadVector .. ResidualElement
    std::size_t query = 0;           ///< row of the map
    std::size_t key = 0;             ///< column
    std::size_t element = 0;         ///< dimension of the head's vector, or of the residual stream
    std::size_t input = 0;           ///< of a weight: the input it multiplies
    auto operator<=>(const NodeId&) const = default;
};

/// "attention weight", "row maximum": plain English, for logs, tests and the command line.
[[nodiscard]] std::string_view quantityName(Quantity quantity);
/// "e^(score - maximum) / sum": how it comes from its operands; empty for a number that is stored.
[[nodiscard]] std::string_view quantityFormula(Quantity quantity);

} // namespace headlight
