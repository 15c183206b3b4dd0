#include "core/maps/map_axis.h"

#include <algorithm>
#include <cassert>

namespace headlight {

MapAxis MapAxis::plain(std::size_t n_tokens) {
    MapAxis axis;
    axis.n_tokens_ = n_tokens;
    return axis;
}

MapAxis MapAxis::of(std::size_t n_tokens, std::vector<TokenRange> tokens, std::vector<AxisMark> marks) {
    assert(marks.empty() || marks.size() == tokens.size());
    MapAxis axis;
    axis.plain_ = false;
    axis.n_tokens_ = n_tokens;
    axis.tokens_ = std::move(tokens);
    if (std::ranges::any_of(marks, [](AxisMark mark) { return mark != AxisMark::Shown; }))
        axis.marks_ = std::move(marks);
    return axis;
}

TokenRange MapAxis::tokens(std::size_t index) const {
    assert(index < size());
    return plain_ ? TokenRange{index, index + 1} : tokens_[index];
}

std::optional<std::size_t> MapAxis::indexOf(std::size_t token) const {
    if (plain_)
        return token < n_tokens_ ? std::optional(token) : std::nullopt;
    // Ends never fall from range to range, gaps repeat where they stand: the first range that ends behind the
    // token.
    const auto found = std::ranges::upper_bound(tokens_, token, {}, &TokenRange::end);
    if (found == tokens_.end() || token < found->begin)
        return std::nullopt;
    return static_cast<std::size_t>(found - tokens_.begin());
}

} // namespace headlight
