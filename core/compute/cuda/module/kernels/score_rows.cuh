// From a row of logits to the scores a token is chosen by, and what a softmax over either needs:
// core/compute/ token_choice.cpp's chooseToken() in kernels. A row is cut into chunks, a block each; what
// blocks find is put together by every block that needs it, in the order of the chunks, so that a row gives
// the same numbers every time.
#pragma once

#include "core/compute/cuda/module/kernels/attention_mask.cuh"

namespace headlight::cuda {

constexpr int kChooseThreads = 256;
constexpr int kChunk = 1024; ///< tokens of a block
constexpr int kCutThreads = 1024;

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

/// Finds, eight bits at a time from bit `top_bit` down, the last key that `enough(what lies above it)` still
/// lets stay; keys are taken from the highest down. key(i) of token i and its weight(i); 0: not among them.
/// All threads come.
template <class Key, class Weight, class Enough>
__device__ inline unsigned long long lastKeyThatStays(std::size_t n, int top_bit, unsigned long long* bins,
                                                      const Key& key, const Weight& weight,
                                                      const Enough& stays) {
    __shared__ unsigned long long found; // bits of the key so far
    __shared__ unsigned long long above; // weight of the keys above those that begin so
    if (threadIdx.x == 0)
        found = above = 0;
    for (int shift = top_bit - 8; shift >= 0; shift -= 8) {
        for (unsigned i = threadIdx.x; i < 256; i += blockDim.x)
            bins[i] = 0;
        __syncthreads();
        const unsigned long long prefix = found;
        for (std::size_t i = threadIdx.x; i < n; i += blockDim.x) {
            const unsigned long long bits = key(i);
            if (shift + 8 < 64 && (bits >> (shift + 8)) != (prefix >> (shift + 8)))
                continue;
            const unsigned long long mass = weight(i);
            if (mass != 0)
                atomicAdd(&bins[(bits >> shift) & 255u], mass);
        }
        __syncthreads();
        if (threadIdx.x == 0) {
            unsigned long long before = above;
            unsigned long long chosen = 0;
            for (int bin = 255; bin >= 0; --bin) {
                if (bins[bin] == 0)
                    continue;
                if (!stays(before))
                    break;
                chosen = static_cast<unsigned long long>(bin);
                above = before;
                before += bins[bin];
            }
            found = prefix | chosen << shift;
        }
        __syncthreads();
    }
    const unsigned long long key_found = found;
    __syncthreads();
    return key_found;
}

constexpr std::size_t kCutShared =
    256 * sizeof(unsigned long long) + kCutThreads * sizeof(unsigned long long);

/// One block: the temperature, and only the top_k highest stay and what ties with the last of them.
static __global__ void cutToHighest(ChooseArguments a) {
    unsigned long long* const bins = sharedMemory<unsigned long long>();
    float highest = minusInfinity();
    for (std::size_t i = threadIdx.x; i < a.n; i += blockDim.x) {
        const float score = a.scores[i] / a.query.temperature;
        a.scores[i] = score;
        highest = fmaxf(highest, score);
    }
    highest = largestOfBlock(highest, reinterpret_cast<float*>(bins));
    if (threadIdx.x == 0)
        *a.highest = highest;
    if (a.query.top_k == 0 || a.query.top_k >= a.n)
        return; // all threads alike
    const unsigned long long k = a.query.top_k;
    const unsigned long long least = lastKeyThatStays(
        a.n, 32, bins,
        [&](std::size_t i) { return static_cast<unsigned long long>(sortingBits(a.scores[i])); },
        [](std::size_t) { return 1ull; }, [&](unsigned long long above) { return above < k; });
    for (std::size_t i = threadIdx.x; i < a.n; i += blockDim.x)
        if (sortingBits(a.scores[i]) < least)
            a.scores[i] = minusInfinity();
}

/// Whole numbers add up to the same in any order.
static __global__ void weighScores(ChooseArguments a) {
    constexpr double kUnits = 17592186044416.0; // 2^44; a million of them stay below 2^64
    const double highest = static_cast<double>(*a.highest);
    forChunk(a.n, [&](std::size_t i) {
        const float score = a.scores[i];
        a.masses[i] =
            score == minusInfinity()
                ? 0ull
                : static_cast<unsigned long long>(exp(static_cast<double>(score) - highest) * kUnits + 0.5);
    });
}

/// One block: a token stays while those above it hold less than top_p, among equals the larger id is above;
/// then what has min_p of the highest probability.
static __global__ void cutToNucleus(ChooseArguments a) {
    constexpr int kIdBits = 20;
    unsigned long long* const bins = sharedMemory<unsigned long long>();
    const auto key = [&](std::size_t i) {
        return static_cast<unsigned long long>(sortingBits(a.scores[i])) << kIdBits |
               static_cast<unsigned long long>(i);
    };
    unsigned long long least = 0;
    if (a.query.top_p < 1.0) {
        unsigned long long total = 0;
        for (std::size_t i = threadIdx.x; i < a.n; i += blockDim.x)
            total += a.masses[i];
        total = sumOfBlock(total, bins + 256);
        const double enough = a.query.top_p * static_cast<double>(total);
        least = lastKeyThatStays(
            a.n, 56, bins, key, [&](std::size_t i) { return a.masses[i]; },
            [&](unsigned long long above) { return static_cast<double>(above) < enough; });
    }
    const float least_score = *a.highest + a.query.log_min_p;
    for (std::size_t i = threadIdx.x; i < a.n; i += blockDim.x)
        if (key(i) < least || a.scores[i] < least_score)
            a.scores[i] = minusInfinity();
}

} // namespace headlight::cuda
