#include "ui/heatmap/map_tile.h"

#include "ui/colour/colour_image.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

/// Map cells a band may read before the worker looks whether anything newer is wanted: some ten milliseconds.
constexpr std::size_t kCellsPerBand = std::size_t{4} << 20;

/// The smallest power of two by which `scale` device pixels a cell become at least one pixel a tile cell.
std::size_t poolingFor(double scale) {
    std::size_t pool = 1;
    while (static_cast<double>(pool) * scale < 0.999)
        pool *= 2;
    return pool;
}

/// `range` and half as much on both sides, begin on a multiple of `pool`, end on one or at n.
TokenRange widened(TokenRange range, std::size_t pool, std::size_t n) {
    const std::size_t margin = (range.size() + 1) / 2;
    const std::size_t begin = range.begin > margin ? (range.begin - margin) / pool * pool : 0;
    const std::size_t end = std::min(n, (range.end + margin + pool - 1) / pool * pool);
    return {begin, end};
}

/// Ranges of map cells as tile cells: `whole` of them of full size, then perhaps a smaller one.
struct Split {
    std::size_t whole = 0;
    std::size_t rest = 0; ///< map cells in the last, smaller tile cell
};

Split split(std::size_t n, std::size_t pool) {
    return {n / pool, n % pool};
}

/// Computes tile rows for map rows [begin, begin + n) into `out`, the first of them; all of the tile's columns.
void computeRows(const TileRequest& request, TokenRange rows, std::size_t out_row, Tensor& out) {
    const std::size_t out_columns = request.outColumns();
    const auto copyInto = [&](const Tensor& part, std::size_t first_column) {
        for (std::size_t r = 0; r < part.dimension(0); ++r)
            std::ranges::copy(part.row(r), out.row(out_row + r).data() + first_column);
    };
    if (request.exact()) {
        copyInto(request.trace->weights(request.head, rows, request.columns), 0);
        return;
    }
    const Split columns = split(request.columns.size(), request.pool_columns);
    const TokenRange whole{request.columns.begin, request.columns.begin + columns.whole * request.pool_columns};
    const std::size_t n_out = (rows.size() + request.pool_rows - 1) / request.pool_rows;
    const Pooling pooling = request.settings.pooling;
    if (columns.whole > 0)
        copyInto(request.trace->pooledWeights(request.head, rows, whole, n_out, columns.whole, pooling), 0);
    if (columns.rest > 0)
        copyInto(request.trace->pooledWeights(request.head, rows, {whole.end, request.columns.end}, n_out, 1, pooling),
                 out_columns - 1);
}

void findVisible(MapTile& tile) {
    const TileRequest& request = tile.request;
    const AttentionMask& mask = request.trace->attention(request.head.kind, request.head.layer).problem.mask;
    const std::size_t n_keys = request.trace->nKeys(request.head.kind);
    const std::size_t out_columns = request.outColumns();
    tile.visible.reserve(request.outRows());
    for (std::size_t first = request.rows.begin; first < request.rows.end; first += request.pool_rows) {
        const std::size_t last = std::min(first + request.pool_rows, request.rows.end) - 1;
        // Both ends of what a row sees only grow with the row, so that the union over a band is one range.
        const std::size_t begin = std::clamp(mask.visible(first, n_keys).begin, request.columns.begin, request.columns.end);
        const std::size_t end = std::clamp(mask.visible(last, n_keys).end, begin, request.columns.end);
        const TokenRange cells{(begin - request.columns.begin) / request.pool_columns,
                               (end - request.columns.begin + request.pool_columns - 1) / request.pool_columns};
        tile.visible.push_back(end > begin ? cells : TokenRange{0, 0});
        tile.any_masked |= tile.visible.back().size() < out_columns;
    }
}

void findRowMaxima(MapTile& tile) {
    const TileRequest& request = tile.request;
    const std::vector<float> rows = rowMaxima(*request.trace, request.head, request.rows);
    for (std::size_t first = 0; first < rows.size(); first += request.pool_rows) {
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(first + request.pool_rows, rows.size()));
        tile.row_maximum.push_back(*std::max_element(begin, end));
    }
}

} // namespace

