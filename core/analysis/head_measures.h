// What one head does on this text, in a few numbers. Computed block by block; the n x n map never exists.
#pragma once

#include "core/base/run_control.h"
#include "core/trace/trace.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace headlight {

/// All are means over query rows of that row's value, unless said otherwise; w(i, j) is the attention weight.
/// Distances and diagonals count token positions and make sense for self attention; cross heads report them too.
/// measure_info.h has a name, a sentence, a unit and a source for each.
struct HeadMeasures {
    double entropy = 0.0;            ///< -sum_j w log w, in nats; 0: one key, log(visible keys): spread evenly
    double normalised_entropy = 0.0; ///< entropy / log(number of visible keys), 0..1; rows that see one key are left out
    double distance = 0.0;           ///< sum_j w |position(i) - j|, in tokens
    double nearby = 0.0;             ///< weight on keys at most kNearby positions away, the query's own included
    double diagonal = 0.0;           ///< weight on the key at the query's own position
    double previous_token = 0.0;     ///< weight on the key one position before; rows without one are left out
    double next_token = 0.0;         ///< weight on the key one position behind; rows without one are left out
    double first_token = 0.0;        ///< weight on key 0 (where heads that have nothing to do look)
    double special_tokens = 0.0;     ///< weight on keys marked special ([CLS], </s>, ...)
    double busiest_key = 0.0;        ///< the largest column mean: what share of all weight one key receives
    double sharpness = 0.0;          ///< the row's largest weight: for cross heads, how clear-cut an alignment is
    /// Weight on the keys that followed earlier occurrences of the query's token, over queries that were there before.
    std::optional<double> induction;
    /// Weight on the other occurrences of the query's token, over queries that see one and are not special.
    std::optional<double> duplicate_token;
};

/// How far away a key may be to count as nearby, in tokens.
inline constexpr std::size_t kNearby = 3;

/// What is known about the tokens beside the trace.
struct MeasureInput {
    std::vector<bool> special_keys = {}; ///< [n_key]; empty: none are special
    std::vector<std::int32_t> ids = {};  ///< [n_key], self attention only; empty: no induction, no duplicates
};

/// Measures one head. The address must be inside the trace.
/// An Error only when cancelled, which is noticed within a block of rows, or out of memory.
[[nodiscard]] Result<HeadMeasures> measureHead(const Trace& trace, const HeadAddress& head, const MeasureInput& input = {},
                                               const RunControl& control = {});

} // namespace headlight
