// Norms and elementwise loops, one row at a time.
#pragma once

#include "core/compute/cpu/kernels/panel_product.h"
#include "core/compute/cpu/kernels/vector_math.h"

namespace headlight::cpu {
namespace {

/// Sum over a row of function(x), lanes summed separately.
template <class Function>
HEADLIGHT_INLINE float sumOver(const float* row, std::size_t n, Function function) {
    Vec sum = {};
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes)
        sum += function(load(row + i));
    float total = sumOfLanes(sum);
    if (i < n) {
        const Vec rest = function(loadPartly(row + i, n - i));
        for (std::size_t lane = 0; lane < n - i; ++lane)
            total += rest[lane];
    }
    return total;
}

/// output = (input - mean) * factor * (gain_offset + gain) + bias
HEADLIGHT_INLINE void writeNormalised(const NormRow& row, float mean, float factor) {
    const auto one = [&](Vec x, Vec gain, Vec bias) { return (x - mean) * factor * (row.gain_offset + gain) + bias; };
    const Vec no_gain = broadcast(1.0f - row.gain_offset);
    std::size_t i = 0;
    for (; i + kLanes <= row.size; i += kLanes)
        store(row.output + i, one(load(row.input + i), row.gain != nullptr ? load(row.gain + i) : no_gain,
                                  row.bias != nullptr ? load(row.bias + i) : Vec{}));
    if (const std::size_t rest = row.size - i; rest > 0)
        storePartly(row.output + i,
                    one(loadPartly(row.input + i, rest), row.gain != nullptr ? loadPartly(row.gain + i, rest) : no_gain,
                        row.bias != nullptr ? loadPartly(row.bias + i, rest) : Vec{}),
                    rest);
}

/// Two passes: the variance is taken around the mean, so large means cost no digits.
void layerNormRow(const NormRow& row) {
    const float n = static_cast<float>(row.size);
    const float mean = sumOver(row.input, row.size, [](Vec x) { return x; }) / n;
    const float variance = sumOver(row.input, row.size, [mean](Vec x) { return (x - mean) * (x - mean); }) / n;
    writeNormalised(row, mean, 1.0f / __builtin_sqrtf(variance + row.epsilon));
}

void rmsNormRow(const NormRow& row) {
    const float mean_square = sumOver(row.input, row.size, [](Vec x) { return x * x; }) / static_cast<float>(row.size);
    writeNormalised(row, 0.0f, 1.0f / __builtin_sqrtf(mean_square + row.epsilon));
}

template <class Combine, class Reduce>
HEADLIGHT_INLINE void reduceCells(const float* values, std::size_t n, std::size_t n_out, float* out, Combine combine,
                                  Reduce reduce) {
    for (std::size_t c = 0; c < n_out; ++c) {
        std::size_t i = c * n / n_out;
        const std::size_t end = (c + 1) * n / n_out;
        float value = values[i++];
        if (end - i >= kLanes) {
            Vec lanes = load(values + i);
            for (i += kLanes; i + kLanes <= end; i += kLanes)
                lanes = combine(lanes, load(values + i));
            value = combine(value, reduce(lanes));
        }
        for (; i < end; ++i)
            value = combine(value, values[i]);
        out[c] = value;
    }
}
void maximumCells(const float* values, std::size_t n, std::size_t n_out, float* out) {
    reduceCells(values, n, n_out, out, [](auto a, auto b) { return a > b ? a : b; }, maximumOfLanes);
}
void sumCells(const float* values, std::size_t n, std::size_t n_out, float* out) {
    reduceCells(values, n, n_out, out, [](auto a, auto b) { return a + b; }, sumOfLanes);
}

void addAll(const float* addend, float* target, std::size_t n) {
    transform(addend, target, n, [](Vec a, Vec b) { return a + b; });
}
void multiplyAll(const float* factor, float* target, std::size_t n) {
    transform(factor, target, n, [](Vec a, Vec b) { return a * b; });
}

template <class Combine>
HEADLIGHT_INLINE void reduceRows(const float* tile, std::size_t stride, std::size_t rows, float* target, Combine combine) {
    for (std::size_t v = 0; v < kPanelWidth; v += kLanes) {
        Vec value = load(target + v);
        for (std::size_t r = 0; r < rows; ++r)
            value = combine(value, load(tile + r * stride + v));
        store(target + v, value);
    }
}
void maximumRows(const float* tile, std::size_t stride, std::size_t rows, float* target) {
    reduceRows(tile, stride, rows, target, [](Vec a, Vec b) { return maximumOf(a, b); });
}
void sumRows(const float* tile, std::size_t stride, std::size_t rows, float* target) {
    reduceRows(tile, stride, rows, target, [](Vec a, Vec b) { return a + b; });
}

void scaleAll(const float* source, float factor, float* target, std::size_t n) {
    transform(source, target, n, [factor](Vec, Vec b) { return b * factor; });
}
void addScaledAll(const float* source, float factor, float* target, std::size_t n) {
    transform(source, target, n, [factor](Vec a, Vec b) { return a + b * factor; });
}
void exponentialAll(const float* source, float* target, std::size_t n) {
    transform(source, target, n, [](Vec, Vec b) { return exponential(b); });
}

HEADLIGHT_INLINE Vec unchanged(Vec x) { return x; }

/// One pass: what comes out of a product is read once and written once.
template <Vec (*function)(Vec)>
void finishLinear(const LinearTile& t) {
    const std::size_t whole = t.columns / kLanes * kLanes;
    for (std::size_t r = 0; r < t.rows; ++r) {
        const float* const row = t.tile + r * t.tile_stride;
        float* const output = t.output + r * t.output_stride;
        const auto finished = [&](std::size_t v) { return function(t.bias != nullptr ? load(row + v) + load(t.bias + v) : load(row + v)); };
        for (std::size_t v = 0; v < whole; v += kLanes)
            store(output + v, t.accumulate ? load(output + v) + finished(v) : finished(v));
        if (const std::size_t rest = t.columns - whole; rest > 0)
            storePartly(output + whole, t.accumulate ? loadPartly(output + whole, rest) + finished(whole) : finished(whole), rest);
    }
}

} // namespace
} // namespace headlight::cpu
