// The measures of a head by their definitions, cell by cell over the whole map in double precision.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/trace/trace.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace headlight::test {

/// A map and who may see whom.
struct WholeMap {
    std::size_t n_rows = 0;
    std::size_t n_columns = 0;
    std::function<double(std::size_t, std::size_t)> weight;
    std::function<bool(std::size_t, std::size_t)> visible;
};

inline WholeMap wholeMap(const Trace& trace, const HeadAddress& head) {
    const auto weights = std::make_shared<const Tensor>(trace.weights(head));
    return {weights->dimension(0), weights->dimension(1), [weights](std::size_t i, std::size_t j) { return double(weights->row(i)[j]); },
            [&trace, head](std::size_t i, std::size_t j) { return trace.visible(head.kind, head.layer, TokenIndex(i), TokenIndex(j)); }};
}

/// Mean over the rows that `value` says something about.
inline std::optional<double> meanOverRows(const WholeMap& map, const std::function<std::optional<double>(std::size_t)>& value) {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < map.n_rows; ++i)
        if (const auto row = value(i)) {
            sum += *row;
            count += 1.0;
        }
    return count > 0.0 ? std::optional(sum / count) : std::nullopt;
}

/// Weight of row i on the keys `chosen` takes.
inline double weightOn(const WholeMap& map, std::size_t i, const std::function<bool(std::size_t)>& chosen) {
    double sum = 0.0;
    for (std::size_t j = 0; j < map.n_columns; ++j)
        sum += chosen(j) ? map.weight(i, j) : 0.0;
    return sum;
}

inline HeadMeasures bruteForce(const WholeMap& map, const MeasureInput& input) {
    const auto special = [&](std::size_t j) { return j < input.special_keys.size() && input.special_keys[j]; };
    const auto entropyOf = [&](std::size_t i) {
        double entropy = 0.0;
        for (std::size_t j = 0; j < map.n_columns; ++j)
            entropy -= map.weight(i, j) > 0.0 ? map.weight(i, j) * std::log(map.weight(i, j)) : 0.0;
        return entropy;
    };
    HeadMeasures measures;
    measures.entropy = *meanOverRows(map, entropyOf);
    measures.normalised_entropy = meanOverRows(map, [&](std::size_t i) -> std::optional<double> {
        double n_visible = 0.0;
        for (std::size_t j = 0; j < map.n_columns; ++j)
            n_visible += map.visible(i, j) ? 1.0 : 0.0;
        return n_visible > 1.0 ? std::optional(entropyOf(i) / std::log(n_visible)) : std::nullopt;
    }).value_or(0.0);
    measures.distance = *meanOverRows(map, [&](std::size_t i) {
        double sum = 0.0;
        for (std::size_t j = 0; j < map.n_columns; ++j)
            sum += map.weight(i, j) * std::abs(double(i) - double(j));
        return sum;
    });
    measures.sharpness = *meanOverRows(map, [&](std::size_t i) {
        double largest = 0.0;
        for (std::size_t j = 0; j < map.n_columns; ++j)
            largest = std::max(largest, map.weight(i, j));
        return largest;
    });
    const auto share = [&](auto chosen) {
        return *meanOverRows(map, [&](std::size_t i) { return weightOn(map, i, [&](std::size_t j) { return chosen(i, j); }); });
    };
    measures.nearby = share([](std::size_t i, std::size_t j) { return std::max(i, j) - std::min(i, j) <= kNearby; });
    measures.diagonal = share([](std::size_t i, std::size_t j) { return i == j; });
    measures.first_token = share([](std::size_t, std::size_t j) { return j == 0; });
    measures.special_tokens = share([&](std::size_t, std::size_t j) { return special(j); });
    measures.previous_token = meanOverRows(map, [&](std::size_t i) -> std::optional<double> {
        return i > 0 ? std::optional(weightOn(map, i, [&](std::size_t j) { return j + 1 == i; })) : std::nullopt;
    }).value_or(0.0);
    measures.next_token = meanOverRows(map, [&](std::size_t i) -> std::optional<double> {
        return i + 1 < map.n_columns && map.visible(i, i + 1) ? std::optional(map.weight(i, i + 1)) : std::nullopt;
    }).value_or(0.0);
    for (std::size_t j = 0; j < map.n_columns; ++j) {
        double received = 0.0;
        for (std::size_t i = 0; i < map.n_rows; ++i)
            received += map.weight(i, j);
        measures.busiest_key = std::max(measures.busiest_key, received / double(map.n_rows));
    }
    if (input.ids.empty())
        return measures;
    measures.induction = meanOverRows(map, [&](std::size_t i) -> std::optional<double> {
        bool before = false;
        double sum = 0.0;
        for (std::size_t j = 0; j < i; ++j)
            if (input.ids[j] == input.ids[i]) {
                before = true;
                sum += map.weight(i, j + 1);
            }
        return before ? std::optional(sum) : std::nullopt;
    });
    measures.duplicate_token = meanOverRows(map, [&](std::size_t i) -> std::optional<double> {
        bool seen = false;
        double sum = 0.0;
        for (std::size_t j = 0; j < map.n_columns; ++j)
            if (j != i && input.ids[j] == input.ids[i] && map.visible(i, j)) {
                seen = true;
                sum += map.weight(i, j);
            }
        return seen && !special(i) ? std::optional(sum) : std::nullopt;
    });
    return measures;
}

} // namespace headlight::test
