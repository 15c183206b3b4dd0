#include "core/maps/sinks.h"

#include "core/base/memory.h"

#include <algorithm>

namespace headlight {

namespace {

/// Weights read between two looks at whether anyone still waits: some ten milliseconds.
constexpr std::size_t kBandCells = std::size_t{4} << 20;

Result<std::vector<double>> meansOf(const MapSource& source, const RunControl& control) {
    const std::size_t n_rows = source.nRows();
    const std::size_t band = rowsPerBand(source, kBandCells);
    std::vector<double> sums(source.nColumns(), 0.0);
    for (std::size_t begin = 0; begin < n_rows; begin += band) {
        if (control.stopRequested())
            return cancelledError();
        control.report(double(begin) / double(n_rows), "looking for sinks");
        const TokenRange rows{begin, std::min(begin + band, n_rows)};
        const Tensor values = source.tile(rows, {0, sums.size()});
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const std::span<const float> row = values.row(r);
            for (std::size_t column = 0; column < sums.size(); ++column)
                sums[column] += double(row[column]);
        }
    }
    for (double& sum : sums)
        sum /= double(std::max<std::size_t>(1, n_rows));
    return sums;
}

} // namespace

Result<std::vector<double>> columnMeans(const MapSource& source, const RunControl& control) {
    return guardMemory([&] { return meansOf(source, control); });
}

Result<std::vector<std::size_t>> findSinks(const MapSource& source, double threshold,
                                           const RunControl& control) {
    HEADLIGHT_ASSIGN(const std::vector<double> means, columnMeans(source, control));
    std::vector<std::size_t> sinks;
    for (std::size_t column = 0; column < means.size(); ++column)
        if (means[column] > threshold)
            sinks.push_back(column);
    return sinks;
}

} // namespace headlight
