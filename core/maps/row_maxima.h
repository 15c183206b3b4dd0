// The rows' largest values of a map that has to look for them: found once, a band at a time.
#pragma once

#include "core/maps/map_source.h"

#include <mutex>

namespace headlight {

/// Remembers what was found; safe from several threads at once.
class RowMaxima {
public:
    explicit RowMaxima(std::size_t n_rows)
        : known_(n_rows, kUnknown) {}
    /// The largest |value| of each of `rows` among the shown columns of `source`, whose own rows these are.
    [[nodiscard]] std::vector<float> of(const MapSource& source, TokenRange rows) const;

private:
    static constexpr float kUnknown = -1.0f;
    mutable std::mutex mutex_;
    mutable std::vector<float> known_; ///< [n_rows]
};

} // namespace headlight
