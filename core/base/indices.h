// Typed indices: a layer is not a head, and neither is a token.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>

namespace headlight {

/// An index that only compares with its own kind. `value` counts from 0.
template <class Tag>
struct Index {
    std::size_t value = 0;
    constexpr Index() = default;
    constexpr explicit Index(std::size_t v) : value(v) {}
    constexpr auto operator<=>(const Index&) const = default;
};

using LayerIndex = Index<struct LayerTag>;
using HeadIndex = Index<struct HeadTag>;
using TokenIndex = Index<struct TokenTag>;

/// A half-open range [begin, end) of token positions.
struct TokenRange {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] constexpr std::size_t size() const { return end > begin ? end - begin : 0; }
    constexpr bool operator==(const TokenRange&) const = default;
};

} // namespace headlight
