// Linear layers in F32 by exact integer products of digits (kernels/digit_kernels.h has the method and its
// error). Weights lie in panels of two strips of 16 output columns, three bytes a number.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/digit_kernels.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/packed_linear.h"
#include "core/compute/cpu/row_strips.h"

#include "core/base/checked.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cmath>

namespace headlight::cpu {
namespace {

static_assert(kStripRows == kDigitTile);

class DigitWeights final : public PackedWeights {
public:
    DigitWeights(std::size_t n_in, std::size_t n_out, AlignedFloats digits, AlignedFloats exponents, PaddedBias bias)
        : PackedWeights(n_in, n_out, std::move(bias))
        , depth_(n_in)
        , digits_(std::move(digits))
        , exponents_(std::move(exponents)) {}
    [[nodiscard]] const DigitDepth& depth() const { return depth_; }
    [[nodiscard]] std::size_t panelCount() const { return divideUp(outputSize(), kDigitPanelWidth); }
    [[nodiscard]] const std::int8_t* digits(std::size_t strip) const {
        return reinterpret_cast<const std::int8_t*>(digits_.get()) + strip * depth_.stripBytes();
    }
    [[nodiscard]] const float* exponents(std::size_t strip) const {
        return exponents_.get() + strip * depth_.stripExponents();
    }
    /// The checkpoint's, within 2^-23 of the largest one in the column.
    [[nodiscard]] float weight(std::size_t output, std::size_t input) const override;

private:
    DigitDepth depth_;
    AlignedFloats digits_;    ///< [n_panels][2 strips][n_steps][3][16][16][4] bytes
    AlignedFloats exponents_; ///< [n_panels][2 strips][n_blocks][16]
};

float DigitWeights::weight(std::size_t output, std::size_t input) const {
    const std::size_t column = output % kDigitTile;
    const std::size_t step = input / kDigitDepthStep;
    const std::size_t k = input % kDigitDepthStep;
    const std::int8_t* const digit =
        digits(output / kDigitTile) + step * kDigitStepBytes + (k / 4 * kDigitTile + column) * 4 + k % 4;
    constexpr std::size_t kTile = kDigitStepBytes / 3;
    const int integer = digit[0] * 65536 + digit[kTile] * 256 + digit[2 * kTile];
    std::size_t block = 0;
    while (depth_.firstStep(block + 1) <= step)
        ++block;
    const float exponent = exponents(output / kDigitTile)[block * kDigitTile + column];
    return std::ldexp(static_cast<float>(integer), static_cast<int>(exponent));
}

/// Input rows as digits.
struct PackedDigits {
    std::int8_t* digits;
    float* exponents;
    std::uint32_t* special; ///< for each strip: which rows have infinities or NaN
};

class DigitLinearKernel final : public LinearKernel {
public:
    DigitLinearKernel(const ThreadPool& pool, const KernelTable& kernels, const DigitKernels& digits)
        : pool_(pool)
        , kernels_(kernels)
        , digits_(digits)
        , panels_(makePanelLinearKernel(pool, kernels)) {
        assert(kernels.panel_width == kDigitPanelWidth);
    }
    [[nodiscard]] std::string_view name() const override { return digits_.name; }
    [[nodiscard]] std::size_t bytesPerWeight() const override { return 3; }
    [[nodiscard]] Result<LinearWeightsPtr> prepare(Tensor weight, WeightLayout layout,
                                                   Tensor bias) const override;
    void run(const LinearWeights& weights, const LinearCall& call) const override;

private:
    bool packColumns(const WeightMatrix& weight, std::size_t first, std::int8_t* digits, float* exponents) const;
    void runTask(const DigitWeights& weights, const LinearCall& call, const RowStrips& strips,
                 const PackedDigits& input, const LinearTask& task) const;

