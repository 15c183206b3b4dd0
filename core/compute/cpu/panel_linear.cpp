// Linear layers by our own product kernel. Weights lie in panels of panel_width output columns,
// [n_panels][n_in][panel_width], so that the inner kernel reads them front to back, exactly once a row block.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/linear_kernel.h"
#include "core/compute/cpu/linear_split.h"

#include "core/base/checked.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {
namespace {

/// Floats of packed input rows a thread works on at once: they stay in its L2 cache.
constexpr std::size_t kPackedRowsBudget = std::size_t{128} << 10;

class PanelWeights final : public LinearWeights {
public:
    PanelWeights(std::size_t n_in, std::size_t n_out, std::size_t width, AlignedFloats panels, AlignedFloats bias)
        : n_in_(n_in), n_out_(n_out), width_(width), panels_(std::move(panels)), bias_(std::move(bias)) {}
    [[nodiscard]] std::size_t inputSize() const override { return n_in_; }
    [[nodiscard]] std::size_t outputSize() const override { return n_out_; }
    [[nodiscard]] Result<void> read(const WeightBlock& block, std::span<float> weights) const override {
        assert(block.first_output + block.n_outputs <= n_out_ && block.first_input + block.n_inputs <= n_in_);
        for (std::size_t o = 0; o < block.n_outputs; ++o) {
            const std::size_t output = block.first_output + o;
            const float* column = panel(output / width_, width_) + output % width_;
            for (std::size_t i = 0; i < block.n_inputs; ++i)
                weights[o * block.n_inputs + i] = column[(block.first_input + i) * width_];
        }
        return {};
    }
    [[nodiscard]] Result<void> readBiases(std::size_t first, std::span<float> biases) const override {
        if (bias_ == nullptr)
            std::fill(biases.begin(), biases.end(), 0.0f);
        else
            std::copy_n(bias_.get() + first, biases.size(), biases.begin());
        return {};
    }
    [[nodiscard]] std::size_t panelCount() const { return (n_out_ + width_ - 1) / width_; }
    [[nodiscard]] const float* panel(std::size_t i, std::size_t width) const { return panels_.get() + i * n_in_ * width; }
    [[nodiscard]] const float* bias() const { return bias_.get(); } ///< padded to whole panels; null without

private:
    std::size_t n_in_;
    std::size_t n_out_;
    std::size_t width_; ///< output columns of a panel
    AlignedFloats panels_;
    AlignedFloats bias_;
};

class PanelLinearKernel final : public LinearKernel {
public:
    PanelLinearKernel(const ThreadPool& pool, const KernelTable& kernels) : pool_(pool), kernels_(kernels) {}
    [[nodiscard]] std::string_view name() const override { return "packed panels"; }
    [[nodiscard]] Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout, Tensor bias) const override;
    void run(const LinearWeights& weights, const LinearCall& call) const override;

private:
    void packPanel(const Tensor& weight, WeightLayout layout, std::size_t first, float* panel) const;
    void runTask(const PanelWeights& weights, const LinearCall& call, const LinearTask& task) const;

    const ThreadPool& pool_;
    const KernelTable& kernels_;
};

void PanelLinearKernel::packPanel(const Tensor& weight, WeightLayout layout, std::size_t first, float* panel) const {
    const std::size_t width = kernels_.panel_width;
    const std::size_t columns = weight.dimension(1);
    if (layout == WeightLayout::OutIn) {
        const std::size_t count = std::min(width, weight.dimension(0) - first);
        kernels_.pack_transposed(weight.data() + first * columns, columns, count, columns, panel);
        return;
    }
    const std::size_t count = std::min(width, columns - first);
    for (std::size_t k = 0; k < weight.dimension(0); ++k) {
        const float* source = weight.data() + k * columns + first;
        std::fill(std::copy(source, source + count, panel + k * width), panel + (k + 1) * width, 0.0f);
    }
}

