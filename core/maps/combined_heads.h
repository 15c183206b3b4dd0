// Several heads of one attention as one map: what they do together, or what any of them does.
#pragma once

#include "core/maps/row_maxima.h"
#include "core/trace/trace.h"

namespace headlight {

enum class HeadCombination {
    Mean,    ///< rows still sum to 1
    Maximum, ///< of every cell the largest weight any of the heads has there; rows do not sum to 1
};

class CombinedHeads final : public MapSource {
public:
    /// `heads`: at least one, inside `trace`, all of one kind.
    CombinedHeads(std::shared_ptr<const Trace> trace, std::vector<HeadAddress> heads,
                  HeadCombination combination);

    [[nodiscard]] const MapAxis& rows() const override { return rows_; }
    [[nodiscard]] const MapAxis& columns() const override { return columns_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    /// What any of the heads may see: layers of one model may have windows of different width.
    [[nodiscard]] TokenRange visible(std::size_t row) const override;
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override {
        return maxima_.of(*this, rows);
    }
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override { return alterations_; }
    [[nodiscard]] std::size_t cost() const override { return heads_.size(); }

private:
    std::shared_ptr<const Trace> trace_;
    std::vector<HeadAddress> heads_;
    HeadCombination combination_;
    MapAxis rows_;
    MapAxis columns_;
    RowMaxima maxima_;
    std::vector<MapAlteration> alterations_;
};

} // namespace headlight
