#include "ui/heatmap/map_tile.h"

#include "core/maps/head_source.h"
#include "ui/colour/colour_image.h"
#include "ui/colour/value_scale.h"

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
void computeRows(const MapSource& source, const TileRequest& request, TokenRange rows, std::size_t out_row, Tensor& out) {
    const std::size_t out_columns = request.outColumns();
    const auto copyInto = [&](const Tensor& part, std::size_t first_column) {
        for (std::size_t r = 0; r < part.dimension(0); ++r)
            std::ranges::copy(part.row(r), out.row(out_row + r).data() + first_column);
    };
    if (request.exact()) {
        copyInto(source.tile(rows, request.columns), 0);
        return;
    }
    const Split columns = split(request.columns.size(), request.pool_columns);
    const TokenRange whole{request.columns.begin, request.columns.begin + columns.whole * request.pool_columns};
    const std::size_t n_out = (rows.size() + request.pool_rows - 1) / request.pool_rows;
    const Pooling pooling = request.settings.pooling;
    if (columns.whole > 0)
        copyInto(source.pooled(rows, whole, n_out, columns.whole, pooling), 0);
    if (columns.rest > 0)
        copyInto(source.pooled(rows, {whole.end, request.columns.end}, n_out, 1, pooling), out_columns - 1);
}

void findVisible(const MapSource& source, MapTile& tile) {
    const TileRequest& request = tile.request;
    const std::size_t out_columns = request.outColumns();
    tile.visible.reserve(request.outRows());
    for (std::size_t first = request.rows.begin; first < request.rows.end; first += request.pool_rows) {
        const std::size_t last = std::min(first + request.pool_rows, request.rows.end);
        TokenRange seen = source.visible(first); // and with it what the rows below in the same cells see
        for (std::size_t row = first + 1; row < last; ++row) {
            const TokenRange more = source.visible(row);
            if (more.size() > 0)
                seen = seen.size() > 0 ? TokenRange{std::min(seen.begin, more.begin), std::max(seen.end, more.end)} : more;
        }
        const std::size_t begin = std::clamp(seen.begin, request.columns.begin, request.columns.end);
        const std::size_t end = std::clamp(seen.end, begin, request.columns.end);
        const TokenRange cells{(begin - request.columns.begin) / request.pool_columns,
                               (end - request.columns.begin + request.pool_columns - 1) / request.pool_columns};
        tile.visible.push_back(end > begin ? cells : TokenRange{0, 0});
        tile.any_masked |= tile.visible.back().size() < out_columns;
    }
}

/// False when stopped.
bool findRowMaxima(const MapSource& source, MapTile& tile, std::size_t band, const std::stop_token& stop) {
    const TileRequest& request = tile.request;
    std::vector<float> rows;
    for (std::size_t begin = request.rows.begin; begin < request.rows.end; begin += band) {
        if (stop.stop_requested())
            return false;
        const std::vector<float> some = source.rowMaxima({begin, std::min(begin + band, request.rows.end)});
        rows.insert(rows.end(), some.begin(), some.end());
    }
    for (std::size_t first = 0; first < rows.size(); first += request.pool_rows) {
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(first + request.pool_rows, rows.size()));
        tile.row_maximum.push_back(*std::max_element(begin, end));
    }
    return true;
}

/// Shown where any of the cells is, else dimmed where any is.
AxisMark markOf(const MapAxis& axis, TokenRange range, std::size_t index, std::size_t pool) {
    AxisMark mark = AxisMark::Gap;
    const std::size_t begin = range.begin + index * pool;
    for (std::size_t i = begin; i < std::min(begin + pool, range.end); ++i)
        mark = std::min(mark, axis.mark(i)); // in the order of what counts
    return mark;
}

std::vector<AxisMark> marksOf(const MapAxis& axis, TokenRange range, std::size_t pool) {
    std::vector<AxisMark> marks;
    for (std::size_t i = 0; !axis.allShown() && i < (range.size() + pool - 1) / pool; ++i)
        marks.push_back(markOf(axis, range, i, pool));
    return marks;
}

void colour(MapTile& tile) {
    const TileRequest& request = tile.request;
    tile.image = colourImage({.values = tile.values.span(), .n_rows = request.outRows(), .n_columns = request.outColumns(),
                              .map = request.isSigned() ? ColourMapKind::Signed : request.settings.colour_map,
                              .scale = request.settings.scale, .row_maximum = tile.row_maximum, .visible = tile.visible,
                              .masked = request.masked, .row_marks = tile.row_marks, .column_marks = tile.column_marks,
                              .blank = request.blank, .threshold = request.settings.threshold,
                              .signed_limit = request.isSigned() ? request.limit : 0.0f});
}

} // namespace

