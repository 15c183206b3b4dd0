// A set of byte strings with a number each, for longest and all-prefix matches (double array, XOR addressed).
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace headlight {

/// Built once, read from any thread. Reference: Aoe, "An efficient digital search algorithm by using a double-array
/// structure" (1989); children are found by XOR as in darts-clone, so that a node's children share a 256-slot block.
class ByteTrie {
public:
    static constexpr std::uint32_t root = 0;
    static constexpr std::uint32_t none = 0xFFFFFFFFu;

    ByteTrie() = default;
    /// Empty keys are left out; of equal keys the last one wins.
    explicit ByteTrie(std::vector<std::pair<std::string_view, std::uint32_t>> entries);

    /// The child of `node` along `byte`, or `none`.
    [[nodiscard]] std::uint32_t step(std::uint32_t node, unsigned char byte) const {
        const std::uint32_t child = units_[node].base ^ byte;
        return units_[child].parent == node ? child : none;
    }
    /// The number stored at a node, or `none`.
    [[nodiscard]] std::uint32_t value(std::uint32_t node) const { return units_[node].value; }
    [[nodiscard]] bool empty() const { return units_.empty(); }
    /// Longest key that begins `text`: its length and number; length 0 if there is none.
    [[nodiscard]] std::pair<std::size_t, std::uint32_t> longestPrefix(std::string_view text) const;

private:
    static constexpr std::uint32_t no_parent = none - 1; // of the root: taken, and nobody's child
    struct Unit {
        std::uint32_t base = 0;
        std::uint32_t parent = none; // `none` while the slot is free
        std::uint32_t value = none;
    };
    struct Builder;
    std::vector<Unit> units_;
};

} // namespace headlight
