// Size arithmetic that says when it overflows: every product of numbers read from a file goes through here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace headlight {

[[nodiscard]] inline std::optional<std::uint64_t> checkedMultiply(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return std::nullopt;
    return product;
}

[[nodiscard]] inline std::optional<std::uint64_t> checkedAdd(std::uint64_t a, std::uint64_t b) {
    std::uint64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        return std::nullopt;
    return sum;
}

/// The number of elements of a shape; [] is one element; nothing if it overflows.
[[nodiscard]] inline std::optional<std::uint64_t> checkedElementCount(std::span<const std::uint64_t> shape) {
    std::uint64_t count = 1;
    for (const std::uint64_t dimension : shape) {
        const auto product = checkedMultiply(count, dimension);
        if (!product)
            return std::nullopt;
        count = *product;
    }
    return count;
}

} // namespace headlight
