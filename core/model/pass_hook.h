// A forward pass can be watched, and changed, at named points: what step by step shows and what interventions
// edit.
#pragma once

#include "core/compute/attention.h"
#include "core/model/position_spec.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <map>
#include <vector>

namespace headlight {

/// Points of a pass, in the order they come by. Rows are the tokens being computed, [n_new, ...].
enum class PassPoint {
    TokenEmbedding, ///< [n, d_embedding] after the table's factor and the segments, before positions and norm
    PositionedEmbedding, ///< [n, d_embedding] with the positions' rows added; before or behind the norm, as the model does
    NormedEmbedding,     ///< [n, d_embedding] after the embedding's own norm, where there is one
    ProjectedEmbedding,  ///< [n, d_model] brought to the width of the layers, where it has another
    Embedding,      ///< [n, d_model] what block 0 reads
    AttentionInput, ///< [n, d_model] what query, key and value are projections of: the stream, or its norm
    QueryKeyValue,  ///< [n, (n_heads + 2 n_kv_heads) * head_dim] as projected
    PlacedQueryKeyValue, ///< the same after norms of each head and rotary positions: what scores are made of
    HeadOutputs,         ///< [n, n_heads * head_dim] weights times values, head beside head
    AttentionSum,        ///< [n, d_model] the stream with the attention's output added, before a post-norm
    AfterAttention,      ///< [n, d_model] the same after a post-norm (else not passed)
    CrossInput,          ///< as AttentionInput, of cross attention
    CrossQuery,          ///< [n, n_heads * head_dim]
    CrossHeadOutputs,    ///< as HeadOutputs
    CrossSum,            ///< as AttentionSum
    AfterCross,          ///< as AfterAttention
    FeedForwardInput,    ///< [n, d_model]
    FeedForwardInner,    ///< [n, d_feed_forward] after the activation, and the gate where there is one
    FeedForwardSum,      ///< [n, d_model] the stream with the feed-forward layer's output added, before a
                         ///< post-norm
    Hidden,              ///< [n, d_model] the block's output
    FinalHidden,         ///< [n, d_model] after the final norm, where there is one
};

/// Where in the model a point lies. `layer` is 0 at the embedding points and the last one at FinalHidden.
struct PassPlace {
    StackKind stack = StackKind::Encoder;
    std::size_t layer = 0;
    PassPoint point = PassPoint::Hidden;
    std::size_t first_row =
        0; ///< of the rows given, counted from those being computed: long feed-forward layers come in parts
};

/// Told of every point as it is passed, in the thread that computes. Rows may be read and written on
/// `backend`.
class PassHook {
public:
    virtual ~PassHook() = default;
    virtual void at(const PassPlace& place, const ComputeBackend& backend, const MatrixView& rows) = 0;
    /// After an attention and before HeadOutputs: `output` [n, n_heads * head_dim] is what it gave.
    virtual void attended(AttentionKind /*kind*/, std::size_t /*layer*/, const ComputeBackend& /*backend*/,
                          const AttentionRecord& /*record*/, const MatrixView& /*output*/) {}
    /// What `attended` made of rows; the trace of the pass gives these.
    [[nodiscard]] virtual std::map<HeadAddress, EditedRows> editedRows() const { return {}; }
    /// The positions of a stack's tokens where they are not 0, 1, 2, ...; empty: they are.
    [[nodiscard]] virtual std::vector<std::size_t> positions(StackKind /*stack*/) const { return {}; }
};

/// How a pass differs from the usual one.
struct PassOptions {
    PositionUse positions = PositionUse::AsTrained;
    PassHook* hook = nullptr; ///< must outlive the pass

    [[nodiscard]] bool usual() const { return positions == PositionUse::AsTrained && hook == nullptr; }
};

} // namespace headlight
