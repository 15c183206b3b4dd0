// What the implementations of linear layers share: weights that were packed with a padded bias, and the last
// step of a product.
#pragma once

#include "core/compute/cpu/aligned_memory.h"
#include "core/compute/cpu/kernels/kernel_table.h"
#include "core/compute/cpu/linear_kernel.h"

#include <optional>

namespace headlight::cpu {

[[nodiscard]] constexpr std::size_t divideUp(std::size_t n, std::size_t step) {
    return (n + step - 1) / step;
}
[[nodiscard]] constexpr std::size_t roundUp(std::size_t n, std::size_t step) {
    return divideUp(n, step) * step;
}

/// A weight matrix seen as [n_out, n_in] however it lies.
struct WeightMatrix {
    WeightMatrix(const Tensor& weight, WeightLayout layout);
    const float* data;
    std::size_t n_in;
    std::size_t n_out;
    std::size_t in_stride;
    std::size_t out_stride;
};

/// A bias padded with zeros to whole panels; no floats for a layer without.
struct PaddedBias {
    AlignedFloats floats;
    [[nodiscard]] static Result<PaddedBias> of(const Tensor& bias, std::size_t padded_size);
};
/// "not enough memory to prepare a weight matrix"
[[nodiscard]] Error noMemoryForWeights(const Tensor& weight);

class PackedWeights : public LinearWeights {
public:
    PackedWeights(std::size_t n_in, std::size_t n_out, PaddedBias bias)
        : n_in_(n_in)
        , n_out_(n_out)
        , bias_(std::move(bias)) {}
    [[nodiscard]] std::size_t inputSize() const override { return n_in_; }
    [[nodiscard]] std::size_t outputSize() const override { return n_out_; }
    [[nodiscard]] Result<void> read(const WeightBlock& block, std::span<float> weights) const override;
    [[nodiscard]] Result<void> readBiases(std::size_t first, std::span<float> biases) const override;
    /// The number that is multiplied with.
    [[nodiscard]] virtual float weight(std::size_t output, std::size_t input) const = 0;
    /// Of columns [first_column, ...); null without.
    [[nodiscard]] const float* bias(std::size_t first_column) const {
        return bias_.floats != nullptr ? bias_.floats.get() + first_column : nullptr;
    }

private:
    std::size_t n_in_;
    std::size_t n_out_;
    PaddedBias bias_;
};

/// One panel of a task's product and where it goes.
struct PanelOutput {
    const KernelTable& kernels;
    const LinearCall& call;
    const float* bias;
    float* rows; ///< of the task's first row
    std::size_t stride;
    std::size_t first_column;
    std::size_t n_columns;

    /// Asks for the lines of rows [first, first + n_rows) of the task, which will be written to.
    void fetch(std::size_t first, std::size_t n_rows) const;
    /// rows = activation(tile + bias), or += that; `tile` is [n_rows, panel_width].
    void finish(const float* tile, std::size_t first, std::size_t n_rows) const;
};

/// The output of a task, panel after panel. Results too large for any cache (logits) are gathered from
/// several panels and then written past the caches: lines that are overwritten whole need not be read from
/// memory before.
class TaskOutput {
public:
    TaskOutput(const KernelTable& kernels, const PackedWeights& weights, const LinearCall& call,
               std::size_t first_row, std::size_t n_rows, std::size_t first_panel, std::size_t end_panel);
    [[nodiscard]] PanelOutput panel(std::size_t i) const;
    /// All rows of panel `i` are finished.
    void panelDone(std::size_t i);

private:
    [[nodiscard]] float* target(std::size_t column) const {
        return call_.output + first_row_ * call_.output_stride + column;
    }

    const KernelTable& kernels_;
    const PackedWeights& weights_;
    const LinearCall& call_;
    std::size_t first_row_;
    std::size_t n_rows_;
    std::size_t end_panel_;
    std::size_t group_panels_ = 0; ///< gathered at once; 0: none are
    std::size_t group_first_;      ///< first panel of those being gathered
    std::size_t gathered_stride_ = 0;
    float* gathered_ = nullptr; ///< [n_rows, gathered_stride_]
};

} // namespace headlight::cpu
