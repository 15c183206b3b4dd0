// Puts the kernels of one instruction set into a table. Included by the three kernels_*.cpp after they have set
// HEADLIGHT_LANES (floats in a register) and HEADLIGHT_ROW_BLOCK (rows of the product kernel: as many as registers allow).
#pragma once

#include "core/compute/cpu/kernels/attention_kernels.h"
#include "core/compute/cpu/kernels/row_kernels.h"

namespace headlight::cpu {
namespace {

constexpr KernelTable makeTable(const char* name, decltype(KernelTable::stream_rows) stream_rows = nullptr) {
    return {
        .name = name,
        .panel_width = kPanelWidth,
        .row_block = kRowBlock,
        .multiply_panel = multiplyPanel,
        .finish_linear = {finishLinear<unchanged>, finishLinear<relu>, finishLinear<gelu>, finishLinear<geluTanh>,
                          finishLinear<geluQuick>, finishLinear<silu>, finishLinear<hyperbolicTangent>},
        .stream_rows = stream_rows,
        .pack_rows = packRows,
        .pack_scaled_rows = packScaledRows,
        .pack_transposed = packTransposed,
        .score_tile = scoreTile,
        .finish_scores = finishAllScores,
        .softmax = softmaxRows,
        .weight_tile = weightTile,
        .layer_norm = layerNormRow,
        .rms_norm = rmsNormRow,
        .add = addAll,
        .multiply = multiplyAll,
        .maximum_rows = maximumRows,
        .sum_rows = sumRows,
        .maximum_cells = maximumCells,
        .sum_cells = sumCells,
        .scale = scaleAll,
        .add_scaled = addScaledAll,
        .exponential = exponentialAll,
        .activate = {nullptr, activateAll<relu>, activateAll<gelu>, activateAll<geluTanh>, activateAll<geluQuick>,
                     activateAll<silu>, activateAll<hyperbolicTangent>},
    };
}

} // namespace
} // namespace headlight::cpu
