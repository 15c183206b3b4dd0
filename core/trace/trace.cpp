#include "core/trace/trace.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <unordered_set>

namespace headlight {

namespace {

std::string countText(std::size_t count, const char* singular) {
    return std::to_string(count) + " " + singular + (count == 1 ? "" : "s");
}

TokenRange within(TokenRange range, std::size_t size) {
    assert(range.begin <= range.end && range.end <= size);
    (void)size;
    return range;
}

Tensor downloadMatrix(const ComputeBackend& backend, const MatrixView& view) {
    Tensor out(Shape{view.rows, view.columns});
    backend.download(view, out.span());
    return out;
}

/// [n_heads, n_tokens, head_dim] from the backend's [n_tokens, n_heads, head_dim].
Tensor downloadHeads(const ComputeBackend& backend, const HeadsView& view) {
    Tensor out(Shape{view.n_heads, view.n_tokens, view.head_dim});
    const std::size_t head_size = view.n_tokens * view.head_dim;
    for (std::size_t head = 0; head < view.n_heads; ++head) {
        const MatrixView rows{view.buffer, view.offset + head * view.head_stride, view.n_tokens, view.head_dim,
                              view.token_stride};
        backend.download(rows, out.span().subspan(head * head_size, head_size));
    }
    return out;
}

} // namespace

std::string_view attentionKindName(AttentionKind kind) {
    switch (kind) {
    case AttentionKind::EncoderSelf: return "encoder";
    case AttentionKind::DecoderSelf: return "decoder";
    case AttentionKind::Cross: return "cross";
    }
    return "unknown";
}

Trace::Trace(BackendPtr backend, std::optional<StackRecord> encoder, std::optional<StackRecord> decoder,
             std::map<HeadAddress, EditedRows> edited)
    : backend_(std::move(backend)), encoder_(std::move(encoder)), decoder_(std::move(decoder)), edited_(std::move(edited)) {
    assert(backend_ != nullptr);
}

bool Trace::has(AttentionKind kind) const {
    switch (kind) {
    case AttentionKind::EncoderSelf: return encoder_ && !encoder_->self.empty();
    case AttentionKind::DecoderSelf: return decoder_ && !decoder_->self.empty();
    case AttentionKind::Cross: return decoder_ && !decoder_->cross.empty();
    }
    return false;
}

bool Trace::has(StackKind stack) const {
    return stack == StackKind::Encoder ? encoder_.has_value() : decoder_.has_value();
}

const StackRecord& Trace::stack(StackKind stack) const {
    assert(has(stack));
    return stack == StackKind::Encoder ? *encoder_ : *decoder_;
}

std::vector<AttentionKind> Trace::kinds() const {
    std::vector<AttentionKind> present;
    for (const AttentionKind kind : {AttentionKind::EncoderSelf, AttentionKind::DecoderSelf, AttentionKind::Cross})
        if (has(kind))
            present.push_back(kind);
    return present;
}

const AttentionRecord& Trace::attention(AttentionKind kind, LayerIndex layer) const {
    assert(has(kind) && layer.value < nLayers(kind));
    if (kind == AttentionKind::EncoderSelf)
        return encoder_->self[layer.value];
    return kind == AttentionKind::Cross ? decoder_->cross[layer.value] : decoder_->self[layer.value];
}

std::size_t Trace::nLayers(AttentionKind kind) const {
    if (!has(kind))
        return 0;
    if (kind == AttentionKind::EncoderSelf)
        return encoder_->self.size();
    return kind == AttentionKind::Cross ? decoder_->cross.size() : decoder_->self.size();
}

std::size_t Trace::nHeads(AttentionKind kind) const {
    return has(kind) ? attention(kind, LayerIndex(0)).problem.query.n_heads : 0;
}
std::size_t Trace::nKeyValueHeads(AttentionKind kind) const {
    return has(kind) ? attention(kind, LayerIndex(0)).problem.key.n_heads : 0;
}
std::size_t Trace::headDim(AttentionKind kind) const {
    return has(kind) ? attention(kind, LayerIndex(0)).problem.query.head_dim : 0;
}
std::size_t Trace::nQueries(AttentionKind kind) const {
    return has(kind) ? attention(kind, LayerIndex(0)).problem.query.n_tokens : 0;
}
std::size_t Trace::nKeys(AttentionKind kind) const {
    return has(kind) ? attention(kind, LayerIndex(0)).problem.key.n_tokens : 0;
}

Tensor Trace::weights(const HeadAddress& head, TokenRange rows, TokenRange columns) const {
    const AttentionRecord& record = attention(head.kind, head.layer);
    Tensor out(Shape{within(rows, nQueries(head.kind)).size(), within(columns, nKeys(head.kind)).size()});
    if (!out.empty())
        backend_->attentionWeights(record.problem, record.softmax, head.head, rows, columns, out.span());
    if (const EditedRows* const edited = editedRows(head))
        overlay(*edited, &EditedRow::weights, rows, columns, out);
    return out;
}

Tensor Trace::weights(const HeadAddress& head) const {
    return weights(head, {0, nQueries(head.kind)}, {0, nKeys(head.kind)});
}

Tensor Trace::scores(const HeadAddress& head, TokenRange rows, TokenRange columns) const {
    Tensor out(Shape{within(rows, nQueries(head.kind)).size(), within(columns, nKeys(head.kind)).size()});
    if (!out.empty())
        backend_->attentionScores(attention(head.kind, head.layer).problem, head.head, rows, columns, out.span());
    if (const EditedRows* const edited = editedRows(head))
        overlay(*edited, &EditedRow::scores, rows, columns, out);
    return out;
}

Tensor Trace::rawScores(const HeadAddress& head, TokenRange rows, TokenRange columns) const {
    Tensor out(Shape{within(rows, nQueries(head.kind)).size(), within(columns, nKeys(head.kind)).size()});
    AttentionProblem products = attention(head.kind, head.layer).problem;
    products.softcap = 0.0f;
    products.bias = {};
    products.mask = {};
    if (!out.empty())
        backend_->attentionScores(products, head.head, rows, columns, out.span());
    return out;
}

Tensor Trace::pooledWeights(const HeadAddress& head, TokenRange rows, TokenRange columns, std::size_t out_rows,
                            std::size_t out_columns, Pooling pooling) const {
    const AttentionRecord& record = attention(head.kind, head.layer);
    assert(out_rows <= rows.size() && out_columns <= columns.size());
    if (editedRows(head) != nullptr)
        return pooledEdited(head, rows, columns, out_rows, out_columns, pooling);
    Tensor out(Shape{out_rows, out_columns});
    if (!out.empty())
        backend_->attentionPooled(record.problem, record.softmax, head.head, within(rows, nQueries(head.kind)),
                                  within(columns, nKeys(head.kind)), out_rows, out_columns, pooling, out.span());
    return out;
}

/// The same from exact weights, a band of rows at a time.
Tensor Trace::pooledEdited(const HeadAddress& head, TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                           Pooling pooling) const {
    Tensor out(Shape{out_rows, out_columns});
    const auto edge = [](std::size_t cell, std::size_t n, std::size_t n_cells) { return cell * n / n_cells; };
    for (std::size_t r = 0; r < out_rows; ++r) {
        const TokenRange band{rows.begin + edge(r, rows.size(), out_rows), rows.begin + edge(r + 1, rows.size(), out_rows)};
        const Tensor weights_of_band = weights(head, band, columns);
        for (std::size_t c = 0; c < out_columns; ++c) {
            const std::size_t begin = edge(c, columns.size(), out_columns);
            const std::size_t end = edge(c + 1, columns.size(), out_columns);
            float largest = 0.0f;
            double sum = 0.0;
            for (std::size_t row = 0; row < band.size(); ++row)
                for (const float weight : weights_of_band.row(row).subspan(begin, end - begin)) {
                    largest = std::max(largest, weight);
                    sum += weight;
                }
            out.row(r)[c] = pooling == Pooling::Maximum ? largest : static_cast<float>(sum / static_cast<double>(band.size() * (end - begin)));
        }
    }
    return out;
}

const EditedRows* Trace::editedRows(const HeadAddress& head) const {
    const auto found = edited_.find(head);
    return found == edited_.end() || found->second.empty() ? nullptr : &found->second;
}

bool Trace::visible(AttentionKind kind, LayerIndex layer, TokenIndex row, TokenIndex column) const {
    const AttentionProblem& problem = attention(kind, layer).problem;
    const TokenRange keys = problem.mask.visible(row.value, problem.key.n_tokens);
    return column.value >= keys.begin && column.value < keys.end;
}

Tensor Trace::query(AttentionKind kind, LayerIndex layer) const {
    return downloadHeads(*backend_, attention(kind, layer).problem.query);
}
Tensor Trace::key(AttentionKind kind, LayerIndex layer) const {
    return downloadHeads(*backend_, attention(kind, layer).problem.key);
}
Tensor Trace::value(AttentionKind kind, LayerIndex layer) const {
    return downloadHeads(*backend_, attention(kind, layer).problem.value);
}

Tensor Trace::embedding(StackKind kind) const { return downloadMatrix(*backend_, stack(kind).embedding); }
Tensor Trace::hidden(StackKind kind, LayerIndex layer) const {
    assert(layer.value < stack(kind).hidden.size());
    return downloadMatrix(*backend_, stack(kind).hidden[layer.value]);
}
Tensor Trace::finalHidden(StackKind kind) const { return downloadMatrix(*backend_, stack(kind).final_hidden); }

Result<void> Trace::check(const HeadAddress& head) const {
    const std::string name(attentionKindName(head.kind));
    if (!has(head.kind)) {
        std::string present;
        for (const AttentionKind kind : kinds())
            present += (present.empty() ? "" : ", ") + std::string(attentionKindName(kind));
        return makeError(ErrorKind::Usage, "this model has no " + name + " attention")
            .butFound("one of: " + present, name);
    }
    if (head.layer.value >= nLayers(head.kind))
        return makeError(ErrorKind::Usage, "there is no layer " + std::to_string(head.layer.value) + " in the " + name +
                                               " attention, which has " + countText(nLayers(head.kind), "layer") +
                                               " counted from 0");
    if (head.head.value >= nHeads(head.kind))
        return makeError(ErrorKind::Usage, "there is no head " + std::to_string(head.head.value) + " in the " + name +
                                               " attention, which has " + countText(nHeads(head.kind), "head") +
                                               " a layer counted from 0");
    return {};
}

std::size_t Trace::sizeBytes() const {
    std::unordered_set<const Buffer*> seen; // views share buffers: count each once
    std::size_t floats = 0;
    const auto count = [&](const BufferPtr& buffer) {
        if (buffer && seen.insert(buffer.get()).second)
            floats += buffer->size();
    };
    const auto countRecords = [&](const std::vector<AttentionRecord>& records) {
        for (const AttentionRecord& record : records) {
            count(record.problem.query.buffer);
            count(record.problem.key.buffer);
            count(record.problem.value.buffer);
            count(record.softmax.maximum.buffer);
            count(record.softmax.inverse_sum.buffer);
        }
    };
    for (const auto* record : {&encoder_, &decoder_}) {
        if (!record->has_value())
            continue;
        count((*record)->embedding.buffer);
        count((*record)->final_hidden.buffer);
        for (const MatrixView& hidden : (*record)->hidden)
            count(hidden.buffer);
        countRecords((*record)->self);
        countRecords((*record)->cross);
    }
    return floats * sizeof(float);
}

} // namespace headlight
