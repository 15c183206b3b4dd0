// The kernels of core/compute/cuda/module as plain C++, so that their own source runs where there is no GPU:
// each thread of a block is a fiber, barriers and shuffles are where they change. What a GPU would not catch
// is caught here: a barrier that not all threads reach, a launch beyond the limits, memory outside an
// allocation (with the address sanitizer), and, with other schedules, results that depend on which thread
// goes first.
//
// What this cannot show: speed, and whatever a compiler for GPUs makes of the same source.
#pragma once

#include "core/compute/cuda/module/failure.h"
#include "core/compute/cuda/module/raw_device.h"
#include "core/tensor/dtype.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
#define __shared__ static thread_local // one block runs at a time in a thread

namespace headlight::cuda {

struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) float2 {
    float x, y;
};
struct alignas(8) uint2 {
    std::uint32_t x, y;
};
struct alignas(16) uint4 {
    std::uint32_t x, y, z, w;
};
struct OneDimension {
    unsigned x;
};
extern thread_local OneDimension threadIdx;
extern thread_local OneDimension blockIdx;
extern thread_local OneDimension blockDim;

void __syncthreads();
/// The value of the lane whose number differs in the bits of `lane_mask`, within groups of `width` lanes.
float __shfl_xor_sync(unsigned members, float value, int lane_mask, int width);

/// What the 32 lanes of a warp see of one another: each offers some memory of its own, and while `look` runs
/// all can read that of lane i through offered[i]. All lanes come.
void meetWarp(const void* mine, void (*look)(const void* const offered[32], void* result), void* result);

/// The largest and the smallest over a warp.
unsigned __reduce_max_sync(unsigned members, unsigned value);
unsigned __reduce_min_sync(unsigned members, unsigned value);
/// One thread runs at a time.
template <class T>
T atomicAdd(T* address, T value) {
    const T before = *address;
    *address = static_cast<T>(before + value);
    return before;
}

void* sharedMemoryOfBlock();
template <class T>
T* sharedMemory() {
    return static_cast<T*>(sharedMemoryOfBlock());
}

inline std::uint32_t floatBits(float x) {
    return std::bit_cast<std::uint32_t>(x);
}
inline float bitsFloat(std::uint32_t bits) {
    return std::bit_cast<float>(bits);
}
inline std::uint16_t halfBits(float x) {
    return f32ToF16(x);
}
inline float halfValue(std::uint16_t bits) {
    return f16ToF32(bits);
}
inline float fastExp2(float x) {
    return std::exp2(x);
}

/// Nothing arrives before it is waited for, and a block may not end with copies under way.
void copyAside(void* shared, const void* global, bool there);
void commitCopies();
void waitForAllCopiesBut(std::size_t n_groups);
template <int kPending>
void waitForCopies() {
    waitForAllCopiesBut(kPending);
}

/// Runs call(arguments) as every thread of every block.
void runBlocks(const Launch& grid, void (*call)(const void* arguments), const void* arguments);
/// Checks a launch against a GPU's limits and counts it as one operation of the device.
[[nodiscard]] Status beginLaunch(RawDevice& device, const Launch& grid);

/// Does work now, or keeps it while the device records.
void doOrRecord(RawDevice& device, std::function<void()> work);

template <class Arguments>
Status launch(RawDevice& device, void (*kernel)(Arguments), const Launch& grid, const Arguments& arguments) {
    static_assert(sizeof(Arguments) <= 4096, "more than a launch takes along");
    if (grid.blocks == 0)
        return Status::Ok;
    HEADLIGHT_DEVICE(beginLaunch(device, grid));
    struct Call {
        void (*kernel)(Arguments);
        Arguments arguments;
    };
    doOrRecord(device, [grid, call = Call{kernel, arguments}] {
        runBlocks(
            grid,
            [](const void* c) {
                static_cast<const Call*>(c)->kernel(static_cast<const Call*>(c)->arguments);
            },
            &call);
    });
    return Status::Ok;
}

} // namespace headlight::cuda
