#include "core/compute/cpu/packed_linear.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {

WeightMatrix::WeightMatrix(const Tensor& weight, WeightLayout layout) : data(weight.data()) {
    assert(weight.shape().size() == 2);
    const bool out_in = layout == WeightLayout::OutIn;
    n_out = weight.dimension(out_in ? 0 : 1);
    n_in = weight.dimension(out_in ? 1 : 0);
    out_stride = out_in ? n_in : 1;
    in_stride = out_in ? 1 : n_out;
}

Error noMemoryForWeights(const Tensor& weight) {
    return makeError(ErrorKind::Memory, "not enough memory to prepare a weight matrix").atItem(shapeText(weight.shape()));
}

Result<PaddedBias> PaddedBias::of(const Tensor& bias, std::size_t padded_size) {
    if (bias.empty())
        return PaddedBias{};
    AlignedFloats floats = allocateAligned(padded_size);
    if (floats == nullptr)
        return noMemoryForWeights(bias);
    assert(bias.size() <= padded_size);
    std::fill(std::copy_n(bias.data(), bias.size(), floats.get()), floats.get() + padded_size, 0.0f);
    return PaddedBias{std::move(floats)};
}

Result<void> PackedWeights::read(const WeightBlock& block, std::span<float> weights) const {
    assert(block.first_output + block.n_outputs <= n_out_ && block.first_input + block.n_inputs <= n_in_);
    for (std::size_t o = 0; o < block.n_outputs; ++o)
        for (std::size_t i = 0; i < block.n_inputs; ++i)
            weights[o * block.n_inputs + i] = weight(block.first_output + o, block.first_input + i);
    return {};
}

Result<void> PackedWeights::readBiases(std::size_t first, std::span<float> biases) const {
    if (bias_.floats == nullptr)
        std::fill(biases.begin(), biases.end(), 0.0f);
    else
        std::copy_n(bias_.floats.get() + first, biases.size(), biases.begin());
    return {};
}

PanelOutput::PanelOutput(const KernelTable& table, const PackedWeights& weights, const LinearCall& linear_call, std::size_t first_row,
                         std::size_t panel)
    : kernels(table), call(linear_call), bias(weights.bias(panel * table.panel_width)),
      output(call.output + first_row * call.output_stride + panel * table.panel_width), first_column(panel * table.panel_width),
      n_columns(std::min(table.panel_width, weights.outputSize() - first_column)) {}

void PanelOutput::fetch(std::size_t first, std::size_t n_rows) const {
    constexpr std::size_t kCacheLine = 64 / sizeof(float);
    for (std::size_t r = first; r < first + n_rows; ++r)
        for (std::size_t c = 0; c < kernels.panel_width; c += kCacheLine)
            __builtin_prefetch(output + r * call.output_stride + c, 1, 2);
}

void PanelOutput::finish(const float* tile, std::size_t first, std::size_t n_rows) const {
    kernels.finish_linear[static_cast<std::size_t>(call.activation)]({.tile = tile,
                                                                      .tile_stride = kernels.panel_width,
                                                                      .rows = n_rows,
                                                                      .columns = n_columns,
                                                                      .bias = bias,
                                                                      .output = output + first * call.output_stride,
                                                                      .output_stride = call.output_stride,
                                                                      .accumulate = call.accumulate});
}

} // namespace headlight::cpu
