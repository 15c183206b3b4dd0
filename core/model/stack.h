// One stack of transformer blocks, encoder or decoder, as its spec says. Reads like the paper:
// Vaswani et al. 2017, section 3; pre-norm placement as in Radford et al. 2019.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/model/stack_state.h"
#include "core/model/weights.h"
#include "core/tokenizer/tokenizer.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace headlight {

/// Spec, weights and backend of one stack; cheap to make, refers to its model.
class TransformerStack {
public:
    /// With PositionUse::Off the state must have been made without a bias.
    TransformerStack(const StackSpec& spec, const StackWeights& weights, const ComputeBackend& backend, std::string_view name,
                     PositionUse positions = PositionUse::AsTrained)
        : spec_(spec), weights_(weights), backend_(backend), name_(name), positions_(positions) {}

    /// Appends tokens to `state`: a full pass where it is empty, a step of generation where it is not.
    /// `ids`: of one sequence, any number; of several, one each. `type_ids` as long, or empty. `memory` for cross attention.
    /// Ids must be inside the vocabulary and positions within the table. Errors: cancelled, not enough memory; the state
    /// then stays as it was.
    Result<void> advance(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids = {},
                         const CrossMemory* memory = nullptr, const RunControl& control = {}) const;

    /// Keys and values of an encoder's output [n_source, d_model] for each layer's cross attention.
    [[nodiscard]] Result<CrossMemory> projectMemory(const MatrixView& encoder_output) const;

private:
    struct Scratch;
    [[nodiscard]] Result<Scratch> makeScratch(std::size_t n_rows, std::size_t n_new) const;
    void embed(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids, std::size_t n_new,
               const Scratch& scratch) const;
    void addPositions(const StackState& state, std::span<const TokenId> ids, std::size_t n_new, const MatrixView& embedding) const;
    void normalise(const NormWeights& norm, const MatrixView& input, const MatrixView& output) const;
    /// What a sublayer reads: the residual stream itself, or its norm in a pre-norm stack.
    [[nodiscard]] MatrixView sublayerInput(const NormWeights& norm, const MatrixView& residual, const Scratch& scratch) const;
    /// Adds a sublayer's last linear layer to the residual stream, with the norms of the spec's placement.
    void addToResidual(const LinearWeights& last, const MatrixView& input, const NormWeights& norm, const NormWeights& output_norm,
                       const MatrixView& residual, const Scratch& scratch) const;
    void block(StackState& state, std::size_t layer, std::size_t n_new, const CrossMemory* memory, const Scratch& scratch) const;
    /// Query, key and value of all heads, positions applied, and the attention, into scratch.mixed.
    void selfAttend(StackState& state, std::size_t layer, std::size_t n_new, const MatrixView& input, const Scratch& scratch) const;
    void placeHeads(StackState& state, std::size_t layer, std::size_t n_new, const Scratch& scratch) const;
    void crossAttend(StackState& state, std::size_t layer, std::size_t n_new, const CrossMemory& memory, const Scratch& scratch) const;
    void feedForward(const FeedForwardWeights& weights, const MatrixView& input, const MatrixView& residual, const Scratch& scratch) const;

    [[nodiscard]] bool usesPositions() const { return positions_ == PositionUse::AsTrained; }
    [[nodiscard]] bool rotates() const { return usesPositions() && spec_.positions.rotary.dims > 0; }

    const StackSpec& spec_;
    const StackWeights& weights_;
    const ComputeBackend& backend_;
    std::string_view name_;
    PositionUse positions_;
};

} // namespace headlight
