// Attention of one or a few queries over many keys, as in generating: the keys are split among blocks, each
// leaves a partial softmax, and a second kernel puts them together ("Flash-Decoding", Dao et al. 2023).
#pragma once

#include "core/compute/cuda/module/kernels/tensor_tile.cuh"

namespace headlight::cuda {

constexpr std::size_t kMostQueriesSplit = 8;
constexpr int kSplitThreads = 128;
constexpr int kSplitKeys = 64; ///< keys a block holds at once

struct FewRowsAttention {
    Attention attention;
    SoftmaxStatistics statistics;
    Matrix output;
    float* partial; ///< [n_query * n_heads][n_splits][value head_dim + 2]: sums, maximum, sum of weights
    unsigned n_splits;
    std::size_t split_keys; ///< keys of a split, a multiple of kSplitKeys
};

/// Bytes of shared memory: query, keys, scores, sums of the thread groups.
template <int kHeadDim, Number kNumber>
constexpr std::size_t splitSharedBytes() {
    using Shape = RebuildTile<kHeadDim, kNumber>;
    constexpr int kGroups = kSplitThreads > kHeadDim ? kSplitThreads / kHeadDim : 1;
    return sizeof(typename Shape::Element) * (kSplitKeys + 1) * Shape::kStride +
           sizeof(float) * (kSplitKeys + kGroups * kHeadDim);
}

/// products[j] = query . key j, for the keys of a tile; the same numbers as those of a whole tile of scores.
template <int kHeadDim>
__device__ inline void multiplyOneRow(const F32Tile<kHeadDim>&, const float* query, const float* keys,
                                      float* products) {
    if (threadIdx.x >= kSplitKeys)
        return;
    float product = 0.0f;
    for (int d = 0; d < kHeadDim; d += 4) {
        const float4 q = *reinterpret_cast<const float4*>(query + d);
        const float4 k =
            *reinterpret_cast<const float4*>(keys + threadIdx.x * F32Tile<kHeadDim>::kStride + d);
        product = fmaf(q.x, k.x, product);
        product = fmaf(q.y, k.y, product);
        product = fmaf(q.z, k.z, product);
        product = fmaf(q.w, k.w, product);
    }
    products[threadIdx.x] = product;
}
/// The query is the first of an instruction's 16 rows, the others are zeros.
template <int kHeadDim, Number kNumber>
__device__ inline void multiplyOneRow(const TensorTile<kHeadDim, kNumber, 4, 1>& tile,
                                      const std::uint32_t* query, const std::uint32_t* keys,
                                      float* products) {
    constexpr int kKeysOfWarp = kSplitKeys / (kSplitThreads / kWarp);
#pragma unroll
    for (int first = 0; first < kKeysOfWarp; first += 8) {
        const int first_key = tile.warp * kKeysOfWarp + first;
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        tile.multiplyOneQuery(query, keys, first_key, sum);
        if (tile.g == 0) {
            products[first_key + 2 * tile.t] = sum[0];
            products[first_key + 2 * tile.t + 1] = sum[1];
        }
    }
}

/// A block takes the keys of one split for one row of one head. Scores are those of a whole tile; weights and
/// values are multiplied in F32 whatever kNumber is: reading them takes longer.
template <int kHeadDim, Number kNumber>
__global__ __launch_bounds__(kSplitThreads) void attendSplits(FewRowsAttention a) {
    using Shape = RebuildTile<kHeadDim, kNumber>;
    using Element = typename Shape::Element;
    constexpr int kGroups =
        kSplitThreads > kHeadDim ? kSplitThreads / kHeadDim : 1; // each sums every kGroups-th key
    constexpr int kValueColumns = kHeadDim > kSplitThreads ? kHeadDim / kSplitThreads : 1; // a thread has
    Element* const query = sharedMemory<Element>();
    Element* const keys = query + Shape::kStride;
    float* const scores = reinterpret_cast<float*>(keys + kSplitKeys * Shape::kStride);
    float* const sums = scores + kSplitKeys;
    const std::size_t split = blockIdx.x % a.n_splits;
    const std::size_t item = blockIdx.x / a.n_splits;
    const std::size_t head = item % a.attention.query.n_heads;
    const std::size_t row = item / a.attention.query.n_heads;
    const std::size_t kv_head = keyHeadOf(a.attention, head);
    const int thread = static_cast<int>(threadIdx.x);
    const int group = thread / kHeadDim < kGroups ? thread / kHeadDim : 0;
    const int value_dim = static_cast<int>(a.attention.value.head_dim);
    const KeyRange visible = visibleKeys(a.attention, row);
    const std::size_t begin = visible.begin + split * a.split_keys;
    const std::size_t end = begin + a.split_keys < visible.end ? begin + a.split_keys : visible.end;
    const Shape tile;

    loadRows<Shape>(a.attention.query, head, row, 1, a.attention.scale, query);
    float maximum = minusInfinity();
    float sum = 0.0f;
    float output[kValueColumns] = {};
    for (std::size_t first = begin; first < end; first += kSplitKeys) {
        __syncthreads(); // the scores of the tile before have been read
        loadRows<Shape>(a.attention.key, kv_head, first, kSplitKeys, 1.0f, keys);
        __syncthreads();
        multiplyOneRow(tile, query, keys, scores);
        __syncthreads();
        if (thread < kSplitKeys) {
            const bool inside = first + static_cast<std::size_t>(thread) < end; // of this split
            const float product = scores[thread];
            scores[thread] =
                inside ? finishOf(a.attention, head, row, visible, first, kSplitKeys)(thread, product)
                       : minusInfinity();
        }
        __syncthreads();
        float highest = minusInfinity();
        for (int j = 0; j < kSplitKeys; ++j)
            highest = fmaxf(highest, scores[j]);
        const float before = maximum;
        maximum = fmaxf(before, highest);
        const float base = maximum == minusInfinity() ? 0.0f : maximum;
        const float shrink = before == minusInfinity() ? 0.0f : softmaxTerm<kNumber>(before, base);
        __syncthreads(); // all have seen the scores, which now become weights
        if (thread < kSplitKeys)
            scores[thread] = softmaxTerm<kNumber>(scores[thread], base);
        __syncthreads();
        float tile_sum = 0.0f;
        for (int j = 0; j < kSplitKeys; ++j)
            tile_sum += scores[j];
        sum = sum * shrink + tile_sum;
#pragma unroll
        for (int i = 0; i < kValueColumns; ++i) {
            const int column = thread % kHeadDim + i * kSplitThreads;
            float total = output[i] * shrink;
            if (column < value_dim) {
                const float* const value =
                    a.attention.value.data + kv_head * a.attention.value.head_stride + column;
                const int count = end - first < kSplitKeys ? static_cast<int>(end - first) : kSplitKeys;
#pragma unroll 4
                for (int j = group; j < count; j += kGroups)
                    total = fmaf(
                        scores[j],
                        value[(first + static_cast<std::size_t>(j)) * a.attention.value.token_stride], total);
            }
            output[i] = total;
        }
    }
    float* const partial = a.partial + (item * a.n_splits + split) * (a.attention.value.head_dim + 2);
    if (kGroups > 1) {
        __syncthreads();
        sums[thread] = output[0];
        __syncthreads();
        if (thread < kHeadDim) {
            output[0] = 0.0f;
            for (int g = 0; g < kGroups; ++g)
                output[0] += sums[g * kHeadDim + thread];
        }
    }
#pragma unroll
    for (int i = 0; i < kValueColumns; ++i) {
        const int column = thread + i * kSplitThreads;
        if (column < value_dim && (kGroups == 1 || thread < kHeadDim))
            partial[column] = output[i];
    }
    if (thread == 0) {
        partial[value_dim] = maximum;
        partial[value_dim + 1] = sum;
    }
}

/// A block takes one row of one head, its threads the columns.
static __global__ void joinSplits(FewRowsAttention a) {
    const std::size_t item = blockIdx.x;
    const std::size_t head = item % a.attention.query.n_heads;
    const std::size_t row = item / a.attention.query.n_heads;
    const std::size_t value_dim = a.attention.value.head_dim;
    const float* const partial = a.partial + item * a.n_splits * (value_dim + 2);
    float maximum = minusInfinity();
    for (unsigned s = 0; s < a.n_splits; ++s)
        maximum = fmaxf(maximum, partial[s * (value_dim + 2) + value_dim]);
    const float base = maximum == minusInfinity() ? 0.0f : maximum;
    float sum = 0.0f;
    for (unsigned s = 0; s < a.n_splits; ++s) {
        const float* const split = partial + s * (value_dim + 2) + value_dim;
        if (split[0] != minusInfinity() || split[1] != 0.0f)
            sum += split[1] * expf(split[0] - base);
    }
    const float inverse_sum = sum == 0.0f ? 0.0f : 1.0f / sum;
    for (std::size_t column = threadIdx.x; column < value_dim; column += blockDim.x) {
        float total = 0.0f;
        for (unsigned s = 0; s < a.n_splits; ++s) {
            const float* const split = partial + s * (value_dim + 2);
            if (split[value_dim] != minusInfinity() || split[value_dim + 1] != 0.0f)
                total += split[column] * expf(split[value_dim] - base);
        }
        a.output.data[row * a.output.row_stride + head * value_dim + column] = total * inverse_sum;
    }
    if (threadIdx.x == 0) {
        a.statistics.maximum.data[row * a.statistics.maximum.row_stride + head] = base;
        a.statistics.inverse_sum.data[row * a.statistics.inverse_sum.row_stride + head] = inverse_sum;
    }
}

} // namespace headlight::cuda
