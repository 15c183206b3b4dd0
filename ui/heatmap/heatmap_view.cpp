#include "ui/heatmap/heatmap_view.h"

#include "ui/heatmap/heatmap_painter.h"
#include "ui/heatmap/readout.h"
#include "ui/heatmap/token_label.h"
#include "ui/theme/theme.h"

#include <QCursor>
#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

/// Cells grow with the window up to so many lines of type: a short sentence fills a projector and stays in proportion.
constexpr double kLinesInLargestCell = 6.0;
constexpr double kLinesForTitle = 16.0; // a view lower than so many lines of type gives all its height to the map

QString wordAt(const AxisTokens& tokens, std::size_t index) {
    const auto i = static_cast<qsizetype>(index);
    return visibleWord(i < tokens.words.size() ? tokens.words[i] : QString());
}

bool sameShape(const MapTransform& transform, const HeadMap& map) {
    return !map.empty() && transform.n_rows == map.nRows() && transform.n_columns == map.nColumns();
}

/// What a number of this map is.
QString valueName(const HeadMap& map) {
    if (map.isSigned())
        return map.role.isEmpty() ? QStringLiteral("A − B") : QStringLiteral("after − before");
    return !map.source || map.source->plainWeights() ? QStringLiteral("weight") : QStringLiteral("altered weight");
}

} // namespace

HeatmapView::HeatmapView(Selection* selection, QWidget* parent)
    : QWidget(parent), selection_(selection), theme_(&Theme::light()),
      empty_text_(tr("Here you will see which token looks at which.\nType a text above.")) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    fonts_ = screenFonts();
    worker_ = std::make_unique<TileWorker>(
        this, [this](const MapTilePtr& tile) { acceptTile(tile); },
        [this](CellNumbers numbers) { cellRead(std::move(numbers)); },
        [this](double fraction) {
            tile_progress_ = tile_pending_ ? std::optional(fraction) : std::nullopt;
            update();
        });
    connect(selection_, &Selection::tokensChanged, this, &HeatmapView::tokensChanged);
    updateAccessibility();
}

HeatmapView::~HeatmapView() = default;

void HeatmapView::setHeadMap(const HeadMap& map) {
    const bool keep_zoom = sameShape(transform_, map);
    map_ = map;
    source_ = map_.empty() ? nullptr : map_.shown();
    numbers_.reset();
    if (map_.empty()) {
        worker_->cancel();
        tile_.reset();
        tile_pending_ = false;
        requested_ = {};
        transform_.n_rows = transform_.n_columns = 0;
    }
    measure();
    if (!map_.empty()) {
        transform_.n_rows = map_.nRows();
        transform_.n_columns = map_.nColumns();
        layoutMap();
        // While typing the map grows: the old picture stays until the new one is there. That of another attention
        // has other words along its sides and goes at once.
        // So does one of the same run with other rows or columns.
        if (tile_ && (tile_->request.head.kind != map_.head.kind || (tile_->request.trace == map_.trace && !keep_zoom)))
            tile_.reset();
        if (!keep_zoom)
            transform_.fit();
        requestTile();
    }
    lookUpCell();
    updateAccessibility();
    update();
}

void HeatmapView::setSettings(const HeatmapSettings& settings) {
    if (settings == settings_)
        return;
    settings_ = settings;
    measure();
    layoutMap();
    requestTile();
    update();
}

void HeatmapView::setTheme(const Theme& theme) {
    theme_ = &theme;
    requestTile();
    update();
}

void HeatmapView::setTitled(bool titled) {
    if (titled == titled_)
        return;
    titled_ = titled;
    layoutMap();
    requestTile();
    update();
}

void HeatmapView::setAmongOthers(bool legend) {
    if (tight_ && legend == legend_)
        return;
    tight_ = true;
    legend_ = legend;
    layoutMap();
    requestTile();
    update();
}

int HeatmapView::besideMap() const { return map_.empty() ? 0 : qRound(width() - layout_.map.width()); }

void HeatmapView::setProfiles(bool shown) {
    if (shown == show_profiles_)
        return;
    show_profiles_ = shown;
    layoutMap();
    requestTile();
    lookUpCell();
    update();
}

void HeatmapView::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

QString HeatmapView::pictureDescription() const {
    if (!tile_)
        return {};
    const QString altered = map_.alterationText();
    return heatmapSubtitle(map_, tile_->request) + (altered.isEmpty() ? QString() : QStringLiteral(" · ") + altered);
}

