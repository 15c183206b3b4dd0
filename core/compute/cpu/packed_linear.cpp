#include "core/compute/cpu/packed_linear.h"

#include <algorithm>
#include <cassert>

namespace headlight::cpu {
namespace {

constexpr std::size_t kCacheLine = 64 / sizeof(float);

} // namespace

WeightMatrix::WeightMatrix(const Tensor& weight, WeightLayout layout)
    : data(weight.data()) {
    assert(weight.shape().size() == 2);
    const bool out_in = layout == WeightLayout::OutIn;
    n_out = weight.dimension(out_in ? 0 : 1);
    n_in = weight.dimension(out_in ? 1 : 0);
    out_stride = out_in ? n_in : 1;
    in_stride = out_in ? 1 : n_out;
}

Error noMemoryForWeights(const Tensor& weight) {
    return makeError(ErrorKind::Memory, "not enough memory to prepare a weight matrix")
        .atItem(shapeText(weight.shape()));
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

void PanelOutput::fetch(std::size_t first, std::size_t n_rows) const {
    for (std::size_t r = first; r < first + n_rows; ++r)
        for (std::size_t c = 0; c < kernels.panel_width; c += kCacheLine)
            __builtin_prefetch(rows + r * stride + c, 1, 2);
}

void PanelOutput::finish(const float* tile, std::size_t first, std::size_t n_rows) const {
    kernels.finish_linear[static_cast<std::size_t>(call.activation)]({.tile = tile,
                                                                      .tile_stride = kernels.panel_width,
                                                                      .rows = n_rows,
                                                                      .columns = n_columns,
                                                                      .bias = bias,
                                                                      .output = rows + first * stride,
                                                                      .output_stride = stride,
                                                                      .accumulate = call.accumulate});
}

TaskOutput::TaskOutput(const KernelTable& kernels, const PackedWeights& weights, const LinearCall& call,
                       std::size_t first_row, std::size_t n_rows, std::size_t first_panel,
                       std::size_t end_panel)
    : kernels_(kernels)
    , weights_(weights)
    , call_(call)
    , first_row_(first_row)
    , n_rows_(n_rows)
    , end_panel_(end_panel)
    , group_first_(first_panel) {
    constexpr std::size_t kWorthGathering = std::size_t{4}
                                            << 20; // floats of output: more than the L2 caches of a few cores
    constexpr std::size_t kGatheredBudget = std::size_t{64}
                                            << 10; // floats: with the packed rows they stay in the L2 cache
    constexpr std::size_t kMostPanels = 8;
    const std::size_t panels = std::min(kMostPanels, kGatheredBudget / (n_rows * kernels.panel_width));
    if (kernels.stream_rows == nullptr || call.accumulate || panels < 2 ||
        call.n_rows * weights.outputSize() < kWorthGathering)
        return;
    group_panels_ = panels;
    gathered_stride_ = panels * kernels.panel_width + kCacheLine; // rows fall into different cache sets
    gathered_ = threadScratch(ScratchUse::Gathered, n_rows * gathered_stride_);
}

PanelOutput TaskOutput::panel(std::size_t i) const {
    const std::size_t column = i * kernels_.panel_width;
    const bool gathers = gathered_ != nullptr;
    return {.kernels = kernels_,
            .call = call_,
            .bias = weights_.bias(column),
            .rows = gathers ? gathered_ + (i - group_first_) * kernels_.panel_width : target(column),
            .stride = gathers ? gathered_stride_ : call_.output_stride,
            .first_column = column,
            .n_columns = std::min(kernels_.panel_width, weights_.outputSize() - column)};
}

void TaskOutput::panelDone(std::size_t i) {
    const std::size_t end = i + 1;
    if (gathered_ == nullptr || (end < end_panel_ && end - group_first_ < group_panels_))
        return;
    const std::size_t first_column = group_first_ * kernels_.panel_width;
    const std::size_t end_column = std::min(end * kernels_.panel_width, weights_.outputSize());
    kernels_.stream_rows(gathered_, gathered_stride_, n_rows_, end_column - first_column,
                         target(first_column), call_.output_stride);
    group_first_ = end;
}

} // namespace headlight::cpu
