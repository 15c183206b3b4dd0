// Elementwise operations, embedding, norms and rotary positions, handed to the device.
#include "core/compute/cuda/module/operations.h"

#include "core/compute/cuda/module/kernels/rows.cuh"

#include <cstring>

namespace headlight::cuda {

namespace {

unsigned piecesOf(std::size_t columns) {
    return static_cast<unsigned>((columns + kRowPiece - 1) / kRowPiece);
}

Launch launchFor(const Matrix& shape) {
    return {shape.rows * piecesOf(shape.columns), kRowThreads};
}

/// Threads for a row that each take about four elements, in whole warps.
unsigned threadsFor(std::size_t columns) {
    const std::size_t warps = (columns + 4 * kWarp - 1) / (4 * kWarp);
    return static_cast<unsigned>((warps < 1 ? 1 : (warps > 8 ? 8 : warps)) * kWarp);
}

} // namespace

Status send(Device& device, const void* host, std::size_t bytes, void* to) {
    if (bytes > sizeof(SmallWords::words))
        return device.raw->toDevice({host, bytes}, {to, bytes}, bytes, 1);
    SmallWords a{};
    a.to = static_cast<std::uint32_t*>(to);
    a.count = static_cast<std::uint32_t>(bytes / sizeof(std::uint32_t));
    if (bytes > 0) // nothing to send may come without an address
        std::memcpy(a.words, host, bytes);
    return launch(*device.raw, storeWords, {a.count > 0 ? std::size_t{1} : 0, kRowThreads}, a);
}

/// Little is copied by a kernel, which unlike a copy of rows may change from one recorded piece of work to
/// the next.
Status copyTo(Device& device, Matrix from, Matrix to) {
    constexpr std::size_t kLittle = std::size_t{1} << 20;
    if (from.rows * from.columns > kLittle)
        return device.raw->onDevice({from.data, from.row_stride * sizeof(float)},
                                    {to.data, to.row_stride * sizeof(float)}, from.columns * sizeof(float),
                                    from.rows);
    ElementArguments a{};
    a.source = from;
    a.target = to;
    a.pieces = piecesOf(to.columns);
    return launch(*device.raw, copyElements, launchFor(to), a);
}

Status addTo(Device& device, Matrix addend, Matrix target) {
    ElementArguments a{};
    a.source = addend;
    a.target = target;
    a.pieces = piecesOf(target.columns);
    return launch(*device.raw, addRows, launchFor(target), a);
}

Status multiplyBy(Device& device, Matrix factor, Matrix target) {
    ElementArguments a{};
    a.source = factor;
    a.target = target;
    a.pieces = piecesOf(target.columns);
    return launch(*device.raw, multiplyRows, launchFor(target), a);
}

Status activateAll(Device& device, std::int32_t activation, Matrix target) {
    ElementArguments a{};
    a.target = target;
    a.activation = activation;
    a.pieces = piecesOf(target.columns);
    return launch(*device.raw, activateRows, launchFor(target), a);
}

Status embedIds(Device& device, Matrix table, const std::int32_t* host_ids, float scale,
                std::int32_t accumulate, Matrix output) {
    Scratch<std::int32_t> ids(device);
    HEADLIGHT_DEVICE(ids.take(output.rows));
    const std::size_t bytes = output.rows * sizeof(std::int32_t);
    HEADLIGHT_DEVICE(send(device, host_ids, bytes, ids.get()));
    ElementArguments a{};
    a.source = table;
    a.target = output;
    a.ids = ids.get();
    a.scale = scale;
    a.accumulate = accumulate;
    a.pieces = piecesOf(output.columns);
    return launch(*device.raw, embedRows, launchFor(output), a);
}

Status capRows(Device& device, Matrix logits, float scale, float softcap) {
    ElementArguments a{};
    a.target = logits;
    a.scale = scale;
    a.softcap = softcap;
    a.pieces = piecesOf(logits.columns);
    return launch(*device.raw, capLogitRows, launchFor(logits), a);
}

Status normalise(Device& device, const Norm& norm) {
    const unsigned threads = threadsFor(norm.input.columns);
    return launch(*device.raw, normRows, {norm.input.rows, threads, threads / kWarp * sizeof(float)},
                  NormArguments{norm});
}

Status rotateHeads(Device& device, Heads heads, Matrix table, std::int32_t interleaved) {
    const std::size_t pairs = heads.n_heads * table.columns / 2;
    const unsigned threads =
        pairs < kRowThreads ? static_cast<unsigned>((pairs + kWarp - 1) / kWarp * kWarp) : kRowThreads;
    return launch(*device.raw, rotatePairs, {heads.n_tokens, threads},
                  RotateArguments{heads, table, interleaved});
}

Status finishProduct(Device& device, Matrix product, Matrix target, const float* bias,
                     std::int32_t activation, bool accumulate) {
    const FinishArguments a{product, target, bias, activation, accumulate, piecesOf(target.columns)};
    return launch(*device.raw, finishRows, launchFor(target), a);
}

Status roundTo(Device& device, Matrix source, Number number, std::uint16_t* half) {
    ElementArguments a{};
    a.source = source;
    a.half = half;
    a.number = static_cast<int>(number);
    a.pieces = piecesOf(source.columns);
    return launch(*device.raw, roundRows, launchFor(source), a);
}

} // namespace headlight::cuda
