// A trace without a model: queries and keys made so that heads look at neighbours, at the first token or all around.
#pragma once

#include "core/compute/backend.h"
#include "core/trace/trace.h"
#include "ui/heatmap/head_map.h"

#include <cmath>
#include <memory>
#include <numbers>
#include <random>
#include <vector>

namespace headlight::ui::test {

/// What to make up. Every size counts from 1.
struct MadeUp {
    std::size_t n_queries = 8;
    std::size_t n_keys = 8;
    std::size_t n_layers = 2;
    std::size_t n_heads = 4;
    bool causal = false;
    std::size_t window = 0;
    bool cross = false;          ///< decoder with cross attention only, else encoder self-attention
};

inline constexpr std::size_t kHeadDim = 16;

/// Position features [n_heads, kHeadDim] of one token: cosine and sine of eight frequencies, so that the product of two
/// is largest where their positions agree.
inline void writeFeatures(float* out, double position, double sharpness, std::mt19937& random) {
    std::normal_distribution<float> noise(0.0f, 0.25f);
    for (std::size_t k = 0; k < kHeadDim / 2; ++k) {
        const double angle = position * std::numbers::pi / std::pow(2.0, static_cast<double>(k) * 0.75);
        out[2 * k] = static_cast<float>(std::cos(angle) * sharpness) + noise(random);
        out[2 * k + 1] = static_cast<float>(std::sin(angle) * sharpness) + noise(random);
    }
}

inline HeadsView heads(const ComputeBackend& backend, std::size_t n_tokens, std::size_t n_heads, bool is_query, std::size_t layer) {
    std::vector<float> values(n_tokens * n_heads * kHeadDim);
    std::mt19937 random(static_cast<unsigned>(17 + layer * 31 + (is_query ? 1 : 0)));
    for (std::size_t token = 0; token < n_tokens; ++token)
        for (std::size_t head = 0; head < n_heads; ++head) {
            const double shift = is_query ? static_cast<double>((head + layer) % 4) - 1.0 : 0.0;
            const double sharpness = is_query ? 0.4 + 0.5 * static_cast<double>((head * 3 + layer) % 5) : 1.0;
            writeFeatures(values.data() + (token * n_heads + head) * kHeadDim, static_cast<double>(token) - shift, sharpness, random);
        }
    const BufferPtr buffer = backend.allocate(values.size()).value();
    backend.upload(values, {buffer, 0, n_tokens, n_heads * kHeadDim, n_heads * kHeadDim});
    return {buffer, 0, n_tokens, n_heads, kHeadDim, n_heads * kHeadDim, kHeadDim};
}

inline MatrixView newMatrix(const ComputeBackend& backend, std::size_t rows, std::size_t columns) {
    return {backend.allocate(rows * columns).value(), 0, rows, columns, columns};
}

inline std::shared_ptr<const Trace> makeTrace(const MadeUp& made_up) {
    const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    std::vector<AttentionRecord> layers;
    for (std::size_t layer = 0; layer < made_up.n_layers; ++layer) {
        AttentionRecord record;
        record.problem.query = heads(*backend, made_up.n_queries, made_up.n_heads, true, layer);
        record.problem.key = heads(*backend, made_up.n_keys, made_up.n_heads, false, layer);
        record.problem.value = record.problem.key;
        record.problem.scale = 0.5f;
        record.problem.mask = {made_up.causal, made_up.window, 0};
        record.softmax.maximum = newMatrix(*backend, made_up.n_queries, made_up.n_heads);
        record.softmax.inverse_sum = newMatrix(*backend, made_up.n_queries, made_up.n_heads);
        backend->attention(record.problem, newMatrix(*backend, made_up.n_queries, made_up.n_heads * kHeadDim), record.softmax);
        layers.push_back(record);
    }
    StackRecord stack;
    stack.embedding = newMatrix(*backend, made_up.n_queries, 1);
    stack.final_hidden = stack.embedding;
    (made_up.cross ? stack.cross : stack.self) = layers;
    if (made_up.cross)
        return std::make_shared<const Trace>(backend, std::nullopt, stack);
    return std::make_shared<const Trace>(backend, stack, std::nullopt);
}

inline AxisTokens numberedWords(const QString& name, std::size_t n) {
    static const QStringList words = {"The", "black", "cat", "sleeps", "under", "the", "table", ".", "</s>", "extraordinarily", "of"};
    AxisTokens tokens;
    tokens.name = name;
    for (std::size_t i = 0; i < n; ++i)
        tokens.words << words[static_cast<qsizetype>(i % static_cast<std::size_t>(words.size()))];
    tokens.special.assign(n, false);
    return tokens;
}

inline HeadMap makeMap(const MadeUp& made_up, HeadAddress head = {}) {
    HeadMap map;
    map.trace = makeTrace(made_up);
    head.kind = made_up.cross ? AttentionKind::Cross : AttentionKind::EncoderSelf;
    map.head = head;
    map.queries = numberedWords(made_up.cross ? "French" : "text", made_up.n_queries);
    map.keys = numberedWords(made_up.cross ? "English" : "text", made_up.n_keys);
    map.model_name = "made-up";
    map.model_hash = "3f9a2c1b77aa";
    map.text = "The black cat sleeps under the table.";
    return map;
}

} // namespace headlight::ui::test
