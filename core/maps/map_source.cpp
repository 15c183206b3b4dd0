#include "core/maps/map_source.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace headlight {

namespace {

/// Values held at a time: 4 MB, whatever the size of the map.
constexpr std::size_t kBandCells = std::size_t{1} << 20;
constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

TokenRange part(TokenRange range, std::size_t index, std::size_t n_parts) {
    return {range.begin + index * range.size() / n_parts, range.begin + (index + 1) * range.size() / n_parts};
}

/// Which of the indices `range` count in a pooled cell: those shown, else those dimmed, never gaps.
std::vector<std::uint8_t> counted(const MapAxis& axis, TokenRange range) {
    const auto marked = [&](std::size_t index, AxisMark mark) { return axis.mark(index) == mark; };
    bool any_shown = false;
    for (std::size_t index = range.begin; index < range.end; ++index)
        any_shown |= marked(index, AxisMark::Shown);
    std::vector<std::uint8_t> counts;
    for (std::size_t index = range.begin; index < range.end; ++index)
        counts.push_back(marked(index, any_shown ? AxisMark::Shown : AxisMark::Dimmed) ? 1 : 0);
    return counts;
}

/// One pooled row: source rows are folded into it value by value, then its columns are folded into cells.
class PooledRow {
public:
    PooledRow(std::size_t n_columns, Pooling pooling)
        : folded_(n_columns, 0.0f)
        , pooling_(pooling) {}

    void add(std::span<const float> values) {
        ++n_rows_;
        if (pooling_ == Pooling::Mean) {
            for (std::size_t i = 0; i < folded_.size(); ++i)
                folded_[i] += values[i];
            return;
        }
        for (std::size_t i = 0; i < folded_.size(); ++i)
            folded_[i] = std::abs(values[i]) > std::abs(folded_[i]) ? values[i] : folded_[i];
    }

    /// `counts` says which columns of `cell` (counted from the row's begin) are in.
    [[nodiscard]] float cell(TokenRange cell, std::span<const std::uint8_t> counts) const {
        float farthest = 0.0f;
        double sum = 0.0;
        std::size_t n_columns = 0;
        for (std::size_t i = 0; i < cell.size(); ++i) {
            if (counts[i] == 0)
                continue;
            ++n_columns;
            const float value = folded_[cell.begin + i];
            sum += double(value);
            farthest = std::abs(value) > std::abs(farthest) ? value : farthest;
        }
        if (n_columns == 0 || n_rows_ == 0)
            return kNothing;
        return pooling_ == Pooling::Mean ? float(sum / double(n_columns * n_rows_)) : farthest;
    }

private:
    std::vector<float> folded_;
    std::size_t n_rows_ = 0;
    Pooling pooling_;
};

std::string joined(const std::vector<MapAlteration>& alterations, const char* separator,
                   std::string (*write)(const MapAlteration&)) {
    std::string text;
    for (const MapAlteration& alteration : alterations)
        text += (text.empty() ? "" : separator) + write(alteration);
    return text;
}

} // namespace

std::size_t rowsPerBand(const MapSource& source, std::size_t cells) {
    return std::max<std::size_t>(1, cells / std::max<std::size_t>(1, source.nColumns() * source.cost()));
}

Tensor MapSource::pooled(TokenRange rows, TokenRange columns, std::size_t out_rows, std::size_t out_columns,
                         Pooling pooling) const {
    assert(out_rows <= rows.size() && out_columns <= columns.size());
    Tensor out(Shape{out_rows, out_columns});
    if (out.empty())
        return out;
    std::vector<std::vector<std::uint8_t>> columns_counted;
    for (std::size_t c = 0; c < out_columns; ++c)
        columns_counted.push_back(counted(this->columns(), part(columns, c, out_columns)));
    const std::size_t band = std::max<std::size_t>(1, kBandCells / columns.size());
    Tensor values;
    TokenRange held{rows.begin, rows.begin};
    for (std::size_t r = 0; r < out_rows; ++r) {
        const TokenRange covered = part(rows, r, out_rows);
        const std::vector<std::uint8_t> rows_counted = counted(this->rows(), covered);
        PooledRow folded(columns.size(), pooling);
        for (std::size_t row = covered.begin; row < covered.end; ++row) {
            if (row >= held.end) {
                held = {row, std::min(row + band, rows.end)};
                values = tile(held, columns);
            }
            if (rows_counted[row - covered.begin] != 0)
                folded.add(values.row(row - held.begin));
        }
        for (std::size_t c = 0; c < out_columns; ++c) {
            const TokenRange cell = part(columns, c, out_columns);
            out.row(r)[c] =
                folded.cell({cell.begin - columns.begin, cell.end - columns.begin}, columns_counted[c]);
        }
    }
    return out;
}

bool MapSource::plainWeights() const {
    return std::ranges::none_of(alterations(), &MapAlteration::changes_values);
}

std::string MapSource::alterationText() const {
    return joined(alterations(), ", ", [](const MapAlteration& alteration) { return alteration.text; });
}

std::string MapSource::alterationRecord() const {
    return joined(alterations(), "; ",
                  [](const MapAlteration& alteration) { return alteration.name + "=" + alteration.value; });
}

} // namespace headlight
