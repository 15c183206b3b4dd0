#include "core/model/stack.h"

#include "core/model/positions.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

namespace {

/// Rows of the feed-forward layer computed at once: enough for full speed, few enough to stay in the cache.
constexpr std::size_t kFeedForwardRows = 512;

/// Up to so many rows are computed as one piece of work.
constexpr std::size_t kRowsInOnePiece = 16;

/// Scores of one call of the attention, all heads: a few tenths of a second, after which a stop is heard. A layer of a text
/// of 100,000 tokens takes minutes.
constexpr std::size_t kScoresAtOnce = std::size_t{1} << 29;

/// Query rows [first, first + count) of an attention.
AttentionRecord rowsOf(AttentionRecord attention, std::size_t first, std::size_t count) {
    HeadsView& query = attention.problem.query;
    query.offset += first * query.token_stride;
    query.n_tokens = count;
    attention.problem.mask.query_offset += first;
    attention.softmax = {attention.softmax.maximum.rowsFrom(first, count), attention.softmax.inverse_sum.rowsFrom(first, count)};
    return attention;
}

} // namespace

/// Working memory of one advance(), [n_rows, ...].
struct TransformerStack::Scratch {
    MatrixView normalised; ///< [n_rows, d_model]
    MatrixView mixed;      ///< [n_rows, n_heads * head_dim]: weights times values
    MatrixView inner;      ///< [<= kFeedForwardRows, d_feed_forward]
    MatrixView gate;       ///< the same, of a gated layer
    MatrixView sublayer;   ///< [n_rows, d_model]: a sublayer's output before its norm (Sandwich)
    MatrixView narrow;     ///< [n_rows, d_embedding]: embeddings before their projection
    MatrixView rotations;  ///< [n_new, dims]: rotaryTable of the new positions
};

Result<TransformerStack::Scratch> TransformerStack::makeScratch(std::size_t n_rows, std::size_t n_new) const {
    const std::size_t n_inner = std::min(n_rows, kFeedForwardRows);
    Scratch scratch;
    struct Part {
        MatrixView& view;
        std::size_t rows;
        std::size_t columns;
    };
    const Part parts[] = {
        {scratch.normalised, spec_.norm.placement != NormPlacement::Post ? n_rows : 0, spec_.d_model},
        {scratch.mixed, n_rows, spec_.n_heads * spec_.head_dim},
        {scratch.inner, n_inner, spec_.d_feed_forward},
        {scratch.gate, spec_.gated_feed_forward ? n_inner : 0, spec_.d_feed_forward},
        {scratch.sublayer, spec_.norm.placement == NormPlacement::Sandwich ? n_rows : 0, spec_.d_model},
        {scratch.narrow, weights_.embedding_projection ? n_rows : 0, spec_.embeddingWidth()},
        {scratch.rotations, rotates() ? n_new : 0, spec_.positions.rotary.dims},
    };
    const auto aligned = [](const Part& part) { return (part.rows * part.columns + 15) / 16 * 16; };
    std::size_t n_floats = 0;
    for (const Part& part : parts)
        n_floats += aligned(part);
    HEADLIGHT_ASSIGN(const BufferPtr buffer, backend_.allocate(n_floats));
    std::size_t offset = 0;
    for (const Part& part : parts) {
        part.view = {buffer, offset, part.rows, part.columns, part.columns};
        offset += aligned(part);
    }
    return scratch;
}

Result<void> TransformerStack::advance(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids,
                                       const CrossMemory* memory, const RunControl& control) const {
    assert(!ids.empty() && ids.size() % state.nSequences() == 0 && (memory != nullptr) == spec_.cross_attention);
    const std::size_t n_new = ids.size() / state.nSequences();
    HEADLIGHT_CHECK(state.reserve(n_new));
    HEADLIGHT_ASSIGN(const Scratch scratch, makeScratch(ids.size(), n_new));
    // A step of generation is many small operations; a long pass need not wait for its last before the first begins.
    std::optional<PieceOfWork> piece;
    if (ids.size() <= kRowsInOnePiece)
        piece.emplace(backend_);
    if (!scratch.rotations.empty())
        backend_.upload(rotationsOf(state, n_new).span(), scratch.rotations);
    embed(state, ids, type_ids, n_new, scratch);
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(layer) / double(spec_.n_layers), std::string(kind_ == StackKind::Encoder ? "encoder" : "decoder") + " layer " + std::to_string(layer + 1) +
                                                                   " of " + std::to_string(spec_.n_layers));
        HEADLIGHT_CHECK(block(state, layer, n_new, memory, scratch, control));
    }
    if (spec_.final_norm) {
        normalise(weights_.final_norm, state.hidden(spec_.n_layers - 1, n_new), state.finalHidden(n_new));
        pass(PassPoint::FinalHidden, spec_.n_layers - 1, state.finalHidden(n_new));
    }
    if (piece)
        piece->end();
    state.commit(n_new);
    return {};
}

