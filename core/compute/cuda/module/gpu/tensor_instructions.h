// What tensor cores do, a warp at a time: PTX ISA, "Matrix fragments for mma.m16n8k16 with floating point
// type",
// "... mma.m16n8k8 ..." (TF32) and "ldmatrix". Beside platform.h; the tests have these instructions in C++.
#pragma once

#include "core/compute/cuda/module_api.h"

#include <cuda_fp16.h>

#include <cstdint>

namespace headlight::cuda {

/// Two F32 rounded to nearest, ties to even, the first in the lower half.
__device__ inline std::uint32_t halfPair(float first, float second) {
    const __half2 pair = __floats2half2_rn(first, second);
    return *reinterpret_cast<const std::uint32_t*>(&pair);
}

/// sum [16, 8] += a [16, k] b [k, 8]; k is 16, of TF32 8. All 32 lanes come.
template <Number kNumber>
__device__ inline void multiplyFragments(float (&sum)[4], const std::uint32_t (&a)[4],
                                         const std::uint32_t (&b)[2]) {
    if constexpr (kNumber == Number::F16)
        asm volatile(
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
            "{%0,%1,%2,%3};"
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
    else
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
            "{%0,%1,%2,%3};"
            : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
            : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

/// Four 8 x 8 matrices of 16-bit numbers (or 8 x 4 of 32 bits) out of shared memory: lanes 8 i to 8 i + 7 say
/// where the rows of matrix i begin (16-byte aligned); a lane gets numbers (g, 2 t) and (g, 2 t + 1) of each,
/// that is, word t of row g.
__device__ inline void loadMatrices(const std::uint32_t* row, std::uint32_t (&matrices)[4]) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
                 : "r"(address)
                 : "memory");
}
/// The same, transposed: a lane gets numbers (2 t, g) and (2 t + 1, g) of each.
__device__ inline void loadTransposed(const std::uint32_t* row, std::uint32_t (&matrices)[4]) {
    const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
                 : "r"(address)
                 : "memory");
}

} // namespace headlight::cuda
