// One head as it is: straight through to the trace, pooled by the backend. Rows that an intervention changed come as changed.
#pragma once

#include "core/maps/map_source.h"
#include "core/trace/trace.h"

namespace headlight {

class HeadSource final : public MapSource {
public:
    /// `head` must be inside `trace`. `alterations`: what was done inside the model, where the trace is of a changed run.
    HeadSource(std::shared_ptr<const Trace> trace, const HeadAddress& head, std::vector<MapAlteration> alterations = {});

    [[nodiscard]] const MapAxis& rows() const override { return rows_; }
    [[nodiscard]] const MapAxis& columns() const override { return columns_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    [[nodiscard]] Tensor pooled(TokenRange rows, TokenRange columns, std::size_t out_rows,
                                std::size_t out_columns, Pooling pooling) const override;
    /// What the mask lets through; where a change uncovered a cell, rows reach that far, and what lies between
    /// weighs 0.
    [[nodiscard]] TokenRange visible(std::size_t row) const override;
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override;
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override { return alterations_; }

private:
    void findUncovered();

    std::shared_ptr<const Trace> trace_;
    HeadAddress head_;
    MapAxis rows_;
    MapAxis columns_;
    std::vector<MapAlteration> alterations_;
    std::vector<TokenRange> uncovered_; ///< [n_rows] what is visible; empty: what the mask says
};

/// The largest weight of each row of a head, [rows.size()], from its softmax statistics; of changed rows from their weights.
[[nodiscard]] std::vector<float> headRowMaxima(const Trace& trace, const HeadAddress& head, TokenRange rows);

} // namespace headlight
