// Where every number of an attention head comes from: each opens into its operands, back to the residual
// stream and the weights, and each is there twice: as the F32 run has it, and recomputed in double precision
// from the residual stream on.
#pragma once

#include "core/analysis/provenance/quantity.h"
#include "core/base/run_control.h"
#include "core/model/model.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// One number, as run and as it should be.
struct TracedNumber {
    std::optional<float> run; ///< nothing: the run never forms this number by itself
    double exact = 0.0;       ///< in double precision, from the residual stream on
    double bound =
        0.0; ///< what rounding may have taken `run` away from `exact` at most; see provenance/tracked.h

    /// run - exact; 0 where there is no run.
    [[nodiscard]] double difference() const;
    /// |difference| / |exact|; absolute where exact is 0.
    [[nodiscard]] double relativeDifference() const;
    /// Whether the run is as near as F32 arithmetic must be.
    [[nodiscard]] bool agrees() const;
};

/// An operand with a name of its own; its node opens it.
struct Operand {
    NodeId id;
    TracedNumber number;
};

/// Which index of a NodeId counts the rows of a list.
enum class TermIndex { Element, Input, Key };

/// One operand of each row: row r is node `first` with that index raised by r.
struct TermColumn {
    NodeId first;
    TermIndex index = TermIndex::Element;
    std::vector<TracedNumber> numbers; ///< [n_terms]
};

/// What a vector, a sum or a product of vectors is made of: as many rows as a head has dimensions, the
/// residual stream channels, or a row of the map keys.
struct Terms {
    std::vector<TermColumn> columns; ///< one, or two that are multiplied row by row
    [[nodiscard]] std::size_t size() const { return columns.empty() ? 0 : columns.front().numbers.size(); }
    [[nodiscard]] NodeId idAt(std::size_t column, std::size_t row) const;
    /// The row's term in double precision: the number, or the product of both.
    [[nodiscard]] double termAt(std::size_t row) const;
};

/// What must be said about a number.
enum class Remark {
    Masked,           ///< the mask hides this key from this query
    ScaledQueryFirst, ///< the run multiplies the query by the scale before the product, and never forms q.k
                      ///< by itself
    NotFormed,        ///< the run goes through it without rounding or keeping it
    KeptAsInverse,    ///< the run keeps 1 / sum
    RunAgain,         ///< the run did not keep it: the same operation was run again, in F32, for this row
    ResidualRunAgain, ///< between self and cross attention; likewise
    Bf16Products,     ///< linear layers ran with operands rounded to BF16: the bound is that of BF16
    RoundedFactors, ///< the attention rounded the factors of its products: the bound is that of its precision
    WeightsNotReadable, ///< the backend cannot give its weights: double precision starts at query, key and
                        ///< value
    NormFollows, ///< what the attention gives is normalised before or after it joins the residual stream
    BiasByKey,   ///< slope * key position; slope * distance differs by the same amount in the whole row
    RoundedBias, ///< slope and product rounded to BF16, as the model was trained
    SharedKeys,  ///< several query heads read this key and value head
    WeightAlone, ///< a weight alone explains little: the norm says how much of it reaches the stream
};

/// Where a stored number lies.
struct StoredAt {
    std::string tensor;               ///< name in the checkpoint; empty: computed from the configuration
    std::size_t index = 0;            ///< output row or column of a weight, element of a bias or gain
    std::optional<std::size_t> input; ///< of a weight
};

/// How a position bias was found.
struct BiasOrigin {
    std::ptrdiff_t distance = 0;       ///< key position minus query position
    std::optional<std::size_t> bucket; ///< T5
    std::optional<double> slope;       ///< ALiBi
};

/// A number with its operands, or (no number) a vector with its elements.
struct ProvenanceNode {
    NodeId id;
    /// How it is made: the quantity whose formula applies. A score without soft cap and bias is a scaled
    /// product; an element of a query that is not turned by its position is made by the projection itself;
    /// one of a stack without a norm there lies in the residual stream.
    Quantity operation = Quantity::AttentionWeight;
    std::optional<TracedNumber> number;
    std::vector<Operand> operands; ///< few: those with names of their own
    std::optional<Terms> terms;    ///< many: what is added up
    std::vector<Remark> remarks;
    std::optional<StoredAt> stored;
    std::optional<BiasOrigin> bias;
    std::optional<double>
        constant; ///< of the configuration: a norm's epsilon, an angle's frequency, a rotary factor
    bool adds_partner = false; ///< rotary: b cos + a sin, the second of its pair; else a cos - b sin
};

class HeadChain;

/// The provenance of all numbers of one head of one run. Nodes are made when asked for; what they share is
/// kept. Safe to use from several threads, one at a time.
class Provenance {
public:
    /// `trace` must be of `model`. An Error when the head is outside the trace.
    static Result<std::shared_ptr<const Provenance>>
    create(std::shared_ptr<const Model> model, std::shared_ptr<const Trace> trace, const HeadAddress& head);
    ~Provenance();

    [[nodiscard]] const HeadAddress& head() const;
    /// Errors: outside the head, cancelled, out of memory. The first node of a row takes longest: all its
    /// keys are projected, n_keys * d_model * head_dim multiplications.
    [[nodiscard]] Result<ProvenanceNode> node(const NodeId& id, const RunControl& control = {}) const;

private:
    Provenance();
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace headlight
