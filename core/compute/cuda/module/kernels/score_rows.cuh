// From a row of logits to the scores a token is chosen by, and what a softmax over either needs:
// core/compute/ token_choice.cpp's chooseToken() in kernels. A row is cut into chunks, a block each; what
// blocks find is put together by every block that needs it, in the order of the chunks, so that a row gives
// the same numbers every time.
#pragma once

#include "core/compute/cuda/module/kernels/attention_mask.cuh"

namespace headlight::cuda {

constexpr int kChooseThreads = 256;
constexpr int kChunk = 1024; ///< tokens of a block

/// What a block leaves of its chunk.
struct ChunkPart {
    float logit_maximum;
    float score_maximum;
    double logit_sum; ///< of exp(logit - maximum of the row)
    double score_sum;
    double best; ///< highest score, with its noise where one is drawn
    std::int32_t best_id;
    std::int32_t unused;
};

struct ChooseArguments {
    const float* logits;        ///< [n]
    float* scores;              ///< [n]
    unsigned long long* masses; ///< [n]: exp(score - maximum) in units of 2^-44
    std::size_t n;
    unsigned n_chunks;
    ChunkPart* parts;    ///< [n_chunks]
    float* highest;      ///< [1], of the scores, before anything is added
    RankedToken* ranked; ///< [2][n_chunks][n_ranked]: by logits, by scores
    int n_ranked;
    RowAnswer* answer;
    RowQuery query;
    const ScoreEdit* edits; ///< on the device
};

__device__ inline float sortable(float x) {
    return x != x ? minusInfinity() : x;
}

__device__ inline float largestOfBlock(float value, float* partial) {
    for (int apart = kWarp / 2; apart > 0; apart /= 2)
        value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, apart, kWarp));
    if (threadIdx.x % kWarp == 0)
        partial[threadIdx.x / kWarp] = value;
    __syncthreads();
    float largest = partial[0];
    for (unsigned i = 1; i < blockDim.x / kWarp; ++i)
        largest = fmaxf(largest, partial[i]);
    __syncthreads();
    return largest;
}

/// `partial`: a number a thread; their number is a power of two.
template <class Number>
__device__ inline Number sumOfBlock(Number value, Number* partial) {
    partial[threadIdx.x] = value;
    for (unsigned apart = blockDim.x / 2; apart > 0; apart /= 2) {
        __syncthreads();
        if (threadIdx.x < apart)
            partial[threadIdx.x] += partial[threadIdx.x + apart];
    }
    __syncthreads();
    const Number sum = partial[0];
    __syncthreads();
    return sum;
}

/// Calls function(i) for this thread's tokens of the block's chunk.
template <class Function>
__device__ inline void forChunk(std::size_t n, const Function& function) {
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * kChunk;
    for (std::size_t i = first + threadIdx.x; i < first + kChunk && i < n; i += blockDim.x)
        function(i);
}

__device__ inline float logitMaximum(const ChooseArguments& a, float* partial) {
    float maximum = minusInfinity();
    for (unsigned i = threadIdx.x; i < a.n_chunks; i += blockDim.x)
        maximum = fmaxf(maximum, a.parts[i].logit_maximum);
    return largestOfBlock(maximum, partial);
}
__device__ inline float scoreMaximum(const ChooseArguments& a, float* partial) {
    float maximum = minusInfinity();
    for (unsigned i = threadIdx.x; i < a.n_chunks; i += blockDim.x)
        maximum = fmaxf(maximum, a.parts[i].score_maximum);
    return largestOfBlock(maximum, partial);
}
template <class Part>
__device__ inline double sumOfParts(const ChooseArguments& a, double* partial, const Part& part) {
    double sum = 0.0;
    for (unsigned i = threadIdx.x; i < a.n_chunks; i += blockDim.x)
        sum += part(a.parts[i]);
    return sumOfBlock(sum, partial);
}

/// Shared memory of the kernels of this file and of rank_tokens.cuh's last one: a double a thread.
constexpr std::size_t kChooseShared = kChooseThreads * sizeof(double);

static __global__ void findLogitMaxima(ChooseArguments a) {
    float maximum = minusInfinity();
    forChunk(a.n, [&](std::size_t i) { maximum = fmaxf(maximum, sortable(a.logits[i])); });
    maximum = largestOfBlock(maximum, sharedMemory<float>());
    if (threadIdx.x == 0)
        a.parts[blockIdx.x].logit_maximum = maximum;
}

static __global__ void sumLogits(ChooseArguments a) {
    const float maximum = logitMaximum(a, sharedMemory<float>());
    double sum = 0.0;
    if (maximum != minusInfinity())
        forChunk(a.n, [&](std::size_t i) {
            sum += exp(static_cast<double>(sortable(a.logits[i])) - static_cast<double>(maximum));
        });
    sum = sumOfBlock(sum, sharedMemory<double>());
    if (threadIdx.x == 0)
        a.parts[blockIdx.x].logit_sum = sum;
}

static __global__ void beginScores(ChooseArguments a) {
    float normaliser = 0.0f;
    if (a.query.log_softmax != 0) {
        const float maximum = logitMaximum(a, sharedMemory<float>());
        const double sum =
            sumOfParts(a, sharedMemory<double>(), [](const ChunkPart& part) { return part.logit_sum; });
        normaliser = static_cast<float>(static_cast<double>(maximum) + log(sum));
    }
    forChunk(a.n, [&](std::size_t i) {
        a.scores[i] = a.query.forced != 0 ? minusInfinity() : sortable(a.logits[i] - normaliser);
    });
}

/// One block; a thread takes all edits of a token, which lie together.
static __global__ void editTokens(ChooseArguments a) {
    for (std::size_t first = threadIdx.x; first < a.query.n_edits; first += blockDim.x) {
        const std::int32_t id = a.edits[first].id;
        if (first > 0 && a.edits[first - 1].id == id)
            continue;
        float score = a.scores[id];
        for (std::size_t i = first; i < a.query.n_edits && a.edits[i].id == id; ++i) {
            const ScoreEdit edit = a.edits[i];
            if (edit.kind == EditKind::Penalty)
                score = score < 0.0f ? score * edit.factor : score / edit.factor;
            else
                score = edit.kind == EditKind::Force ? 0.0f : minusInfinity();
        }
        a.scores[id] = score;
    }
}

/// Bits that sort as the number does; the two zeros are one. 0 is below all.
__device__ inline std::uint32_t sortingBits(float x) {
    const std::uint32_t bits = floatBits(x + 0.0f);
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
__device__ inline float fromSortingBits(std::uint32_t bits) {
    return bitsFloat((bits & 0x80000000u) != 0 ? bits ^ 0x80000000u : ~bits);
}

} // namespace headlight::cuda
