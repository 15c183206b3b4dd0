// The module's table, and the one function it exports.
#include "core/compute/cuda/module/operations.h"

#include <exception>
#include <new>

namespace headlight::cuda {

namespace {

/// A quarter of the memory may lie in blocks kept for the next pass.
constexpr std::size_t kKeptShare = 4;

/// Runs `work` with the device to itself; nothing is thrown out of the module.
template <class Work>
Status alone(Device* device, const Work& work) noexcept {
    try {
        const std::lock_guard lock(device->mutex);
        HEADLIGHT_DEVICE(device->raw->enter());
        return work();
    } catch (const std::bad_alloc&) {
        return fail(Status::OutOfMemory, "there is not enough memory for this");
    } catch (const std::exception& exception) {
        return fail(Status::Failed, "unexpected failure: %s", exception.what());
    }
}

Status open(std::int32_t index, Device** device, DeviceInfo* info) {
    try {
        auto opened = std::make_unique<Device>();
        HEADLIGHT_DEVICE(RawDevice::open(index, opened->raw, *info));
        opened->pool.setLimit(info->total_bytes / kKeptShare);
        *device = opened.release();
        return Status::Ok;
    } catch (const std::bad_alloc&) {
        return fail(Status::OutOfMemory, "there is not enough memory to open the GPU");
    }
}

void close(Device* device) {
    alone(device, [&] {
        device->pool.clear(*device->raw);
        return Status::Ok;
    });
    delete device;
}

Status freeMemory(Device* device, std::size_t* bytes) {
    return alone(device, [&] {
        std::size_t total = 0;
        HEADLIGHT_DEVICE(device->raw->memory(*bytes, total));
        *bytes += device->pool.keptBytes();
        return Status::Ok;
    });
}

Status allocate(Device* device, std::size_t bytes, void** memory) {
    return alone(device, [&] { return device->pool.take(*device->raw, bytes, memory); });
}

void release(Device* device, void* memory) {
    alone(device, [&] {
        device->pool.give(*device->raw, memory);
        return Status::Ok;
    });
}

Status synchronize(Device* device) {
    return alone(device, [&] { return device->raw->synchronize(); });
}

Status beginPiece(Device* device) {
    return alone(device, [&] { return beginPieceOf(*device); });
}

Status endPiece(Device* device) {
    return alone(device, [&] { return endPieceOf(*device); });
}

Status upload(Device* device, const float* host, Matrix to) {
    return alone(device, [&] {
        if (to.rows == 1 || to.columns == to.row_stride)
            return send(*device, host, to.rows * to.columns * sizeof(float), to.data);
        return device->raw->toDevice({host, to.columns * sizeof(float)},
                                     {to.data, to.row_stride * sizeof(float)}, to.columns * sizeof(float),
                                     to.rows);
    });
}

Status download(Device* device, Matrix from, float* host) {
    return alone(device, [&] {
        return device->raw->toHost({from.data, from.row_stride * sizeof(float)},
                                   {host, from.columns * sizeof(float)}, from.columns * sizeof(float),
                                   from.rows);
    });
}

Status copy(Device* device, Matrix from, Matrix to) {
    return alone(device, [&] { return copyTo(*device, from, to); });
}

Status packWeights(Device* device, const float* host, std::int32_t transposed, const Weights* shape,
                   void* to) {
    return alone(device, [&] { return packLinear(*device, host, transposed != 0, *shape, to); });
}

Status linear(Device* device, const Weights* weights, Matrix input, Matrix output, std::int32_t activation,
              std::int32_t accumulate) {
    return alone(device,
                 [&] { return runLinear(*device, *weights, input, output, activation, accumulate != 0); });
}

Status linearToHost(Device* device, const Weights* weights, Matrix input, float* host) {
    return alone(device, [&] { return runLinearToHost(*device, *weights, input, host); });
}

Status capLogits(Device* device, Matrix logits, float scale, float softcap) {
    return alone(device, [&] { return capRows(*device, logits, scale, softcap); });
}

Status chooseTokens(Device* device, Matrix logits, const RowQuery* queries, std::size_t n_queries,
                    RowAnswer* answers) {
    return alone(device, [&] { return chooseFromRows(*device, logits, queries, n_queries, answers); });
}

Status embed(Device* device, Matrix table, const std::int32_t* host_ids, float scale, std::int32_t accumulate,
             Matrix output) {
    return alone(device, [&] { return embedIds(*device, table, host_ids, scale, accumulate, output); });
}

Status add(Device* device, Matrix addend, Matrix target) {
    return alone(device, [&] { return addTo(*device, addend, target); });
}

Status multiply(Device* device, Matrix factor, Matrix target) {
    return alone(device, [&] { return multiplyBy(*device, factor, target); });
}

Status activate(Device* device, std::int32_t activation, Matrix target) {
    return alone(device, [&] { return activateAll(*device, activation, target); });
}

Status norm(Device* device, const Norm* norm) {
    return alone(device, [&] { return normalise(*device, *norm); });
}

Status rotate(Device* device, Heads heads, Matrix table, std::int32_t interleaved) {
    return alone(device, [&] { return rotateHeads(*device, heads, table, interleaved); });
}

Status attention(Device* device, const Attention* attention, const SoftmaxStatistics* statistics,
                 Matrix output) {
    return alone(device, [&] { return attend(*device, *attention, *statistics, output); });
}

Status attentionScores(Device* device, const Attention* attention, const Tile* tile, float* host) {
    return alone(device, [&] { return rebuildScores(*device, *attention, *tile, host); });
}

Status attentionWeights(Device* device, const Attention* attention, const SoftmaxStatistics* statistics,
                        const Tile* tile, float* host) {
    return alone(device, [&] { return rebuildWeights(*device, *attention, *statistics, *tile, host); });
}

Status attentionPooled(Device* device, const Attention* attention, const SoftmaxStatistics* statistics,
                       const Tile* tile, const PooledMap* map, float* host) {
    return alone(device, [&] { return poolWeights(*device, *attention, *statistics, *tile, *map, host); });
}

const Module kModule = {
    kModuleVersion, sizeof(Module), failureText,  open,      close,        freeMemory,      allocate,
    release,        synchronize,    beginPiece,   endPiece,  upload,       download,        copy,
    packWeights,    linear,         linearToHost, capLogits, chooseTokens, embed,           add,
    multiply,       activate,       norm,         rotate,    attention,    attentionScores, attentionWeights,
    attentionPooled};

} // namespace

} // namespace headlight::cuda

extern "C" __attribute__((visibility("default"))) const headlight::cuda::Module*
headlight_cuda_module(std::uint32_t version) {
    return version == headlight::cuda::kModuleVersion ? &headlight::cuda::kModule : nullptr;
}
