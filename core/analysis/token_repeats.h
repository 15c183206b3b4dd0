// Where the tokens of a text come again: what induction and duplicate-token heads look for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace headlight {

/// Memory grows with the text, however often one token comes in it.
class TokenRepeats {
public:
    TokenRepeats() = default;
    explicit TokenRepeats(std::span<const std::int32_t> ids);

    [[nodiscard]] bool empty() const { return group_.empty(); }
    [[nodiscard]] std::size_t size() const { return group_.size(); }
    /// Positions of all occurrences of the token at `position`, ascending, itself among them.
    [[nodiscard]] std::span<const std::uint32_t> occurrences(std::size_t position) const { return groups_[group_[position]]; }
    /// Those before `position`.
    [[nodiscard]] std::span<const std::uint32_t> earlier(std::size_t position) const {
        return occurrences(position).first(rank_[position]);
    }
    /// Tokens that were there before.
    [[nodiscard]] std::size_t nRepeated() const;

private:
    std::vector<std::vector<std::uint32_t>> groups_; ///< [n_different] positions of each token
    std::vector<std::uint32_t> group_;               ///< [n_tokens]
    std::vector<std::uint32_t> rank_;                ///< [n_tokens] how many of its group stand before it
};

} // namespace headlight
