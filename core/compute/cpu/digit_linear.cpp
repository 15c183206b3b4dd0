// Linear layers in F32 by exact integer products of digits (kernels/digit_kernels.h has the method and its
// error). Weights lie in panels of two strips of 16 output columns, three bytes a number.
#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/digit_kernels.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/linear_kernel.h"
#include "core/compute/cpu/linear_split.h"

#include "core/base/checked.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace headlight::cpu {
namespace {

/// Bytes of packed input rows a thread works on at once: they stay in its L2 cache.
constexpr std::size_t kPackedRowsBudget = std::size_t{1} << 20;
/// Bytes of packed input rows there are at once, for all threads.
constexpr std::size_t kPackedChunk = std::size_t{8} << 20;
/// Input numbers a packing task is worth being handed out for.
constexpr std::size_t kWorthPacking = std::size_t{16} << 10;

std::size_t divideUp(std::size_t n, std::size_t step) {
    return (n + step - 1) / step;
}

class DigitWeights final : public LinearWeights {
public:
    DigitWeights(std::size_t n_in, std::size_t n_out, AlignedFloats digits, AlignedFloats exponents,
                 AlignedFloats bias)
        : n_in_(n_in)
        , n_out_(n_out)
        , depth_(n_in)
        , digits_(std::move(digits))
        , exponents_(std::move(exponents))
        , bias_(std::move(bias)) {}
    [[nodiscard]] std::size_t inputSize() const override { return n_in_; }
    [[nodiscard]] std::size_t outputSize() const override { return n_out_; }
    [[nodiscard]] Result<void> read(const WeightBlock& block, std::span<float> weights) const override {
        assert(block.first_output + block.n_outputs <= n_out_ && block.first_input + block.n_inputs <= n_in_);
        for (std::size_t o = 0; o < block.n_outputs; ++o)
            for (std::size_t i = 0; i < block.n_inputs; ++i)
                weights[o * block.n_inputs + i] = weight(block.first_output + o, block.first_input + i);
        return {};
    }
    [[nodiscard]] Result<void> readBiases(std::size_t first, std::span<float> biases) const override {
        if (bias_ == nullptr)
            std::fill(biases.begin(), biases.end(), 0.0f);
        else
            std::copy_n(bias_.get() + first, biases.size(), biases.begin());
        return {};
    }
    [[nodiscard]] const DigitDepth& depth() const { return depth_; }
    [[nodiscard]] std::size_t panelCount() const { return divideUp(n_out_, kDigitPanelWidth); }
    [[nodiscard]] const std::int8_t* digits(std::size_t strip) const {
        return reinterpret_cast<const std::int8_t*>(digits_.get()) + strip * depth_.stripBytes();
    }
    [[nodiscard]] const float* exponents(std::size_t strip) const {
        return exponents_.get() + strip * depth_.stripExponents();
    }
    [[nodiscard]] const float* bias() const { return bias_.get(); } ///< padded to whole panels; null without
    /// The number that is multiplied with: the checkpoint's, within 2^-23 of the largest one in the column.
    [[nodiscard]] float weight(std::size_t output, std::size_t input) const;

private:
    std::size_t n_in_;
    std::size_t n_out_;
    DigitDepth depth_;
    AlignedFloats digits_;    ///< [n_panels][2 strips][n_steps][3][16][16][4] bytes
    AlignedFloats exponents_; ///< [n_panels][2 strips][n_blocks][16]
    AlignedFloats bias_;
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

/// Input rows as digits, in strips of `tile_rows` rows.
struct PackedInput {
    std::size_t first_row;
    std::size_t n_rows;
    std::size_t tile_rows;
    std::int8_t* digits;
    float* exponents;
    std::uint32_t* special; ///< for each strip: which rows have infinities or NaN

    [[nodiscard]] std::size_t stripCount() const { return divideUp(n_rows, tile_rows); }
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
    bool packColumns(const Tensor& weight, WeightLayout layout, std::size_t first, std::int8_t* digits,
                     float* exponents) const;
    [[nodiscard]] PackedInput packRows(const DigitDepth& depth, const LinearCall& call, std::size_t first_row,
                                       std::size_t n_rows, std::size_t n_in) const;
    void runTask(const DigitWeights& weights, const LinearCall& call, const PackedInput& input,
                 const LinearTask& task) const;

