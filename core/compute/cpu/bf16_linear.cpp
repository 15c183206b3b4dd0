// Linear layers with BF16 operands and F32 sums. Weights lie in panels of 32 output columns
// (kernels/bf16_kernels.h).
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/packed_linear.h"
#include "core/compute/cpu/row_strips.h"

#include "core/base/checked.h"
#include "core/tensor/dtype.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace headlight::cpu {
namespace {

static_assert(kStripRows == kBf16Tile);

class Bf16Weights final : public PackedWeights {
public:
    Bf16Weights(std::size_t n_in, std::size_t n_out, AlignedFloats panels, PaddedBias bias)
        : PackedWeights(n_in, n_out, std::move(bias))
        , panels_(std::move(panels)) {}
    [[nodiscard]] float weight(std::size_t output, std::size_t input) const override {
        return bf16ToF32(panel(output / kBf16PanelWidth)[bf16PanelIndex(input, output % kBf16PanelWidth)]);
    }
    [[nodiscard]] std::size_t paddedDepth() const { return roundUp(inputSize(), kBf16DepthStep); }
    [[nodiscard]] std::size_t panelCount() const { return divideUp(outputSize(), kBf16PanelWidth); }
    [[nodiscard]] const std::uint16_t* panel(std::size_t i) const {
        return reinterpret_cast<const std::uint16_t*>(panels_.get()) + i * paddedDepth() * kBf16PanelWidth;
    }

private:
    AlignedFloats panels_;
};

class Bf16LinearKernel final : public LinearKernel {
public:
    Bf16LinearKernel(const ThreadPool& pool, const KernelTable& kernels, const Bf16Kernels& bf16)
        : pool_(pool)
        , kernels_(kernels)
        , bf16_(bf16) {
        assert(kernels.panel_width == kBf16PanelWidth);
    }
    [[nodiscard]] std::string_view name() const override { return bf16_.name; }
    [[nodiscard]] std::size_t bytesPerWeight() const override { return sizeof(std::uint16_t); }
    [[nodiscard]] Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout,
                                                   Tensor bias) const override;
    void run(const LinearWeights& weights, const LinearCall& call) const override;

private:
    void runTask(const Bf16Weights& weights, const LinearCall& call, const RowStrips& strips,
                 const std::uint16_t* packed, const LinearTask& task) const;

    const ThreadPool& pool_;
    const KernelTable& kernels_;
    const Bf16Kernels& bf16_;
};

/// Rounds output columns [first, first + 32) of a weight matrix into a panel; what is missing becomes zero.
void packPanel(const WeightMatrix& weight, std::size_t first, std::size_t padded_depth,
               std::uint16_t* panel) {
    const std::size_t count = std::min(kBf16PanelWidth, weight.n_out - first);
    std::fill(panel, panel + padded_depth * kBf16PanelWidth, std::uint16_t{0});
    for (std::size_t k = 0; k < weight.n_in; ++k)
        for (std::size_t column = 0; column < count; ++column)
            panel[bf16PanelIndex(k, column)] =
                f32ToBf16(weight.data[(first + column) * weight.out_stride + k * weight.in_stride]);
}

Result<LinearWeightsPtr> Bf16LinearKernel::prepare(Tensor weight, WeightLayout layout, Tensor bias) const {
    const WeightMatrix matrix(weight, layout);
    assert(bias.empty() || bias.size() == matrix.n_out);
    const std::size_t depth = roundUp(matrix.n_in, kBf16DepthStep);
    const std::size_t padded_out = roundUp(matrix.n_out, kBf16PanelWidth);
    const auto size = checkedMultiply(padded_out, depth);
    AlignedFloats panels =
        size ? allocateAligned(*size / 2) : nullptr; // two BF16 numbers in the place of one float
    if (panels == nullptr)
        return noMemoryForWeights(weight);
    HEADLIGHT_ASSIGN(PaddedBias padded_bias, PaddedBias::of(bias, padded_out));
    auto* numbers = reinterpret_cast<std::uint16_t*>(panels.get());
    pool_.parallelFor(padded_out / kBf16PanelWidth, [&](std::size_t i) {
        packPanel(matrix, i * kBf16PanelWidth, depth, numbers + i * depth * kBf16PanelWidth);
    });
    return LinearWeightsPtr(
        std::make_shared<Bf16Weights>(matrix.n_in, matrix.n_out, std::move(panels), std::move(padded_bias)));
}

