#include "core/model/stack.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <vector>

namespace headlight {

namespace {

/// Rows of the feed-forward layer computed at once: enough for full speed, few enough to stay in the cache.
constexpr std::size_t kFeedForwardRows = 512;

} // namespace

/// Working memory of one advance(), [n_rows, ...].
struct TransformerStack::Scratch {
    MatrixView normalised; ///< [n_rows, d_model]
    MatrixView mixed;      ///< [n_rows, n_heads * head_dim]: weights times values
    MatrixView inner;      ///< [<= kFeedForwardRows, d_feed_forward]
    MatrixView gate;       ///< the same, of a gated layer
};

Result<TransformerStack::Scratch> TransformerStack::makeScratch(std::size_t n_rows) const {
    const std::size_t n_inner = std::min(n_rows, kFeedForwardRows);
    const std::size_t n_heads_wide = spec_.n_heads * spec_.head_dim;
    const std::size_t sizes[] = {spec_.norm.placement == NormPlacement::Pre ? n_rows * spec_.d_model : 0,
                                 n_rows * n_heads_wide, n_inner * spec_.d_feed_forward,
                                 spec_.gated_feed_forward ? n_inner * spec_.d_feed_forward : 0};
    const auto aligned = [](std::size_t n_floats) { return (n_floats + 15) / 16 * 16; };
    HEADLIGHT_ASSIGN(const BufferPtr buffer,
                     backend_.allocate(aligned(sizes[0]) + aligned(sizes[1]) + aligned(sizes[2]) + aligned(sizes[3])));
    Scratch scratch;
    std::size_t offset = 0;
    const auto place = [&](std::size_t size, std::size_t rows, std::size_t columns) {
        const MatrixView view{buffer, offset, size > 0 ? rows : 0, columns, columns};
        offset += aligned(size);
        return view;
    };
    scratch.normalised = place(sizes[0], n_rows, spec_.d_model);
    scratch.mixed = place(sizes[1], n_rows, n_heads_wide);
    scratch.inner = place(sizes[2], n_inner, spec_.d_feed_forward);
    scratch.gate = place(sizes[3], n_inner, spec_.d_feed_forward);
    return scratch;
}

Result<void> TransformerStack::advance(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids,
                                       const CrossMemory* memory, const RunControl& control) const {
    assert(!ids.empty() && ids.size() % state.nSequences() == 0 && (memory != nullptr) == spec_.cross_attention);
    const std::size_t n_new = ids.size() / state.nSequences();
    HEADLIGHT_CHECK(state.reserve(n_new));
    HEADLIGHT_ASSIGN(const Scratch scratch, makeScratch(ids.size()));
    embed(state, ids, type_ids, n_new);
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(layer) / double(spec_.n_layers), std::string(name_) + " layer " + std::to_string(layer + 1) +
                                                                   " of " + std::to_string(spec_.n_layers));
        // The residual stream: what came in, to which each sublayer adds.
        backend_.copy(layer > 0 ? state.hidden(layer - 1, n_new) : state.embedding(n_new), state.hidden(layer, n_new));
        selfAttend(state, layer, n_new, scratch);
        if (spec_.cross_attention)
            crossAttend(state, layer, n_new, *memory, scratch);
        feedForward(weights_.blocks[layer].feed_forward, state.hidden(layer, n_new), scratch);
    }
    if (spec_.final_norm)
        normalise(weights_.final_norm, state.hidden(spec_.n_layers - 1, n_new), state.finalHidden(n_new));
    state.commit(n_new);
    return {};
}

void TransformerStack::embed(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids,
                             std::size_t n_new) const {
    const MatrixView embedding = state.embedding(n_new); // [n_sequences * n_new, d_model]
    backend_.embed(weights_.token_embedding, ids, spec_.embedding_scale, false, embedding);
    if (spec_.n_token_types > 0) {
        std::vector<TokenId> types(ids.size(), 0);
        std::copy(type_ids.begin(), type_ids.end(), types.begin());
        backend_.embed(weights_.type_embedding, types, 1.0f, true, embedding);
    }
    if (!weights_.position_embedding.empty())
        // Several sequences grow by one token each, all at the same position: one row is added to all.
        backend_.add(weights_.position_embedding.rowsFrom(spec_.positions.offset + state.nTokens(), n_new), embedding);
    if (spec_.embedding_norm)
        normalise(weights_.embedding_norm, embedding, embedding);
}

