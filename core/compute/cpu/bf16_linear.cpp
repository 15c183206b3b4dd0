// Linear layers with BF16 operands and F32 sums. Weights lie in panels of 32 output columns,
// [n_panels][padded n_in / 2][32][2]: the two numbers of a pair along the depth side by side, as the instructions want.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/linear_kernel.h"
#include "core/compute/cpu/linear_split.h"

#include "core/base/checked.h"
#include "core/tensor/dtype.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {
namespace {

/// BF16 numbers of packed input rows a thread works on at once: they stay in its L2 cache.
constexpr std::size_t kPackedRowsBudget = std::size_t{320} << 10;

std::size_t roundUp(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

class Bf16Weights final : public LinearWeights {
public:
    Bf16Weights(std::size_t n_in, std::size_t n_out, AlignedFloats panels, AlignedFloats bias)
        : n_in_(n_in), n_out_(n_out), panels_(std::move(panels)), bias_(std::move(bias)) {}
    [[nodiscard]] std::size_t inputSize() const override { return n_in_; }
    [[nodiscard]] std::size_t outputSize() const override { return n_out_; }
    [[nodiscard]] Result<void> read(const WeightBlock& block, std::span<float> weights) const override;
    [[nodiscard]] Result<void> readBiases(std::size_t first, std::span<float> biases) const override {
        if (bias_ == nullptr)
            std::fill(biases.begin(), biases.end(), 0.0f);
        else
            std::copy_n(bias_.get() + first, biases.size(), biases.begin());
        return {};
    }
    [[nodiscard]] std::size_t paddedDepth() const { return roundUp(n_in_, kBf16DepthStep); }
    [[nodiscard]] std::size_t panelCount() const { return (n_out_ + kBf16PanelWidth - 1) / kBf16PanelWidth; }
    [[nodiscard]] const std::uint16_t* panel(std::size_t i) const {
        return reinterpret_cast<const std::uint16_t*>(panels_.get()) + i * paddedDepth() * kBf16PanelWidth;
    }
    [[nodiscard]] const float* bias() const { return bias_.get(); } ///< padded to whole panels; null without

private:
    std::size_t n_in_;
    std::size_t n_out_;
    AlignedFloats panels_;
    AlignedFloats bias_;
};

Result<void> Bf16Weights::read(const WeightBlock& block, std::span<float> weights) const {
    assert(block.first_output + block.n_outputs <= n_out_ && block.first_input + block.n_inputs <= n_in_);
    for (std::size_t o = 0; o < block.n_outputs; ++o) {
        const std::size_t output = block.first_output + o;
        const std::uint16_t* const numbers = panel(output / kBf16PanelWidth);
        for (std::size_t i = 0; i < block.n_inputs; ++i) {
            const std::size_t k = block.first_input + i;
            weights[o * block.n_inputs + i] =
                bf16ToF32(numbers[(k / 2 * kBf16PanelWidth + output % kBf16PanelWidth) * 2 + k % 2]);
        }
    }
    return {};
}

class Bf16LinearKernel final : public LinearKernel {
public:
    Bf16LinearKernel(const ThreadPool& pool, const KernelTable& kernels, const Bf16Kernels& bf16)
        : pool_(pool), kernels_(kernels), bf16_(bf16) {
        assert(kernels.panel_width == kBf16PanelWidth);
    }
    [[nodiscard]] std::string_view name() const override { return bf16_.name; }
    [[nodiscard]] std::size_t bytesPerWeight() const override { return sizeof(std::uint16_t); }
    [[nodiscard]] Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout, Tensor bias) const override;
    void run(const LinearWeights& weights, const LinearCall& call) const override;

private:
    void runTask(const Bf16Weights& weights, const LinearCall& call, const LinearTask& task) const;

    const ThreadPool& pool_;
    const KernelTable& kernels_;
    const Bf16Kernels& bf16_;
};

/// Rounds output columns [first, first + 32) of a weight matrix into a panel; what is missing becomes zero.
void packPanel(const Tensor& weight, WeightLayout layout, std::size_t first, std::size_t padded_depth, std::uint16_t* panel) {
    const bool out_in = layout == WeightLayout::OutIn;
    const std::size_t n_out = weight.dimension(out_in ? 0 : 1);
    const std::size_t n_in = weight.dimension(out_in ? 1 : 0);
    const std::size_t out_stride = out_in ? n_in : 1;
    const std::size_t in_stride = out_in ? 1 : n_out;
    const std::size_t count = std::min(kBf16PanelWidth, n_out - first);
    std::fill(panel, panel + padded_depth * kBf16PanelWidth, std::uint16_t{0});
    for (std::size_t k = 0; k < n_in; ++k)
        for (std::size_t column = 0; column < count; ++column)
            panel[(k / 2 * kBf16PanelWidth + column) * 2 + k % 2] =
                f32ToBf16(weight.data()[(first + column) * out_stride + k * in_stride]);
}

Result<LinearWeightsPtr> Bf16LinearKernel::prepare(Tensor weight, WeightLayout layout, Tensor bias) const {
    assert(weight.shape().size() == 2);
    const bool out_in = layout == WeightLayout::OutIn;
    const std::size_t n_out = weight.dimension(out_in ? 0 : 1);
    const std::size_t n_in = weight.dimension(out_in ? 1 : 0);
    assert(bias.empty() || bias.size() == n_out);
    const std::size_t depth = roundUp(n_in, kBf16DepthStep);
    const std::size_t padded_out = roundUp(n_out, kBf16PanelWidth);
    const auto size = checkedMultiply(padded_out, depth);
    AlignedFloats panels = size ? allocateAligned(*size / 2) : nullptr; // two BF16 numbers in the place of one float
    AlignedFloats padded_bias = bias.empty() ? nullptr : allocateAligned(padded_out);
    if (panels == nullptr || (!bias.empty() && padded_bias == nullptr))
        return makeError(ErrorKind::Memory, "not enough memory to prepare a weight matrix").atItem(shapeText(weight.shape()));
    auto* numbers = reinterpret_cast<std::uint16_t*>(panels.get());
    pool_.parallelFor(padded_out / kBf16PanelWidth, [&](std::size_t i) {
        packPanel(weight, layout, i * kBf16PanelWidth, depth, numbers + i * depth * kBf16PanelWidth);
    });
    if (!bias.empty())
        std::fill(std::copy_n(bias.data(), n_out, padded_bias.get()), padded_bias.get() + padded_out, 0.0f);
    return LinearWeightsPtr(std::make_shared<Bf16Weights>(n_in, n_out, std::move(panels), std::move(padded_bias)));
}

void Bf16LinearKernel::runTask(const Bf16Weights& weights, const LinearCall& call, const LinearTask& task) const {
    const std::size_t padded_rows = roundUp(task.n_rows, kBf16RowBlock);
    const std::size_t depth = weights.paddedDepth();
    const std::size_t n_blocks = (depth + kBf16DepthBlock - 1) / kBf16DepthBlock;
    auto* packed = reinterpret_cast<std::uint16_t*>(
        threadScratch(ScratchUse::PackedRows, n_blocks * padded_rows * kBf16RowStride / 2));
    float* tile = threadScratch(ScratchUse::ProductTile, padded_rows * kBf16PanelWidth);
    bf16_.pack_rows(call.input + task.first_row * call.input_stride, call.input_stride, task.n_rows, weights.inputSize(),
                    padded_rows, depth, packed);
    bf16_.enter();
    for (std::size_t panel = task.first_panel; panel < task.end_panel; ++panel) {
        const std::size_t first_column = panel * kBf16PanelWidth;
        float* output = call.output + task.first_row * call.output_stride + first_column;
        fetchForWriting(output, call.output_stride, task.n_rows, kBf16PanelWidth);
        bf16_.multiply_panel({packed, padded_rows, depth, weights.panel(panel), tile});
        kernels_.finish_linear({.tile = tile,
                                .tile_stride = kBf16PanelWidth,
                                .rows = task.n_rows,
                                .columns = std::min(kBf16PanelWidth, weights.outputSize() - first_column),
                                .bias = weights.bias() != nullptr ? weights.bias() + first_column : nullptr,
                                .activate = kernels_.activate[static_cast<std::size_t>(call.activation)],
                                .output = output,
                                .output_stride = call.output_stride,
                                .accumulate = call.accumulate});
    }
    bf16_.leave();
}

void Bf16LinearKernel::run(const LinearWeights& linear_weights, const LinearCall& call) const {
    assert(dynamic_cast<const Bf16Weights*>(&linear_weights) != nullptr);
    const auto& weights = static_cast<const Bf16Weights&>(linear_weights);
    if (call.n_rows == 0)
        return;
    const std::size_t most_rows = std::clamp<std::size_t>(kPackedRowsBudget / std::max<std::size_t>(1, weights.inputSize()) / 32 * 32, 32, 256);
    runLinearTasks(pool_, call.n_rows, weights.panelCount(), most_rows,
                   [&](const LinearTask& task) { runTask(weights, call, task); });
}

} // namespace

LinearKernelPtr makeBf16LinearKernel(const ThreadPool& pool, const KernelTable& kernels, const Bf16Kernels& bf16) {
    return std::make_unique<Bf16LinearKernel>(pool, kernels, bf16);
}

} // namespace headlight::cpu
