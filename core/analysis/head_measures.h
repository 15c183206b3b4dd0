// What one head does on this text, in a few numbers. Computed block by block; the n x n map never exists.
#pragma once

#include "core/base/run_control.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <vector>

namespace headlight {

/// All are means over query rows of that row's value, unless said otherwise; w(i, j) is the attention weight.
/// Distances and diagonals count token positions and make sense for self attention; cross heads report them too.
struct HeadMeasures {
    double entropy = 0.0;             ///< -sum_j w log w, in nats; 0: one key, log(visible keys): spread evenly
    double normalised_entropy = 0.0;  ///< entropy / log(number of visible keys), 0..1; rows that see one key are left out
    double distance = 0.0;            ///< sum_j w |position(i) - j|, in tokens
    double first_token = 0.0;         ///< weight on key 0 (where heads that have nothing to do look)
    double diagonal = 0.0;            ///< weight on the key at the query's own position
    double previous_token = 0.0;      ///< weight on the key one position before; rows without one are left out
    double special_tokens = 0.0;      ///< weight on keys marked special ([CLS], </s>, ...)
    double sharpness = 0.0;           ///< the row's largest weight: for cross heads, how clear-cut an alignment is
};

/// Measures one head. `special_keys` marks keys [n_key] (empty: none are special). The address must be inside the trace.
/// An Error only when cancelled, which is noticed within a block of rows, or out of memory.
[[nodiscard]] Result<HeadMeasures> measureHead(const Trace& trace, const HeadAddress& head,
                                               const std::vector<bool>& special_keys = {}, const RunControl& control = {});

/// All heads of one attention, [n_layers][n_heads]; an Error only when cancelled or the kind is not there.
[[nodiscard]] Result<std::vector<std::vector<HeadMeasures>>> measureHeads(const Trace& trace, AttentionKind kind,
                                                                          const std::vector<bool>& special_keys = {},
                                                                          const RunControl& control = {});

} // namespace headlight
