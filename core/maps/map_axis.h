// One side of a map: which tokens of the text stand behind each of its rows or columns, and how they count.
#pragma once

#include "core/base/indices.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace headlight {

/// What a row or column is to the picture.
enum class AxisMark : std::uint8_t {
    Shown,  ///< as it is
    Dimmed, ///< there, but not looked at: painted pale, left out of the rows' largest values and of pooled
            ///< cells that others share
    Gap,    ///< nothing to show (a token without a partner in a comparison): its cells are NaN
};

/// The rows or the columns of a map. Plain axes have one row a token and cost nothing, however long.
class MapAxis {
public:
    MapAxis() = default;
    /// One row (column) a token, all shown.
    static MapAxis plain(std::size_t n_tokens);
    /// Row i stands for `tokens[i]`; ranges ascend, may leave tokens out and may be empty (gaps). `marks` as
    /// many, or none: all shown.
    static MapAxis of(std::size_t n_tokens, std::vector<TokenRange> tokens, std::vector<AxisMark> marks = {});

    [[nodiscard]] std::size_t size() const { return plain_ ? n_tokens_ : tokens_.size(); }
    [[nodiscard]] std::size_t nTokens() const { return n_tokens_; } ///< of the text, shown or not
    [[nodiscard]] bool isPlain() const { return plain_; }
    [[nodiscard]] TokenRange tokens(std::size_t index) const;
    [[nodiscard]] AxisMark mark(std::size_t index) const {
        return marks_.empty() ? AxisMark::Shown : marks_[index];
    }
    [[nodiscard]] bool allShown() const { return marks_.empty(); }
    /// The row (column) a token stands in; nothing where it is left out.
    [[nodiscard]] std::optional<std::size_t> indexOf(std::size_t token) const;

private:
    bool plain_ = true;
    std::size_t n_tokens_ = 0;
    std::vector<TokenRange> tokens_;
    std::vector<AxisMark> marks_; ///< empty: all shown
};

} // namespace headlight
