#include "core/maps/treated_keys.h"

#include "core/base/memory.h"

#include <algorithm>
#include <cassert>

namespace headlight {

namespace {

/// Weights read between two looks at whether anyone still waits: some ten milliseconds.
constexpr std::size_t kBandCells = std::size_t{4} << 20;

std::vector<std::size_t> keptColumns(const std::vector<KeyTreatment>& treatment) {
    std::vector<std::size_t> kept;
    for (std::size_t column = 0; column < treatment.size(); ++column)
        if (treatment[column] != KeyTreatment::Hide)
            kept.push_back(column);
    return kept;
}

MapAxis keptAxis(const MapAxis& axis, const std::vector<std::size_t>& kept,
                 const std::vector<KeyTreatment>& treatment) {
    std::vector<TokenRange> tokens;
    std::vector<AxisMark> marks;
    for (const std::size_t column : kept) {
        tokens.push_back(axis.tokens(column));
        marks.push_back(treatment[column] == KeyTreatment::Dim ? AxisMark::Dimmed : axis.mark(column));
    }
    return MapAxis::of(axis.nTokens(), std::move(tokens), std::move(marks));
}

} // namespace

TreatedKeys::TreatedKeys(MapSourcePtr source, const KeyPlan& plan)
    : source_(std::move(source))
    , kept_(keptColumns(plan.treatment))
    , maxima_(source_->nRows())
    , alterations_(source_->alterations()) {
    assert(plan.treatment.size() == source_->nColumns());
    columns_ = keptAxis(source_->columns(), kept_, plan.treatment);
    alterations_.insert(alterations_.end(), plan.alterations.begin(), plan.alterations.end());
}

Result<MapSourcePtr> TreatedKeys::make(MapSourcePtr source, KeyPlan plan, const RunControl& control) {
    return guardMemory([&]() -> Result<MapSourcePtr> {
        std::shared_ptr<TreatedKeys> treated(new TreatedKeys(std::move(source), plan));
        if (treated->kept_.empty())
            return makeError(ErrorKind::Usage, "every key would be hidden")
                .nextStep("dim them instead, or hide fewer");
        if (plan.renormalise)
            HEADLIGHT_CHECK(treated->findFactors(control));
        return MapSourcePtr(std::move(treated));
    });
}

Result<void> TreatedKeys::findFactors(const RunControl& control) {
    const std::size_t n_rows = source_->nRows();
    const std::size_t band = rowsPerBand(*source_, kBandCells);
    std::vector<float> factors(n_rows, 0.0f);
    for (std::size_t begin = 0; begin < n_rows; begin += band) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(begin) / double(n_rows), "summing rows");
        const TokenRange rows{begin, std::min(begin + band, n_rows)};
        const Tensor values = source_->tile(rows, {0, source_->nColumns()});
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            double sum = 0.0;
            for (std::size_t column = 0; column < kept_.size(); ++column)
                if (columns_.mark(column) == AxisMark::Shown)
                    sum += double(values.row(row - rows.begin)[kept_[column]]);
            factors[row] = sum > 0.0 ? float(1.0 / sum) : 0.0f;
        }
    }
    factor_ = std::move(factors);
    return {};
}

Tensor TreatedKeys::tile(TokenRange rows, TokenRange columns) const {
    Tensor out(Shape{rows.size(), columns.size()});
    if (out.empty())
        return out;
    const TokenRange read{kept_[columns.begin], kept_[columns.end - 1] + 1};
    const Tensor values = source_->tile(rows, read);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::span<const float> from = values.row(r);
        const std::span<float> to = out.row(r);
        for (std::size_t c = 0; c < columns.size(); ++c)
            to[c] = from[kept_[columns.begin + c] - read.begin];
        for (std::size_t c = 0; !factor_.empty() && c < columns.size(); ++c)
            if (columns_.mark(columns.begin + c) == AxisMark::Shown)
                to[c] *= factor_[rows.begin + r];
    }
    return out;
}

TokenRange TreatedKeys::visible(std::size_t row) const {
    const TokenRange seen = source_->visible(row);
    const auto at = [&](std::size_t column) {
        return static_cast<std::size_t>(std::ranges::lower_bound(kept_, column) - kept_.begin());
    };
    return {at(seen.begin), at(seen.end)};
}

} // namespace headlight
