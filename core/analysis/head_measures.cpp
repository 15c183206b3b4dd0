#include "core/analysis/head_measures.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace headlight {

namespace {

/// Rows of the map rebuilt at a time: a block stays within a few MB however long the text is.
constexpr std::size_t kBlockCells = std::size_t{1} << 18;

/// Sums over rows; turned into means at the end.
struct Sums {
    HeadMeasures values;
    std::size_t rows = 0;
    std::size_t rows_with_choice = 0;   ///< rows that see at least two keys
    std::size_t rows_with_previous = 0; ///< rows whose position has a key before it
};

/// Adds one row; `weights` holds keys [keys.begin, keys.end), all the row can see.
void addRow(Sums& sums, std::span<const float> weights, TokenRange keys, std::size_t position,
            const std::vector<bool>& special_keys) {
    double entropy = 0.0;
    double distance = 0.0;
    double special = 0.0;
    float largest = 0.0f;
    for (std::size_t index = 0; index < weights.size(); ++index) {
        const double weight = weights[index];
        const std::size_t key = keys.begin + index;
        if (weight > 0.0)
            entropy -= weight * std::log(weight);
        distance += weight * double(key > position ? key - position : position - key);
        if (key < special_keys.size() && special_keys[key])
            special += weight;
        largest = std::max(largest, weights[index]);
    }
    const auto weightOn = [&](std::size_t key) {
        return key >= keys.begin && key < keys.end ? double(weights[key - keys.begin]) : 0.0;
    };
    ++sums.rows;
    sums.values.entropy += entropy;
    sums.values.distance += distance;
    sums.values.special_tokens += special;
    sums.values.sharpness += double(largest);
    sums.values.first_token += weightOn(0);
    sums.values.diagonal += weightOn(position);
    if (weights.size() > 1) {
        ++sums.rows_with_choice;
        sums.values.normalised_entropy += entropy / std::log(double(weights.size()));
    }
    if (position > 0) {
        ++sums.rows_with_previous;
        sums.values.previous_token += weightOn(position - 1);
    }
}

double mean(double sum, std::size_t count) { return count > 0 ? sum / double(count) : 0.0; }

HeadMeasures finish(const Sums& sums) {
    HeadMeasures means;
    means.entropy = mean(sums.values.entropy, sums.rows);
    means.normalised_entropy = mean(sums.values.normalised_entropy, sums.rows_with_choice);
    means.distance = mean(sums.values.distance, sums.rows);
    means.first_token = mean(sums.values.first_token, sums.rows);
    means.diagonal = mean(sums.values.diagonal, sums.rows);
    means.previous_token = mean(sums.values.previous_token, sums.rows_with_previous);
    means.special_tokens = mean(sums.values.special_tokens, sums.rows);
    means.sharpness = mean(sums.values.sharpness, sums.rows);
    return means;
}

Result<HeadMeasures> measureRows(const Trace& trace, const HeadAddress& head, const std::vector<bool>& special_keys,
                                 const RunControl& control) {
    const AttentionRecord& record = trace.attention(head.kind, head.layer);
    const AttentionMask& mask = record.problem.mask;
    const std::size_t n_queries = trace.nQueries(head.kind);
    const std::size_t n_keys = trace.nKeys(head.kind);
    if (n_keys == 0)
        return HeadMeasures{};
    const std::size_t block = std::max<std::size_t>(1, kBlockCells / n_keys);
    std::vector<float> cells;
    Sums sums;
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
            addRow(sums, all.subspan((row - rows.begin) * columns.size() + (keys.begin - columns.begin), keys.size()),
                   keys, mask.query_offset + row, special_keys);
        }
    }
    return finish(sums);
}

} // namespace

Result<HeadMeasures> measureHead(const Trace& trace, const HeadAddress& head, const std::vector<bool>& special_keys,
                                 const RunControl& control) {
    return guardMemory([&] { return measureRows(trace, head, special_keys, control); });
}

Result<std::vector<std::vector<HeadMeasures>>> measureHeads(const Trace& trace, AttentionKind kind,
                                                            const std::vector<bool>& special_keys,
                                                            const RunControl& control) {
    if (!trace.has(kind))
        return makeError(ErrorKind::Usage, "this model has no " + std::string(attentionKindName(kind)) + " attention");
    std::vector<std::vector<HeadMeasures>> measures(trace.nLayers(kind));
    for (std::size_t layer = 0; layer < measures.size(); ++layer) {
        control.report(double(layer) / double(measures.size()), "measuring layer " + std::to_string(layer + 1));
        for (std::size_t head = 0; head < trace.nHeads(kind); ++head) {
            const HeadAddress address{kind, LayerIndex(layer), HeadIndex(head)};
            HEADLIGHT_ASSIGN(HeadMeasures measured, measureHead(trace, address, special_keys, {control.stop, {}}));
            measures[layer].push_back(measured);
        }
    }
    control.report(1.0, "measured");
    return measures;
}

} // namespace headlight
