// How linear layers are multiplied: one interface, several implementations, chosen by measurement
// (tests/benchmarks/bench_gemm; results in tests/benchmarks/README.md).
#pragma once

#include "core/compute/backend.h"

#include <memory>
#include <string_view>

namespace headlight::cpu {

class ThreadPool;
struct KernelTable;
struct Bf16Kernels;
struct DigitKernels;

/// One call of a linear layer on host memory.
struct LinearCall {
    const float* input;        ///< [n_rows, n_in]
    std::size_t input_stride;
    std::size_t n_rows;
    float* output;             ///< [n_rows, n_out]
    std::size_t output_stride;
    Activation activation;
    bool accumulate;           ///< output += instead of output =
};

class LinearKernel {
public:
    virtual ~LinearKernel() = default;
    [[nodiscard]] virtual std::string_view name() const = 0; ///< for people: "packed panels", "AMX BF16"
    [[nodiscard]] virtual std::size_t bytesPerWeight() const { return sizeof(float); }
    /// `weight` is [n_out, n_in] or [n_in, n_out] by `layout`, `bias` [n_out] or empty.
    [[nodiscard]] virtual Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout, Tensor bias) const = 0;
    virtual void run(const LinearWeights& weights, const LinearCall& call) const = 0;
};
using LinearKernelPtr = std::unique_ptr<const LinearKernel>;

/// Our own product over weights packed into register-wide panels. `pool` and `kernels` outlive it.
[[nodiscard]] LinearKernelPtr makePanelLinearKernel(const ThreadPool& pool, const KernelTable& kernels);
/// The same with weights and input rounded to BF16 and sums in F32: half the traffic, a multiple of the speed, and
/// about three correct digits. `kernels` must have panels of kBf16PanelWidth columns.
[[nodiscard]] LinearKernelPtr makeBf16LinearKernel(const ThreadPool& pool, const KernelTable& kernels, const Bf16Kernels& bf16);
/// F32 accuracy by exact products of integers (kernels/digit_kernels.h): several times as fast as F32 multiply-adds where the
/// CPU multiplies small integers in tiles. `kernels` must have panels of kDigitPanelWidth columns.
[[nodiscard]] LinearKernelPtr makeDigitLinearKernel(const ThreadPool& pool, const KernelTable& kernels, const DigitKernels& digits);

} // namespace headlight::cpu
