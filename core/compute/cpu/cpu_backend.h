// The CPU backend: the reference the others are measured against.
#pragma once

#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_attention.h"
#include "core/compute/cpu/cpu_buffer.h"
#include "core/compute/cpu/linear_kernel.h"
#include "core/compute/cpu/thread_pool.h"

namespace headlight::cpu {

struct NormRow;

/// How linear layers are multiplied in F32.
enum class F32Products {
    Best,
    Panels, ///< F32 multiply-adds: runs everywhere
    Digits, ///< exact integer products on AMX; Panels where the CPU has none
};

/// What a test or a benchmark may pin down; everything is chosen well by itself otherwise.
struct CpuOptions {
    std::size_t n_threads = 0;            ///< 0: as many as the process may use
    ComputePrecision precision = ComputePrecision::F32;
    const KernelTable* kernels = nullptr; ///< null: the best this CPU runs
    F32Products products = F32Products::Best;
};

class CpuBackend final : public ComputeBackend {
public:
    explicit CpuBackend(const CpuOptions& options = {});

    [[nodiscard]] std::string_view name() const override { return "cpu"; }
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] ComputePrecision precision() const override { return precision_; }
    [[nodiscard]] ComputePrecision attentionPrecision() const override { return precision_; }
    [[nodiscard]] std::size_t bytesPerWeight() const override { return linear_->bytesPerWeight(); }

    [[nodiscard]] Result<BufferPtr> allocate(std::size_t n_floats) const override;
    void upload(std::span<const float> values, const MatrixView& to) const override;
    void download(const MatrixView& from, std::span<float> values) const override;
    void copy(const MatrixView& from, const MatrixView& to) const override;

    [[nodiscard]] Result<LinearWeightsPtr> prepareLinear(Tensor weight, WeightLayout layout, Tensor bias) const override;
    void linear(const LinearWeights& weights, const MatrixView& input, const MatrixView& output, Activation activation,
                bool accumulate) const override;
    void linearToHost(const LinearWeights& weights, const MatrixView& input, std::span<float> output) const override;
    void capLogits(const MatrixView& logits, float scale, float softcap) const override;
    [[nodiscard]] std::vector<TokenChoice> chooseTokens(const MatrixView& logits, std::span<const TokenQuery> queries) const override;

    void embed(const MatrixView& table, std::span<const std::int32_t> ids, float scale, bool accumulate,
               const MatrixView& output) const override;
    void add(const MatrixView& addend, const MatrixView& target) const override;
    void multiply(const MatrixView& factor, const MatrixView& target) const override;
    void activate(Activation activation, const MatrixView& target) const override;
    void layerNorm(const MatrixView& input, const MatrixView& gain, const MatrixView& bias, float epsilon,
                   const MatrixView& output) const override;
    void rmsNorm(const MatrixView& input, const MatrixView& gain, float gain_offset, float epsilon,
                 const MatrixView& output) const override;
    void rotate(const HeadsView& heads, const MatrixView& table, bool interleaved) const override;

    void attention(const AttentionProblem& problem, const MatrixView& output, const SoftmaxRows& rows) const override;
    void attentionScores(const AttentionProblem& problem, HeadIndex head, TokenRange rows, TokenRange columns,
                         std::span<float> out) const override;
    void attentionWeights(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head, TokenRange rows,
                          TokenRange columns, std::span<float> out) const override;
    void attentionPooled(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head, TokenRange rows,
                         TokenRange columns, std::size_t out_rows, std::size_t out_columns, Pooling pooling,
                         std::span<float> out) const override;

private:
    /// function(row) for every row, in parallel where rows * columns is worth it.
    template <class Function>
    void forRows(std::size_t rows, std::size_t columns, const Function& function) const;
    void normRows(const MatrixView& input, const MatrixView& gain, const MatrixView& bias, float epsilon,
                  float gain_offset, const MatrixView& output, void (*norm)(const NormRow&)) const;

    ThreadPool pool_;
    const KernelTable& kernels_;
    Engine engine_;
    bool bf16_missing_ = false; ///< BF16 was asked for, but this CPU has no instructions for it
    LinearKernelPtr linear_;
    std::shared_ptr<BlockCache> cache_ = std::make_shared<BlockCache>();
    ComputePrecision asked_ = ComputePrecision::F32;
    ComputePrecision precision_ = ComputePrecision::F32;
};

} // namespace headlight::cpu
