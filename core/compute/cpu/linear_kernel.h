// How linear layers are multiplied: one interface, several implementations, chosen by measurement
// (tests/benchmarks/bench_gemm; results in tests/benchmarks/README.md).
#pragma once

#include "core/compute/backend.h"

#include <memory>
#include <string_view>

namespace headlight::cpu {

class ThreadPool;
struct KernelTable;

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
    [[nodiscard]] virtual std::string_view name() const = 0; ///< for people: "packed panels", "oneDNN 2.6"
    /// `weight` is [n_out, n_in] or [n_in, n_out] by `layout`, `bias` [n_out] or empty.
    [[nodiscard]] virtual Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout, Tensor bias) const = 0;
    virtual void run(const LinearWeights& weights, const LinearCall& call) const = 0;
};
using LinearKernelPtr = std::unique_ptr<const LinearKernel>;

/// Our own product over weights packed into register-wide panels. `pool` and `kernels` outlive it.
[[nodiscard]] LinearKernelPtr makePanelLinearKernel(const ThreadPool& pool, const KernelTable& kernels);

} // namespace headlight::cpu
