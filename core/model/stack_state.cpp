#include "core/model/stack_state.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

/// Rows are counted in these steps, so that regions start at cache lines.
constexpr std::size_t kRowStep = 16;

std::size_t roundedUp(std::size_t rows) { return (rows + kRowStep - 1) / kRowStep * kRowStep; }

std::size_t queryWidth(const StackSpec& spec) { return spec.n_heads * spec.head_dim; }
std::size_t keyWidth(const StackSpec& spec) { return spec.n_kv_heads * spec.head_dim; }

/// `n_heads` heads that lie side by side from column `column` of `rows`.
HeadsView headsIn(const MatrixView& rows, std::size_t column, std::size_t n_heads, std::size_t head_dim) {
    return {rows.buffer, rows.offset + column, rows.rows, n_heads, head_dim, rows.row_stride, head_dim};
}

/// The first `n_tokens` tokens of heads that lie side by side, [n_tokens, n_heads * head_dim].
MatrixView tokensOf(const HeadsView& heads, std::size_t n_tokens) {
    assert(heads.head_stride == heads.head_dim);
    return {heads.buffer, heads.offset, n_tokens, heads.n_heads * heads.head_dim, heads.token_stride};
}

void copyAttention(const ComputeBackend& backend, const AttentionRecord& from, const AttentionRecord& to, std::size_t n_tokens) {
    backend.copy(tokensOf(from.problem.query, n_tokens), tokensOf(to.problem.query, n_tokens));
    backend.copy(from.softmax.maximum.rowsFrom(0, n_tokens), to.softmax.maximum.rowsFrom(0, n_tokens));
    backend.copy(from.softmax.inverse_sum.rowsFrom(0, n_tokens), to.softmax.inverse_sum.rowsFrom(0, n_tokens));
}

} // namespace

CrossMemory memoryOf(const StackRecord& decoder) {
    CrossMemory memory;
    for (const AttentionRecord& cross : decoder.cross) {
        const HeadsView& key = cross.problem.key; // values lie behind the keys, as projectMemory puts them
        memory.n_tokens = key.n_tokens;
        memory.key_value.push_back({key.buffer, key.offset, key.n_tokens, key.token_stride, key.token_stride});
    }
    return memory;
}

Result<StackState> StackState::create(BackendPtr backend, const StackSpec& spec, std::size_t n_sequences,
                                      std::size_t capacity, Keep keep, RelativeBias bias) {
    StackState state;
    state.backend_ = std::move(backend);
    state.spec_ = spec;
    state.keep_ = keep;
    state.bias_ = std::move(bias);
    state.n_sequences_ = n_sequences;
    const bool transient = keep == Keep::KeysAndValues;
    state.embedding_ = {0, spec.d_model, transient};
    state.final_hidden_ = {0, spec.final_norm ? spec.d_model : 0, transient};
    state.hidden_.assign(spec.n_layers, {0, spec.d_model, transient});
    state.query_key_value_.assign(spec.n_layers, {0, queryWidth(spec) + 2 * keyWidth(spec), false});
    state.self_softmax_.assign(spec.n_layers, {0, 2 * spec.n_heads, transient});
    if (spec.cross_attention) {
        state.cross_query_.assign(spec.n_layers, {0, queryWidth(spec), transient});
        state.cross_softmax_.assign(spec.n_layers, {0, 2 * spec.n_heads, transient});
    }
    HEADLIGHT_CHECK(state.reserve(std::max<std::size_t>(capacity, 1)));
    return state;
}

std::vector<StackState::Region*> StackState::regions() {
    std::vector<Region*> all = {&embedding_, &final_hidden_};
    for (auto* const list : {&hidden_, &query_key_value_, &self_softmax_, &cross_query_, &cross_softmax_})
        for (Region& region : *list)
            all.push_back(&region);
    return all;
}

/// Places the regions one behind the other for the present capacity.
void StackState::layOut() {
    n_floats_ = 0;
    for (Region* const region : regions()) {
        region->offset = n_floats_;
        n_floats_ += roundedUp(n_sequences_ * rowsOf(*region)) * region->width;
    }
}

