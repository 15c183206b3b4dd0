// The sums every row of an attention map goes through, written so that the compiler makes vector code of them.
#pragma once

#include <cstddef>
#include <span>

namespace headlight {

struct RowSums {
    double entropy = 0.0;  ///< -sum w ln w, in nats
    double distance = 0.0; ///< sum w |position - j|, in tokens
    float largest = 0.0f;  ///< the largest weight
};

/// Sums over one row's weights [n]; weights[0] belongs to key `first_key`, the query stands at `position`. Adds each
/// weight to `received` [n], what its key has received so far.
[[nodiscard]] RowSums sumRow(std::span<const float> weights, std::size_t first_key, std::size_t position,
                             std::span<double> received);

} // namespace headlight
