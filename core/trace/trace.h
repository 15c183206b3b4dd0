// What a forward pass leaves behind. Memory grows with the number of tokens n, not with n^2:
// each attention keeps query, key, value and its rows' softmax statistics; any tile of any head is rebuilt from them.
#pragma once

#include "core/base/indices.h"
#include "core/base/result.h"
#include "core/compute/backend.h"
#include "core/tensor/tensor.h"
#include "core/trace/edited_rows.h"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace headlight {

enum class StackKind { Encoder, Decoder };
enum class AttentionKind { EncoderSelf, DecoderSelf, Cross };

[[nodiscard]] std::string_view attentionKindName(AttentionKind kind); ///< "encoder", "decoder", "cross"

/// One head of one attention.
struct HeadAddress {
    AttentionKind kind = AttentionKind::EncoderSelf;
    LayerIndex layer;
    HeadIndex head;
    auto operator<=>(const HeadAddress&) const = default;
};

/// One attention of one layer, as the forward pass left it.
struct AttentionRecord {
    AttentionProblem problem;
    SoftmaxRows softmax;
};

/// One stack's residual stream: views into backend buffers, [n_tokens, d_model] each.
struct StackRecord {
    MatrixView embedding;                 ///< what block 0 reads (positions and embedding norm included)
    std::vector<MatrixView> hidden;       ///< block L's output, before any final norm
    MatrixView final_hidden;              ///< after the final norm where there is one: what a head or the decoder reads
    std::vector<AttentionRecord> self;    ///< one a layer
    std::vector<AttentionRecord> cross;   ///< one a layer of a decoder with cross attention, else empty
    [[nodiscard]] std::size_t nTokens() const { return embedding.rows; }
};

/// Immutable once handed out; safe to read from several threads at once.
class Trace {
public:
    /// `edited`: rows that an intervention changed; weights and scores then give these.
    Trace(BackendPtr backend, std::optional<StackRecord> encoder, std::optional<StackRecord> decoder,
          std::map<HeadAddress, EditedRows> edited = {});

    [[nodiscard]] const ComputeBackend& backend() const { return *backend_; }
    [[nodiscard]] bool has(AttentionKind kind) const;
    [[nodiscard]] bool has(StackKind stack) const;
    [[nodiscard]] const StackRecord& stack(StackKind stack) const;
    [[nodiscard]] std::vector<AttentionKind> kinds() const;               ///< those that are there, in reading order
    [[nodiscard]] std::size_t nLayers(AttentionKind kind) const;
    [[nodiscard]] std::size_t nHeads(AttentionKind kind) const;
    [[nodiscard]] std::size_t nKeyValueHeads(AttentionKind kind) const;
    [[nodiscard]] std::size_t headDim(AttentionKind kind) const;
    [[nodiscard]] std::size_t nQueries(AttentionKind kind) const;
    [[nodiscard]] std::size_t nKeys(AttentionKind kind) const;
    [[nodiscard]] const AttentionRecord& attention(AttentionKind kind, LayerIndex layer) const;

    /// Attention weights after softmax, [rows.size(), columns.size()]; masked cells are 0.
    [[nodiscard]] Tensor weights(const HeadAddress& head, TokenRange rows, TokenRange columns) const;
    [[nodiscard]] Tensor weights(const HeadAddress& head) const;          ///< the whole map
    /// Attention scores before softmax: scaled, with mask and position bias; masked cells are kMaskedScore.
    [[nodiscard]] Tensor scores(const HeadAddress& head, TokenRange rows, TokenRange columns) const;
    /// The same before soft cap, position bias and mask: q.k * scale of every pair, also of those a mask hides.
    [[nodiscard]] Tensor rawScores(const HeadAddress& head, TokenRange rows, TokenRange columns) const;
    /// Weights pooled to out_rows x out_columns cells; see ComputeBackend::attentionPooled.
    [[nodiscard]] Tensor pooledWeights(const HeadAddress& head, TokenRange rows, TokenRange columns,
                                       std::size_t out_rows, std::size_t out_columns, Pooling pooling) const;
    /// Rows of this head that were changed by an intervention; null: none.
    [[nodiscard]] const EditedRows* editedRows(const HeadAddress& head) const;
    /// Whether query row `row` may see key `column` (false: masked, shown as masked and not as zero).
    [[nodiscard]] bool visible(AttentionKind kind, LayerIndex layer, TokenIndex row, TokenIndex column) const;

    /// [n_heads, n_query, head_dim], [n_kv_heads, n_key, head_dim] twice; rotary applied.
    [[nodiscard]] Tensor query(AttentionKind kind, LayerIndex layer) const;
    [[nodiscard]] Tensor key(AttentionKind kind, LayerIndex layer) const;
    [[nodiscard]] Tensor value(AttentionKind kind, LayerIndex layer) const;
    /// [n_tokens, d_model]
    [[nodiscard]] Tensor embedding(StackKind stack) const;
    [[nodiscard]] Tensor hidden(StackKind stack, LayerIndex layer) const;
    [[nodiscard]] Tensor finalHidden(StackKind stack) const;

    /// An Error that says what there is when the address is outside this trace.
    [[nodiscard]] Result<void> check(const HeadAddress& head) const;
    /// Bytes the trace keeps alive.
    [[nodiscard]] std::size_t sizeBytes() const;

private:
    [[nodiscard]] Tensor pooledEdited(const HeadAddress& head, TokenRange rows, TokenRange columns, std::size_t out_rows,
                                      std::size_t out_columns, Pooling pooling) const;

    BackendPtr backend_;
    std::optional<StackRecord> encoder_;
    std::optional<StackRecord> decoder_;
    std::map<HeadAddress, EditedRows> edited_;
};

} // namespace headlight