    const ThreadPool& pool_;
    const KernelTable& kernels_;
    const DigitKernels& digits_;
    LinearKernelPtr panels_; ///< for matrices with weights that are not finite
};

/// Packs the strip of output columns from `first` on; those beyond the matrix become zero. False where a
/// weight is not finite.
bool DigitLinearKernel::packColumns(const WeightMatrix& weight, std::size_t first, std::int8_t* digits,
                                    float* exponents) const {
    const std::size_t count = first < weight.n_out ? std::min(kDigitTile, weight.n_out - first) : 0;
    DigitSource source{.values = weight.data,
                       .stride = weight.n_in,
                       .count = count,
                       .padded_count = kDigitTile,
                       .depth = weight.n_in};
    if (count > 0 && weight.in_stride == 1) {
        source.values += first * weight.out_stride;
    } else if (count > 0) {
        source.stride = roundUp(weight.n_in, kDigitTile);
        float* const columns = threadScratch(ScratchUse::ProductTile, kDigitTile * source.stride);
        digits_.gather_columns(weight.data + first, weight.in_stride, weight.n_in, count, columns, source.stride);
        source.values = columns;
    }
    const bool finite = digits_.pack_strip(source, digits, exponents) == 0;
    digits_.transpose_strip(digits, DigitDepth(weight.n_in).n_steps);
    return finite;
}

Result<LinearWeightsPtr> DigitLinearKernel::prepare(Tensor weight, WeightLayout layout, Tensor bias) const {
    const WeightMatrix matrix(weight, layout);
    assert(bias.empty() || bias.size() == matrix.n_out);
    const DigitDepth depth(matrix.n_in);
    const std::size_t n_panels = divideUp(matrix.n_out, kDigitPanelWidth);
    const auto size = checkedMultiply(2 * n_panels, depth.stripBytes());
    AlignedFloats digits = size ? allocateAligned(*size / sizeof(float)) : nullptr;
    AlignedFloats exponents = allocateAligned(2 * n_panels * depth.stripExponents());
    if (digits == nullptr || exponents == nullptr)
        return noMemoryForWeights(weight);
    auto* const bytes = reinterpret_cast<std::int8_t*>(digits.get());
    std::atomic<bool> finite{true};
    pool_.parallelFor(2 * n_panels, [&](std::size_t strip) {
        if (!packColumns(matrix, strip * kDigitTile, bytes + strip * depth.stripBytes(),
                         exponents.get() + strip * depth.stripExponents()))
            finite.store(false);
    });
    if (!finite.load()) // infinities have no digits: such a matrix, which nobody means to have, stays in F32
        return panels_->prepare(std::move(weight), layout, std::move(bias));
    HEADLIGHT_ASSIGN(PaddedBias padded_bias, PaddedBias::of(bias, n_panels * kDigitPanelWidth));
    return LinearWeightsPtr(std::make_shared<DigitWeights>(matrix.n_in, matrix.n_out, std::move(digits),
                                                           std::move(exponents), std::move(padded_bias)));
}

/// Adds to a row of a panel's product what the input's infinities and NaN contribute, which were packed as
/// zeros.
void addSpecial(const DigitWeights& weights, const float* input, std::size_t first_column,
                std::size_t n_columns, float* product) {
    for (std::size_t k = 0; k < weights.inputSize(); ++k) {
        if (std::isfinite(input[k]))
            continue;
        for (std::size_t column = 0; column < n_columns; ++column)
            product[column] += input[k] * weights.weight(first_column + column, k);
        if (std::all_of(product, product + n_columns, [](float x) { return std::isnan(x); }))
            return; // nothing changes any more
    }
}

void DigitLinearKernel::runTask(const DigitWeights& weights, const LinearCall& call, const RowStrips& strips,
                                const PackedDigits& input, const LinearTask& task) const {
    const DigitDepth& depth = weights.depth();
    const std::size_t first_row = task.first_row * strips.strip_rows; // of the packed ones
    const std::size_t n_rows = std::min(task.n_rows * strips.strip_rows, strips.n_rows - first_row);
    const float* const rows = call.input + (strips.first_row + first_row) * call.input_stride;
    float* const tile =
        threadScratch(ScratchUse::ProductTile, task.n_rows * strips.strip_rows * kDigitPanelWidth);
    TaskOutput task_output(kernels_, weights, call, strips.first_row + first_row, n_rows, task.first_panel, task.end_panel);
    digits_.enter(strips.strip_rows);
    for (std::size_t panel = task.first_panel; panel < task.end_panel; ++panel) {
        const PanelOutput output = task_output.panel(panel);
        output.fetch(0, n_rows);
        digits_.multiply_panel({.left = input.digits + task.first_row * depth.stripBytes(),
                                .left_exponents = input.exponents + task.first_row * depth.stripExponents(),
                                .n_tiles = task.n_rows,
                                .tile_rows = strips.strip_rows,
                                .right = weights.digits(2 * panel),
                                .right_exponents = weights.exponents(2 * panel),
                                .depth = weights.inputSize(),
                                .product = tile});
        for (std::size_t strip = 0; strip < task.n_rows; ++strip)
            for (std::uint32_t special = input.special[task.first_row + strip]; special != 0;
                 special &= special - 1) {
                const std::size_t row =
                    strip * strips.strip_rows + static_cast<std::size_t>(std::countr_zero(special));
                addSpecial(weights, rows + row * call.input_stride, output.first_column, output.n_columns,
                           tile + row * kDigitPanelWidth);
            }
        output.finish(tile, 0, n_rows);
        task_output.panelDone(panel);
    }
    digits_.leave();
}

void DigitLinearKernel::run(const LinearWeights& linear_weights, const LinearCall& call) const {
    const auto* const weights = dynamic_cast<const DigitWeights*>(&linear_weights);
    if (weights == nullptr)
        return panels_->run(linear_weights, call);
    const DigitDepth& depth = weights->depth();
    runStripTasks(
        pool_, {call.n_rows, weights->inputSize(), weights->panelCount(), depth.stripBytes()},
        [&](const RowStrips& strips) {
            const std::size_t strip_floats = depth.stripBytes() / sizeof(float);
            float* const scratch = threadScratch(
                ScratchUse::PackedRows, strips.count() * (strip_floats + depth.stripExponents() + 1));
            float* const exponents = scratch + strips.count() * strip_floats;
            return PackedDigits{
                .digits = reinterpret_cast<std::int8_t*>(scratch),
                .exponents = exponents,
                .special = reinterpret_cast<std::uint32_t*>(exponents + strips.count() * depth.stripExponents())};
        },
        [&](const RowStrips& strips, std::size_t strip, const PackedDigits& packed) {
            packed.special[strip] = digits_.pack_strip(
                {.values = call.input + (strips.first_row + strip * strips.strip_rows) * call.input_stride,
                 .stride = call.input_stride,
                 .count = strips.rowsOf(strip),
                 .padded_count = strips.strip_rows,
                 .depth = weights->inputSize()},
                packed.digits + strip * depth.stripBytes(), packed.exponents + strip * depth.stripExponents());
        },
        [&](const RowStrips& strips, const PackedDigits& packed, const LinearTask& task) {
            runTask(*weights, call, strips, packed, task);
        });
}

} // namespace

LinearKernelPtr makeDigitLinearKernel(const ThreadPool& pool, const KernelTable& kernels,
                                      const DigitKernels& digits) {
    return std::make_unique<DigitLinearKernel>(pool, kernels, digits);
}

} // namespace headlight::cpu
