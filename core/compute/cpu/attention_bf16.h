// Attention with BF16 factors (kernels/bf16_kernels.h): scores of queries and keys in two parts, F32 softmax,
// weights and values rounded. What is rebuilt goes through the same functions.
#pragma once

#include "core/compute/cpu/attention_blocks.h"
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/packed_linear.h"

namespace headlight::cpu {

/// Floats of a panel of 32 keys, of 32 columns of values of `n_keys` keys.
[[nodiscard]] constexpr std::size_t bf16KeyPanelSize(std::size_t head_dim) {
    return kBf16SplitParts * roundUp(head_dim, kBf16DepthStep) * kBf16PanelWidth / 2;
}
[[nodiscard]] constexpr std::size_t bf16ValuePanelSize(std::size_t n_keys) {
    return roundUp(n_keys, kBf16PanelWidth) * kBf16PanelWidth / 2;
}

/// Packs the block's rows, which begin at `rows`, into the calling thread's scratch.
void packQueryStrips(const Bf16Kernels& bf16, const HeadsView& query, const float* rows, float scale,
                     QueryBlock& block);

/// Columns [first, first + 32) of a head's values, all keys.
void packValuePanel(const Bf16Kernels& bf16, const HeadsView& value, std::size_t kv_head, std::size_t first,
                    float* panel);

/// scores[scoreRows(block), 32] = queries keys^T
void multiplyQueries(const Bf16Kernels& bf16, const QueryBlock& block, std::size_t head_dim,
                     const float* key_panel, float* scores, std::size_t score_stride);

/// Scores of a block against panels of keys [begin, end), as softmaxAndSum() takes them: [n_panels][rows,
/// 32].
struct Bf16Scores {
    Bf16Scores(const QueryBlock& block, std::size_t first_panel, std::size_t n_panels);
    [[nodiscard]] float* panel(std::size_t i) const { return scores + i * panel_stride; }

    std::size_t first_panel;
    std::size_t n_panels;
    std::size_t panel_stride;
    float* scores;
};

/// What the softmax of a block's rows left.
struct BlockSoftmax {
    std::array<float, kMaximumBlockRows> maximum;
    std::array<float, kMaximumBlockRows> inverse_sum;
};

/// output[n_rows, value head_dim] = softmax(scores) values. `values` are the head's panels.
[[nodiscard]] BlockSoftmax softmaxAndSum(const Engine& engine, const QueryBlock& block,
                                         const Bf16Scores& scores, const HeadsView& value,
                                         const float* values, float* output, std::size_t output_stride);

} // namespace headlight::cpu
