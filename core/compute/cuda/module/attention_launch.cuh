// Attention and what is rebuilt from it, handed to the device: one instance for each kind of number that
// products are made of, each in a file of its own (attention_f32.cu and so on), as they take long to compile.
#pragma once

#include "core/compute/cuda/module/operations.h"

#include "core/compute/cuda/module/kernels/attend.cuh"
#include "core/compute/cuda/module/kernels/attend_few_rows.cuh"
#include "core/compute/cuda/module/kernels/attend_tensor.cuh"
#include "core/compute/cuda/module/kernels/rebuild.cuh"

namespace headlight::cuda {

/// Floats of pooled rows that are held at once.
inline constexpr std::size_t kReducedFloats = std::size_t{16} << 20;

/// Threads that bring pooled rows into columns.
inline constexpr unsigned kPoolThreads = 256;

/// Calls function(std::integral_constant<int, d>) with the smallest kernel that takes the heads.
template <class Function>
Status forHeadDim(const Attention& a, const Function& function) {
    const std::size_t dim = std::max(a.query.head_dim, a.value.head_dim);
    if (dim <= 32)
        return function(std::integral_constant<int, 32>());
    if (dim <= 64)
        return function(std::integral_constant<int, 64>());
    if (dim <= 128)
        return function(std::integral_constant<int, 128>());
    if (dim <= 256)
        return function(std::integral_constant<int, 256>());
    return fail(Status::Unsupported,
                "the GPU's attention is made for heads of up to 256 dimensions, these have %zu", dim);
}

/// Keys a row may see at most.
inline std::size_t mostVisible(const Attention& a) {
    return a.window > 0 && a.causal != 0 ? std::min(a.window, a.key.n_tokens) : a.key.n_tokens;
}

template <int kHeadDim, Number kNumber>
Status attendSplit(Device& device, FewRowsAttention a) {
    const std::size_t items = a.attention.query.n_tokens * a.attention.query.n_heads;
    const std::size_t tiles =
        std::max<std::size_t>(1, (mostVisible(a.attention) + kSplitKeys - 1) / kSplitKeys);
    // Enough blocks for the whole device a few times over, each with at least a tile of keys.
    const std::size_t wanted = std::max<std::size_t>(1, 4 * device.raw->processors() / items);
    const std::size_t tiles_of_split = (tiles + std::min(wanted, tiles) - 1) / std::min(wanted, tiles);
    a.n_splits = static_cast<unsigned>((tiles + tiles_of_split - 1) / tiles_of_split);
    a.split_keys = tiles_of_split * kSplitKeys;
    Scratch<float> partial(device);
    HEADLIGHT_DEVICE(partial.take(items * a.n_splits * (a.attention.value.head_dim + 2)));
    a.partial = partial.get();
    HEADLIGHT_DEVICE(launch(*device.raw, attendSplits<kHeadDim, kNumber>,
                            {items * a.n_splits, kSplitThreads, splitSharedBytes<kHeadDim, kNumber>()}, a));
    return launch(*device.raw, joinSplits, {items, kSplitThreads}, a);
}

template <class Shape, bool kWeights>
Status rebuild(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
               const Tile& tile, float* host) {
    Scratch<float> out(device);
    HEADLIGHT_DEVICE(out.take(tile.n_rows * tile.n_columns));
    RebuildArguments a{attention, statistics, tile, out.get(), 0};
    a.column_blocks = static_cast<unsigned>((tile.n_columns + Shape::kColumns - 1) / Shape::kColumns);
    const std::size_t row_blocks = (tile.n_rows + Shape::kRows - 1) / Shape::kRows;
    HEADLIGHT_DEVICE(
        launch(*device.raw, rebuildTile<Shape, kWeights>,
               {row_blocks * a.column_blocks, Shape::kThreads, queryBytes<Shape>() + keyBytes<Shape>()}, a));
    const std::size_t bytes = tile.n_rows * tile.n_columns * sizeof(float);
    return device.raw->toHost({out.get(), bytes}, {host, bytes}, bytes, 1);
}

template <class Shape>
Status pool(Device& device, PoolArguments a, float* host) {
    const std::size_t at_once =
        std::max<std::size_t>(1, std::min(a.map.rows, kReducedFloats / a.tile.n_columns));
    Scratch<float> reduced(device);
    Scratch<float> out(device);
    HEADLIGHT_DEVICE(reduced.take(at_once * a.tile.n_columns));
    HEADLIGHT_DEVICE(out.take(at_once * a.map.columns));
    a.reduced = reduced.get();
    a.out = out.get();
    a.column_blocks = static_cast<unsigned>((a.tile.n_columns + Shape::kColumns - 1) / Shape::kColumns);
    a.group = std::max<std::size_t>(1, Shape::kRows * a.map.rows /
                                           a.tile.n_rows); // as many as fill a tile's rows; rows <= n_rows
    const std::size_t shared =
        queryBytes<Shape>() + keyBytes<Shape>() +
        sizeof(float) * (Shape::kRows * Shape::kWeightStride + a.group * Shape::kColumns);
    for (a.first_out_row = 0; a.first_out_row < a.map.rows; a.first_out_row += a.n_out_rows) {
        a.n_out_rows = std::min(at_once, a.map.rows - a.first_out_row);
        const std::size_t groups = (a.n_out_rows + a.group - 1) / a.group;
        HEADLIGHT_DEVICE(
            launch(*device.raw, poolRows<Shape>, {groups * a.column_blocks, Shape::kThreads, shared}, a));
        const std::size_t cells = a.n_out_rows * a.map.columns;
        HEADLIGHT_DEVICE(
            launch(*device.raw, poolColumns, {(cells + kPoolThreads - 1) / kPoolThreads, kPoolThreads}, a));
        const std::size_t bytes = cells * sizeof(float);
        HEADLIGHT_DEVICE(device.raw->toHost({out.get(), bytes},
                                            {host + a.first_out_row * a.map.columns, bytes}, bytes, 1));
    }
    return Status::Ok;
}

/// Calls function(std::bool_constant<plain>): whether scores are finished by a mask alone.
template <class Function>
Status forPlain(const Attention& a, const Function& function) {
    if (a.softcap == 0.0f && a.bias.data == nullptr)
        return function(std::true_type());
    return function(std::false_type());
}

template <class Shape>
Status pack(Device& device, const Heads& heads, Scratch<std::uint32_t>& rows) {
    constexpr std::size_t kTokens = kPackedTokens<Shape>;
    HEADLIGHT_DEVICE(rows.take(heads.n_heads * heads.n_tokens * Shape::kWords));
    const std::size_t blocks = (heads.n_tokens + kTokens - 1) / kTokens;
    return launch(*device.raw, packRows<Shape>, {heads.n_heads * blocks, kPackRowsThreads},
                  PackRowsArguments{heads, rows.get(), static_cast<unsigned>(blocks)});
}

template <class Shape>
Status attendByTensorCores(Device& device, const AttendArguments& a, std::size_t blocks) {
    Scratch<std::uint32_t> keys(device);
    Scratch<std::uint32_t> values(device);
    HEADLIGHT_DEVICE(pack<Shape>(device, a.attention.key, keys));
    HEADLIGHT_DEVICE(pack<Shape>(device, a.attention.value, values));
    return forPlain(a.attention, [&](auto plain) {
        return launch(*device.raw, attendPackedRows<Shape, decltype(plain)::value>,
                      {blocks, Shape::kThreads, attendPackedSharedBytes<Shape>()},
                      AttendPackedArguments{a, keys.get(), values.get()});
    });
}

/// The functions of operations.h, for products of this kind of number.
template <Number kNumber>
Status attendIn(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                Matrix output) {
    return forHeadDim(attention, [&](auto head_dim) {
        constexpr int kHeadDim = decltype(head_dim)::value;
        using Shape = ForwardTile<kHeadDim, kNumber>;
        if (attention.query.n_tokens <= kMostQueriesSplit)
            return attendSplit<kHeadDim, kNumber>(device, {attention, statistics, output, nullptr, 0, 0});
        AttendArguments a{attention, statistics, output, 0};
        a.row_blocks = static_cast<unsigned>((attention.query.n_tokens + Shape::kRows - 1) / Shape::kRows);
        const std::size_t blocks = a.row_blocks * attention.query.n_heads;
        if constexpr (kNumber == Number::F32)
            return forPlain(attention, [&](auto plain) {
                return launch(*device.raw, attendRows<Shape, decltype(plain)::value>,
                              {blocks, Shape::kThreads, attendSharedBytes<Shape>()}, a);
            });
        else
            return attendByTensorCores<Shape>(device, a, blocks);
    });
}

/// `statistics` null: scores.
template <Number kNumber>
Status rebuildIn(Device& device, const Attention& attention, const SoftmaxStatistics* statistics,
                 const Tile& tile, float* host) {
    return forHeadDim(attention, [&](auto head_dim) {
        using Shape = RebuildTile<decltype(head_dim)::value, kNumber>;
        return statistics != nullptr ? rebuild<Shape, true>(device, attention, *statistics, tile, host)
                                     : rebuild<Shape, false>(device, attention, {}, tile, host);
    });
}

template <Number kNumber>
Status poolIn(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
              const Tile& tile, const PooledMap& map, float* host) {
    return forHeadDim(attention, [&](auto head_dim) {
        return pool<RebuildTile<decltype(head_dim)::value, kNumber>>(
            device, {attention, statistics, tile, map, 0, 0, 0, nullptr, nullptr, 0}, host);
    });
}

} // namespace headlight::cuda
