// What kernels and their callers need of CUDA beside the language itself. The tests put another file of this
// name in its place, with which the same kernels run on the processor.
#pragma once

#include "core/compute/cuda/module/failure.h"
#include "core/compute/cuda/module/raw_device.h"

#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <type_traits>

namespace headlight::cuda {

/// The block's dynamic shared memory.
template <class T>
__device__ inline T* sharedMemory() {
    extern __shared__ __align__(16) unsigned char headlight_shared_memory[];
    return reinterpret_cast<T*>(headlight_shared_memory);
}

__device__ inline std::uint32_t floatBits(float x) {
    return __float_as_uint(x);
}
__device__ inline float bitsFloat(std::uint32_t bits) {
    return __uint_as_float(bits);
}
__device__ inline std::uint16_t halfBits(float x) {
    return __half_as_ushort(__float2half_rn(x));
}
__device__ inline float halfValue(std::uint16_t bits) {
    return __half2float(__ushort_as_half(bits));
}
/// 2^x within two units in the last place, in one instruction; 0 where that is subnormal.
__device__ inline float fastExp2(float x) {
    float power;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
    return power;
}

/// Starts copying 16 bytes (both sides aligned to as many) into shared memory, zeros where nothing is
/// `there`. The thread goes on meanwhile: commitCopies() closes a group of copies, waitForCopies<n>() waits
/// until all but the newest n groups of this thread have arrived; other threads see them behind a barrier.
__device__ inline void copyAside(void* shared, const void* global, bool there) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(shared));
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(global),
                 "r"(there ? 16 : 0)
                 : "memory");
}
__device__ inline void commitCopies() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
template <int kPending>
__device__ inline void waitForCopies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

[[nodiscard]] cudaStream_t streamOf(RawDevice& device);
/// What a CUDA call answered, as a Status with its sentence; `what` says what was tried.
[[nodiscard]] Status checkCall(RawDevice& device, cudaError_t error, const char* what);

/// Hands a kernel to the device. A block's shared memory beyond 48 KB has to be asked for.
template <class Arguments>
Status launch(RawDevice& device, void (*kernel)(Arguments), const Launch& grid, const Arguments& arguments) {
    constexpr std::size_t kWithoutAsking = std::size_t{48} << 10;
    if (grid.blocks == 0)
        return Status::Ok;
    if (grid.blocks > INT_MAX)
        return fail(Status::Unsupported, "this is too large for one launch on the GPU: %zu blocks",
                    grid.blocks);
    if (grid.shared_bytes > device.sharedBytesOfBlock())
        return fail(Status::Unsupported,
                    "this GPU has too little shared memory: %zu bytes are needed, %zu are there",
                    grid.shared_bytes, device.sharedBytesOfBlock());
    if (grid.shared_bytes > kWithoutAsking)
        HEADLIGHT_DEVICE(checkCall(device,
                                   cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                                        static_cast<int>(grid.shared_bytes)),
                                   "asking for shared memory"));
    kernel<<<static_cast<unsigned>(grid.blocks), grid.threads, grid.shared_bytes, streamOf(device)>>>(
        arguments);
    return checkCall(device, cudaGetLastError(), "starting a kernel");
}

} // namespace headlight::cuda
