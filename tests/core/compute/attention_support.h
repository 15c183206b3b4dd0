// What the tests of the CUDA module's attention share: a problem placed on a backend, run, and asked for what
// can be rebuilt from it.
#pragma once

#include "compute_support.h"

#include "core/tensor/dtype.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace headlight::test {

struct Problem {
    std::size_t n_query = 0, n_key = 0, n_heads = 1, n_kv_heads = 1, head_dim = 8, value_dim = 8;
    AttentionMask mask = {};
    float softcap = 0.0f;
    bool bias = false;
    bool by_key = false;
    std::size_t gap =
        3; ///< floats between rows; 0 with offset 0: rows the kernels read four floats at a time
};

inline float rounded(float x, ComputePrecision precision) {
    switch (precision) {
    case ComputePrecision::F16:
        return f16ToF32(f32ToF16(x));
    case ComputePrecision::BF16: {
        const auto bits = std::bit_cast<std::uint32_t>(x);
        return std::bit_cast<float>((bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u);
    }
    case ComputePrecision::TF32:
        return std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) + 0x1000u) & 0xffffe000u);
    case ComputePrecision::F32:
        break;
    }
    return x;
}

/// What attention rounds its factors to: F16's 11 bits where linear layers have BF16's 8.
inline ComputePrecision factorsOf(ComputePrecision precision) {
    return precision == ComputePrecision::BF16 ? ComputePrecision::F16 : precision;
}

/// The same problem on one backend; `precision` other than F32 rounds its factors beforehand, the query with
/// its scale.
struct Placed {
    const ComputeBackend& compute;
    AttentionProblem problem;
    MatrixView output;
    SoftmaxRows softmax;

    Placed(const ComputeBackend& backend, const Problem& p,
           ComputePrecision precision = ComputePrecision::F32)
        : compute(backend) {
        const float scale = 1.0f / std::sqrt(static_cast<float>(p.head_dim));
        const bool rounds = precision != ComputePrecision::F32;
        const ComputePrecision factors = factorsOf(precision);
        problem.query = heads(p, p.n_query, p.n_heads, p.head_dim, 1, factors, rounds ? scale : 1.0f);
        problem.key = heads(p, p.n_key, p.n_kv_heads, p.head_dim, 2, factors, 1.0f);
        problem.value = heads(p, p.n_key, p.n_kv_heads, p.value_dim, 3, factors, 1.0f);
        problem.scale = rounds ? 1.0f : scale;
        problem.softcap = p.softcap;
        problem.mask = p.mask;
        if (p.bias)
            problem.bias = {uploaded(compute, p.n_heads, 60, randomFloats(p.n_heads * 60, 4)),
                            p.by_key ? 0 : -30, p.by_key};
        output = poisoned(compute, p.n_query, p.n_heads * p.value_dim);
        softmax = {poisoned(compute, p.n_query, p.n_heads), poisoned(compute, p.n_query, p.n_heads)};
        compute.attention(problem, output, softmax);
    }
    [[nodiscard]] HeadsView heads(const Problem& p, std::size_t n, std::size_t n_heads, std::size_t dim,
                                  unsigned seed, ComputePrecision precision, float factor) const {
        std::vector<float> values = randomFloats(n * n_heads * dim, seed);
        for (float& value : values)
            value = rounded(value * factor, precision);
        if (p.gap > 0) {
            const MatrixView rows = uploaded(compute, n, n_heads * dim, values, p.gap);
            return {rows.buffer, rows.offset, n, n_heads, dim, rows.row_stride, dim};
        }
        const MatrixView rows{compute.allocate(values.size()).value(), 0, n, n_heads * dim, n_heads * dim};
        compute.upload(values, rows);
        return {rows.buffer, 0, n, n_heads, dim, rows.row_stride, dim};
    }
    [[nodiscard]] std::vector<float> weights(std::size_t head, TokenRange rows, TokenRange columns) const {
        std::vector<float> out(rows.size() * columns.size(), std::numeric_limits<float>::quiet_NaN());
        compute.attentionWeights(problem, softmax, HeadIndex(head), rows, columns, out);
        return out;
    }
    [[nodiscard]] std::vector<float> scores(std::size_t head, TokenRange rows, TokenRange columns) const {
        std::vector<float> out(rows.size() * columns.size(), std::numeric_limits<float>::quiet_NaN());
        compute.attentionScores(problem, HeadIndex(head), rows, columns, out);
        return out;
    }
    [[nodiscard]] std::vector<float> pooled(std::size_t head, std::size_t n_rows, std::size_t n_columns,
                                            Pooling pooling) const {
        std::vector<float> out(n_rows * n_columns, std::numeric_limits<float>::quiet_NaN());
        compute.attentionPooled(problem, softmax, HeadIndex(head), {0, problem.query.n_tokens},
                                {0, problem.key.n_tokens}, n_rows, n_columns, pooling, out);
        return out;
    }
};

inline double difference(const std::vector<float>& a, const std::vector<float>& b) {
    return largestDifference(a, {b.begin(), b.end()});
}

inline bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

inline const ComputeBackend& cpuReference() {
    static const cpu::CpuBackend backend({.n_threads = 2});
    return backend;
}

} // namespace headlight::test
