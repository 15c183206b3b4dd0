#include "core/compute/cpu/cpu_backend.h"

#include "core/compute/cpu/cpu_buffer.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/processor.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace headlight::cpu {
namespace {

/// Elements below which a loop is faster alone than handed out.
constexpr std::size_t kWorthSharing = std::size_t{16} << 10;

LinearKernelPtr makeF32LinearKernel(const ThreadPool& pool, const KernelTable& kernels, F32Products products) {
    const DigitKernels* const digits = products == F32Products::Panels ? nullptr : usableDigitKernels();
    if (digits != nullptr && kernels.panel_width == kDigitPanelWidth)
        return makeDigitLinearKernel(pool, kernels, *digits);
    return makePanelLinearKernel(pool, kernels);
}

[[maybe_unused]] bool sameShape(const MatrixView& a, const MatrixView& b) { return a.rows == b.rows && a.columns == b.columns; }

} // namespace

CpuBackend::CpuBackend(const CpuOptions& options)
    : pool_(options.n_threads > 0 ? options.n_threads : usableCpuCount()),
      kernels_(options.kernels != nullptr ? *options.kernels : *usableKernels().front()),
      engine_{pool_, kernels_}, linear_(makeF32LinearKernel(pool_, kernels_, options.products)), asked_(options.precision) {
    if (options.precision != ComputePrecision::BF16)
        return;
    const Bf16Kernels* bf16 = usableBf16Kernels();
    bf16_missing_ = bf16 == nullptr || kernels_.panel_width != kBf16PanelWidth;
    if (bf16_missing_)
        return;
    linear_ = makeBf16LinearKernel(pool_, kernels_, *bf16);
    engine_.bf16 = bf16;
    precision_ = ComputePrecision::BF16;
}

std::string CpuBackend::description() const {
    const std::size_t n = pool_.size();
    std::string text = "CPU, " + std::to_string(n) + (n == 1 ? " thread, " : " threads, ") + kernels_.name;
    if (precision_ == ComputePrecision::BF16)
        text += ", linear layers and attention in BF16 by " + std::string(linear_->name()) + " (preview quality)";
    else
        text += ", linear layers by " + std::string(linear_->name());
    if (bf16_missing_)
        text += ", F32 (this CPU has no BF16 instructions)";
    else if (asked_ != precision_)
        text += ", F32 (" + std::string(precisionName(asked_)) + " is for GPUs)";
    return text;
}

Result<BufferPtr> CpuBackend::allocate(std::size_t n_floats) const {
    std::size_t capacity = 0;
    AlignedFloats floats = cache_->take(n_floats, capacity);
    if (floats == nullptr)
        return makeError(ErrorKind::Memory, "not enough memory for " + std::to_string(n_floats / (1 << 18)) + " MiB")
            .nextStep("Close other programs, or use a shorter text or a smaller model.");
    return BufferPtr(std::make_shared<CpuBuffer>(std::move(floats), n_floats, capacity, cache_));
}

template <class Function>
void CpuBackend::forRows(std::size_t rows, std::size_t columns, const Function& function) const {
    if (rows == 0 || columns == 0)
        return;
    const std::size_t n_tasks = std::min({rows, 4 * pool_.size(), std::max<std::size_t>(1, rows * columns / kWorthSharing)});
    pool_.parallelFor(n_tasks, [&](std::size_t task) {
        for (std::size_t row = task * rows / n_tasks; row < (task + 1) * rows / n_tasks; ++row)
            function(row);
    });
}

void CpuBackend::upload(std::span<const float> values, const MatrixView& to) const {
    assert(values.size() == to.rows * to.columns);
    forRows(to.rows, to.columns, [&](std::size_t r) {
        std::memcpy(rowOf(to, r), values.data() + r * to.columns, to.columns * sizeof(float));
    });
}

void CpuBackend::download(const MatrixView& from, std::span<float> values) const {
    assert(values.size() == from.rows * from.columns);
    forRows(from.rows, from.columns, [&](std::size_t r) {
        std::memcpy(values.data() + r * from.columns, rowOf(from, r), from.columns * sizeof(float));
    });
}

void CpuBackend::copy(const MatrixView& from, const MatrixView& to) const {
    assert(sameShape(from, to));
    forRows(from.rows, from.columns,
            [&](std::size_t r) { std::memmove(rowOf(to, r), rowOf(from, r), from.columns * sizeof(float)); });
}

Result<LinearWeightsPtr> CpuBackend::prepareLinear(Tensor weight, WeightLayout layout, Tensor bias) const {
    return linear_->prepare(std::move(weight), layout, std::move(bias));
}

void CpuBackend::linear(const LinearWeights& weights, const MatrixView& input, const MatrixView& output,
                        Activation activation, bool accumulate) const {
    assert(input.columns == weights.inputSize() && output.columns == weights.outputSize() && input.rows == output.rows);
    linear_->run(weights, {.input = dataOf(input),
                           .input_stride = input.row_stride,
                           .n_rows = input.rows,
                           .output = dataOf(output),
                           .output_stride = output.row_stride,
                           .activation = activation,
                           .accumulate = accumulate});
}

void CpuBackend::linearToHost(const LinearWeights& weights, const MatrixView& input, std::span<float> output) const {
    assert(input.columns == weights.inputSize() && output.size() == input.rows * weights.outputSize());
    linear_->run(weights, {.input = dataOf(input),
                           .input_stride = input.row_stride,
                           .n_rows = input.rows,
                           .output = output.data(),
                           .output_stride = weights.outputSize(),
                           .activation = Activation::None,
                           .accumulate = false});
}

