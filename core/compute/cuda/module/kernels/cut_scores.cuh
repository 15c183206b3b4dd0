// What a temperature and cuts leave of a row of scores. A block takes the whole row: keys are found bit by
// bit, with a count or a weight of what begins with each pattern.
#pragma once

#include "core/compute/cuda/module/kernels/score_rows.cuh"

namespace headlight::cuda {

constexpr int kCutThreads = 1024;

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
