// The CUDA backend: the interface's shapes and buffers, handed to the module as pointers and numbers.
#pragma once

#include "core/compute/backend.h"
#include "core/compute/cuda/module_api.h"

#include <atomic>

namespace headlight::cuda {

/// An open device; closed when the last buffer on it and its backend are gone.
class OpenDevice {
public:
    OpenDevice(const Module& module, Device* device, const DeviceInfo& info)
        : module_(module)
        , device_(device)
        , info_(info) {}
    ~OpenDevice() { module_.close(device_); }
    OpenDevice(const OpenDevice&) = delete;
    OpenDevice& operator=(const OpenDevice&) = delete;
    [[nodiscard]] const Module& module() const { return module_; }
    [[nodiscard]] Device* get() const { return device_; }
    [[nodiscard]] const DeviceInfo& info() const { return info_; }

private:
    const Module& module_;
    Device* device_;
    DeviceInfo info_;
};
using DevicePtr = std::shared_ptr<OpenDevice>;

class DeviceMemory;

struct CudaOptions {
    ComputePrecision precision = ComputePrecision::F32;
    BackendPtr fallback;
    int device = 0;
};

class CudaBackend final : public ComputeBackend {
public:
    /// Opens a device. Errors: no or an old driver, no device, not enough memory for what CUDA itself needs.
    /// `answer`, where it is wanted: the module's own word for it.
    static Result<std::shared_ptr<const CudaBackend>> open(const Module& module, CudaOptions options,
                                                           Status* answer = nullptr);
    CudaBackend(DevicePtr device, CudaOptions options)
        : device_(std::move(device))
        , options_(std::move(options)) {}

    [[nodiscard]] std::string_view name() const override { return "cuda"; }
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] ComputePrecision precision() const override { return options_.precision; }
    /// F16 where linear layers have BF16: module/attention_operations.cpp says why.
    [[nodiscard]] ComputePrecision attentionPrecision() const override {
        return options_.precision == ComputePrecision::BF16 ? ComputePrecision::F16 : options_.precision;
    }
    [[nodiscard]] BackendPtr fallback() const override { return options_.fallback; }
    [[nodiscard]] bool lost() const override { return lost_.load(); }
    void finish() const override;
    void beginPiece() const override;
    void endPiece() const override;

    [[nodiscard]] Result<void> checkRoom(double bytes, std::string_view what,
                                         std::string next_step) const override;
    [[nodiscard]] std::size_t bytesPerWeight() const override;
    [[nodiscard]] std::optional<std::uint64_t> freeMemory() const override;
    [[nodiscard]] Result<BufferPtr> allocate(std::size_t n_floats) const override;
    void upload(std::span<const float> values, const MatrixView& to) const override;
    void download(const MatrixView& from, std::span<float> values) const override;
    void copy(const MatrixView& from, const MatrixView& to) const override;

    [[nodiscard]] Result<LinearWeightsPtr> prepareLinear(Tensor weight, WeightLayout layout,
                                                         Tensor bias) const override;
    void linear(const LinearWeights& weights, const MatrixView& input, const MatrixView& output,
                Activation activation, bool accumulate) const override;
    void linearToHost(const LinearWeights& weights, const MatrixView& input,
                      std::span<float> output) const override;

    void capLogits(const MatrixView& logits, float scale, float softcap) const override;
    /// On the device, but for what it is not made for: more than kMostRanked tokens listed, or
    /// renormalisation.
    [[nodiscard]] std::vector<TokenChoice> chooseTokens(const MatrixView& logits,
                                                        std::span<const TokenQuery> queries) const override;

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

    void attention(const AttentionProblem& problem, const MatrixView& output,
                   const SoftmaxRows& rows) const override;
    void attentionScores(const AttentionProblem& problem, HeadIndex head, TokenRange rows, TokenRange columns,
                         std::span<float> out) const override;
    void attentionWeights(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                          TokenRange rows, TokenRange columns, std::span<float> out) const override;
    void attentionPooled(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                         TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                         Pooling pooling, std::span<float> out) const override;

private:
    [[nodiscard]] const Module& module() const { return device_->module(); }
    [[nodiscard]] Error failure(Status status) const;
    /// Throws BackendFailure unless `status` is Ok.
    void require(Status status) const;
    [[nodiscard]] Result<std::unique_ptr<DeviceMemory>> allocateBytes(std::size_t bytes) const;

    DevicePtr device_;
    CudaOptions options_;
    mutable std::atomic<bool> lost_{false};
};

} // namespace headlight::cuda
