// Scores, softmax and weights. The forward pass and every rebuild call these same compiled functions.
#pragma once

#include "core/compute/cpu/kernels/panel_product.h"
#include "core/compute/cpu/kernels/vector_math.h"

namespace headlight::cpu {
namespace {

/// Biases of one row of a panel: table[clamp(first + lane)].
HEADLIGHT_INLINE Vec loadBias(const float* table, std::ptrdiff_t n_distances, std::ptrdiff_t first) {
    constexpr auto lanes = static_cast<std::ptrdiff_t>(kLanes);
    if (first >= 0 && first + lanes <= n_distances)
        return load(table + first);
    Vec bias = {};
    for (std::ptrdiff_t lane = 0; lane < lanes; ++lane) {
        const std::ptrdiff_t index = first + lane;
        bias[static_cast<std::size_t>(lane)] = table[index < 0 ? 0 : (index >= n_distances ? n_distances - 1 : index)];
    }
    return bias;
}

HEADLIGHT_INLINE Vec maskedOutside(Vec scores, std::size_t first_key, KeyRange visible) {
    // Distances fit 32 bits after clamping to one panel's width.
    constexpr auto width = static_cast<std::ptrdiff_t>(kLanes);
    const auto clampToPanel = [](std::ptrdiff_t v) {
        return static_cast<std::int32_t>(v < 0 ? 0 : (v > width ? width : v));
    };
    const std::int32_t begin = clampToPanel(static_cast<std::ptrdiff_t>(visible.begin) - static_cast<std::ptrdiff_t>(first_key));
    const std::int32_t end = clampToPanel(static_cast<std::ptrdiff_t>(visible.end) - static_cast<std::ptrdiff_t>(first_key));
    const IntVec lanes = laneNumbers();
    const Vec masked = broadcast(-__builtin_inff());
    const Vec without_early = lanes < broadcastInt(begin) ? masked : scores;
    return lanes < broadcastInt(end) ? without_early : masked;
}

/// What comes after the product: soft cap, bias and mask of one row of a panel.
HEADLIGHT_INLINE void finishScores(const ScoreTile& t, std::size_t r, float* scores) {
    for (std::size_t v = 0; v < kPanelWidth; v += kLanes) {
        Vec score = load(scores + v);
        if (t.softcap > 0.0f)
            score = hyperbolicTangent(score / t.softcap) * t.softcap;
        if (t.bias != nullptr)
            score = score + loadBias(t.bias, t.n_distances,
                                     t.first_distance + static_cast<std::ptrdiff_t>(v) - static_cast<std::ptrdiff_t>(r) * t.row_step);
        store(scores + v, maskedOutside(score, t.first_key + v, t.visible[r]));
    }
}

/// Rows from `first` on.
HEADLIGHT_INLINE void finishScoresFrom(const ScoreTile& t, std::size_t first) {
    const bool always = t.softcap > 0.0f || t.bias != nullptr;
    for (std::size_t r = first; r < t.rows; ++r)
        if (always || t.visible[r].begin > t.first_key || t.visible[r].end < t.first_key + kPanelWidth)
            finishScores(t, r, t.scores + r * t.score_stride);
}
void finishAllScores(const ScoreTile& t) { finishScoresFrom(t, 0); }

[[gnu::noinline]] void scoreTile(const ScoreTile& t) {
    // Rows at the top that come before all of these keys need no product: half the work on a causal diagonal.
    std::size_t first = 0;
    while (first < t.rows && t.visible[first].end <= t.first_key) {
        store(t.scores + first * t.score_stride, broadcast(-__builtin_inff()));
        store(t.scores + first * t.score_stride + kLanes, broadcast(-__builtin_inff()));
        ++first;
    }
    if (first == t.rows)
        return;
    multiplyPanel({.left = t.query + first * kPackedRowStride,
                   .block_stride = t.block_stride,
                   .rows = t.rows - first,
                   .depth = t.head_dim,
                   .right = t.key_panel,
                   .product = t.scores + first * t.score_stride,
                   .product_stride = t.score_stride});
    finishScoresFrom(t, first);
}

/// Calls function(pointer, floats) for the pieces of row `r` of packed rows.
template <class Function>
HEADLIGHT_INLINE void forPieces(const SoftmaxBlock& b, std::size_t r, Function function) {
    for (std::size_t k = 0; k < b.depth; k += kDepthBlock)
        function(b.scores + k / kDepthBlock * b.block_stride + r * kPackedRowStride,
                 b.depth - k < kDepthBlock ? b.depth - k : kDepthBlock);
}

void softmaxRow(const SoftmaxBlock& b, std::size_t r) {
    Vec highest0 = broadcast(-__builtin_inff());
    Vec highest1 = highest0;
    forPieces(b, r, [&](const float* piece, std::size_t n) {
        for (std::size_t i = 0; i < n; i += kPanelWidth) {
            highest0 = maximumOf(load(piece + i), highest0);
            highest1 = maximumOf(load(piece + i + kLanes), highest1);
        }
    });
    const float highest = maximumOfLanes(maximumOf(highest0, highest1));
    const float maximum = highest == -__builtin_inff() ? 0.0f : highest; // a row that sees nothing gets zeros, not NaN
    Vec sum0 = {};
    Vec sum1 = {};
    forPieces(b, r, [&](float* piece, std::size_t n) {
        for (std::size_t i = 0; i < n; i += kPanelWidth) {
            const Vec e0 = exponential(load(piece + i) - maximum);
            const Vec e1 = exponential(load(piece + i + kLanes) - maximum);
            store(piece + i, e0);
            store(piece + i + kLanes, e1);
            sum0 += e0;
            sum1 += e1;
        }
    });
    const float sum = sumOfLanes(sum0 + sum1);
    const float inverse_sum = sum == 0.0f ? 0.0f : 1.0f / sum;
    forPieces(b, r, [&](float* piece, std::size_t n) {
        for (std::size_t i = 0; i < n; i += kLanes)
            store(piece + i, load(piece + i) * inverse_sum);
    });
    b.maximum[r] = maximum;
    b.inverse_sum[r] = inverse_sum;
}

void softmaxRows(const SoftmaxBlock& b) {
    for (std::size_t r = 0; r < b.rows; ++r)
        softmaxRow(b, r);
}

void weightTile(const WeightTile& t) {
    for (std::size_t r = 0; r < t.rows; ++r) {
        float* row = t.scores + r * t.score_stride;
        for (std::size_t v = 0; v < kPanelWidth; v += kLanes)
            store(row + v, exponential(load(row + v) - t.maximum[r]) * t.inverse_sum[r]);
    }
}

} // namespace
} // namespace headlight::cpu
