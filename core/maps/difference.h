// What two maps differ in, where their tokens have partners: A - B, of either sign.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/maps/row_maxima.h"

#include <optional>

namespace headlight {

/// One row or column of a comparison: where it stands in A and where in B; one of the two may be missing.
struct AlignedPair {
    std::optional<std::size_t> a;
    std::optional<std::size_t> b;
    bool operator==(const AlignedPair&) const = default;
    [[nodiscard]] bool both() const { return a && b; }
};
/// In reading order: indices of A and of B both ascend.
using Alignment = std::vector<AlignedPair>;

class Difference final : public MapSource {
public:
    /// Alignments name rows and columns of the two maps, inside them and ascending. `text`: for people.
    Difference(MapSourcePtr a, MapSourcePtr b, Alignment rows, Alignment columns,
               const std::string& text = "difference A − B where tokens align");

    [[nodiscard]] const MapAxis& rows() const override { return row_axis_; }
    [[nodiscard]] const MapAxis& columns() const override { return column_axis_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    /// What either may see: where only one may (windows, across gaps), the other's weight is 0. A gap row
    /// sees what the row before it does.
    [[nodiscard]] TokenRange visible(std::size_t row) const override { return visible_[row]; }
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override {
        return maxima_.of(*this, rows);
    }
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override { return alterations_; }
    [[nodiscard]] bool isSigned() const override { return true; }
    [[nodiscard]] std::size_t cost() const override { return a_->cost() + b_->cost(); }

    [[nodiscard]] const MapSource& a() const { return *a_; }
    [[nodiscard]] const MapSource& b() const { return *b_; }
    [[nodiscard]] const Alignment& rowPairs() const { return rows_; }
    [[nodiscard]] const Alignment& columnPairs() const { return columns_; }

private:
    void findVisible();

    MapSourcePtr a_;
    MapSourcePtr b_;
    Alignment rows_;
    Alignment columns_;
    MapAxis row_axis_;
    MapAxis column_axis_;
    std::vector<TokenRange> visible_; ///< [n_rows]
    RowMaxima maxima_;
    std::vector<MapAlteration> alterations_;
};

/// Row by row, for maps of as many tokens.
[[nodiscard]] Alignment placeByPlace(std::size_t n);

/// The largest |value| of a map, for a scale that holds all of it. Errors: cancelled, memory.
[[nodiscard]] Result<float> largestMagnitude(const MapSource& source, const RunControl& control = {});

} // namespace headlight
