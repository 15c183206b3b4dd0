// Puts nodes together from a head's chains.
#pragma once

#include "core/analysis/provenance/head_chain.h"

namespace headlight::provenance {

/// Makes one node; lives as long as that takes.
class NodeMaker {
public:
    NodeMaker(HeadChain& chain, const NodeId& id, const RunControl& control);
    [[nodiscard]] Result<ProvenanceNode> make();

private:
    [[nodiscard]] Result<void> checkIndices() const;
    // The row: weight, scores, softmax.
    [[nodiscard]] Result<void> makeRow();
    void makeMasked();
    void makeWeight(const RowChain& row);
    void makeScore(const RowChain& row);
    [[nodiscard]] TracedNumber dotOf(const RowChain& row) const;
    void scaledOperands(const RowChain& row);
    void makePositionBias();
    // One side: query, key or value of a token.
    [[nodiscard]] Result<void> makeSide();
    [[nodiscard]] Result<void> makeElement(const TokenChain& chain);
    void makeRotated(const TokenChain& chain);
    void makeRotation(const TokenChain& chain);
    void makeHeadNormalised(const TokenChain& chain);
    [[nodiscard]] Result<void> makeProjected(const TokenChain& chain);
    void makeInput(const TokenChain& chain);
    void makeResidual(const TokenChain& chain);
    void makeNormStep(const NormSteps& steps, const std::vector<TracedNumber>& elements, Quantity mean,
                      Quantity spread, Quantity element);
    void makeNormParameter(const NormParameters& norm, bool gain);
    [[nodiscard]] Result<void> makeProjectionParameter();
    // What comes out: weighted values, head output, contributions.
    [[nodiscard]] Result<void> makeOutput();
    [[nodiscard]] Result<void> makeContribution(const RowChain& row);
    void makeHeadOutput(const RowChain& row, const OutputChain& output);

    [[nodiscard]] NodeId at(Quantity quantity) const;
    [[nodiscard]] NodeId at(Quantity quantity, HeadSide side, std::size_t element) const;
    [[nodiscard]] std::size_t token() const { return id_.side == HeadSide::Query ? id_.query : id_.key; }
    void operand(const NodeId& id, const TracedNumber& number) { node_.operands.push_back({id, number}); }
    void column(const NodeId& first, TermIndex index, std::vector<TracedNumber> numbers);
    void remark(Remark remark) { node_.remarks.push_back(remark); }
    /// Operands of (x - mean) * inverse * gain + bias for element `id_.element`.
    void normOperands(const NormSteps& steps, const NormParameters& norm, const NodeId& element,
                      const TracedNumber& x, Quantity mean, Quantity inverse, Quantity gain, Quantity bias);

    HeadChain& chain_;
    const HeadOperands& operands_;
    NodeId id_;
    const RunControl& control_;
    ProvenanceNode node_;
};

[[nodiscard]] inline TracedNumber traced(const Tracked& number, std::optional<float> run = {}) {
    return {run, number.value, number.bound};
}
[[nodiscard]] inline TracedNumber stored(float value) {
    return {value, double(value), 0.0};
}
/// Numbers beside those of the run, which may be missing altogether.
[[nodiscard]] std::vector<TracedNumber> traced(const std::vector<Tracked>& numbers,
                                               const std::vector<float>& run);

} // namespace headlight::provenance
