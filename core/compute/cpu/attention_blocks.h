// The pieces attention is put together from, forward and rebuilt alike.
#pragma once

#include "core/compute/cpu/cpu_attention.h"
#include "core/compute/cpu/kernels/kernel_table.h"

#include <array>

namespace headlight::cpu {

/// Most query rows of one block: their visible ranges and statistics live on the stack.
inline constexpr std::size_t kMaximumBlockRows = 64;

/// Query rows of one head, packed and with all that their scores depend on.
struct QueryBlock {
    std::size_t first_row = 0;
    std::size_t n_rows = 0;
    std::size_t strip_rows = 0;    ///< of BF16 strips; 0 in F32
    const float* packed = nullptr; ///< packed rows of depth head_dim, scaled, in the thread's scratch; or BF16 strips
    std::array<KeyRange, kMaximumBlockRows> visible;

    /// Keys that any of the rows may see.
    [[nodiscard]] KeyRange visibleToAny() const;
};

/// Packs rows [first_row, first_row + n_rows) of `head` into the calling thread's scratch.
[[nodiscard]] QueryBlock packQueries(const Engine& engine, const AttentionProblem& problem, HeadIndex head,
                                     std::size_t first_row, std::size_t n_rows);

/// Rows that blocks come in multiples of, where there are enough.
[[nodiscard]] std::size_t rowStep(const Engine& engine);
/// Rows that scores of a block take memory for.
[[nodiscard]] std::size_t scoreRows(const QueryBlock& block);

/// One key/value head that query head `head` reads.
[[nodiscard]] std::size_t keyHeadOf(const AttentionProblem& problem, HeadIndex head);

/// Floats of a packed panel of keys.
[[nodiscard]] std::size_t keyPanelSize(const Engine& engine, std::size_t head_dim);
/// Packs keys [first, first + count) of a key/value head as a panel: [head_dim][panel_width], or what BF16 products take.
void packKeyPanel(const Engine& engine, const HeadsView& key, std::size_t kv_head, std::size_t first, std::size_t count,
                  float* panel);

/// Finished scores of a block against the keys of one packed panel that starts at key `first_key`. `scores` has room for
/// scoreRows().
void scorePanel(const Engine& engine, const AttentionProblem& problem, HeadIndex head, const QueryBlock& block,
                const float* key_panel, std::size_t first_key, float* scores, std::size_t score_stride);

} // namespace headlight::cpu
