// The rows a stack has computed so far: key/value cache and trace at once. Decoding appends rows, nothing is copied.
#pragma once

#include "core/base/result.h"
#include "core/compute/backend.h"
#include "core/model/model_spec.h"
#include "core/trace/trace.h"

#include <vector>

namespace headlight {

/// Keys and values of an encoder's output for each decoder layer, shared by all sequences that are decoded from it.
struct CrossMemory {
    std::size_t n_tokens = 0;
    std::vector<MatrixView> key_value; ///< a layer: [n_source, 2 * n_kv_heads * head_dim]
};

/// What a decoder's cross attention left of its encoder: the memory it was computed from, sharing its buffers.
[[nodiscard]] CrossMemory memoryOf(const StackRecord& decoder);

/// What a state keeps of the rows it has seen.
enum class Keep {
    Everything,   ///< a trace: residual stream and softmax statistics too
    KeysAndValues ///< what the next token needs (beams that may never win)
};

/// Buffers for `n_sequences` token sequences of equal length that one stack extends together.
/// New rows of all sequences are one matrix with a large row stride, so that linear layers take them at once; that is
/// why several sequences grow one token at a time, while a single one may grow by many.
class StackState {
public:
    /// `capacity`: tokens a sequence that fit without growing; `bias`: the model's, on self attention. Error: not enough memory.
    static Result<StackState> create(BackendPtr backend, const StackSpec& spec, std::size_t n_sequences, std::size_t capacity,
                                     Keep keep = Keep::Everything, RelativeBias bias = {});

    [[nodiscard]] const StackSpec& spec() const { return spec_; }
    [[nodiscard]] std::size_t nSequences() const { return n_sequences_; }
    [[nodiscard]] std::size_t nTokens() const { return n_tokens_; } ///< rows a sequence that are complete

    /// Makes room for `n_new` more tokens a sequence.
    Result<void> reserve(std::size_t n_new);
    /// Counts the rows computed after reserve() as complete.
    void commit(std::size_t n_new) { n_tokens_ += n_new; }
    /// Forgets all but the first `n_tokens`.
    void truncate(std::size_t n_tokens) { n_tokens_ = n_tokens; }

    // Rows of the `n_new` tokens after the complete ones, all sequences: [n_sequences * n_new, width].
    [[nodiscard]] MatrixView embedding(std::size_t n_new) const;
    [[nodiscard]] MatrixView hidden(std::size_t layer, std::size_t n_new) const;
    [[nodiscard]] MatrixView finalHidden(std::size_t n_new) const;
    /// The same of the newest complete token of each sequence, [n_sequences, d_model].
    [[nodiscard]] MatrixView newestFinalHidden() const;
    [[nodiscard]] MatrixView queryKeyValue(std::size_t layer, std::size_t n_new) const;
    [[nodiscard]] MatrixView crossQuery(std::size_t layer, std::size_t n_new) const;

    /// Self attention of rows [first, first + n_rows) of a sequence over that sequence's keys [0, first + n_rows).
    [[nodiscard]] AttentionRecord selfAttention(std::size_t layer, std::size_t sequence, std::size_t first,
                                                std::size_t n_rows) const;
    /// Cross attention of these rows over all of `memory`.
    [[nodiscard]] AttentionRecord crossAttention(std::size_t layer, std::size_t sequence, std::size_t first,
                                                 std::size_t n_rows, const CrossMemory& memory) const;

    /// Makes the first `n_tokens` rows of an earlier pass's `record` this empty state's own. They are copied: a trace is
    /// immutable, and a state that lived on in its buffer would keep every text before alive. `n_tokens` fit the capacity.
    void takeOver(const StackRecord& record, std::size_t n_tokens);

    /// Copies keys and values of rows [first, n_tokens) of `from`'s sequence into this state's.
    void copyKeysAndValues(const StackState& from, std::size_t from_sequence, std::size_t to_sequence, std::size_t first,
                           std::size_t n_tokens);

    /// The record of one sequence; shares the buffers. `memory` where the stack has cross attention.
    [[nodiscard]] StackRecord record(const CrossMemory* memory = nullptr, std::size_t sequence = 0) const;

    /// Floats a token takes.
    [[nodiscard]] static std::size_t floatsPerToken(const StackSpec& spec);

private:
    /// Columns of one kind of row. Transient regions hold the newest rows only.
    struct Region {
        std::size_t offset = 0;
        std::size_t width = 0;
        bool transient = false;
    };
    StackState() = default;
    void layOut();
    [[nodiscard]] std::size_t rowsOf(const Region& region) const { return region.transient ? transient_rows_ : capacity_; }
    /// Rows [first, first + n_rows) of one sequence.
    [[nodiscard]] MatrixView rows(const Region& region, std::size_t sequence, std::size_t first, std::size_t n_rows) const;
    /// Rows of all sequences from token `first` on: those not complete yet, and any.
    [[nodiscard]] MatrixView newRows(const Region& region, std::size_t n_new) const { return rowsAt(region, n_tokens_, n_new); }
    [[nodiscard]] MatrixView rowsAt(const Region& region, std::size_t first, std::size_t n_rows) const;
    [[nodiscard]] std::vector<Region*> regions();
    [[nodiscard]] SoftmaxRows softmaxRows(const Region& region, std::size_t sequence, std::size_t first, std::size_t n_rows) const;

    BackendPtr backend_;
    StackSpec spec_;
    Keep keep_ = Keep::Everything;
    RelativeBias bias_;
    std::size_t n_sequences_ = 1;
    std::size_t n_tokens_ = 0;
    std::size_t capacity_ = 0;
    std::size_t transient_rows_ = 1;
    std::size_t n_floats_ = 0;
    BufferPtr buffer_;
    Region embedding_;
    Region final_hidden_;                    ///< unused without a final norm
    std::vector<Region> hidden_;             ///< [n_layers]
    std::vector<Region> query_key_value_;
    std::vector<Region> self_softmax_;       ///< maximum, then inverse sum: [2 * n_heads] a row
    std::vector<Region> cross_query_;
    std::vector<Region> cross_softmax_;
};

} // namespace headlight