/// Cosines and sines of the new tokens' positions: their places in the text unless the hook says others.
Tensor TransformerStack::rotationsOf(const StackState& state, std::size_t n_new) const {
    const std::size_t n_tokens = state.nTokens() + n_new;
    const std::vector<std::size_t> positions =
        options_.hook != nullptr ? options_.hook->positions(kind_) : std::vector<std::size_t>{};
    if (positions.empty())
        return rotaryTable(spec_.positions.rotary, state.nTokens(), n_new, n_tokens);
    Tensor table(Shape{n_new, spec_.positions.rotary.dims});
    for (std::size_t i = 0; i < n_new; ++i) {
        const Tensor row = rotaryTable(spec_.positions.rotary, positions[state.nTokens() + i], 1, n_tokens);
        std::ranges::copy(row.span(), table.row(i).begin());
    }
    return table;
}

Result<void> TransformerStack::block(StackState& state, std::size_t layer, std::size_t n_new, const CrossMemory* memory,
                                     const Scratch& scratch, const RunControl& control) const {
    // The residual stream: what came in, to which each sublayer adds.
    const MatrixView residual = state.hidden(layer, n_new); // [n_sequences * n_new, d_model]
    backend_.copy(layer > 0 ? state.hidden(layer - 1, n_new) : state.embedding(n_new), residual);
    const AttentionWeights& self = weights_.blocks[layer].self;
    const FeedForwardWeights& feed_forward = weights_.blocks[layer].feed_forward;
    MatrixView input = sublayerInput(self.norm, residual, scratch);
    pass(PassPoint::AttentionInput, layer, input);
    HEADLIGHT_CHECK(selfAttend(state, layer, n_new, input, scratch, control));
    pass(PassPoint::HeadOutputs, layer, scratch.mixed);
    if (spec_.parallel_residual && !feed_forward.norm.gain.empty())
        input = sublayerInput(feed_forward.norm, residual, scratch); // before the attention is added
    addToResidual(*self.output, scratch.mixed, self.norm, self.output_norm, residual, scratch,
                  {layer, PassPoint::AttentionSum, PassPoint::AfterAttention});
    if (memory != nullptr)
        crossAttend(state, layer, n_new, *memory, scratch);
    if (!spec_.parallel_residual)
        input = sublayerInput(feed_forward.norm, residual, scratch);
    pass(PassPoint::FeedForwardInput, layer, input);
    feedForward(layer, input, residual, scratch);
    pass(PassPoint::Hidden, layer, residual);
    return {};
}

void TransformerStack::embed(StackState& state, std::span<const TokenId> ids, std::span<const std::uint8_t> type_ids,
                             std::size_t n_new, const Scratch& scratch) const {
    const MatrixView wide = state.embedding(n_new); // [n_sequences * n_new, d_model]
    const bool projected = weights_.embedding_projection != nullptr;
    const MatrixView embedding = projected ? scratch.narrow : wide; // [n_sequences * n_new, d_embedding]
    backend_.embed(weights_.token_embedding, ids, spec_.embedding_scale, false, embedding);
    if (spec_.n_token_types > 0) {
        std::vector<TokenId> types(ids.size(), 0);
        std::copy(type_ids.begin(), type_ids.end(), types.begin());
        backend_.embed(weights_.type_embedding, types, 1.0f, true, embedding);
    }
    pass(PassPoint::TokenEmbedding, 0, embedding);
    // Positions and norm stand before the projection (ALBERT, ELECTRA) or behind it (OPT): their width tells.
    const auto finish = [&](const MatrixView& rows) {
        const bool has_positions = usesPositions() && weights_.position_embedding.columns == rows.columns;
        const auto position = [&] {
            addPositions(state, ids, n_new, rows);
            pass(PassPoint::PositionedEmbedding, 0, rows);
        };
        if (has_positions && !spec_.positions_after_norm)
            position();
        if (spec_.embedding_norm && weights_.embedding_norm.gain.columns == rows.columns) {
            normalise(weights_.embedding_norm, rows, rows);
            pass(PassPoint::NormedEmbedding, 0, rows);
        }
        if (has_positions && spec_.positions_after_norm)
            position();
    };
    finish(embedding);
    if (projected) {
        backend_.linear(*weights_.embedding_projection, embedding, wide);
        pass(PassPoint::ProjectedEmbedding, 0, wide);
        if (spec_.embeddingWidth() != spec_.d_model)
            finish(wide);
    }
    pass(PassPoint::Embedding, 0, wide);
}

