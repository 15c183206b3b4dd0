// Where one head's operands lie: rows of the trace, weights of the model, and what the run did not keep, run
// again in F32.
#pragma once

#include "core/analysis/provenance/provenance.h"
#include "core/analysis/provenance/tracked.h"
#include "core/model/slots.h"
#include "core/model/weights.h"

#include <Eigen/Core>

namespace headlight::provenance {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The rows of a projection that make this head's query, key or value.
struct SideWeights {
    RowMatrix weight;     ///< [head_dim, n_inputs]
    Eigen::VectorXd bias; ///< [head_dim]
};

/// One token's way to its query, key or value, in the F32 numbers of the run.
struct SideRun {
    std::vector<float> residual;   ///< [n_inputs]
    std::vector<float> input;      ///< [n_inputs], what the projection reads
    std::vector<float> projected;  ///< [head_dim]
    std::vector<float> normalised; ///< [head_dim]; empty without a norm of each head
    std::vector<float> placed;     ///< [head_dim], as the trace has it
};

/// A norm's parameters, on the host.
struct NormParameters {
    std::vector<float> gain; ///< empty: 1
    std::vector<float> bias; ///< empty: 0
    const NormSlot* slot = nullptr;
};

class HeadOperands {
public:
    /// `head` is inside `trace`, which is of `model`.
    HeadOperands(std::shared_ptr<const Model> model, std::shared_ptr<const Trace> trace,
                 const HeadAddress& head);

    [[nodiscard]] const Model& model() const { return *model_; }
    [[nodiscard]] const Trace& trace() const { return *trace_; }
    [[nodiscard]] const HeadAddress& head() const { return head_; }
    [[nodiscard]] const StackSpec& spec() const { return *spec_; }
    [[nodiscard]] const AttentionRecord& record() const { return trace_->attention(head_.kind, head_.layer); }
    [[nodiscard]] std::size_t headDim() const { return spec_->head_dim; }
    [[nodiscard]] std::size_t nKeys() const { return record().problem.key.n_tokens; }
    [[nodiscard]] std::size_t nQueries() const { return record().problem.query.n_tokens; }
    [[nodiscard]] TokenRange visibleKeys(std::size_t query) const {
        return record().problem.mask.visible(query, nKeys());
    }
    [[nodiscard]] bool isCross() const { return head_.kind == AttentionKind::Cross; }

    /// Width of the rows `side`'s projection reads.
    [[nodiscard]] std::size_t nInputs(HeadSide side) const { return layer(side).inputSize(); }
    /// Whether these rows are normalised on their way from the residual stream.
    [[nodiscard]] bool normalisesInput(HeadSide side) const;
    /// Whether query and key of each head are normalised, or turned by their positions, behind the
    /// projection.
    [[nodiscard]] bool normalisesHead(HeadSide side) const {
        return spec_->query_key_norm && !isCross() && side != HeadSide::Value;
    }
    [[nodiscard]] std::size_t rotaryDims(HeadSide side) const {
        return isCross() || side == HeadSide::Value ? 0 : spec_->positions.rotary.dims;
    }
    [[nodiscard]] NormParameters inputNorm() const;
    [[nodiscard]] NormParameters headNorm(HeadSide side) const;

    /// Query, key or value of a token as the trace has it, [head_dim].
    [[nodiscard]] std::vector<float> placed(HeadSide side, std::size_t token) const;
    /// Keys or values of all tokens of a range, [n, head_dim].
    [[nodiscard]] Tensor placedRows(HeadSide side, TokenRange tokens) const;
    /// Rows of the residual stream that enter `side`'s path, [n, n_inputs]. A query of cross attention: one
    /// row, run again.
    [[nodiscard]] Result<Tensor> residualRows(HeadSide side, TokenRange tokens) const;
    [[nodiscard]] Result<SideRun> run(HeadSide side, std::size_t token) const;

    [[nodiscard]] Result<SideWeights> weights(HeadSide side) const;
    /// This head's columns of the output projection, [d_model, head_dim].
    [[nodiscard]] Result<RowMatrix> outputSlice() const;
    [[nodiscard]] StoredAt placeOfWeight(HeadSide side, std::size_t element,
                                         std::optional<std::size_t> input) const;
    [[nodiscard]] StoredAt placeOfBias(HeadSide side, std::size_t element) const;
    [[nodiscard]] StoredAt placeOfOutputWeight(std::size_t channel, std::size_t element) const;

    /// What the backend's attention rounds the factors of its products by.
    [[nodiscard]] FactorRounding attentionRounding() const;
    /// F32 scores, exponentials and weights of one row over `keys`, as the run's own kernels give them.
    [[nodiscard]] std::vector<float> scores(std::size_t query, TokenRange keys) const;
    [[nodiscard]] std::vector<float> scaledProducts(std::size_t query, TokenRange keys) const;
    [[nodiscard]] Result<std::vector<float>> exponentials(std::size_t query, TokenRange keys) const;
    [[nodiscard]] std::vector<float> weightRow(std::size_t query, TokenRange keys) const;
    [[nodiscard]] float rowMaximum(std::size_t query) const;
    [[nodiscard]] float inverseSum(std::size_t query) const;
    /// The head's output for one row, [head_dim], run again.
    [[nodiscard]] Result<std::vector<float>> headOutput(std::size_t query) const;

private:
    [[nodiscard]] const AttentionWeights& attentionWeights() const;
    [[nodiscard]] const AttentionSlots& attentionSlots() const;
    [[nodiscard]] const LinearWeights& layer(HeadSide side) const;
    [[nodiscard]] const LinearSlot& layerSlot(HeadSide side) const;
    [[nodiscard]] std::size_t firstOutput(HeadSide side) const;
    [[nodiscard]] std::size_t keyHead() const;
    [[nodiscard]] const HeadsView& heads(HeadSide side) const;
    [[nodiscard]] std::vector<float> download(const MatrixView& view) const;
    [[nodiscard]] Result<MatrixView> allocate(std::size_t rows, std::size_t columns) const;
    [[nodiscard]] NormParameters parameters(const NormWeights& norm, const NormSlot& slot) const;
    void normalise(const NormWeights& norm, const MatrixView& input, const MatrixView& output) const;
    [[nodiscard]] Result<MatrixView> attendOneRow(const AttentionRecord& record, std::size_t query) const;
    [[nodiscard]] Result<Tensor> residualBeforeCross(std::size_t query) const;

    std::shared_ptr<const Model> model_;
    std::shared_ptr<const Trace> trace_;
    HeadAddress head_;
    const StackSpec* spec_;
    const StackWeights* stack_weights_;
    const StackSlots* stack_slots_;
};

} // namespace headlight::provenance
