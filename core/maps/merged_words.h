// Words instead of their parts: what a word looks at is the mean of what its parts look at, and what it gets
// is the sum of what its parts get. Rows of weights still sum to 1.
#pragma once

#include "core/maps/row_maxima.h"

namespace headlight {

class MergedWords final : public MapSource {
public:
    /// Groups are ranges of `source`'s rows and columns, one behind the other, each at least one long, all of
    /// them together the whole side.
    MergedWords(MapSourcePtr source, std::vector<TokenRange> row_groups,
                std::vector<TokenRange> column_groups);

    [[nodiscard]] const MapAxis& rows() const override { return rows_; }
    [[nodiscard]] const MapAxis& columns() const override { return columns_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    [[nodiscard]] TokenRange visible(std::size_t row) const override;
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override {
        return maxima_.of(*this, rows);
    }
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override { return alterations_; }
    [[nodiscard]] std::size_t cost() const override;

private:
    MapSourcePtr source_;
    MapAxis rows_;
    MapAxis columns_;
    RowMaxima maxima_;
    std::vector<MapAlteration> alterations_;
};

/// Whether `groups` are ranges as MergedWords wants them for a side of `n`.
[[nodiscard]] bool areGroupsOf(const std::vector<TokenRange>& groups, std::size_t n);

} // namespace headlight
