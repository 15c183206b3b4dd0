// Elementwise operations, embedding, norms and rotary positions, handed to the device.
#include "core/compute/cuda/module/operations.h"

#include "core/compute/cuda/module/kernels/rows.cuh"

#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace headlight::cuda {

namespace {

unsigned piecesOf(std::size_t columns) {
    return static_cast<unsigned>((columns + kRowPiece - 1) / kRowPiece);
}

Launch launchFor(const Matrix& shape) {
    return {shape.rows * piecesOf(shape.columns), kRowThreads};
}

/// Whether all rows begin where four floats may be read at once, and end with the last of four.
int inFours(std::initializer_list<const Matrix*> all) {
    for (const Matrix* const matrix : all)
        if (matrix->data != nullptr &&
            (matrix->columns % 4 != 0 || reinterpret_cast<std::uintptr_t>(matrix->data) % 16 != 0 ||
             (matrix->rows > 1 && matrix->row_stride % 4 != 0)))
            return 0;
    return 1;
}

ElementArguments argumentsFor(const Matrix& source, const Matrix& target) {
    ElementArguments a{};
    a.source = source;
    a.target = target;
    a.pieces = piecesOf(target.columns);
    a.fours = inFours({&source, &target});
    return a;
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
    return launch(*device.raw, copyElements, launchFor(to), argumentsFor(from, to));
}

Status addTo(Device& device, Matrix addend, Matrix target) {
    return launch(*device.raw, addRows, launchFor(target), argumentsFor(addend, target));
}

Status multiplyBy(Device& device, Matrix factor, Matrix target) {
    return launch(*device.raw, multiplyRows, launchFor(target), argumentsFor(factor, target));
}

Status activateAll(Device& device, std::int32_t activation, Matrix target) {
    ElementArguments a = argumentsFor({}, target);
    a.activation = activation;
    return launch(*device.raw, activateRows, launchFor(target), a);
}

Status embedIds(Device& device, Matrix table, const std::int32_t* host_ids, float scale,
                std::int32_t accumulate, Matrix output) {
    Scratch<std::int32_t> ids(device);
    HEADLIGHT_DEVICE(ids.take(output.rows));
    const std::size_t bytes = output.rows * sizeof(std::int32_t);
    HEADLIGHT_DEVICE(send(device, host_ids, bytes, ids.get()));
    ElementArguments a = argumentsFor(table, output);
    a.ids = ids.get();
    a.scale = scale;
    a.accumulate = accumulate;
    return launch(*device.raw, embedRows, launchFor(output), a);
}

Status capRows(Device& device, Matrix logits, float scale, float softcap) {
    ElementArguments a = argumentsFor({}, logits);
    a.scale = scale;
    a.softcap = softcap;
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
    FinishArguments a{};
    a.product = product;
    a.target = target;
    a.bias = {const_cast<float*>(bias), 1, target.columns, target.columns};
    a.activation = activation;
    a.accumulate = accumulate;
    a.pieces = piecesOf(target.columns);
    a.fours = inFours({&product, &target, &a.bias});
    return launch(*device.raw, finishRows, launchFor(target), a);
}

Status roundTo(Device& device, Matrix source, Number number, std::uint16_t* half) {
    ElementArguments a = argumentsFor(source, {});
    a.half = half;
    a.number = static_cast<int>(number);
    a.pieces = piecesOf(source.columns);
    return launch(*device.raw, roundRows, launchFor(source), a);
}

} // namespace headlight::cuda
