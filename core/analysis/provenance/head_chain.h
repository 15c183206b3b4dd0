// One head recomputed in double precision, from the residual stream to its output, each number with the bound
// of what F32 may have made of it. Computed when asked for and kept: rows of one head share their keys and
// values.
#pragma once

#include "core/analysis/provenance/head_operands.h"
#include "core/analysis/provenance/tracked.h"

#include <map>
#include <memory>

namespace headlight::provenance {

struct NormSteps {
    Tracked mean; ///< 0 in RMS norms
    Tracked spread;
    Tracked inverse;
};

/// One token on its way from the residual stream to its query, key or value.
struct TokenChain {
    std::vector<Tracked> residual; ///< [n_inputs]
    std::optional<NormSteps> norm;
    std::vector<Tracked> input;     ///< [n_inputs]
    std::vector<Tracked> projected; ///< [head_dim]
    std::optional<NormSteps> head_norm;
    std::vector<Tracked> normalised; ///< [head_dim]; empty without a norm of each head
    std::vector<Tracked> angle;      ///< [dims / 2]
    std::vector<Tracked> cosine;
    std::vector<Tracked> sine;
    std::vector<Tracked> placed; ///< [head_dim]
    SideRun run;
    std::vector<float> cosine_run; ///< [dims / 2]
    std::vector<float> sine_run;
};

/// One row of the map over the keys it may see.
struct RowChain {
    std::size_t query = 0;
    TokenRange keys; ///< indices below count from keys.begin
    std::vector<Tracked> dots;
    std::vector<Tracked> scaled;
    std::vector<Tracked> biases; ///< empty without position bias
    std::vector<Tracked> scores;
    std::vector<Tracked> exponentials;
    std::vector<Tracked> weights;
    Tracked maximum;
    Tracked sum;
    std::vector<float> scaled_run;
    std::vector<float> scores_run;
    std::vector<float> exponentials_run;
    std::vector<float> weights_run;
    float maximum_run = 0.0f;
    float inverse_sum_run = 0.0f;
};

/// What a row gives: the head's output and how much of it comes from each key.
struct OutputChain {
    std::vector<Tracked> output;   ///< [head_dim]
    std::vector<float> output_run; ///< [head_dim]
    std::vector<double> norms;     ///< a visible key: |weight * value * W_O|
    double total = 0.0;            ///< their sum
};

class HeadChain {
public:
    explicit HeadChain(HeadOperands operands);

    [[nodiscard]] const HeadOperands& operands() const { return operands_; }
    /// Whether weights could be read: otherwise chains begin at query, key and value as the run has them.
    [[nodiscard]] bool fromResidual() const { return from_residual_; }
    [[nodiscard]] Tracked scale() const;

    [[nodiscard]] Result<std::shared_ptr<const TokenChain>> token(HeadSide side, std::size_t token);
    [[nodiscard]] Result<std::shared_ptr<const RowChain>> row(std::size_t query, const RunControl& control);
    [[nodiscard]] Result<std::shared_ptr<const OutputChain>> output(std::size_t query,
                                                                    const RunControl& control);
    /// Key (or value) vectors of all tokens below `end`, [end, head_dim].
    [[nodiscard]] Result<const std::vector<Tracked>*> vectors(HeadSide side, std::size_t end,
                                                              const RunControl& control);
    [[nodiscard]] Result<const SideWeights*> weights(HeadSide side);
    [[nodiscard]] Result<const RowMatrix*> outputSlice();
    /// The bias the run adds for this pair, and how it came about.
    [[nodiscard]] Tracked positionBias(std::size_t query, std::size_t key);
    [[nodiscard]] float positionBiasRun(std::size_t query, std::size_t key);
    /// Radians a token of a rotary pair.
    [[nodiscard]] double frequency(std::size_t pair) const { return double(frequencies_[pair]); }

private:
    /// Rows of numbers with their bounds, [n, width].
    struct Block {
        RowMatrix value;
        RowMatrix bound;
    };
    [[nodiscard]] Block project(const SideWeights& weights, const Block& inputs) const;
    void place(HeadSide side, std::size_t position, TokenChain& chain);
    [[nodiscard]] Result<void> addVectors(HeadSide side, TokenRange tokens, std::vector<Tracked>& to);
    void score(RowChain& row, const std::vector<Tracked>& query, const std::vector<Tracked>& keys);
    void softmax(RowChain& row) const;
    static void weigh(RowChain& row);

    HeadOperands operands_;
    bool from_residual_ = true;
    std::map<HeadSide, SideWeights> weights_;
    std::optional<RowMatrix> output_slice_;
    std::map<HeadSide, std::vector<Tracked>> vectors_; ///< keys and values so far, [n, head_dim]
    std::map<std::pair<HeadSide, std::size_t>, std::shared_ptr<const TokenChain>> tokens_;
    std::shared_ptr<const RowChain> row_;       ///< the last one asked for
    std::shared_ptr<const OutputChain> output_; ///< likewise, of row output_query_
    std::size_t output_query_ = 0;
    std::vector<float> bias_table_;  ///< of this head, by distance
    std::vector<float> frequencies_; ///< of rotary pairs
};

/// Norm of `x` as `spec` says, with its steps.
[[nodiscard]] std::vector<Tracked> normalised(const std::vector<Tracked>& x, const NormSpec& spec,
                                              const NormParameters& norm, NormSteps& steps);

} // namespace headlight::provenance
