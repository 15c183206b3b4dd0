// Row by row: elementwise operations, embedding, norms, rotary positions. A block takes a piece of one row.
#pragma once

#include "core/compute/cuda/module/kernels/numbers.cuh"

namespace headlight::cuda {

constexpr int kRowThreads = 256;
constexpr int kRowPiece = 4 * kRowThreads; ///< elements of a row that a block takes

/// Calls function(row, column) for a block's elements; blocks are counted row by row, `pieces` a row.
template <class Function>
__device__ inline void forElements(std::size_t columns, unsigned pieces, const Function& function) {
    const std::size_t row = blockIdx.x / pieces;
    const std::size_t first = static_cast<std::size_t>(blockIdx.x % pieces) * kRowPiece + threadIdx.x;
    const std::size_t end = first / kRowPiece * kRowPiece + kRowPiece;
    for (std::size_t column = first; column < end && column < columns; column += kRowThreads)
        function(row, column);
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
};

static __global__ void copyElements(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        a.target.data[r * a.target.row_stride + c] = a.source.data[r * a.source.row_stride + c];
    });
}

static __global__ void addRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        const std::size_t source_row = a.source.rows == 1 ? 0 : r;
        a.target.data[r * a.target.row_stride + c] += a.source.data[source_row * a.source.row_stride + c];
    });
}

static __global__ void multiplyRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        a.target.data[r * a.target.row_stride + c] *= a.source.data[r * a.source.row_stride + c];
    });
}

static __global__ void activateRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        float& value = a.target.data[r * a.target.row_stride + c];
        value = activated(a.activation, value);
    });
}

/// target(i) (+)= table(ids[i]) * scale
static __global__ void embedRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        const std::size_t id = static_cast<std::size_t>(a.ids[r]);
        float& value = a.target.data[r * a.target.row_stride + c];
        const float scaled = a.source.data[id * a.source.row_stride + c] * a.scale;
        value = a.accumulate != 0 ? value + scaled : scaled;
    });
}

/// logit = softcap * tanh(logit * scale / softcap)
static __global__ void capLogitRows(ElementArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        float& value = a.target.data[r * a.target.row_stride + c];
        const float scaled = value * a.scale;
        value = a.softcap > 0.0f ? a.softcap * tanhf(scaled / a.softcap) : scaled;
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
    const float* bias; ///< [columns] or null
    int activation;
    int accumulate; ///< target += instead of =; the product is then elsewhere
    unsigned pieces;
};
static __global__ void finishRows(FinishArguments a) {
    forElements(a.target.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        const float sum =
            a.product.data[r * a.product.row_stride + c] + (a.bias != nullptr ? a.bias[c] : 0.0f);
        float& value = a.target.data[r * a.target.row_stride + c];
        const float result = activated(a.activation, sum);
        value = a.accumulate != 0 ? value + result : result;
    });
}

/// F32 rows into dense rows of 16-bit numbers.
static __global__ void roundRows(ElementArguments a) {
    const bool f16 = a.number == static_cast<int>(Number::F16);
    forElements(a.source.columns, a.pieces, [&](std::size_t r, std::size_t c) {
        const float value = a.source.data[r * a.source.row_stride + c];
        a.half[r * a.source.columns + c] = f16 ? f16Bits(value) : bf16Bits(value);
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
