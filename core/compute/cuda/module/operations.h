// The module's operations, as its table calls them; the device's mutex is held.
#pragma once

#include "core/compute/cuda/module/device.h"

namespace headlight::cuda {

/// Host memory to the device, a few numbers inside a launch: those wait for nothing. `bytes` is a multiple of
/// four.
Status send(Device& device, const void* host, std::size_t bytes, void* to);
Status copyTo(Device& device, Matrix from, Matrix to);
Status addTo(Device& device, Matrix addend, Matrix target);
Status multiplyBy(Device& device, Matrix factor, Matrix target);
Status activateAll(Device& device, std::int32_t activation, Matrix target);
Status embedIds(Device& device, Matrix table, const std::int32_t* host_ids, float scale,
                std::int32_t accumulate, Matrix output);
Status normalise(Device& device, const Norm& norm);
Status rotateHeads(Device& device, Heads heads, Matrix table, std::int32_t interleaved);

Status packLinear(Device& device, const float* host, bool transposed, const Weights& shape, void* to);
Status runLinear(Device& device, const Weights& weights, Matrix input, Matrix output, std::int32_t activation,
                 bool accumulate);
Status runLinearToHost(Device& device, const Weights& weights, Matrix input, float* host);

Status capRows(Device& device, Matrix logits, float scale, float softcap);
Status chooseFromRows(Device& device, Matrix logits, const RowQuery* queries, std::size_t n_queries,
                      RowAnswer* answers);

Status attend(Device& device, const Attention& attention, const SoftmaxStatistics& statistics, Matrix output);
Status rebuildScores(Device& device, const Attention& attention, const Tile& tile, float* host);
Status rebuildWeights(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                      const Tile& tile, float* host);
Status poolWeights(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                   const Tile& tile, const PooledMap& map, float* host);

// The same with products of one kind of number; attention_f32.cu and its neighbours hold one each.
template <Number kNumber>
Status attendIn(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
                Matrix output);
template <Number kNumber> // without `statistics`: scores
Status rebuildIn(Device& device, const Attention& attention, const SoftmaxStatistics* statistics,
                 const Tile& tile, float* host);
template <Number kNumber>
Status poolIn(Device& device, const Attention& attention, const SoftmaxStatistics& statistics,
              const Tile& tile, const PooledMap& map, float* host);

// What linear layers need of the row kernels.
Status finishProduct(Device& device, Matrix product, Matrix target, const float* bias,
                     std::int32_t activation, bool accumulate);
Status roundTo(Device& device, Matrix source, Number number, std::uint16_t* half);

} // namespace headlight::cuda