/// Writes the rows of one panel, a few at a time, while the next one is multiplied.
class PanelFinisher {
public:
    PanelFinisher(TaskOutput& task, std::size_t n_rows, std::size_t n_calls)
        : task_(task)
        , n_rows_(n_rows)
        , rows_a_call_(divideUp(n_rows, n_calls)) {}
    void begin(std::size_t panel, const float* tile) {
        output_.emplace(task_.panel(panel));
        panel_ = panel;
        tile_ = tile;
        next_row_ = 0;
    }
    /// Writes what is left.
    void end() {
        if (!output_)
            return;
        writeRows(n_rows_ - next_row_);
        output_.reset();
        task_.panelDone(panel_);
    }
    static void writeSome(void* context) {
        PanelFinisher& self = *static_cast<PanelFinisher*>(context);
        const std::size_t left = self.n_rows_ - self.next_row_;
        if (!self.output_ || left == 0)
            return;
        const std::size_t count = std::min(left, self.rows_a_call_);
        self.output_->fetch(self.next_row_ + count, std::min(left - count, self.rows_a_call_));
        self.writeRows(count);
    }

private:
    void writeRows(std::size_t count) {
        output_->finish(tile_ + next_row_ * kBf16PanelWidth, next_row_, count);
        next_row_ += count;
    }

    TaskOutput& task_;
    std::size_t n_rows_;
    std::size_t rows_a_call_;
    std::optional<PanelOutput> output_;
    std::size_t panel_ = 0;
    const float* tile_ = nullptr;
    std::size_t next_row_ = 0;
};

void Bf16LinearKernel::runTask(const Bf16Weights& weights, const LinearCall& call, const RowStrips& strips,
                               const std::uint16_t* packed, const LinearTask& task) const {
    const std::size_t depth = weights.paddedDepth();
    const std::size_t first_row = task.first_row * strips.strip_rows; // of the packed ones
    const std::size_t n_rows = std::min(task.n_rows * strips.strip_rows, strips.n_rows - first_row);
    const std::size_t tile_size = task.n_rows * strips.strip_rows * kBf16PanelWidth;
    float* const tiles =
        threadScratch(ScratchUse::ProductTile, 2 * tile_size); // of a panel and of the one before
    TaskOutput output(kernels_, weights, call, strips.first_row + first_row, n_rows, task.first_panel,
                      task.end_panel);
    const std::size_t n_calls = task.n_rows / 2 * (depth / kBf16DepthStep / kBf16StepsACall);
    PanelFinisher finisher(output, n_rows, std::max<std::size_t>(1, n_calls));
    bf16_.enter(strips.strip_rows);
    const auto multiply = [&](std::size_t panel, float* tile) {
        bf16_.multiply_panel({.left = packed + task.first_row * depth * kStripRows,
                              .left_stride = depth * kStripRows,
                              .n_tiles = task.n_rows,
                              .tile_rows = strips.strip_rows,
                              .depth = depth,
                              .right = weights.panel(panel),
                              .product = tile,
                              .meanwhile = PanelFinisher::writeSome,
                              .context = &finisher});
    };
    for (std::size_t panel = task.first_panel; panel < task.end_panel; ++panel) {
        if (n_calls == 0) { // few rows: the weights are waited for, and nothing is gained by putting rows off
            const PanelOutput rows = output.panel(panel);
            rows.fetch(0, n_rows);
            multiply(panel, tiles);
            rows.finish(tiles, 0, n_rows);
            output.panelDone(panel);
            continue;
        }
        float* const tile = tiles + panel % 2 * tile_size;
        multiply(panel, tile);
        finisher.end();
        finisher.begin(panel, tile);
    }
    finisher.end();
    bf16_.leave();
}

void Bf16LinearKernel::run(const LinearWeights& linear_weights, const LinearCall& call) const {
    assert(dynamic_cast<const Bf16Weights*>(&linear_weights) != nullptr);
    const auto& weights = static_cast<const Bf16Weights&>(linear_weights);
    const std::size_t strip_size = weights.paddedDepth() * kStripRows;
    runStripTasks(
        pool_, {call.n_rows, weights.inputSize(), weights.panelCount(), strip_size * sizeof(std::uint16_t)},
        [&](const RowStrips& strips) {
            return reinterpret_cast<std::uint16_t*>(
                threadScratch(ScratchUse::PackedRows, strips.count() * strip_size / 2));
        },
        [&](const RowStrips& strips, std::size_t strip, std::uint16_t* packed) {
            bf16_.pack_strip(
                {.values = call.input + (strips.first_row + strip * strips.strip_rows) * call.input_stride,
                 .stride = call.input_stride,
                 .count = strips.rowsOf(strip),
                 .padded_count = strips.strip_rows,
                 .depth = weights.inputSize()},
                packed + strip * strip_size);
        },
        [&](const RowStrips& strips, const std::uint16_t* packed, const LinearTask& task) {
            runTask(weights, call, strips, packed, task);
        });
}

} // namespace

LinearKernelPtr makeBf16LinearKernel(const ThreadPool& pool, const KernelTable& kernels,
                                     const Bf16Kernels& bf16) {
    return std::make_unique<Bf16LinearKernel>(pool, kernels, bf16);
}

} // namespace headlight::cpu
