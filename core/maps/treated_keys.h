// Keys taken out of a picture or dimmed in it, and rows made to sum to 1 again without them.
#pragma once

#include "core/base/result.h"
#include "core/base/run_control.h"
#include "core/maps/row_maxima.h"

namespace headlight {

enum class KeyTreatment : std::uint8_t { Show, Dim, Hide };

/// What is done to which columns, and what the picture says about it.
struct KeyPlan {
    std::vector<KeyTreatment> treatment = {}; ///< [n_columns]
    bool renormalise = false;                 ///< the shown weights of each row are divided by their sum
    std::vector<MapAlteration> alterations = {};
};

/// Hidden columns are not there. Dimmed ones keep their values, pale and left out of the rows' largest
/// values. Renormalised, the others are divided by what they sum to in their row; a row that gave all it had
/// to hidden and dimmed keys stays 0.
class TreatedKeys final : public MapSource {
public:
    /// Renormalising reads the whole map once. Errors: every key would be hidden (Usage), memory, cancelled.
    static Result<MapSourcePtr> make(MapSourcePtr source, KeyPlan plan, const RunControl& control = {});

    [[nodiscard]] const MapAxis& rows() const override { return source_->rows(); }
    [[nodiscard]] const MapAxis& columns() const override { return columns_; }
    [[nodiscard]] Tensor tile(TokenRange rows, TokenRange columns) const override;
    [[nodiscard]] TokenRange visible(std::size_t row) const override;
    [[nodiscard]] std::vector<float> rowMaxima(TokenRange rows) const override {
        return maxima_.of(*this, rows);
    }
    [[nodiscard]] const std::vector<MapAlteration>& alterations() const override { return alterations_; }
    [[nodiscard]] std::size_t cost() const override { return source_->cost(); }

private:
    TreatedKeys(MapSourcePtr source, const KeyPlan& plan);
    [[nodiscard]] Result<void> findFactors(const RunControl& control);

    MapSourcePtr source_;
    MapAxis columns_;
    std::vector<std::size_t> kept_; ///< [n_columns] their columns in `source_`
    std::vector<float> factor_;     ///< [n_rows] what shown values are multiplied with; empty: nothing
    RowMaxima maxima_;
    std::vector<MapAlteration> alterations_;
};

} // namespace headlight