Result<void> StackState::reserve(std::size_t n_new) {
    assert(n_sequences_ == 1 || n_new == 1 || n_tokens_ == 0);
    const bool by_many = keep_ == Keep::KeysAndValues && n_sequences_ == 1;
    const std::size_t transient_rows = by_many ? std::max(transient_rows_, n_new) : 1;
    if (buffer_ && n_tokens_ + n_new <= capacity_ && transient_rows == transient_rows_)
        return {};
    StackState grown = *this; // same regions, larger; the old buffer lives until its rows are copied
    grown.capacity_ = buffer_ && n_tokens_ + n_new > capacity_ ? roundedUp(std::max(2 * capacity_, n_tokens_ + n_new))
                                                               : std::max(capacity_, roundedUp(n_new));
    grown.transient_rows_ = transient_rows;
    grown.layOut();
    HEADLIGHT_CHECK(backend_->checkRoom(double(grown.n_floats_) * sizeof(float),
                                        "a trace of " + std::to_string(grown.capacity_) + " tokens", "Use a shorter text"));
    HEADLIGHT_ASSIGN(grown.buffer_, backend_->allocate(grown.n_floats_));
    const std::vector<Region*> from = regions();
    const std::vector<Region*> to = grown.regions();
    for (std::size_t index = 0; index < from.size() && n_tokens_ > 0; ++index)
        for (std::size_t sequence = 0; sequence < n_sequences_ && from[index]->width > 0 && !from[index]->transient; ++sequence)
            backend_->copy(rows(*from[index], sequence, 0, n_tokens_), grown.rows(*to[index], sequence, 0, n_tokens_));
    *this = std::move(grown);
    return {};
}

MatrixView StackState::rows(const Region& region, std::size_t sequence, std::size_t first, std::size_t n_rows) const {
    const std::size_t row = sequence * rowsOf(region) + (region.transient ? 0 : first);
    return {buffer_, region.offset + row * region.width, n_rows, region.width, region.width};
}

MatrixView StackState::rowsAt(const Region& region, std::size_t first, std::size_t n_rows) const {
    MatrixView view = rows(region, 0, first, n_rows);
    if (n_sequences_ > 1) {
        view.rows = n_sequences_;
        view.row_stride = rowsOf(region) * region.width;
    }
    return view;
}

MatrixView StackState::embedding(std::size_t n_new) const { return newRows(embedding_, n_new); }
MatrixView StackState::hidden(std::size_t layer, std::size_t n_new) const { return newRows(hidden_[layer], n_new); }
MatrixView StackState::finalHidden(std::size_t n_new) const {
    return newRows(spec_.final_norm ? final_hidden_ : hidden_.back(), n_new);
}
MatrixView StackState::newestFinalHidden() const {
    return rowsAt(spec_.final_norm ? final_hidden_ : hidden_.back(), n_tokens_ - 1, 1);
}
MatrixView StackState::queryKeyValue(std::size_t layer, std::size_t n_new) const {
    return newRows(query_key_value_[layer], n_new);
}
MatrixView StackState::crossQuery(std::size_t layer, std::size_t n_new) const { return newRows(cross_query_[layer], n_new); }

SoftmaxRows StackState::softmaxRows(const Region& region, std::size_t sequence, std::size_t first, std::size_t n_rows) const {
    const MatrixView both = rows(region, sequence, first, n_rows);
    return {both.columnsFrom(0, spec_.n_heads), both.columnsFrom(spec_.n_heads, spec_.n_heads)};
}

AttentionRecord StackState::selfAttention(std::size_t layer, std::size_t sequence, std::size_t first, std::size_t n_rows) const {
    const MatrixView all = rows(query_key_value_[layer], sequence, 0, first + n_rows);
    const std::size_t key_column = queryWidth(spec_);
    AttentionProblem problem;
    problem.query = headsIn(all.rowsFrom(first, n_rows), 0, spec_.n_heads, spec_.head_dim);
    problem.key = headsIn(all, key_column, spec_.n_kv_heads, spec_.head_dim);
    problem.value = headsIn(all, key_column + keyWidth(spec_), spec_.n_kv_heads, spec_.head_dim);
    problem.scale = spec_.attentionScale(layer);
    problem.mask.causal = spec_.causal;
    problem.mask.query_offset = first;
    problem.mask.window = spec_.slidingWindow(layer);
    problem.softcap = spec_.attention_softcap;
    problem.bias = bias_;
    return {problem, softmaxRows(self_softmax_[layer], sequence, first, n_rows)};
}

