#include "ui/heatmap/thumbnail.h"

#include "core/maps/head_source.h"
#include "ui/colour/colour_image.h"

#include <algorithm>
#include <vector>

namespace headlight::ui {
namespace {

/// Map rows [begin, end) that out row r of n_out covers, as Trace::pooledWeights divides them.
TokenRange covered(std::size_t r, std::size_t n, std::size_t n_out) {
    return {r * n / n_out, (r + 1) * n / n_out};
}

/// Out columns that at least one row of `rows` sees.
TokenRange seenBy(const AttentionMask& mask, TokenRange rows, std::size_t n_keys, std::size_t out_columns) {
    const std::size_t begin = mask.visible(rows.begin, n_keys).begin;
    const std::size_t end = mask.visible(rows.end - 1, n_keys).end;
    if (begin >= end)
        return {};
    // The out column of map column c is the last one that begins at or before it.
    const auto columnOf = [&](std::size_t c) { return ((c + 1) * out_columns - 1) / n_keys; };
    return {columnOf(begin), columnOf(end - 1) + 1};
}

} // namespace

QImage headThumbnail(const Trace& trace, const HeadAddress& head, std::size_t pixels, const HeatmapSettings& settings,
                     QRgb masked) {
    const std::size_t n_queries = trace.nQueries(head.kind);
    const std::size_t n_keys = trace.nKeys(head.kind);
    if (n_queries == 0 || n_keys == 0)
        return {};
    const std::size_t rows = std::min(n_queries, pixels);
    const std::size_t columns = std::min(n_keys, pixels);
    const Tensor weights = trace.pooledWeights(head, {0, n_queries}, {0, n_keys}, rows, columns, settings.pooling);
    const AttentionMask& mask = trace.attention(head.kind, head.layer).problem.mask;
    std::vector<TokenRange> visible;
    std::vector<float> row_maximum;
    const std::vector<float> maxima = settings.scale == ScaleKind::RowRelative ? headRowMaxima(trace, head, {0, n_queries})
                                                                               : std::vector<float>{};
    for (std::size_t r = 0; r < rows; ++r) {
        const TokenRange range = covered(r, n_queries, rows);
        visible.push_back(seenBy(mask, range, n_keys, columns));
        if (!maxima.empty())
            row_maximum.push_back(*std::max_element(maxima.begin() + static_cast<std::ptrdiff_t>(range.begin),
                                                    maxima.begin() + static_cast<std::ptrdiff_t>(range.end)));
    }
    return colourImage({.values = weights.span(), .n_rows = rows, .n_columns = columns, .map = settings.colour_map,
                        .scale = settings.scale, .row_maximum = row_maximum, .visible = visible, .masked = masked});
}

} // namespace headlight::ui
