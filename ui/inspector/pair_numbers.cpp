#include "ui/inspector/pair_numbers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {

namespace {

/// One head's vector of one token, [head_dim].
std::vector<float> headRow(const Trace& trace, const HeadsView& heads, std::size_t token, std::size_t head) {
    const std::size_t offset = heads.offset + token * heads.token_stride + head * heads.head_stride;
    std::vector<float> values(heads.head_dim);
    trace.backend().download({heads.buffer, offset, 1, heads.head_dim, heads.head_dim}, values);
    return values;
}

/// Element (row, column) of a statistics matrix.
double element(const Trace& trace, const MatrixView& matrix, std::size_t row, std::size_t column) {
    float value = 0;
    trace.backend().download({matrix.buffer, matrix.offset + row * matrix.row_stride + column, 1, 1, 1}, {&value, 1});
    return static_cast<double>(value);
}

} // namespace

PairNumbers pairNumbers(const Trace& trace, const HeadAddress& head, std::size_t query_token, std::size_t key_token) {
    const AttentionRecord& record = trace.attention(head.kind, head.layer);
    const AttentionProblem& problem = record.problem;
    const std::size_t heads_per_key = problem.query.n_heads / problem.key.n_heads; // grouped heads share a key
    PairNumbers numbers;
    numbers.query_token = query_token;
    numbers.key_token = key_token;
    numbers.query = headRow(trace, problem.query, query_token, head.head.value);
    numbers.key = headRow(trace, problem.key, key_token, head.head.value / heads_per_key);
    numbers.value = headRow(trace, problem.value, key_token, head.head.value / heads_per_key);
    for (std::size_t i = 0; i < numbers.headDim(); ++i)
        numbers.dot += static_cast<double>(numbers.query[i]) * static_cast<double>(numbers.key[i]);
    numbers.scale = static_cast<double>(problem.scale);
    const double root = 1.0 / std::sqrt(static_cast<double>(numbers.headDim()));
    numbers.scale_is_root = std::abs(numbers.scale - root) < 1e-6 * root;
    numbers.softcap = static_cast<double>(problem.softcap);
    numbers.has_bias = !problem.bias.table.empty();
    numbers.masked = !trace.visible(head.kind, head.layer, TokenIndex(query_token), TokenIndex(key_token));

    const TokenRange row{query_token, query_token + 1}, column{key_token, key_token + 1};
    numbers.score = static_cast<double>(trace.scores(head, row, column).data()[0]);
    numbers.weight = static_cast<double>(trace.weights(head, row, column).data()[0]);
    if (numbers.has_bias && !numbers.masked) {
        const double scaled = numbers.dot * numbers.scale;
        numbers.bias = numbers.score - (numbers.softcap > 0 ? numbers.softcap * std::tanh(scaled / numbers.softcap) : scaled);
    }
    numbers.row_maximum = element(trace, record.softmax.maximum, query_token, head.head.value);
    numbers.exponential_sum = 1.0 / element(trace, record.softmax.inverse_sum, query_token, head.head.value);
    return numbers;
}

std::vector<float> rowWeights(const Trace& trace, const HeadAddress& head, std::size_t query_token) {
    const Tensor weights = trace.weights(head, {query_token, query_token + 1}, {0, trace.nKeys(head.kind)}); // [1, n_keys]
    return {weights.span().begin(), weights.span().end()};
}

RowExcerpt excerptRow(const std::vector<float>& values, std::size_t n_shown, std::size_t wanted) {
    RowExcerpt excerpt;
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    n_shown = std::min(std::max<std::size_t>(n_shown, 1), order.size());
    // One left over may as well be shown in the line that would say so.
    if (n_shown + 1 == order.size())
        ++n_shown;
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_shown), order.end(),
                      [&](std::size_t a, std::size_t b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
    excerpt.shown.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n_shown));
    if (wanted < values.size() && !excerpt.shown.empty() &&
        std::find(excerpt.shown.begin(), excerpt.shown.end(), wanted) == excerpt.shown.end())
        excerpt.shown.back() = wanted;
    std::sort(excerpt.shown.begin(), excerpt.shown.end());
    double total = 0.0, shown = 0.0;
    for (const float value : values)
        total += static_cast<double>(value);
    for (const std::size_t index : excerpt.shown)
        shown += static_cast<double>(values[index]);
    excerpt.n_rest = values.size() - excerpt.shown.size();
    excerpt.rest = excerpt.n_rest > 0 ? std::max(0.0, total - shown) : 0.0;
    return excerpt;
}

} // namespace headlight::ui