QString HeatmapView::readout() const {
    const std::optional<MapCell> cell = currentCell();
    if (!cell)
        return {};
    const QString query = wordAt(map_.queries, cell->row);
    const QString key = wordAt(map_.keys, cell->column);
    if (cellIsGap(*cell))
        return tr("%1 and %2: only in one of the two").arg(query, key);
    if (cellMasked(*cell))
        return tr("%1 may not look at %2 (masked)").arg(query, key);
    const std::optional<double> value = knownValue(*cell);
    return value ? tr("%1 looks at %2 with %3 %4").arg(query, key, valueName(map_), exactWeightText(*value))
                 : tr("%1 looks at %2").arg(query, key);
}

void HeatmapView::measure() {
    measures_ = measureHeatmap(map_, settings_, fonts_);
}

void HeatmapView::layoutMap() {
    const bool low = height() < kLinesForTitle * QFontMetricsF(fonts_.body).height(); // the tabs and the panel beside it say which head it is
    layout_ = layoutHeatmap(rect(), measures_, fonts_,
                            {.title = titled_ && !low, .profiles = show_profiles_ && !low, .tight = tight_ || low, .legend = legend_});
    transform_.largest_fit = kLinesInLargestCell * QFontMetricsF(fonts_.body).height();
    transform_.at_top = true; // right below its title, however tall the window
    transform_.setViewport(layout_.map);
}

void HeatmapView::requestTile() {
    if (map_.empty() || transform_.empty())
        return;
    TileRequest request = tileFor(transform_, map_, settings_, devicePixelRatioF());
    request.masked = theme_->masked.rgb();
    request.blank = theme_->canvas.rgb();
    // What is needed is what is in sight; the margin a request adds is for later.
    TileRequest needed = request;
    needed.rows = transform_.visibleRows();
    needed.columns = transform_.visibleColumns();
    if (tile_ && tile_->request.covers(needed)) {
        if (tile_pending_)
            worker_->cancel();
        tile_pending_ = false;
        return;
    }
    if (tile_pending_ && requested_.covers(needed))
        return;
    if (tile_ && tile_->request.sameValues(request)) {
        worker_->cancel();
        tile_pending_ = false;
        acceptTile(recoloured(*tile_, request));
        return;
    }
    if (transform_.n_rows <= kSmallMap && transform_.n_columns <= kSmallMap) {
        worker_->cancel();
        tile_pending_ = false;
        acceptTile(computeTile(request));
        return;
    }
    requested_ = request;
    tile_pending_ = true;
    worker_->request(std::move(request));
}

void HeatmapView::acceptTile(const MapTilePtr& tile) {
    // A result that was under way when something else was asked for.
    if (!tile || !tile->request.sameMap(map_))
        return;
    if (tile_pending_ && !(tile->request == requested_))
        return;
    tile_pending_ = false;
    tile_progress_.reset();
    tile_ = tile;
    lookUpCell();
    updateAccessibility();
    update();
    emit pictureReady();
}

std::optional<MapCell> HeatmapView::currentCell() const {
    const TokenPair at = cellOfPair(selection_->current());
    return at.query && at.key ? std::optional(MapCell{*at.query, *at.key}) : std::nullopt;
}

TokenPair HeatmapView::cellOfPair(const TokenPair& pair) const {
    TokenPair at;
    if (source_ && pair.query)
        at.query = source_->rows().indexOf(*pair.query);
    if (source_ && pair.key)
        at.key = source_->columns().indexOf(*pair.key);
    return at;
}

TokenPair HeatmapView::pairOfCell(const std::optional<MapCell>& cell) const {
    if (!cell || !source_)
        return {};
    const TokenRange queries = source_->rows().tokens(cell->row);
    const TokenRange keys = source_->columns().tokens(cell->column);
    if (queries.size() == 0 || keys.size() == 0)
        return {};
    if (queries.size() == 1 && keys.size() == 1)
        return {queries.begin, keys.begin};
    const Tensor weights = map_.trace->weights(map_.head, queries, keys); // a few parts of words
    const auto strongest = static_cast<std::size_t>(std::ranges::max_element(weights.span()) - weights.span().begin());
    return {queries.begin + strongest / keys.size(), keys.begin + strongest % keys.size()};
}

bool HeatmapView::cellMasked(const MapCell& cell) const {
    const TokenRange seen = source_->visible(cell.row);
    return cell.column < seen.begin || cell.column >= seen.end;
}

bool HeatmapView::cellIsGap(const MapCell& cell) const {
    return source_->rows().mark(cell.row) == AxisMark::Gap || source_->columns().mark(cell.column) == AxisMark::Gap;
}

