// The token that is chosen, and the most probable ones beside it.
#pragma once

#include "core/compute/cuda/module/kernels/score_rows.cuh"

namespace headlight::cuda {

struct Ranked {
    std::uint32_t bits; ///< sortingBits; 0: none
    std::int32_t id;
};

/// Whether a comes before b: higher, or as high with a smaller id.
__device__ inline bool before(Ranked a, Ranked b) {
    return a.bits > b.bits || (a.bits == b.bits && a.id < b.id);
}

/// A warp finds the `n` first of get(0) ... get(count - 1) and tells its lane 0 of each: emit(rank, which).
template <class Get, class Emit>
__device__ inline void rankByWarp(std::size_t count, int n, const Get& get, const Emit& emit) {
    const unsigned lane = threadIdx.x % kWarp;
    Ranked last{0xffffffffu, -1};
    for (int rank = 0; rank < n; ++rank) {
        Ranked best{0u, 0x7fffffff};
        for (std::size_t i = lane; i < count; i += kWarp) {
            const Ranked one = get(i);
            if (one.bits != 0 && before(last, one) && before(one, best))
                best = one;
        }
        last.bits = __reduce_max_sync(0xffffffffu, best.bits);
        last.id = static_cast<std::int32_t>(__reduce_min_sync(
            0xffffffffu, static_cast<unsigned>(best.bits == last.bits ? best.id : 0x7fffffff)));
        if (last.bits == 0)
            last.id = -1; // and all that follow
        if (lane == 0)
            emit(rank, last);
        if (last.bits == 0)
            last = {0u, 0x7fffffff};
    }
}

/// core/compute/sampler.h: SplitMix64 of seed, position and id.
__device__ inline unsigned long long splitMix(unsigned long long state) {
    state += 0x9e3779b97f4a7c15ull;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ull;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebull;
    return state ^ (state >> 31);
}
__device__ inline double uniformOf(unsigned long long of_position, std::size_t id) {
    const unsigned long long bits = splitMix(of_position ^ static_cast<unsigned long long>(id)) >> 12;
    return (static_cast<double>(bits) + 0.5) * 2.220446049250313e-16; // 2^-52
}

__device__ inline float finalScore(const ChooseArguments& a, std::size_t i) {
    return a.query.added != 0.0f ? a.scores[i] + a.query.added : a.scores[i];
}

/// Shared memory: what each warp has ranked, twice; then a double and an id a thread.
inline std::size_t rankShared(int n_ranked) {
    return 2 * sizeof(Ranked) * (kChooseThreads / kWarp) * static_cast<std::size_t>(n_ranked) +
           kChooseThreads * (sizeof(double) + sizeof(std::int32_t));
}

/// The best of a block's threads: the highest, as high ones by smaller id.
__device__ inline void bestOfBlock(double& value, std::int32_t& id, double* values, std::int32_t* ids) {
    values[threadIdx.x] = value;
    ids[threadIdx.x] = id;
    for (unsigned apart = blockDim.x / 2; apart > 0; apart /= 2) {
        __syncthreads();
        if (threadIdx.x >= apart)
            continue;
        const double other = values[threadIdx.x + apart];
        const std::int32_t other_id = ids[threadIdx.x + apart];
        if (other > values[threadIdx.x] || (other == values[threadIdx.x] && other_id < ids[threadIdx.x])) {
            values[threadIdx.x] = other;
            ids[threadIdx.x] = other_id;
        }
    }
    __syncthreads();
    value = values[0];
    id = ids[0];
    __syncthreads();
}

/// A block ranks its chunk by logits and by scores, and finds its best token.
static __global__ void rankChunks(ChooseArguments a) {
    constexpr int kWarps = kChooseThreads / kWarp;
    constexpr std::size_t kOfWarp = kChunk / kWarps;
    double* const values = sharedMemory<double>();
    std::int32_t* const ids = reinterpret_cast<std::int32_t*>(values + kChooseThreads);
    Ranked* const ranked = reinterpret_cast<Ranked*>(ids + kChooseThreads); // [2][kWarps][n_ranked]
    const auto n_ranked = static_cast<std::size_t>(a.n_ranked);
    const unsigned warp = threadIdx.x / kWarp;
    const std::size_t first = static_cast<std::size_t>(blockIdx.x) * kChunk + warp * kOfWarp;
    const std::size_t count = first >= a.n ? 0 : (a.n - first < kOfWarp ? a.n - first : kOfWarp);
    rankByWarp(
        count, a.query.n_candidates,
        [&](std::size_t i) {
            return Ranked{sortingBits(sortable(a.logits[first + i])), static_cast<std::int32_t>(first + i)};
        },
        [&](int rank, Ranked which) { ranked[warp * n_ranked + static_cast<std::size_t>(rank)] = which; });
    rankByWarp(
        count, a.query.n_choices,
        [&](std::size_t i) {
            return Ranked{sortingBits(finalScore(a, first + i)), static_cast<std::int32_t>(first + i)};
        },
        [&](int rank, Ranked which) {
            ranked[(kWarps + warp) * n_ranked + static_cast<std::size_t>(rank)] = which;
        });

    const unsigned long long of_position = splitMix(splitMix(a.query.seed) ^ a.query.position);
    double best = static_cast<double>(minusInfinity());
    std::int32_t best_id = 0x7fffffff;
    float maximum = minusInfinity();
    forChunk(a.n, [&](std::size_t i) {
        const float score = finalScore(a, i);
        maximum = fmaxf(maximum, score);
        if (score == minusInfinity())
            return;
        const double value = a.query.draws != 0
                                 ? static_cast<double>(score) - log(-log(uniformOf(of_position, i)))
                                 : static_cast<double>(score);
        if (value > best) {
            best = value;
            best_id = static_cast<std::int32_t>(i);
        }
    });
    bestOfBlock(best, best_id, values, ids);
    maximum = largestOfBlock(maximum, reinterpret_cast<float*>(values));
    if (threadIdx.x == 0) {
        a.parts[blockIdx.x].score_maximum = maximum;
        a.parts[blockIdx.x].best = best;
        a.parts[blockIdx.x].best_id = best_id;
    }
    if (warp < 2) { // what the warps have found becomes the chunk's
        const int n = warp == 0 ? a.query.n_candidates : a.query.n_choices;
        const Ranked* const found = ranked + warp * kWarps * n_ranked;
        RankedToken* const out = a.ranked + (warp * a.n_chunks + blockIdx.x) * n_ranked;
        const std::size_t n_found = static_cast<std::size_t>(n);
        rankByWarp(
            n_found * kWarps, n, [&](std::size_t i) { return found[i / n_found * n_ranked + i % n_found]; },
            [&](int rank, Ranked which) {
                out[rank] = {which.id, fromSortingBits(which.bits)};
            });
    }
}

static __global__ void sumScores(ChooseArguments a) {
    const float maximum = scoreMaximum(a, sharedMemory<float>());
    double sum = 0.0;
    if (maximum != minusInfinity())
        forChunk(a.n, [&](std::size_t i) {
            sum += exp(static_cast<double>(finalScore(a, i)) - static_cast<double>(maximum));
        });
    sum = sumOfBlock(sum, sharedMemory<double>());
    if (threadIdx.x == 0)
        a.parts[blockIdx.x].score_sum = sum;
}

/// One block puts everything together.
static __global__ void answerQuery(ChooseArguments a) {
    const float logit_maximum = logitMaximum(a, sharedMemory<float>());
    const float score_maximum = scoreMaximum(a, sharedMemory<float>());
    const double logit_sum =
        sumOfParts(a, sharedMemory<double>(), [](const ChunkPart& part) { return part.logit_sum; });
    const double score_sum =
        sumOfParts(a, sharedMemory<double>(), [](const ChunkPart& part) { return part.score_sum; });
    RowAnswer& answer = *a.answer;
    if (threadIdx.x == 0) {
        double best = static_cast<double>(minusInfinity());
        std::int32_t chosen = 0; // where nothing can come
        for (unsigned i = 0; i < a.n_chunks; ++i)
            if (a.parts[i].best > best) {
                best = a.parts[i].best;
                chosen = a.parts[i].best_id;
            }
        answer.logit_maximum = static_cast<double>(logit_maximum);
        answer.logit_sum = logit_sum;
        answer.score_maximum = static_cast<double>(score_maximum);
        answer.score_sum = score_sum;
        answer.chosen = chosen;
        answer.chosen_logit = a.logits[chosen];
        answer.chosen_score = finalScore(a, static_cast<std::size_t>(chosen));
        answer.unused = 0;
    }
    const unsigned warp = threadIdx.x / kWarp;
    if (warp >= 2) { // the rest of the lists goes to the host as well
        RankedToken* const list = warp == 2 ? answer.candidates : answer.choices;
        const int n = warp == 2 ? a.query.n_candidates : a.query.n_choices;
        for (int i = n + static_cast<int>(threadIdx.x % kWarp); warp < 4 && i < static_cast<int>(kMostRanked);
             i += kWarp)
            list[i] = {-1, 0.0f};
        return;
    }
    const int n = warp == 0 ? a.query.n_candidates : a.query.n_choices;
    const auto n_ranked = static_cast<std::size_t>(a.n_ranked);
    const auto n_found = static_cast<std::size_t>(n);
    const RankedToken* const found = a.ranked + warp * a.n_chunks * n_ranked;
    RankedToken* const out = warp == 0 ? answer.candidates : answer.choices;
    rankByWarp(
        n_found * a.n_chunks, n,
        [&](std::size_t i) {
            const RankedToken token = found[i / n_found * n_ranked + i % n_found];
            return token.id < 0 ? Ranked{0u, 0} : Ranked{sortingBits(token.value), token.id};
        },
        [&](int rank, Ranked which) {
            out[rank] = {which.id, fromSortingBits(which.bits)};
        });
}

} // namespace headlight::cuda