void TransformerStack::addPositions(const StackState& state, std::span<const TokenId> ids, std::size_t n_new,
                                    const MatrixView& embedding) const {
    const std::optional<TokenId> skipped = spec_.positions.skipped_token;
    if (skipped && std::find(ids.begin(), ids.end(), *skipped) != ids.end()) {
        std::vector<TokenId> rows(ids.size());
        const std::size_t offset = spec_.positions.offset;
        std::size_t position = state.nTokens();
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i % n_new == 0)
                position = state.nTokens(); // another sequence begins
            rows[i] = static_cast<TokenId>(ids[i] == *skipped ? offset - 1 : offset + position++);
        }
        backend_.embed(weights_.position_embedding, rows, 1.0f, true, embedding);
        return;
    }
    const std::vector<std::size_t> moved = options_.hook != nullptr ? options_.hook->positions(kind_) : std::vector<std::size_t>{};
    if (!moved.empty()) {
        std::vector<TokenId> rows(n_new);
        for (std::size_t i = 0; i < n_new; ++i)
            rows[i] = static_cast<TokenId>(spec_.positions.offset + moved[state.nTokens() + i]);
        backend_.embed(weights_.position_embedding, rows, 1.0f, true, embedding);
        return;
    }
    // Several sequences grow by one token each, all at the same position: one row is added to all.
    backend_.add(weights_.position_embedding.rowsFrom(spec_.positions.offset + state.nTokens(), n_new), embedding);
}

void TransformerStack::normalise(const NormWeights& norm, const MatrixView& input, const MatrixView& output) const {
    if (spec_.norm.kind == NormKind::RmsNorm)
        backend_.rmsNorm(input, norm.gain, spec_.norm.gain_offset, spec_.norm.epsilon, output);
    else
        backend_.layerNorm(input, norm.gain, norm.bias, spec_.norm.epsilon, output);
}

MatrixView TransformerStack::sublayerInput(const NormWeights& norm, const MatrixView& residual, const Scratch& scratch) const {
    if (spec_.norm.placement == NormPlacement::Post)
        return residual;
    normalise(norm, residual, scratch.normalised);
    return scratch.normalised;
}

void TransformerStack::addToResidual(const LinearWeights& last, const MatrixView& input, const NormWeights& norm,
                                     const NormWeights& output_norm, const MatrixView& residual, const Scratch& scratch,
                                     const Sublayer& sublayer) const {
    if (spec_.norm.placement == NormPlacement::Sandwich) {
        const MatrixView output = scratch.sublayer.rowsFrom(0, residual.rows);
        backend_.linear(last, input, output);
        normalise(output_norm, output, output);
        backend_.add(output, residual);
        pass(sublayer.sum, sublayer.layer, residual, sublayer.first_row);
        return;
    }
    backend_.linear(last, input, residual, Activation::None, true);
    pass(sublayer.sum, sublayer.layer, residual, sublayer.first_row);
    if (spec_.norm.placement != NormPlacement::Post)
        return;
    normalise(norm, residual, residual);
    if (sublayer.after)
        pass(*sublayer.after, sublayer.layer, residual, sublayer.first_row);
}