Result<LinearWeightsPtr> PanelLinearKernel::prepare(Tensor weight, WeightLayout layout, Tensor bias) const {
    assert(weight.shape().size() == 2);
    const bool out_in = layout == WeightLayout::OutIn;
    const std::size_t n_out = weight.dimension(out_in ? 0 : 1);
    const std::size_t n_in = weight.dimension(out_in ? 1 : 0);
    assert(bias.empty() || bias.size() == n_out);
    const std::size_t width = kernels_.panel_width;
    const std::size_t n_panels = (n_out + width - 1) / width;
    const auto size = checkedMultiply(n_panels * width, n_in);
    AlignedFloats panels = size ? allocateAligned(*size) : nullptr;
    AlignedFloats padded_bias = bias.empty() ? nullptr : allocateAligned(n_panels * width);
    if (panels == nullptr || (!bias.empty() && padded_bias == nullptr))
        return makeError(ErrorKind::Memory, "not enough memory to prepare a weight matrix").atItem(shapeText(weight.shape()));
    pool_.parallelFor(n_panels, [&](std::size_t i) {
        packPanel(weight, layout, i * width, panels.get() + i * n_in * width);
    });
    if (!bias.empty())
        std::fill(std::copy_n(bias.data(), n_out, padded_bias.get()), padded_bias.get() + n_panels * width, 0.0f);
    return LinearWeightsPtr(
        std::make_shared<PanelWeights>(n_in, n_out, width, std::move(panels), std::move(padded_bias)));
}

void PanelLinearKernel::runTask(const PanelWeights& weights, const LinearCall& call, const LinearTask& task) const {
    const auto [first_row, n_rows, first_panel, end_panel] = task;
    const std::size_t width = kernels_.panel_width;
    const std::size_t n_in = weights.inputSize();
    float* packed = threadScratch(ScratchUse::PackedRows, packedRowsSize(n_rows, n_in));
    float* tile = threadScratch(ScratchUse::ProductTile, n_rows * width);
    kernels_.pack_rows(call.input + first_row * call.input_stride, call.input_stride, n_rows, n_in, packed);
    for (std::size_t panel = first_panel; panel < end_panel; ++panel) {
        const std::size_t first_column = panel * width;
        float* output = call.output + first_row * call.output_stride + first_column;
        fetchForWriting(output, call.output_stride, n_rows, width);
        kernels_.multiply_panel({.left = packed,
                                 .block_stride = n_rows * kPackedRowStride,
                                 .rows = n_rows,
                                 .depth = n_in,
                                 .right = weights.panel(panel, width),
                                 .product = tile,
                                 .product_stride = width});
        kernels_.finish_linear({.tile = tile,
                                .tile_stride = width,
                                .rows = n_rows,
                                .columns = std::min(width, weights.outputSize() - first_column),
                                .bias = weights.bias() != nullptr ? weights.bias() + first_column : nullptr,
                                .activate = kernels_.activate[static_cast<std::size_t>(call.activation)],
                                .output = output,
                                .output_stride = call.output_stride,
                                .accumulate = call.accumulate});
    }
}

void PanelLinearKernel::run(const LinearWeights& linear_weights, const LinearCall& call) const {
    assert(dynamic_cast<const PanelWeights*>(&linear_weights) != nullptr);
    const auto& weights = static_cast<const PanelWeights&>(linear_weights);
    if (call.n_rows == 0)
        return;
    const std::size_t n_in = std::max<std::size_t>(1, weights.inputSize());
    const std::size_t most_rows = std::clamp<std::size_t>(kPackedRowsBudget / n_in, kernels_.row_block, 12 * kernels_.row_block);
    runLinearTasks(pool_, call.n_rows, weights.panelCount(), most_rows,
                   [&](const LinearTask& task) { runTask(weights, call, task); });
}

} // namespace

LinearKernelPtr makePanelLinearKernel(const ThreadPool& pool, const KernelTable& kernels) {
    return std::make_unique<PanelLinearKernel>(pool, kernels);
}

} // namespace headlight::cpu