bool TileRequest::covers(const TileRequest& needed) const {
    const auto contains = [](TokenRange outer, TokenRange inner) {
        return outer.begin <= inner.begin && outer.end >= inner.end;
    };
    return trace == needed.trace && head == needed.head && source == needed.source && limit == needed.limit &&
           pool_rows == needed.pool_rows && pool_columns == needed.pool_columns && settings == needed.settings &&
           masked == needed.masked && blank == needed.blank && contains(rows, needed.rows) && contains(columns, needed.columns);
}

bool TileRequest::sameValues(const TileRequest& other) const {
    // Row-relative colours need the rows' largest values, which other scales do not have.
    const auto rowRelative = [](const TileRequest& request) { return request.settings.scale == ScaleKind::RowRelative; };
    return trace == other.trace && head == other.head && source == other.source && pool_rows == other.pool_rows &&
           pool_columns == other.pool_columns && (exact() || settings.pooling == other.settings.pooling) && rows == other.rows &&
           columns == other.columns && (rowRelative(*this) || !rowRelative(other));
}

bool TileRequest::sameMap(const HeadMap& map) const {
    return trace == map.trace && head == map.head && source == map.source;
}

bool MapTile::below(std::size_t row, std::size_t column) const {
    return std::abs(value(row, column)) < request.settings.threshold;
}

AxisMark MapTile::columnMark(std::size_t column) const {
    return column_marks.empty() ? AxisMark::Shown : column_marks[column];
}

AxisMark MapTile::rowMark(std::size_t row) const { return row_marks.empty() ? AxisMark::Shown : row_marks[row]; }

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
    request.source = map.source;
    request.limit = map.limit;
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

MapTilePtr computeTile(const TileRequest& request, const std::stop_token& stop, const std::function<void(double)>& progress) {
    auto tile = std::make_shared<MapTile>();
    tile->request = request;
    tile->values = Tensor(Shape{request.outRows(), request.outColumns()});
    const MapSourcePtr source = request.source ? request.source : std::make_shared<const HeadSource>(request.trace, request.head);
    const std::size_t row_cost = std::max<std::size_t>(1, request.pool_rows * request.columns.size() * source->cost());
    const std::size_t band = std::max<std::size_t>(1, kCellsPerBand / row_cost);
    const Split rows = split(request.rows.size(), request.pool_rows);
    for (std::size_t out_row = 0; out_row < rows.whole; out_row += band) {
        if (stop.stop_requested())
            return nullptr;
        if (progress)
            progress(static_cast<double>(out_row) / static_cast<double>(rows.whole));
        const std::size_t n = std::min(band, rows.whole - out_row);
        const std::size_t begin = request.rows.begin + out_row * request.pool_rows;
        computeRows(*source, request, {begin, begin + n * request.pool_rows}, out_row, tile->values);
    }
    if (rows.rest > 0)
        computeRows(*source, request, {request.rows.end - rows.rest, request.rows.end}, rows.whole, tile->values);
    findVisible(*source, *tile);
    tile->row_marks = marksOf(source->rows(), request.rows, request.pool_rows);
    tile->column_marks = marksOf(source->columns(), request.columns, request.pool_columns);
    if (request.settings.scale == ScaleKind::RowRelative &&
        !findRowMaxima(*source, *tile, rowsPerBand(*source, kCellsPerBand), stop))
        return nullptr;
    if (stop.stop_requested())
        return nullptr;
    colour(*tile);
    return tile;
}

MapTilePtr recoloured(const MapTile& tile, const TileRequest& request) {
    auto other = std::make_shared<MapTile>();
    other->request = request;
    other->values = tile.values.clone();
    other->row_maximum = tile.row_maximum;
    other->visible = tile.visible;
    other->row_marks = tile.row_marks;
    other->column_marks = tile.column_marks;
    other->any_masked = tile.any_masked;
    colour(*other);
    return other;
}

QString poolingText(const TileRequest& request) {
    if (request.exact())
        return QStringLiteral("exact");
    const QString what = request.settings.pooling == Pooling::Maximum ? QStringLiteral("largest") : QStringLiteral("mean");
    const QString values = request.isSigned() ? QStringLiteral("differences") : QStringLiteral("weights");
    return QStringLiteral("%1 of %2 × %3 %4 a pixel").arg(what).arg(request.pool_rows).arg(request.pool_columns).arg(values);
}

QString heatmapSubtitle(const HeadMap& map, const TileRequest& shown) {
    QStringList parts;
    if (const QString sides = sidesText(map); !sides.isEmpty())
        parts << sides;
    if (const QString shared = sharedKeyText(map); !shared.isEmpty())
        parts << shared;
    parts << scaleName(shown.settings.scale) << poolingText(shown);
    if (shown.settings.threshold > 0.0f)
        parts << QStringLiteral("blank below %1").arg(static_cast<double>(shown.settings.threshold));
    return parts.join(QStringLiteral(" · "));
}

} // namespace headlight::ui