void CpuBackend::capLogits(const MatrixView& logits, float scale, float softcap) const {
    forRows(logits.rows, logits.columns, [&](std::size_t r) { headlight::capLogits({rowOf(logits, r), logits.columns}, scale, softcap); });
}

std::vector<TokenChoice> CpuBackend::chooseTokens(const MatrixView& logits, std::span<const TokenQuery> queries) const {
    std::vector<TokenChoice> choices(queries.size());
    forRows(queries.size(), logits.columns, [&](std::size_t i) {
        assert(queries[i].row < logits.rows);
        choices[i] = chooseToken({rowOf(logits, queries[i].row), logits.columns}, queries[i]);
    });
    return choices;
}

void CpuBackend::embed(const MatrixView& table, std::span<const std::int32_t> ids, float scale, bool accumulate,
                       const MatrixView& output) const {
    assert(output.rows == ids.size() && output.columns == table.columns);
    forRows(output.rows, output.columns, [&](std::size_t r) {
        const auto id = static_cast<std::size_t>(ids[r]);
        assert(ids[r] >= 0 && id < table.rows);
        (accumulate ? kernels_.add_scaled : kernels_.scale)(rowOf(table, id), scale, rowOf(output, r), output.columns);
    });
}

void CpuBackend::add(const MatrixView& addend, const MatrixView& target) const {
    assert(addend.columns == target.columns && (addend.rows == target.rows || addend.rows == 1));
    forRows(target.rows, target.columns, [&](std::size_t r) {
        kernels_.add(rowOf(addend, addend.rows == 1 ? 0 : r), rowOf(target, r), target.columns);
    });
}

void CpuBackend::multiply(const MatrixView& factor, const MatrixView& target) const {
    assert(sameShape(factor, target));
    forRows(target.rows, target.columns,
            [&](std::size_t r) { kernels_.multiply(rowOf(factor, r), rowOf(target, r), target.columns); });
}

void CpuBackend::activate(Activation activation, const MatrixView& target) const {
    const auto function = kernels_.activate[static_cast<std::size_t>(activation)];
    if (function != nullptr)
        forRows(target.rows, target.columns, [&](std::size_t r) { function(rowOf(target, r), target.columns); });
}

void CpuBackend::normRows(const MatrixView& input, const MatrixView& gain, const MatrixView& bias, float epsilon,
                          float gain_offset, const MatrixView& output, void (*norm)(const NormRow&)) const {
    assert(sameShape(input, output));
    assert((gain.empty() || gain.columns == input.columns) && (bias.empty() || bias.columns == input.columns));
    forRows(input.rows, input.columns, [&](std::size_t r) {
        norm({.input = rowOf(input, r),
              .gain = gain.empty() ? nullptr : dataOf(gain),
              .bias = bias.empty() ? nullptr : dataOf(bias),
              .output = rowOf(output, r),
              .size = input.columns,
              .epsilon = epsilon,
              .gain_offset = gain_offset});
    });
}

void CpuBackend::layerNorm(const MatrixView& input, const MatrixView& gain, const MatrixView& bias, float epsilon,
                           const MatrixView& output) const {
    normRows(input, gain, bias, epsilon, 0.0f, output, kernels_.layer_norm);
}

void CpuBackend::rmsNorm(const MatrixView& input, const MatrixView& gain, float gain_offset, float epsilon,
                         const MatrixView& output) const {
    normRows(input, gain, {}, epsilon, gain_offset, output, kernels_.rms_norm);
}

void CpuBackend::rotate(const HeadsView& heads, const MatrixView& table, bool interleaved) const {
    const std::size_t n_pairs = table.columns / 2;
    const std::size_t apart = interleaved ? 1 : n_pairs; // between the two of a pair
    const std::size_t step = interleaved ? 2 : 1;        // between pairs
    assert(table.columns % 2 == 0 && table.columns <= heads.head_dim && (table.rows == heads.n_tokens || table.rows == 1));
    forRows(heads.n_tokens, heads.n_heads * table.columns, [&](std::size_t token) {
        const float* const cosines = rowOf(table, table.rows == 1 ? 0 : token);
        const float* const sines = cosines + n_pairs;
        for (std::size_t head = 0; head < heads.n_heads; ++head) {
            float* const vector = dataOf(heads) + token * heads.token_stride + head * heads.head_stride;
            for (std::size_t pair = 0; pair < n_pairs; ++pair) {
                float& x = vector[pair * step];
                float& y = vector[pair * step + apart];
                const float turned = x * cosines[pair] - y * sines[pair];
                y = y * cosines[pair] + x * sines[pair];
                x = turned;
            }
        }
    });
}

void CpuBackend::attention(const AttentionProblem& problem, const MatrixView& output, const SoftmaxRows& rows) const {
    runAttention(engine_, problem, output, rows);
}

void CpuBackend::attentionScores(const AttentionProblem& problem, HeadIndex head, TokenRange rows, TokenRange columns,
                                 std::span<float> out) const {
    assert(out.size() == rows.size() * columns.size());
    rebuildScores(engine_, problem, {head, rows, columns}, out.data());
}

void CpuBackend::attentionWeights(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                                  TokenRange rows, TokenRange columns, std::span<float> out) const {
    assert(out.size() == rows.size() * columns.size());
    rebuildWeights(engine_, problem, softmax, {head, rows, columns}, out.data());
}

void CpuBackend::attentionPooled(const AttentionProblem& problem, const SoftmaxRows& softmax, HeadIndex head,
                                 TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                                 Pooling pooling, std::span<float> out) const {
    assert(out.size() == out_rows * out_columns);
    poolWeights(engine_, problem, softmax, {head, rows, columns}, {out_rows, out_columns, pooling}, out.data());
}

} // namespace headlight::cpu
