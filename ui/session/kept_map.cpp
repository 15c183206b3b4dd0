#include "ui/session/kept_map.h"

#include "core/compute/backend.h"
#include "core/tensor/dtype.h"

#include <cmath>

namespace headlight::ui {

namespace {

constexpr float kLogOfZero = -200.0f; // e to it is 0 in F32; -infinity times 0 would be none

/// Causal where exactly the keys behind the query are masked; any other pattern shows as weights of 0.
bool isCausal(const session::KeptHead& head) {
    for (std::size_t row = 0; row < head.n_queries; ++row)
        for (std::size_t column = 0; column < head.n_keys; ++column)
            if ((head.weights[row * head.n_keys + column] == session::KeptHead::kMasked) != (column > row))
                return false;
    return true;
}

Result<MatrixView> filled(const ComputeBackend& backend, std::size_t rows, std::size_t columns, const std::vector<float>& values) {
    HEADLIGHT_ASSIGN(BufferPtr buffer, backend.allocate(rows * columns));
    const MatrixView view{std::move(buffer), 0, rows, columns, columns};
    backend.upload(values, view);
    return view;
}

/// The same data for every head.
HeadsView sharedByHeads(const MatrixView& matrix, std::size_t n_heads) {
    return {matrix.buffer, 0, matrix.rows, n_heads, matrix.columns, matrix.columns, 0};
}

Result<AttentionRecord> recordOf(const ComputeBackend& backend, const session::KeptHead& head) {
    const std::size_t n_queries = head.n_queries, n_keys = head.n_keys, n_heads = head.head.head.value + 1;
    std::vector<float> logarithms(n_queries * n_keys);
    for (std::size_t i = 0; i < logarithms.size(); ++i) {
        const float weight = f16ToF32(head.weights[i]);
        logarithms[i] = weight > 0.0f ? std::log(weight) : kLogOfZero;
    }
    std::vector<float> identity(n_keys * n_keys, 0.0f);
    for (std::size_t i = 0; i < n_keys; ++i)
        identity[i * n_keys + i] = 1.0f;
    AttentionRecord record;
    HEADLIGHT_ASSIGN(const MatrixView query, filled(backend, n_queries, n_keys, logarithms));
    HEADLIGHT_ASSIGN(const MatrixView key, filled(backend, n_keys, n_keys, identity));
    record.problem.query = sharedByHeads(query, n_heads);
    record.problem.key = sharedByHeads(key, n_heads);
    record.problem.value = record.problem.key;
    record.problem.mask.causal = isCausal(head);
    HEADLIGHT_ASSIGN(record.softmax.maximum, filled(backend, n_queries, n_heads, std::vector<float>(n_queries * n_heads, 0.0f)));
    HEADLIGHT_ASSIGN(record.softmax.inverse_sum, filled(backend, n_queries, n_heads, std::vector<float>(n_queries * n_heads, 1.0f)));
    return record;
}

} // namespace

AxisTokens axisOf(const session::KeptTokens& tokens) {
    AxisTokens axis;
    axis.name = QString::fromStdString(tokens.name);
    for (const std::string& word : tokens.words)
        axis.words.append(QString::fromStdString(word));
    axis.special = tokens.special;
    return axis;
}

Result<HeadMap> keptMap(const session::Session& session) {
    HeadMap map;
    if (!session.run || !session.run->head)
        return map;
    const session::KeptHead& head = *session.run->head;
    HEADLIGHT_ASSIGN(const SelectedBackend selected, selectBackend({.choice = BackendChoice::Cpu, .n_threads = 1}));
    HEADLIGHT_ASSIGN(const AttentionRecord record, recordOf(*selected.backend, head));
    StackRecord stack;
    stack.embedding = {record.softmax.maximum.buffer, 0, head.n_queries, 1, 1};
    stack.final_hidden = stack.embedding;
    (head.head.kind == AttentionKind::Cross ? stack.cross : stack.self).assign(head.head.layer.value + 1, record);
    const bool in_encoder = head.head.kind == AttentionKind::EncoderSelf;
    map.trace = std::make_shared<const Trace>(selected.backend, in_encoder ? std::optional(stack) : std::nullopt,
                                              in_encoder ? std::nullopt : std::optional(stack));
    map.head = head.head;
    map.queries = axisOf(session.run->queries(head.head.kind));
    map.keys = axisOf(session.run->keys(head.head.kind));
    if (session.state.model) {
        map.model_name = QString::fromStdString(session.state.model->label);
        map.model_hash = QString::fromStdString(session.state.model->hash);
    }
    map.text = QString::fromStdString(session.run->text);
    return map;
}

} // namespace headlight::ui
