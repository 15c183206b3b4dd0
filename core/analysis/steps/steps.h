// One attention layer as a sequence of steps a person can follow: each with its matrices, as the pass
// computed them.
#pragma once

#include "core/analysis/activations/activations.h"
#include "core/analysis/interventions/change.h"
#include "core/analysis/steps/step_maps.h"
#include "core/model/model.h"
#include "core/tensor/tensor.h"
#include "core/trace/trace.h"

#include <optional>
#include <vector>

namespace headlight {

/// What happens in a step, in the order of Vaswani et al. 2017, section 3.2; models leave out what they do
/// not do.
enum class StepKind {
    Embed,         ///< the token's row of the embedding table
    AddPosition,   ///< + position embedding
    NormEmbedding, ///< the embedding's own norm, behind the position (BERT) or without one (BLOOM)
    MapEmbedding,  ///< to the width of the layers, where embeddings have another (ALBERT)
    ReadStream,    ///< later layers: what the layer before left
    AttentionNorm, ///< layer norm before the projections (pre-norm models)
    Project,       ///< query, key and value: linear maps
    Place,         ///< norms of each head and rotary positions
    Product,       ///< q.k for every key
    Scale,         ///< / sqrt(d_k), or whatever factor the model uses
    SoftCap,       ///< cap * tanh(score / cap)
    Bias,          ///< + position bias (relative bias, ALiBi)
    Mask,          ///< keys a query may not see
    SetScores,     ///< scores a person set (runs with changes only)
    Temperature,   ///< / a softmax temperature a person set
    Softmax,
    SetWeights,   ///< weights a person set
    WeightedSum,  ///< weights times values
    ScaleHead,    ///< times what a person lets the head count, 0: off
    Concatenate,  ///< the heads beside one another
    OutputMap,    ///< the output projection
    AttentionAdd, ///< + residual
    AttentionPostNorm,
    FeedForwardNorm,
    FeedForwardInner,
    FeedForwardOut,
    FeedForwardAdd,
    FeedForwardPostNorm,
};

/// What stands along a side of a matrix.
enum class StepAxis { Queries, Keys, HeadDimensions, ModelDimensions, InnerDimensions, AllHeadDimensions };

/// Which colour a matrix has: the query's, the key's, or neither's.
enum class StepRole { Query, Key, Value, Neutral };

/// What its numbers are, for scale and colours.
enum class StepValues { Signed, Weights, Scores };

struct StepMatrix {
    std::string symbol; ///< "Q", "Kᵀ", "A": as formulas write it
    StepRole role = StepRole::Neutral;
    StepValues values_are = StepValues::Signed;
    StepAxis rows = StepAxis::Queries;
    StepAxis columns = StepAxis::ModelDimensions;
    SharedTensor values; ///< [rows, columns]; masked scores are kMaskedScore
    /// How far from 0 the numbers go; where a few lie far outside (a dimension that is always large), how far
    /// 95 % of them go: colours up to there show the rest as well.
    float usual_size = 0.0f;
};

/// How the operands give the result.
enum class StepOperator { None, Times, Plus, Over, Maps };

/// A change beside a step.
struct StepNote {
    Change change;
    bool here = true;          ///< it acts in this step; else before it, so that other numbers come in
    std::optional<double> was; ///< what it sets, as this run would have had it: score, weight, scale, factor
};

struct Step {
    StepKind kind = StepKind::Embed;
    std::vector<StepMatrix> operands; ///< left to right
    StepOperator between = StepOperator::None;
    std::vector<StepMatrix> results; ///< one, or query, key and value
    std::optional<double> constant;  ///< the scale's divisor, the cap, the temperature
    std::size_t root_of = 0; ///< of Scale: the head's dimensions where the divisor is their root, else 0
    std::optional<double> factor = {}; ///< what is multiplied with, where a person set it: scale, head output
    std::vector<StepNote> notes = {};  ///< changes that act here or before
    std::vector<StepMap> maps =
        {}; ///< a result: how it follows from an operand and the model's weights; empty: no map

    [[nodiscard]] bool changedHere() const;
};

/// The steps of `head`'s layer, with that head's matrices where heads matter. Cross attention has queries of
/// the decoder and keys of the encoder; a decoder's self attention in a model with cross attention ends where
/// that begins. `trace` must be of `model` and `activations` of the same input, layer and stack
/// (recordLayer). With `changes`: both of the same changed run (runChanged, recordChangedLayer); steps that
/// only a person makes then stand where they act.
[[nodiscard]] std::vector<Step> stepsOf(const Model& model, const Trace& trace,
                                        const LayerActivations& activations, const HeadAddress& head,
                                        const std::vector<Change>& changes = {});

/// One cell of a step's result, spelled out.
struct CellArithmetic {
    struct Term {
        double left = 0.0;
        double right = 0.0; ///< multiplied with left where `products`, else unused
    };
    std::vector<Term> terms; ///< what is added up: products of a row and a column, or two summands
    bool products = false;
    double as_run = 0.0;           ///< the number in the matrix
    std::optional<double> exact;   ///< computed again in double precision from the operands; nothing where
                                   ///< operands are not all shown
    std::optional<double> divisor; ///< softmax: the sum of exponentials; scale: what is divided by
    double exponent = 0.0;         ///< softmax: score minus the row's largest
    std::optional<double> bias;    ///< a linear map's, added to the products
    std::optional<double> sum;     ///< of products and bias, before the activation
    std::optional<double>
        gate; ///< likewise of a gated layer's gate; its activation is multiplied with the sum
    Activation activation = Activation::None;
    /// A norm: (x - mean) / divisor * gain + bias.
    struct Norm {
        double x = 0.0;
        double mean = 0.0;    ///< 0 where nothing is centred (RMS norm)
        double divisor = 1.0; ///< root of the row's mean square (about the mean) and epsilon
        double gain = 1.0;
        double bias = 0.0;
        bool centred = true;
        [[nodiscard]] double value() const { return (x - mean) / divisor * gain + bias; }
    };
    std::optional<Norm> norm;
    std::optional<double> angle; ///< radians that rotary positions turn the cell's pair by
    bool masked = false;
    bool set_by_hand = false; ///< the number is what a person set
};

/// Result `result` of `step` at (row, column).
[[nodiscard]] CellArithmetic arithmeticOf(const Step& step, std::size_t result, std::size_t row,
                                          std::size_t column);

} // namespace headlight