    const ThreadPool& pool_;
    const KernelTable& kernels_;
    const DigitKernels& digits_;
    LinearKernelPtr panels_; ///< for matrices with weights that are not finite
};

/// Packs the strip of output columns from `first` on; those beyond the matrix become zero. False where a
/// weight is not finite.
bool DigitLinearKernel::packColumns(const Tensor& weight, WeightLayout layout, std::size_t first,
                                    std::int8_t* digits, float* exponents) const {
    const bool out_in = layout == WeightLayout::OutIn;
    const std::size_t n_out = weight.dimension(out_in ? 0 : 1);
    const std::size_t n_in = weight.dimension(out_in ? 1 : 0);
    const std::size_t count = first < n_out ? std::min(kDigitTile, n_out - first) : 0;
    DigitSource source{
        .values = weight.data(), .stride = n_in, .count = count, .padded_count = kDigitTile, .depth = n_in};
    if (count > 0 && out_in) {
        source.values += first * n_in;
    } else if (count > 0) {
        source.stride = divideUp(n_in, kDigitTile) * kDigitTile;
        float* const columns = threadScratch(ScratchUse::ProductTile, kDigitTile * source.stride);
        digits_.gather_columns(weight.data() + first, n_out, n_in, count, columns, source.stride);
        source.values = columns;
    }
    const bool finite = digits_.pack_strip(source, digits, exponents) == 0;
    digits_.transpose_strip(digits, DigitDepth(n_in).n_steps);
    return finite;
}

Result<LinearWeightsPtr> DigitLinearKernel::prepare(Tensor weight, WeightLayout layout, Tensor bias) const {
    assert(weight.shape().size() == 2);
    const bool out_in = layout == WeightLayout::OutIn;
    const std::size_t n_out = weight.dimension(out_in ? 0 : 1);
    const std::size_t n_in = weight.dimension(out_in ? 1 : 0);
    assert(bias.empty() || bias.size() == n_out);
    const DigitDepth depth(n_in);
    const std::size_t n_panels = divideUp(n_out, kDigitPanelWidth);
    const auto size = checkedMultiply(2 * n_panels, depth.stripBytes());
    AlignedFloats digits = size ? allocateAligned(*size / sizeof(float)) : nullptr;
    AlignedFloats exponents = allocateAligned(2 * n_panels * depth.stripExponents());
    AlignedFloats padded_bias = bias.empty() ? nullptr : allocateAligned(n_panels * kDigitPanelWidth);
    if (digits == nullptr || exponents == nullptr || (!bias.empty() && padded_bias == nullptr))
        return makeError(ErrorKind::Memory, "not enough memory to prepare a weight matrix")
            .atItem(shapeText(weight.shape()));
    auto* const bytes = reinterpret_cast<std::int8_t*>(digits.get());
    std::atomic<bool> finite{true};
    pool_.parallelFor(2 * n_panels, [&](std::size_t strip) {
        if (!packColumns(weight, layout, strip * kDigitTile, bytes + strip * depth.stripBytes(),
                         exponents.get() + strip * depth.stripExponents()))
            finite.store(false);
    });
    if (!finite.load()) // infinities have no digits: such a matrix, which nobody means to have, stays in F32
        return panels_->prepare(std::move(weight), layout, std::move(bias));
    if (!bias.empty())
        std::fill(std::copy_n(bias.data(), n_out, padded_bias.get()),
                  padded_bias.get() + n_panels * kDigitPanelWidth, 0.0f);
    return LinearWeightsPtr(std::make_shared<DigitWeights>(n_in, n_out, std::move(digits),
                                                           std::move(exponents), std::move(padded_bias)));
}

PackedInput DigitLinearKernel::packRows(const DigitDepth& depth, const LinearCall& call,
                                        std::size_t first_row, std::size_t n_rows, std::size_t n_in) const {
    // Rows are shared out evenly: 17 rows are strips of 9 and 8, which take less time than 16 and 1.
    const std::size_t tile_rows = divideUp(n_rows, divideUp(n_rows, kDigitTile));
    const std::size_t n_strips = divideUp(n_rows, tile_rows);
    const std::size_t strip_floats = depth.stripBytes() / sizeof(float);
    float* const scratch =
        threadScratch(ScratchUse::PackedRows, n_strips * (strip_floats + depth.stripExponents() + 1));
    float* const exponents = scratch + n_strips * strip_floats;
    const PackedInput packed{
        .first_row = first_row,
        .n_rows = n_rows,
        .tile_rows = tile_rows,
        .digits = reinterpret_cast<std::int8_t*>(scratch),
        .exponents = exponents,
        .special = reinterpret_cast<std::uint32_t*>(exponents + n_strips * depth.stripExponents())};
    const std::size_t n_tasks = std::clamp<std::size_t>(n_rows * n_in / kWorthPacking, 1, n_strips);
    pool_.parallelFor(n_tasks, [&](std::size_t task) {
        for (std::size_t strip = task * n_strips / n_tasks; strip < (task + 1) * n_strips / n_tasks;
             ++strip) {
            const std::size_t first = strip * tile_rows;
            packed.special[strip] =
                digits_.pack_strip({.values = call.input + (first_row + first) * call.input_stride,
                                    .stride = call.input_stride,
                                    .count = std::min(tile_rows, n_rows - first),
                                    .padded_count = tile_rows,
                                    .depth = n_in},
                                   packed.digits + strip * depth.stripBytes(),
                                   packed.exponents + strip * depth.stripExponents());
        }
    });
    return packed;
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

/// Rows of a task are counted in strips.
void DigitLinearKernel::runTask(const DigitWeights& weights, const LinearCall& call, const PackedInput& input,
                                const LinearTask& task) const {
    const DigitDepth& depth = weights.depth();
    const std::size_t first_row = task.first_row * input.tile_rows; // of the packed ones
    const std::size_t n_rows = std::min(task.n_rows * input.tile_rows, input.n_rows - first_row);
    const float* const exponents = input.exponents + task.first_row * depth.stripExponents();
    float* const tile =
        threadScratch(ScratchUse::ProductTile, task.n_rows * input.tile_rows * kDigitPanelWidth);
    digits_.enter(input.tile_rows);
    for (std::size_t panel = task.first_panel; panel < task.end_panel; ++panel) {
        const std::size_t first_column = panel * kDigitPanelWidth;
        const std::size_t n_columns = std::min(kDigitPanelWidth, weights.outputSize() - first_column);
        float* const output = call.output + (input.first_row + first_row) * call.output_stride + first_column;
        fetchForWriting(output, call.output_stride, n_rows, kDigitPanelWidth);
        digits_.multiply_panel({.left = input.digits + task.first_row * depth.stripBytes(),
                                .left_exponents = exponents,
                                .n_tiles = task.n_rows,
                                .tile_rows = input.tile_rows,
                                .right = weights.digits(2 * panel),
                                .right_exponents = weights.exponents(2 * panel),
                                .depth = weights.inputSize(),
                                .product = tile});
        for (std::size_t strip = 0; strip < task.n_rows; ++strip)
            for (std::uint32_t special = input.special[task.first_row + strip]; special != 0;
                 special &= special - 1) {
                const std::size_t row =
                    strip * input.tile_rows + static_cast<std::size_t>(std::countr_zero(special));
                addSpecial(weights, call.input + (input.first_row + first_row + row) * call.input_stride,
                           first_column, n_columns, tile + row * kDigitPanelWidth);
            }
        kernels_.finish_linear({.tile = tile,
                                .tile_stride = kDigitPanelWidth,
                                .rows = n_rows,
                                .columns = n_columns,
                                .bias = weights.bias() != nullptr ? weights.bias() + first_column : nullptr,
                                .activate = kernels_.activate[static_cast<std::size_t>(call.activation)],
                                .output = output,
                                .output_stride = call.output_stride,
                                .accumulate = call.accumulate});
    }
    digits_.leave();
}

void DigitLinearKernel::run(const LinearWeights& linear_weights, const LinearCall& call) const {
    const auto* const weights = dynamic_cast<const DigitWeights*>(&linear_weights);
    if (weights == nullptr)
        return panels_->run(linear_weights, call);
    const DigitDepth& depth = weights->depth();
    const std::size_t row_bytes = std::max<std::size_t>(1, depth.stripBytes() / kDigitTile);
    const std::size_t most_strips =
        std::clamp<std::size_t>(kPackedRowsBudget / row_bytes / kDigitTile, 1, 32);
    // The input is packed once for all: rows are only split where there are too few columns to go round.
    const bool many_panels = weights->panelCount() >= 4 * pool_.size();
    const std::size_t strips_worth_splitting = many_panels ? std::numeric_limits<std::size_t>::max() : 4;
    const std::size_t chunk = std::max<std::size_t>(1, kPackedChunk / row_bytes / kDigitTile) * kDigitTile;
    for (std::size_t first = 0; first < call.n_rows; first += chunk) {
        const PackedInput input =
            packRows(depth, call, first, std::min(chunk, call.n_rows - first), weights->inputSize());
        runLinearTasks(
            pool_, input.stripCount(), weights->panelCount(), most_strips,
            [&](const LinearTask& task) { runTask(*weights, call, input, task); }, strips_worth_splitting);
    }
}

} // namespace

LinearKernelPtr makeDigitLinearKernel(const ThreadPool& pool, const KernelTable& kernels,
                                      const DigitKernels& digits) {
    return std::make_unique<DigitLinearKernel>(pool, kernels, digits);
}

} // namespace headlight::cpu
