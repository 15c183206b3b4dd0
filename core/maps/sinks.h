// Attention sinks: keys that heads with nothing to do look at. Xiao et al. 2023, "Efficient Streaming
// Language Models with Attention Sinks"; the measure and its threshold follow Gu et al. 2024, "When Attention
// Sink Emerges in Language Models".
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/maps/map_source.h"

namespace headlight {

/// The mean weight from which on a key is a sink.
inline constexpr double kSinkMean = 0.3;

/// The mean of each column over all rows, [n_columns]; a masked cell counts as 0, so that the last key of a
/// causal map, which one row sees, is not taken for a sink. Read band by band. Errors: cancelled, memory.
[[nodiscard]] Result<std::vector<double>> columnMeans(const MapSource& source,
                                                      const RunControl& control = {});

/// Columns whose mean weight is above `threshold`; the first token is judged like all others.
[[nodiscard]] Result<std::vector<std::size_t>>
findSinks(const MapSource& source, double threshold = kSinkMean, const RunControl& control = {});

} // namespace headlight