AttentionRecord StackState::crossAttention(std::size_t layer, std::size_t sequence, std::size_t first, std::size_t n_rows,
                                           const CrossMemory& memory) const {
    const MatrixView& key_value = memory.key_value[layer];
    AttentionProblem problem;
    problem.query = headsIn(rows(cross_query_[layer], sequence, first, n_rows), 0, spec_.n_heads, spec_.head_dim);
    problem.key = headsIn(key_value, 0, spec_.n_kv_heads, spec_.head_dim);
    problem.value = headsIn(key_value, keyWidth(spec_), spec_.n_kv_heads, spec_.head_dim);
    problem.scale = spec_.attentionScale(layer);
    problem.softcap = spec_.attention_softcap;
    return {problem, softmaxRows(cross_softmax_[layer], sequence, first, n_rows)};
}

void StackState::takeOver(const StackRecord& record, std::size_t n_tokens) {
    assert(keep_ == Keep::Everything && n_sequences_ == 1 && n_tokens_ == 0);
    assert(n_tokens <= capacity_ && n_tokens <= record.nTokens() && record.hidden.size() == spec_.n_layers);
    const auto copy = [&](const MatrixView& from, const Region& to) {
        backend_->copy(from.rowsFrom(0, n_tokens), rows(to, 0, 0, n_tokens));
    };
    copy(record.embedding, embedding_);
    if (spec_.final_norm)
        copy(record.final_hidden, final_hidden_);
    const CrossMemory memory = memoryOf(record);
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        copy(record.hidden[layer], hidden_[layer]);
        const AttentionRecord self = selfAttention(layer, 0, 0, n_tokens);
        copyAttention(*backend_, record.self[layer], self, n_tokens);
        backend_->copy(tokensOf(record.self[layer].problem.key, n_tokens), tokensOf(self.problem.key, n_tokens));
        backend_->copy(tokensOf(record.self[layer].problem.value, n_tokens), tokensOf(self.problem.value, n_tokens));
        if (spec_.cross_attention)
            copyAttention(*backend_, record.cross[layer], crossAttention(layer, 0, 0, n_tokens, memory), n_tokens);
    }
    n_tokens_ = n_tokens;
}

void StackState::copyKeysAndValues(const StackState& from, std::size_t from_sequence, std::size_t to_sequence,
                                   std::size_t first, std::size_t n_tokens) {
    if (first >= n_tokens)
        return;
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        const std::size_t column = queryWidth(spec_);
        const std::size_t count = 2 * keyWidth(spec_);
        const MatrixView source = from.rows(from.query_key_value_[layer], from_sequence, first, n_tokens - first);
        const MatrixView target = rows(query_key_value_[layer], to_sequence, first, n_tokens - first);
        backend_->copy(source.columnsFrom(column, count), target.columnsFrom(column, count));
    }
}

StackRecord StackState::record(const CrossMemory* memory, std::size_t sequence) const {
    assert(keep_ == Keep::Everything && (memory != nullptr) == spec_.cross_attention);
    StackRecord record;
    record.embedding = rows(embedding_, sequence, 0, n_tokens_);
    for (std::size_t layer = 0; layer < spec_.n_layers; ++layer) {
        record.hidden.push_back(rows(hidden_[layer], sequence, 0, n_tokens_));
        record.self.push_back(selfAttention(layer, sequence, 0, n_tokens_));
        if (memory != nullptr)
            record.cross.push_back(crossAttention(layer, sequence, 0, n_tokens_, *memory));
    }
    record.final_hidden = spec_.final_norm ? rows(final_hidden_, sequence, 0, n_tokens_) : record.hidden.back();
    return record;
}

std::size_t StackState::floatsPerToken(const StackSpec& spec) {
    const std::size_t self = queryWidth(spec) + 2 * keyWidth(spec) + 2 * spec.n_heads;
    const std::size_t cross = spec.cross_attention ? queryWidth(spec) + 2 * spec.n_heads : 0;
    return (spec.final_norm ? 2 : 1) * spec.d_model + spec.n_layers * (spec.d_model + self + cross);
}

} // namespace headlight
