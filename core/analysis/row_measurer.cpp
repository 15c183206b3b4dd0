#include "core/analysis/row_measurer.h"

#include "core/analysis/row_sums.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace headlight {

namespace {

/// Rows of the map rebuilt at a time: a block stays within a few MB however long the text is.
constexpr std::size_t kBlockCells = std::size_t{1} << 18;

double mean(double sum, std::size_t count) { return count > 0 ? sum / double(count) : 0.0; }

/// The weights of one row by key; 0 where the row cannot see.
struct Row {
    std::span<const float> weights;
    TokenRange keys;
    [[nodiscard]] bool sees(std::size_t key) const { return key >= keys.begin && key < keys.end; }
    [[nodiscard]] double on(std::size_t key) const { return sees(key) ? double(weights[key - keys.begin]) : 0.0; }
};

} // namespace

MeasuredTokens::MeasuredTokens(const MeasureInput& input, std::size_t n_keys)
    : n_keys_(n_keys)
    , is_special_(input.special_keys)
    , repeats_(input.ids) {
    assert(input.special_keys.empty() || input.special_keys.size() == n_keys);
    assert(input.ids.empty() || input.ids.size() == n_keys);
    for (std::size_t key = 0; key < is_special_.size(); ++key)
        if (is_special_[key])
            special_.push_back(key);
}

RowMeasurer::RowMeasurer(const MeasuredTokens& tokens)
    : tokens_(&tokens)
    , received_(tokens.nKeys(), 0.0) {}

void RowMeasurer::addRow(std::span<const float> weights, TokenRange keys, std::size_t position) {
    const Row row{weights, keys};
    const RowSums sums = sumRow(weights, keys.begin, position, std::span(received_).subspan(keys.begin, keys.size()));
    ++n_rows_;
    sums_.entropy += sums.entropy;
    sums_.distance += sums.distance;
    sums_.sharpness += double(sums.largest);
    sums_.first_token += row.on(0);
    sums_.diagonal += row.on(position);
    for (const std::size_t key : tokens_->specialKeys())
        sums_.special_tokens += row.on(key);
    for (std::size_t key = position - std::min(position, kNearby); key <= position + kNearby; ++key)
        sums_.nearby += row.on(key);
    if (weights.size() > 1) {
        ++n_with_choice_;
        sums_.normalised_entropy += sums.entropy / std::log(double(weights.size()));
    }
    if (position > 0) {
        ++n_with_previous_;
        sums_.previous_token += row.on(position - 1);
    }
    if (row.sees(position + 1)) {
        ++n_with_next_;
        sums_.next_token += row.on(position + 1);
    }
    if (position < tokens_->repeats().size())
        addRepeats(weights, keys, position);
}

void RowMeasurer::addRepeats(std::span<const float> weights, TokenRange keys, std::size_t position) {
    const Row row{weights, keys};
    const TokenRepeats& repeats = tokens_->repeats();
    const auto earlier = repeats.earlier(position);
    n_repeated_ += earlier.empty() ? 0 : 1;
    for (const std::size_t occurrence : earlier)
        induction_ += row.on(occurrence + 1);
    if (tokens_->special(position))
        return;
    bool any = false;
    for (const std::size_t occurrence : repeats.occurrences(position)) {
        if (occurrence == position || !row.sees(occurrence))
            continue;
        any = true;
        duplicate_ += row.on(occurrence);
    }
    n_duplicated_ += any ? 1 : 0;
}

HeadMeasures RowMeasurer::finish() const {
    HeadMeasures means;
    means.entropy = mean(sums_.entropy, n_rows_);
    means.normalised_entropy = mean(sums_.normalised_entropy, n_with_choice_);
    means.distance = mean(sums_.distance, n_rows_);
    means.nearby = mean(sums_.nearby, n_rows_);
    means.diagonal = mean(sums_.diagonal, n_rows_);
    means.previous_token = mean(sums_.previous_token, n_with_previous_);
    means.next_token = mean(sums_.next_token, n_with_next_);
    means.first_token = mean(sums_.first_token, n_rows_);
    means.special_tokens = mean(sums_.special_tokens, n_rows_);
    means.sharpness = mean(sums_.sharpness, n_rows_);
    if (!received_.empty())
        means.busiest_key = mean(*std::max_element(received_.begin(), received_.end()), n_rows_);
    if (n_repeated_ > 0)
        means.induction = mean(induction_, n_repeated_);
    if (n_duplicated_ > 0)
        means.duplicate_token = mean(duplicate_, n_duplicated_);
    return means;
}

Result<HeadMeasures> measureRows(const Trace& trace, const HeadAddress& head, const MeasuredTokens& tokens,
                                 const RunControl& control) {
    const AttentionRecord& record = trace.attention(head.kind, head.layer);
    const AttentionMask& mask = record.problem.mask;
    const std::size_t n_queries = trace.nQueries(head.kind);
    const std::size_t n_keys = trace.nKeys(head.kind);
    if (n_keys == 0)
        return HeadMeasures{};
    const std::size_t block = std::max<std::size_t>(1, kBlockCells / n_keys);
    std::vector<float> cells; // [rows.size(), columns.size()]
    RowMeasurer measurer(tokens);
    for (std::size_t begin = 0; begin < n_queries; begin += block) {
        if (control.stopRequested())
            return cancelledError();
        const TokenRange rows{begin, std::min(begin + block, n_queries)};
        // Later rows of a causal map see most: the last row's end and the first row's begin bound the block.
        const TokenRange columns{mask.visible(rows.begin, n_keys).begin, mask.visible(rows.end - 1, n_keys).end};
        cells.resize(rows.size() * columns.size());
        if (cells.empty())
            continue;
        trace.backend().attentionWeights(record.problem, record.softmax, head.head, rows, columns, cells);
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            const TokenRange keys = mask.visible(row, n_keys);
            const std::span<const float> all(cells);
            measurer.addRow(all.subspan((row - rows.begin) * columns.size() + (keys.begin - columns.begin), keys.size()),
                            keys, mask.query_offset + row);
        }
    }
    return measurer.finish();
}

Result<HeadMeasures> measureEvenSpread(const AttentionMask& mask, std::size_t n_queries, const MeasuredTokens& tokens,
                                       const RunControl& control) {
    RowMeasurer measurer(tokens);
    std::vector<float> weights;
    for (std::size_t row = 0; row < n_queries; ++row) {
        if (control.stopRequested())
            return cancelledError();
        const TokenRange keys = mask.visible(row, tokens.nKeys());
        weights.assign(keys.size(), 1.0f / static_cast<float>(std::max<std::size_t>(1, keys.size())));
        measurer.addRow(weights, keys, mask.query_offset + row);
    }
    return measurer.finish();
}

} // namespace headlight