void TransformerStack::normalise(const NormWeights& norm, const MatrixView& input, const MatrixView& output) const {
    if (spec_.norm.kind == NormKind::RmsNorm)
        backend_.rmsNorm(input, norm.gain, 0.0f, spec_.norm.epsilon, output);
    else
        backend_.layerNorm(input, norm.gain, norm.bias, spec_.norm.epsilon, output);
}

MatrixView TransformerStack::sublayerInput(const NormWeights& norm, const MatrixView& residual, const Scratch& scratch) const {
    if (spec_.norm.placement == NormPlacement::Post)
        return residual;
    normalise(norm, residual, scratch.normalised);
    return scratch.normalised;
}

void TransformerStack::selfAttend(StackState& state, std::size_t layer, std::size_t n_new, const Scratch& scratch) const {
    const AttentionWeights& weights = weights_.blocks[layer].self;
    const MatrixView residual = state.hidden(layer, n_new);
    backend_.linear(*weights.query_key_value, sublayerInput(weights.norm, residual, scratch), state.queryKeyValue(layer, n_new));
    for (std::size_t sequence = 0; sequence < state.nSequences(); ++sequence) {
        const AttentionRecord attention = state.selfAttention(layer, sequence, state.nTokens(), n_new);
        backend_.attention(attention.problem, scratch.mixed.rowsFrom(sequence * n_new, n_new), attention.softmax);
    }
    backend_.linear(*weights.output, scratch.mixed, residual, Activation::None, true);
    if (spec_.norm.placement == NormPlacement::Post)
        normalise(weights.norm, residual, residual);
}

void TransformerStack::crossAttend(StackState& state, std::size_t layer, std::size_t n_new, const CrossMemory& memory,
                                   const Scratch& scratch) const {
    const AttentionWeights& weights = weights_.blocks[layer].cross;
    const MatrixView residual = state.hidden(layer, n_new);
    backend_.linear(*weights.query, sublayerInput(weights.norm, residual, scratch), state.crossQuery(layer, n_new));
    for (std::size_t sequence = 0; sequence < state.nSequences(); ++sequence) {
        const AttentionRecord attention = state.crossAttention(layer, sequence, state.nTokens(), n_new, memory);
        backend_.attention(attention.problem, scratch.mixed.rowsFrom(sequence * n_new, n_new), attention.softmax);
    }
    backend_.linear(*weights.output, scratch.mixed, residual, Activation::None, true);
    if (spec_.norm.placement == NormPlacement::Post)
        normalise(weights.norm, residual, residual);
}

void TransformerStack::feedForward(const FeedForwardWeights& weights, const MatrixView& residual, const Scratch& scratch) const {
    const MatrixView input = sublayerInput(weights.norm, residual, scratch);
    for (std::size_t first = 0; first < residual.rows; first += kFeedForwardRows) {
        const std::size_t count = std::min(kFeedForwardRows, residual.rows - first);
        const MatrixView inner = scratch.inner.rowsFrom(0, count);
        const LinearWeights& activated = spec_.gated_feed_forward ? *weights.gate : *weights.up;
        backend_.linear(activated, input.rowsFrom(first, count), inner, spec_.activation);
        if (spec_.gated_feed_forward) { // Shazeer 2020: activation(x gate) * (x up)
            const MatrixView up = scratch.gate.rowsFrom(0, count);
            backend_.linear(*weights.up, input.rowsFrom(first, count), up);
            backend_.multiply(up, inner);
        }
        backend_.linear(*weights.down, inner, residual.rowsFrom(first, count), Activation::None, true);
    }
    if (spec_.norm.placement == NormPlacement::Post)
        normalise(weights.norm, residual, residual);
}

Result<CrossMemory> TransformerStack::projectMemory(const MatrixView& encoder_output) const {
    CrossMemory memory;
    memory.n_tokens = encoder_output.rows;
    const std::size_t width = 2 * spec_.n_kv_heads * spec_.head_dim;
    HEADLIGHT_ASSIGN(const BufferPtr buffer, backend_.allocate(spec_.n_layers * memory.n_tokens * width));
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        const MatrixView key_value{buffer, layer * memory.n_tokens * width, memory.n_tokens, width, width};
        backend_.linear(*weights_.blocks[layer].cross.key_value, encoder_output, key_value);
        memory.key_value.push_back(key_value);
    }
    return memory;
}

} // namespace headlight