bool TileRequest::covers(const TileRequest& needed) const {
    const auto contains = [](TokenRange outer, TokenRange inner) {
        return outer.begin <= inner.begin && outer.end >= inner.end;
    };
    return trace == needed.trace && head == needed.head && pool_rows == needed.pool_rows &&
           pool_columns == needed.pool_columns && settings == needed.settings && masked == needed.masked &&
           contains(rows, needed.rows) && contains(columns, needed.columns);
}

std::optional<float> MapTile::exactWeight(const MapCell& cell) const {
    if (!request.exact() || cell.row < request.rows.begin || cell.row >= request.rows.end ||
        cell.column < request.columns.begin || cell.column >= request.columns.end)
        return std::nullopt;
    return value(cell.row - request.rows.begin, cell.column - request.columns.begin);
}

TileRequest tileFor(const MapTransform& transform, const HeadMap& map, const HeatmapSettings& settings,
                    double pixels_per_unit) {
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.settings = settings;
    if (transform.n_rows <= kSmallMap && transform.n_columns <= kSmallMap) {
        request.rows = {0, transform.n_rows};
        request.columns = {0, transform.n_columns};
        return request;
    }
    request.pool_rows = poolingFor(transform.scale_y * pixels_per_unit);
    request.pool_columns = poolingFor(transform.scale_x * pixels_per_unit);
    request.rows = widened(transform.visibleRows(), request.pool_rows, transform.n_rows);
    request.columns = widened(transform.visibleColumns(), request.pool_columns, transform.n_columns);
    return request;
}

MapTilePtr computeTile(const TileRequest& request, const std::stop_token& stop) {
    auto tile = std::make_shared<MapTile>();
    tile->request = request;
    tile->values = Tensor(Shape{request.outRows(), request.outColumns()});
    const std::size_t row_cost = std::max<std::size_t>(1, request.pool_rows * request.columns.size());
    const std::size_t band = std::max<std::size_t>(1, kCellsPerBand / row_cost);
    const Split rows = split(request.rows.size(), request.pool_rows);
    for (std::size_t out_row = 0; out_row < rows.whole; out_row += band) {
        if (stop.stop_requested())
            return nullptr;
        const std::size_t n = std::min(band, rows.whole - out_row);
        const std::size_t begin = request.rows.begin + out_row * request.pool_rows;
        computeRows(request, {begin, begin + n * request.pool_rows}, out_row, tile->values);
    }
    if (rows.rest > 0)
        computeRows(request, {request.rows.end - rows.rest, request.rows.end}, rows.whole, tile->values);
    findVisible(*tile);
    if (request.settings.scale == ScaleKind::RowRelative)
        findRowMaxima(*tile);
    if (stop.stop_requested())
        return nullptr;
    tile->image = colourImage({.values = tile->values.span(), .n_rows = request.outRows(), .n_columns = request.outColumns(),
                               .map = request.settings.colour_map, .scale = request.settings.scale,
                               .row_maximum = tile->row_maximum, .visible = tile->visible, .masked = request.masked});
    return tile;
}

QString poolingText(const TileRequest& request) {
    if (request.exact())
        return QStringLiteral("exact");
    const QString what = request.settings.pooling == Pooling::Maximum ? QStringLiteral("largest") : QStringLiteral("mean");
    return QStringLiteral("%1 of %2 × %3 weights a pixel").arg(what).arg(request.pool_rows).arg(request.pool_columns);
}

std::vector<float> rowMaxima(const Trace& trace, const HeadAddress& head, TokenRange rows) {
    // weight(i, j) = exp(score(i, j) - maximum(i)) * inverse_sum(i): at the row's largest score this is inverse_sum(i).
    std::vector<float> maxima(rows.size());
    const MatrixView all = trace.attention(head.kind, head.layer).softmax.inverse_sum;
    if (!maxima.empty())
        trace.backend().download(all.columnsFrom(head.head.value, 1).rowsFrom(rows.begin, rows.size()), maxima);
    return maxima;
}

} // namespace headlight::ui