void HeatmapView::lookUpCell() {
    const std::optional<MapCell> cell = currentCell();
    if (!cell) {
        numbers_.reset();
        return;
    }
    if (numbers_ && numbers_->cell == *cell && (!show_profiles_ || numbers_->profiles.row))
        return;
    const CellRequest request{source_, *cell, show_profiles_};
    if (transform_.n_rows <= kSmallMap && transform_.n_columns <= kSmallMap) {
        numbers_ = readCell(request);
        return;
    }
    const bool known = tile_ && tile_->request.sameMap(map_) && tile_->exactWeight(*cell);
    if (known && !show_profiles_)
        numbers_ = CellNumbers{*cell, *tile_->exactWeight(*cell), {}};
    else
        worker_->requestCell(request); // bars of the cell before stay until then
}

void HeatmapView::cellRead(CellNumbers numbers) {
    if (numbers.cell != currentCell())
        return; // the mouse is elsewhere by now, and so is the next answer
    numbers_ = std::move(numbers);
    updateAccessibility();
    update();
}

std::optional<double> HeatmapView::knownValue(const MapCell& cell) const {
    if (numbers_ && numbers_->cell == cell)
        return static_cast<double>(numbers_->value);
    const auto exact = tile_ && tile_->request.sameMap(map_) ? tile_->exactWeight(cell) : std::nullopt;
    return exact ? std::optional(static_cast<double>(*exact)) : std::nullopt;
}

void HeatmapView::tokensChanged() {
    lookUpCell();
    updateAccessibility();
    update();
}

void HeatmapView::updateAccessibility() {
    setAccessibleName(map_.empty() ? tr("Heatmap, empty") : tr("Heatmap: %1").arg(mapTitle(map_)));
    const QString cell = readout();
    setAccessibleDescription(map_.empty() ? empty_text_ : cell.isEmpty() ? pictureDescription() : cell);
}

HeatmapScene HeatmapView::scene() const {
    HeatmapScene scene;
    scene.map = &map_;
    scene.theme = theme_;
    scene.settings = settings_;
    scene.fonts = fonts_;
    scene.measures = measures_;
    scene.layout = layout_;
    scene.transform = transform_;
    scene.tile = tile_;
    scene.hovered = cellOfPair(selection_->hovered());
    scene.pinned = cellOfPair(selection_->pinned());
    if (show_profiles_ && layout_.profiles)
        scene.profiles = numbers_ ? &numbers_->profiles : &no_profiles_;
    scene.pixels_per_unit = devicePixelRatioF();
    return scene;
}

void HeatmapView::paintEmpty(QPainter& painter) const {
    painter.setFont(fonts_.body);
    painter.setPen(theme_->text_muted);
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, empty_text_);
}

void HeatmapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), theme_->canvas);
    if (map_.empty() || transform_.empty()) {
        paintEmpty(painter);
        return;
    }
    paintHeatmap(painter, scene());
    paintProgress(painter);
    const std::optional<MapCell> cell = currentCell();
    if (cursor_ && cell && selection_->hovered().query && !dragging_) {
        Readout card{.query = wordAt(map_.queries, cell->row), .key = wordAt(map_.keys, cell->column), .weight = std::nullopt,
                     .masked = cellMasked(*cell), .gap = cellIsGap(*cell), .what = valueName(map_),
                     .note = map_.queries.notes.value(static_cast<qsizetype>(cell->row))};
        card.weight = knownValue(*cell);
        paintReadout(painter, card, *cursor_, QRectF(rect()).adjusted(4, 4, -4, -4), *theme_, fonts_);
    }
}

void HeatmapView::paintProgress(QPainter& painter) const {
    if (!tile_progress_ || !tile_pending_)
        return;
    // A line along the map's top, and what it means where the title has room.
    const QRectF map = transform_.visibleRect();
    painter.fillRect(QRectF(map.left(), map.top() - 4.0, map.width() * *tile_progress_, 2.0), theme_->accent);
    painter.setFont(fonts_.caption);
    painter.setPen(theme_->text_muted);
    painter.drawText(layout_.title, Qt::AlignRight | Qt::AlignTop, tr("computing %1 %").arg(qRound(*tile_progress_ * 100.0)));
}

void HeatmapView::resizeEvent(QResizeEvent*) {
    layoutMap();
    requestTile();
    if (cursor_) // another cell may stand under the mouse now, or none
        hoverAt(mapFromGlobal(QCursor::pos()));
}

bool HeatmapView::event(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::ApplicationFontChange) {
        fonts_ = screenFonts();
        measure();
        layoutMap();
        update();
    }
    return QWidget::event(event);
}

} // namespace headlight::ui
