#include "core/maps/row_maxima.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headlight {

namespace {

constexpr std::size_t kBandCells = std::size_t{1} << 20;

/// The largest |value|, in lanes that vectorise.
float largest(std::span<const float> values) {
    std::array<float, 16> lanes{};
    std::size_t i = 0;
    for (; i + lanes.size() <= values.size(); i += lanes.size())
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            const float value = std::abs(values[i + lane]);
            lanes[lane] = value > lanes[lane] ? value : lanes[lane];
        }
    for (; i < values.size(); ++i)
        lanes[0] = std::abs(values[i]) > lanes[0] ? std::abs(values[i]) : lanes[0];
    return *std::ranges::max_element(lanes);
}

} // namespace

std::vector<float> RowMaxima::of(const MapSource& source, TokenRange rows) const {
    std::vector<float> found;
    {
        const std::scoped_lock lock(mutex_);
        found.assign(known_.begin() + std::ptrdiff_t(rows.begin), known_.begin() + std::ptrdiff_t(rows.end));
    }
    const std::size_t n_columns = source.nColumns();
    const std::size_t band = std::max<std::size_t>(1, kBandCells / std::max<std::size_t>(1, n_columns));
    const MapAxis& columns = source.columns();
    for (std::size_t begin = rows.begin; begin < rows.end;) {
        if (found[begin - rows.begin] != kUnknown) {
            ++begin;
            continue;
        }
        const TokenRange held{begin, std::min(begin + band, rows.end)};
        Tensor values = source.tile(held, {0, n_columns});
        for (std::size_t row = held.begin; row < held.end; ++row) {
            const std::span<float> line = values.row(row - held.begin);
            for (std::size_t column = 0; !columns.allShown() && column < n_columns; ++column)
                if (columns.mark(column) != AxisMark::Shown)
                    line[column] = 0.0f;
            found[row - rows.begin] = source.rows().mark(row) == AxisMark::Gap ? 0.0f : largest(line);
        }
        begin = held.end;
    }
    const std::scoped_lock lock(mutex_);
    std::ranges::copy(found, known_.begin() + std::ptrdiff_t(rows.begin));
    return found;
}

} // namespace headlight
