#include "core/compute/cuda/cuda_backend.h"

#include "core/base/checked.h"
#include "core/base/memory.h"
#include "core/compute/cuda/cuda_module.h"
#include "core/compute/cuda/device_views.h"

#include <cassert>

namespace headlight::cuda {

namespace {

class CudaWeights final : public LinearWeights {
public:
    CudaWeights(std::unique_ptr<DeviceMemory> matrix, std::unique_ptr<DeviceMemory> bias,
                const Weights& weights)
        : matrix_(std::move(matrix))
        , bias_(std::move(bias))
        , weights_(weights) {}
    [[nodiscard]] std::size_t inputSize() const override { return weights_.n_in; }
    [[nodiscard]] std::size_t outputSize() const override { return weights_.n_out; }
    [[nodiscard]] const Weights& weights() const { return weights_; }

private:
    std::unique_ptr<DeviceMemory> matrix_;
    std::unique_ptr<DeviceMemory> bias_; ///< null without
    Weights weights_;
};

Heads headsOf(const HeadsView& view) {
    return {dataOf(view.buffer, view.offset),
            view.n_tokens,
            view.n_heads,
            view.head_dim,
            view.token_stride,
            view.head_stride};
}

Number numberOf(ComputePrecision precision) {
    switch (precision) {
    case ComputePrecision::TF32:
        return Number::TF32;
    case ComputePrecision::F16:
        return Number::F16;
    case ComputePrecision::BF16:
        return Number::BF16;
    case ComputePrecision::F32:
        break;
    }
    return Number::F32;
}

Attention attentionOf(const AttentionProblem& problem, Number number) {
    assert(problem.key.n_tokens == problem.value.n_tokens && problem.key.n_heads == problem.value.n_heads);
    assert(problem.query.head_dim == problem.key.head_dim &&
           problem.query.n_heads % problem.key.n_heads == 0);
    return {
        .query = headsOf(problem.query),
        .key = headsOf(problem.key),
        .value = headsOf(problem.value),
        .scale = problem.scale,
        .softcap = problem.softcap,
        .causal = problem.mask.causal,
        .bias_by_key = problem.bias.by_key,
        .window = problem.mask.window,
        .query_offset = problem.mask.query_offset,
        .bias = problem.bias.table.empty() ? Matrix{} : matrixOf(problem.bias.table),
        .min_distance = problem.bias.min_distance,
        .number = number,
    };
}

SoftmaxStatistics statisticsOf(const SoftmaxRows& rows) {
    return {matrixOf(rows.maximum), matrixOf(rows.inverse_sum)};
}

Tile tileOf(const AttentionProblem& problem, HeadIndex head, TokenRange rows, TokenRange columns) {
    assert(head.value < problem.query.n_heads && rows.end <= problem.query.n_tokens &&
           columns.end <= problem.key.n_tokens);
    (void)problem;
    return {head.value, rows.begin, rows.size(), columns.begin, columns.size()};
}

} // namespace

Result<std::shared_ptr<const CudaBackend>> CudaBackend::open(const Module& module, CudaOptions options,
                                                             Status* answer) {
    Device* device = nullptr;
    DeviceInfo info{};
    const Status status = module.open(options.device, &device, &info);
    if (answer != nullptr)
        *answer = status;
    if (status != Status::Ok)
        return moduleError(status, module.failureText());
    return std::make_shared<const CudaBackend>(std::make_shared<OpenDevice>(module, device, info),
                                               std::move(options));
}

Error CudaBackend::failure(Status status) const {
    if (status == Status::DeviceLost)
        lost_ = true;
    return moduleError(status, module().failureText());
}

void CudaBackend::require(Status status) const {
    if (status != Status::Ok)
        throw BackendFailure(failure(status));
}

std::string CudaBackend::description() const {
    const DeviceInfo& info = device_->info();
    std::string text = std::string(info.name) + ", " + byteText(double(info.total_bytes));
    switch (options_.precision) {
    case ComputePrecision::F32:
        return text;
    case ComputePrecision::TF32:
        return text + ", products in TF32 (about three correct digits)";
    case ComputePrecision::F16:
        return text + ", products in F16 (preview quality)";
    case ComputePrecision::BF16:
        return text + ", linear layers in BF16, attention in F16 (preview quality)";
    }
    return text;
}

void CudaBackend::finish() const {
    require(module().synchronize(device_->get()));
}

void CudaBackend::beginPiece() const {
    require(module().beginPiece(device_->get()));
}

void CudaBackend::endPiece() const {
    require(module().endPiece(device_->get()));
}

std::optional<std::uint64_t> CudaBackend::freeMemory() const {
    std::size_t bytes = 0;
    if (module().freeMemory(device_->get(), &bytes) != Status::Ok)
        return std::nullopt;
    return bytes;
}

Result<void> CudaBackend::checkRoom(double bytes, std::string_view what, std::string next_step) const {
    constexpr double kWorthAsking = 4e6;
    if (bytes < kWorthAsking)
        return {};
    const auto free = freeMemory();
    if (!free || bytes <= double(*free))
        return {};
    return makeError(ErrorKind::Memory, std::string(what) + " needs " + byteText(bytes) +
                                            " of the GPU's memory and " + byteText(double(*free)) +
                                            " are free")
        .nextStep(std::move(next_step));
}

std::size_t CudaBackend::bytesPerWeight() const {
    const bool half =
        options_.precision == ComputePrecision::F16 || options_.precision == ComputePrecision::BF16;
    return half ? 2 : sizeof(float);
}

Result<std::unique_ptr<DeviceMemory>> CudaBackend::allocateBytes(std::size_t bytes) const {
    void* memory = nullptr;
    if (const Status status = module().allocate(device_->get(), bytes, &memory); status != Status::Ok)
        return failure(status);
    return std::make_unique<DeviceMemory>(device_, memory);
}

Result<BufferPtr> CudaBackend::allocate(std::size_t n_floats) const {
    const auto bytes = checkedMultiply(n_floats, sizeof(float));
    if (!bytes)
        return moduleError(Status::OutOfMemory,
                           "the GPU has no memory for " + std::to_string(n_floats) + " numbers");
    HEADLIGHT_ASSIGN(std::unique_ptr<DeviceMemory> memory, allocateBytes(*bytes));
    return BufferPtr(std::make_shared<CudaBuffer>(std::move(memory), n_floats));
}

void CudaBackend::upload(std::span<const float> values, const MatrixView& to) const {
    assert(values.size() == to.rows * to.columns);
    if (!to.empty())
        require(module().upload(device_->get(), values.data(), matrixOf(to)));
}

void CudaBackend::download(const MatrixView& from, std::span<float> values) const {
    assert(values.size() == from.rows * from.columns);
    if (!from.empty())
        require(module().download(device_->get(), matrixOf(from), values.data()));
}

void CudaBackend::copy(const MatrixView& from, const MatrixView& to) const {
    assert(from.rows == to.rows && from.columns == to.columns);
    if (!from.empty())
        require(module().copy(device_->get(), matrixOf(from), matrixOf(to)));
}

Result<LinearWeightsPtr> CudaBackend::prepareLinear(Tensor weight, WeightLayout layout, Tensor bias) const {
    assert(weight.shape().size() == 2);
    const bool in_out = layout == WeightLayout::InOut;
    Weights shape{};
    shape.n_in = weight.dimension(in_out ? 0 : 1);
    shape.n_out = weight.dimension(in_out ? 1 : 0);
    shape.number = numberOf(options_.precision);
    assert(bias.empty() || bias.size() == shape.n_out);
    HEADLIGHT_ASSIGN(std::unique_ptr<DeviceMemory> matrix, allocateBytes(weight.size() * bytesPerWeight()));
    std::unique_ptr<DeviceMemory> bias_memory;
    if (!bias.empty()) {
        HEADLIGHT_ASSIGN(bias_memory, allocateBytes(bias.size() * sizeof(float)));
        shape.bias = static_cast<const float*>(bias_memory->get());
        const Status status =
            module().upload(device_->get(), bias.data(),
                            {static_cast<float*>(bias_memory->get()), 1, bias.size(), bias.size()});
        if (status != Status::Ok)
            return failure(status);
    }
    if (const Status status =
            module().packWeights(device_->get(), weight.data(), in_out, &shape, matrix->get());
        status != Status::Ok)
        return failure(status);
    shape.matrix = matrix->get();
    return LinearWeightsPtr(std::make_shared<CudaWeights>(std::move(matrix), std::move(bias_memory), shape));
}

void CudaBackend::linear(const LinearWeights& weights, const MatrixView& input, const MatrixView& output,
                         Activation activation, bool accumulate) const {
    assert(input.columns == weights.inputSize() && output.columns == weights.outputSize() &&
           input.rows == output.rows);
    assert(dynamic_cast<const CudaWeights*>(&weights) != nullptr);
    if (!output.empty())
        require(module().linear(device_->get(), &static_cast<const CudaWeights&>(weights).weights(),
                                matrixOf(input), matrixOf(output), static_cast<std::int32_t>(activation),
                                accumulate));
}

void CudaBackend::linearToHost(const LinearWeights& weights, const MatrixView& input,
                               std::span<float> output) const {
    assert(input.columns == weights.inputSize() && output.size() == input.rows * weights.outputSize());
    assert(dynamic_cast<const CudaWeights*>(&weights) != nullptr);
    if (!output.empty())
        require(module().linearToHost(device_->get(), &static_cast<const CudaWeights&>(weights).weights(),
                                      matrixOf(input), output.data()));
}

void CudaBackend::embed(const MatrixView& table, std::span<const std::int32_t> ids, float scale,
                        bool accumulate, const MatrixView& output) const {
    assert(output.rows == ids.size() && output.columns == table.columns);
    if (!output.empty())
        require(
            module().embed(device_->get(), matrixOf(table), ids.data(), scale, accumulate, matrixOf(output)));
}

void CudaBackend::add(const MatrixView& addend, const MatrixView& target) const {
    assert(addend.columns == target.columns && (addend.rows == target.rows || addend.rows == 1));
    if (!target.empty())
        require(module().add(device_->get(), matrixOf(addend), matrixOf(target)));
}

void CudaBackend::multiply(const MatrixView& factor, const MatrixView& target) const {
    assert(factor.rows == target.rows && factor.columns == target.columns);
    if (!target.empty())
        require(module().multiply(device_->get(), matrixOf(factor), matrixOf(target)));
}

void CudaBackend::activate(Activation activation, const MatrixView& target) const {
    if (activation != Activation::None && !target.empty())
        require(module().activate(device_->get(), static_cast<std::int32_t>(activation), matrixOf(target)));
}

void CudaBackend::layerNorm(const MatrixView& input, const MatrixView& gain, const MatrixView& bias,
                            float epsilon, const MatrixView& output) const {
    assert(input.rows == output.rows && input.columns == output.columns);
    const Norm norm{NormKind::Layer,
                    matrixOf(input),
                    gain.empty() ? nullptr : matrixOf(gain).data,
                    bias.empty() ? nullptr : matrixOf(bias).data,
                    epsilon,
                    0.0f,
                    matrixOf(output)};
    if (!output.empty())
        require(module().norm(device_->get(), &norm));
}

void CudaBackend::rmsNorm(const MatrixView& input, const MatrixView& gain, float gain_offset, float epsilon,
                          const MatrixView& output) const {
    assert(input.rows == output.rows && input.columns == output.columns);
    const Norm norm{NormKind::Rms,   matrixOf(input), gain.empty() ? nullptr : matrixOf(gain).data,
                    nullptr,         epsilon,         gain_offset,
                    matrixOf(output)};
    if (!output.empty())
        require(module().norm(device_->get(), &norm));
}

void CudaBackend::rotate(const HeadsView& heads, const MatrixView& table, bool interleaved) const {
    assert(table.columns % 2 == 0 && table.columns <= heads.head_dim &&
           (table.rows == heads.n_tokens || table.rows == 1));
    if (heads.n_tokens > 0 && heads.n_heads > 0 && table.columns > 0)
        require(module().rotate(device_->get(), headsOf(heads), matrixOf(table), interleaved));
}

void CudaBackend::attention(const AttentionProblem& problem, const MatrixView& output,
                            const SoftmaxRows& rows) const {
    assert(output.rows == problem.query.n_tokens &&
           output.columns == problem.query.n_heads * problem.value.head_dim);
    const Attention attention = attentionOf(problem, numberOf(options_.precision));
    const SoftmaxStatistics statistics = statisticsOf(rows);
    if (!output.empty())
        require(module().attention(device_->get(), &attention, &statistics, matrixOf(output)));
}

void CudaBackend::attentionScores(const AttentionProblem& problem, HeadIndex head, TokenRange rows,
                                  TokenRange columns, std::span<float> out) const {
    assert(out.size() == rows.size() * columns.size());
    const Attention attention = attentionOf(problem, numberOf(options_.precision));
    const Tile tile = tileOf(problem, head, rows, columns);
    if (!out.empty())
        require(module().attentionScores(device_->get(), &attention, &tile, out.data()));
}

void CudaBackend::attentionWeights(const AttentionProblem& problem, const SoftmaxRows& softmax,
                                   HeadIndex head, TokenRange rows, TokenRange columns,
                                   std::span<float> out) const {
    assert(out.size() == rows.size() * columns.size());
    const Attention attention = attentionOf(problem, numberOf(options_.precision));
    const SoftmaxStatistics statistics = statisticsOf(softmax);
    const Tile tile = tileOf(problem, head, rows, columns);
    if (!out.empty())
        require(module().attentionWeights(device_->get(), &attention, &statistics, &tile, out.data()));
}

void CudaBackend::attentionPooled(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                                  TokenRange rows, TokenRange columns, std::size_t out_rows,
                                  std::size_t out_columns, Pooling pooling, std::span<float> out) const {
    assert(out.size() == out_rows * out_columns && out_rows <= rows.size() && out_columns <= columns.size());
    const Attention attention = attentionOf(problem, numberOf(options_.precision));
    const SoftmaxStatistics statistics = statisticsOf(softmax);
    const Tile tile = tileOf(problem, head, rows, columns);
    const PooledMap map{out_rows, out_columns, pooling == Pooling::Mean};
    if (!out.empty())
        require(module().attentionPooled(device_->get(), &attention, &statistics, &tile, &map, out.data()));
}

} // namespace headlight::cuda
