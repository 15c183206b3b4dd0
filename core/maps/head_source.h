// One head as it is: straight through to the trace, pooled by the backend.
#pragma once

#include "core/maps/map_source.h"
#include "core/trace/trace.h"

namespace headlight {

class HeadSource final : public MapSource {
public:
    /// `head` must be inside `trace`.
    HeadSource(std::shared_ptr<const Trace> trace, const HeadAddress& head);

    [[nodiscard]] const MapAxis& rows() const override { return rows_; }
    [[nodiscard]] const MapAxis& columns() const override { return columns_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    [[nodiscard]] Tensor pooled(TokenRange rows, TokenRange columns, std::size_t out_rows,
                                std::size_t out_columns, Pooling pooling) const override;
    [[nodiscard]] TokenRange visible(std::size_t row) const override;
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override;
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override;

private:
    std::shared_ptr<const Trace> trace_;
    HeadAddress head_;
    MapAxis rows_;
    MapAxis columns_;
};

/// The largest weight of each row of a head, [rows.size()], from its softmax statistics alone.
[[nodiscard]] std::vector<float> headRowMaxima(const Trace& trace, const HeadAddress& head, TokenRange rows);

} // namespace headlight