/// What stands between the projection and the scores: norms of each head, then rotary positions.
void TransformerStack::placeHeads(StackState& state, std::size_t layer, std::size_t n_new, const Scratch& scratch) const {
    const MatrixView rows = state.queryKeyValue(layer, n_new); // [n_sequences * n_new, (n_heads + 2 n_kv_heads) * head_dim]
    const AttentionWeights& weights = weights_.blocks[layer].self;
    const std::size_t n_heads = spec_.n_heads + spec_.n_kv_heads; // keys lie behind the queries
    for (std::size_t head = 0; spec_.query_key_norm && head < n_heads; ++head) {
        const MatrixView one = rows.columnsFrom(head * spec_.head_dim, spec_.head_dim);
        normalise(head < spec_.n_heads ? weights.query_norm : weights.key_norm, one, one);
    }
    if (!scratch.rotations.empty())
        backend_.rotate({rows.buffer, rows.offset, rows.rows, n_heads, spec_.head_dim, rows.row_stride, spec_.head_dim},
                        scratch.rotations, spec_.positions.rotary.interleaved);
}

Result<void> TransformerStack::selfAttend(StackState& state, std::size_t layer, std::size_t n_new, const MatrixView& input,
                                          const Scratch& scratch, const RunControl& control) const {
    backend_.linear(*weights_.blocks[layer].self.query_key_value, input, state.queryKeyValue(layer, n_new));
    pass(PassPoint::QueryKeyValue, layer, state.queryKeyValue(layer, n_new));
    placeHeads(state, layer, n_new, scratch);
    pass(PassPoint::PlacedQueryKeyValue, layer, state.queryKeyValue(layer, n_new));
    for (std::size_t sequence = 0; sequence < state.nSequences(); ++sequence) {
        const AttentionRecord attention = state.selfAttention(layer, sequence, state.nTokens(), n_new);
        const std::size_t step = std::max<std::size_t>(64, kScoresAtOnce / (spec_.n_heads * attention.problem.key.n_tokens));
        for (std::size_t first = 0; first < n_new; first += step) {
            if (first > 0 && control.stopRequested())
                return cancelledError();
            const AttentionRecord rows = rowsOf(attention, first, std::min(step, n_new - first));
            backend_.attention(rows.problem, scratch.mixed.rowsFrom(sequence * n_new + first, rows.problem.query.n_tokens), rows.softmax);
        }
        tellAttended(selfKind(), layer, attention, scratch.mixed.rowsFrom(sequence * n_new, n_new));
    }
    return {};
}

void TransformerStack::crossAttend(StackState& state, std::size_t layer, std::size_t n_new, const CrossMemory& memory,
                                   const Scratch& scratch) const {
    const AttentionWeights& weights = weights_.blocks[layer].cross;
    const MatrixView residual = state.hidden(layer, n_new);
    const MatrixView input = sublayerInput(weights.norm, residual, scratch);
    pass(PassPoint::CrossInput, layer, input);
    backend_.linear(*weights.query, input, state.crossQuery(layer, n_new));
    pass(PassPoint::CrossQuery, layer, state.crossQuery(layer, n_new));
    for (std::size_t sequence = 0; sequence < state.nSequences(); ++sequence) {
        const AttentionRecord attention = state.crossAttention(layer, sequence, state.nTokens(), n_new, memory);
        const MatrixView output = scratch.mixed.rowsFrom(sequence * n_new, n_new);
        backend_.attention(attention.problem, output, attention.softmax);
        tellAttended(AttentionKind::Cross, layer, attention, output);
    }
    pass(PassPoint::CrossHeadOutputs, layer, scratch.mixed);
    addToResidual(*weights.output, scratch.mixed, weights.norm, weights.output_norm, residual, scratch,
                  {layer, PassPoint::CrossSum, PassPoint::AfterCross});
}

void TransformerStack::feedForward(std::size_t layer, const MatrixView& input, const MatrixView& residual, const Scratch& scratch) const {
    const FeedForwardWeights& weights = weights_.blocks[layer].feed_forward;
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
        pass(PassPoint::FeedForwardInner, layer, inner, first);
        addToResidual(*weights.down, inner, weights.norm, weights.output_norm, residual.rowsFrom(first, count), scratch,
                      {layer, PassPoint::FeedForwardSum, std::nullopt, first});
    }
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
