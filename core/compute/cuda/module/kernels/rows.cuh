// Row by row: elementwise operations, embedding, norms, rotary positions. A block takes a piece of one row.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

#include <type_traits>

namespace headlight::cuda {

constexpr int kRowThreads = 256;
constexpr int kRowPiece = 4 * kRowThreads; ///< elements of a row that a block takes

/// Neighbours of a row that a thread takes at once.
template <int kCount>
struct Some {
    float x[kCount];
};
template <int kCount>
__device__ inline Some<kCount> loadSome(const float* from) {
    if constexpr (kCount == 4) {
        const float4 four = *reinterpret_cast<const float4*>(from);
        return {{four.x, four.y, four.z, four.w}};
    } else {
        return {{*from}};
    }
}
template <int kCount>
__device__ inline void storeSome(float* to, const Some<kCount>& some) {
    if constexpr (kCount == 4)
        *reinterpret_cast<float4*>(to) = {some.x[0], some.x[1], some.x[2], some.x[3]};
    else
        *to = some.x[0];
}

/// Calls function(std::integral_constant<int, count>, row, column) for a block's elements; blocks are counted
/// row by row, `pieces` a row. `fours`: all rows it touches are aligned and four at a time, which keeps four
/// times as many bytes on their way as single numbers would.
template <class Function>
__device__ inline void forElements(std::size_t columns, unsigned pieces, int fours,
                                   const Function& function) {
    const std::size_t row = blockIdx.x / pieces;
    const std::size_t first = static_cast<std::size_t>(blockIdx.x % pieces) * kRowPiece;
    if (fours != 0) {
        const std::size_t column = first + 4 * threadIdx.x;
        if (column < columns)
            function(std::integral_constant<int, 4>(), row, column);
        return;
    }
    for (std::size_t column = first + threadIdx.x; column < first + kRowPiece && column < columns;
         column += kRowThreads)
        function(std::integral_constant<int, 1>(), row, column);
}

struct ElementArguments {
    Matrix source; ///< addend, factor, table, or what is turned into 16 bits
    Matrix target;
    const std::int32_t* ids;
    std::uint16_t* half;
    float scale;
    float softcap;
    int activation;
    int accumulate;
    int number;
    unsigned pieces;
    int fours;
};

__device__ inline const float* rowOf(const Matrix& matrix, std::size_t row) {
    return matrix.data + (matrix.rows == 1 ? 0 : row) * matrix.row_stride;
}

/// target = function(source, target), element by element.
template <class Function>
__device__ inline void combineRows(const ElementArguments& a, const Function& function) {
    forElements(a.target.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        constexpr int kCount = decltype(count)::value;
        const Some<kCount> source = loadSome<kCount>(rowOf(a.source, r) + c);
        float* const at = a.target.data + r * a.target.row_stride + c;
        Some<kCount> target = loadSome<kCount>(at);
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            target.x[i] = function(source.x[i], target.x[i]);
        storeSome(at, target);
    });
}
/// target = function(target), element by element.
template <class Function>
__device__ inline void changeRows(const ElementArguments& a, const Function& function) {
    forElements(a.target.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        constexpr int kCount = decltype(count)::value;
        float* const at = a.target.data + r * a.target.row_stride + c;
        Some<kCount> target = loadSome<kCount>(at);
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            target.x[i] = function(target.x[i]);
        storeSome(at, target);
    });
}

static __global__ void copyElements(ElementArguments a) {
    forElements(a.target.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        storeSome(a.target.data + r * a.target.row_stride + c,
                  loadSome<decltype(count)::value>(a.source.data + r * a.source.row_stride + c));
    });
}

static __global__ void addRows(ElementArguments a) {
    combineRows(a, [](float addend, float target) { return target + addend; });
}

static __global__ void multiplyRows(ElementArguments a) {
    combineRows(a, [](float factor, float target) { return target * factor; });
}

static __global__ void activateRows(ElementArguments a) {
    changeRows(a, [&](float value) { return activated(a.activation, value); });
}

/// target(i) (+)= table(ids[i]) * scale
static __global__ void embedRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        constexpr int kCount = decltype(count)::value;
        const std::size_t id = static_cast<std::size_t>(a.ids[r]);
        const Some<kCount> entry = loadSome<kCount>(a.source.data + id * a.source.row_stride + c);
        float* const at = a.target.data + r * a.target.row_stride + c;
        Some<kCount> target{};
        if (a.accumulate != 0)
            target = loadSome<kCount>(at);
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            target.x[i] += entry.x[i] * a.scale;
        storeSome(at, target);
    });
}

/// logit = softcap * tanh(logit * scale / softcap)
static __global__ void capLogitRows(ElementArguments a) {
    changeRows(a, [&](float logit) {
        const float scaled = logit * a.scale;
        return a.softcap > 0.0f ? a.softcap * tanhf(scaled / a.softcap) : scaled;
    });
}

