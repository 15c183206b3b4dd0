// Linear layers by our own product kernel. Weights lie in panels of panel_width output columns,
// [n_panels][n_in][panel_width], so that the inner kernel reads them front to back, exactly once a row block.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/linear_split.h"
#include "core/compute/cpu/packed_linear.h"

#include "core/base/checked.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {
namespace {

/// Floats of packed input rows a thread works on at once: they stay in its L2 cache.
constexpr std::size_t kPackedRowsBudget = std::size_t{128} << 10;

class PanelWeights final : public PackedWeights {
public:
    PanelWeights(std::size_t n_in, std::size_t n_out, std::size_t width, AlignedFloats panels, PaddedBias bias)
        : PackedWeights(n_in, n_out, std::move(bias)), width_(width), panels_(std::move(panels)) {}
    [[nodiscard]] float weight(std::size_t output, std::size_t input) const override {
        return panel(output / width_)[input * width_ + output % width_];
    }
    [[nodiscard]] std::size_t panelCount() const { return divideUp(outputSize(), width_); }
    [[nodiscard]] const float* panel(std::size_t i) const { return panels_.get() + i * inputSize() * width_; }

private:
    std::size_t width_; ///< output columns of a panel
    AlignedFloats panels_;
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
    const WeightMatrix matrix(weight, layout);
    assert(bias.empty() || bias.size() == matrix.n_out);
    const std::size_t width = kernels_.panel_width;
    const std::size_t n_panels = divideUp(matrix.n_out, width);
    const auto size = checkedMultiply(n_panels * width, matrix.n_in);
    AlignedFloats panels = size ? allocateAligned(*size) : nullptr;
    if (panels == nullptr)
        return noMemoryForWeights(weight);
    HEADLIGHT_ASSIGN(PaddedBias padded_bias, PaddedBias::of(bias, n_panels * width));
    pool_.parallelFor(n_panels, [&](std::size_t i) {
        packPanel(weight, layout, i * width, panels.get() + i * matrix.n_in * width);
    });
    return LinearWeightsPtr(
        std::make_shared<PanelWeights>(matrix.n_in, matrix.n_out, width, std::move(panels), std::move(padded_bias)));
}

void PanelLinearKernel::runTask(const PanelWeights& weights, const LinearCall& call, const LinearTask& task) const {
    const auto [first_row, n_rows, first_panel, end_panel] = task;
    const std::size_t width = kernels_.panel_width;
    const std::size_t n_in = weights.inputSize();
    float* packed = threadScratch(ScratchUse::PackedRows, packedRowsSize(n_rows, n_in));
    float* tile = threadScratch(ScratchUse::ProductTile, n_rows * width);
    kernels_.pack_rows(call.input + first_row * call.input_stride, call.input_stride, n_rows, n_in, packed);
    TaskOutput task_output(kernels_, weights, call, first_row, n_rows, first_panel, end_panel);
    for (std::size_t panel = first_panel; panel < end_panel; ++panel) {
        const PanelOutput output = task_output.panel(panel);
        output.fetch(0, n_rows);
        kernels_.multiply_panel({.left = packed,
                                 .block_stride = n_rows * kPackedRowStride,
                                 .rows = n_rows,
                                 .depth = n_in,
                                 .right = weights.panel(panel),
                                 .product = tile,
                                 .product_stride = width});
        output.finish(tile, 0, n_rows);
        task_output.panelDone(panel);
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