/// A few words that come with the launch itself, whose arguments may take 4 KB.
struct SmallWords {
    std::uint32_t* to;
    std::uint32_t count;
    std::uint32_t words[960];
};
static __global__ void storeWords(SmallWords a) {
    for (unsigned i = threadIdx.x; i < a.count; i += blockDim.x)
        a.to[i] = a.words[i];
}

/// What comes behind a product: target (=|+=) activation(product + bias). The product may be the target
/// itself.
struct FinishArguments {
    Matrix product;
    Matrix target;
    Matrix bias; ///< [1, columns]; data is null without
    int activation;
    int accumulate; ///< target += instead of =; the product is then elsewhere
    unsigned pieces;
    int fours;
};
static __global__ void finishRows(FinishArguments a) {
    forElements(a.target.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        constexpr int kCount = decltype(count)::value;
        const Some<kCount> product = loadSome<kCount>(a.product.data + r * a.product.row_stride + c);
        Some<kCount> bias{};
        if (a.bias.data != nullptr)
            bias = loadSome<kCount>(a.bias.data + c);
        float* const at = a.target.data + r * a.target.row_stride + c;
        Some<kCount> target{};
        if (a.accumulate != 0)
            target = loadSome<kCount>(at);
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            target.x[i] += activated(a.activation, product.x[i] + bias.x[i]);
        storeSome(at, target);
    });
}

/// F32 rows into dense rows of 16-bit numbers.
static __global__ void roundRows(ElementArguments a) {
    const bool f16 = a.number == static_cast<int>(Number::F16);
    forElements(a.source.columns, a.pieces, a.fours, [&](auto count, std::size_t r, std::size_t c) {
        constexpr int kCount = decltype(count)::value;
        const Some<kCount> source = loadSome<kCount>(a.source.data + r * a.source.row_stride + c);
        std::uint32_t bits[kCount];
#pragma unroll
        for (int i = 0; i < kCount; ++i)
            bits[i] = f16 ? f16Bits(source.x[i]) : bf16Bits(source.x[i]);
        std::uint16_t* const half = a.half + r * a.source.columns + c;
        if constexpr (kCount == 4)
            *reinterpret_cast<uint2*>(half) = {bits[0] | bits[1] << 16, bits[2] | bits[3] << 16};
        else
            *half = static_cast<std::uint16_t>(bits[0]);
    });
}

struct NormArguments {
    Norm norm;
};

/// Two passes: the variance is taken around the mean, so large means cost no digits. A block takes a row.
static __global__ void normRows(NormArguments arguments) {
    const Norm& a = arguments.norm;
    float* const partial = sharedMemory<float>(); // a float a warp
    const std::size_t n = a.input.columns;
    const float* const input = a.input.data + blockIdx.x * a.input.row_stride;
    float* const output = a.output.data + blockIdx.x * a.output.row_stride;
    float mean = 0.0f;
    if (a.kind == NormKind::Layer) {
        float sum = 0.0f;
        for (std::size_t i = threadIdx.x; i < n; i += blockDim.x)
            sum += input[i];
        mean = blockSum(sum, partial) / static_cast<float>(n);
    }
    float squares = 0.0f;
    for (std::size_t i = threadIdx.x; i < n; i += blockDim.x)
        squares += (input[i] - mean) * (input[i] - mean);
    const float variance = blockSum(squares, partial) / static_cast<float>(n);
    const float factor = 1.0f / sqrtf(variance + a.epsilon);
    for (std::size_t i = threadIdx.x; i < n; i += blockDim.x) {
        const float gain = a.gain != nullptr ? a.gain_offset + a.gain[i] : 1.0f;
        const float bias = a.bias != nullptr ? a.bias[i] : 0.0f;
        output[i] = (input[i] - mean) * factor * gain + bias;
    }
}

struct RotateArguments {
    Heads heads;
    Matrix table; ///< [n_tokens or 1, 2 * n_pairs]
    int interleaved;
};

/// A block takes a token, its threads the pairs of all heads.
static __global__ void rotatePairs(RotateArguments a) {
    const std::size_t token = blockIdx.x;
    const std::size_t n_pairs = a.table.columns / 2;
    const std::size_t apart = a.interleaved != 0 ? 1 : n_pairs;
    const std::size_t step = a.interleaved != 0 ? 2 : 1;
    const float* const cosines = a.table.data + (a.table.rows == 1 ? 0 : token) * a.table.row_stride;
    const float* const sines = cosines + n_pairs;
    for (std::size_t i = threadIdx.x; i < a.heads.n_heads * n_pairs; i += blockDim.x) {
        const std::size_t pair = i % n_pairs;
        float* const at =
            a.heads.data + token * a.heads.token_stride + i / n_pairs * a.heads.head_stride + pair * step;
        const float x = at[0];
        const float y = at[apart];
        at[0] = x * cosines[pair] - y * sines[pair];
        at[apart] = y * cosines[pair] + x * sines[pair];
    }
}

} // namespace headlight::cuda
