#include "ui/heatmap/heatmap_view.h"

#include "ui/heatmap/heatmap_painter.h"
#include "ui/heatmap/readout.h"
#include "ui/heatmap/tile_worker.h"
#include "ui/heatmap/token_label.h"
#include "ui/theme/theme.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

namespace headlight::ui {
namespace {

/// Cells grow with the window up to so many lines of type: a short sentence fills a projector and stays in proportion.
constexpr double kLinesInLargestCell = 6.0;

QString wordAt(const AxisTokens& tokens, std::size_t index) {
    const auto i = static_cast<qsizetype>(index);
    return visibleWord(i < tokens.words.size() ? tokens.words[i] : QString());
}

bool sameShape(const MapTransform& transform, const HeadMap& map) {
    return !map.empty() && transform.n_rows == map.trace->nQueries(map.head.kind) &&
           transform.n_columns == map.trace->nKeys(map.head.kind);
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
        [this](const MapCell& cell, float weight) {
            known_weight_ = KnownWeight{cell, static_cast<double>(weight)};
            updateAccessibility();
            update();
        });
    connect(selection_, &Selection::tokensChanged, this, &HeatmapView::tokensChanged);
    updateAccessibility();
}

HeatmapView::~HeatmapView() = default;

void HeatmapView::setHeadMap(const HeadMap& map) {
    const bool keep_zoom = sameShape(transform_, map);
    map_ = map;
    known_weight_.reset();
    if (map_.empty()) {
        worker_->cancel();
        tile_.reset();
        tile_pending_ = false;
        requested_ = {};
        transform_.n_rows = transform_.n_columns = 0;
    }
    measure();
    if (!map_.empty()) {
        transform_.n_rows = map_.trace->nQueries(map_.head.kind);
        transform_.n_columns = map_.trace->nKeys(map_.head.kind);
        layoutMap();
        // While typing the map grows: the old picture stays until the new one is there. That of another attention
        // has other words along its sides and goes at once.
        if (tile_ && tile_->request.head.kind != map_.head.kind)
            tile_.reset();
        if (!keep_zoom)
            transform_.fit();
        requestTile();
    }
    lookUpWeight();
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

void HeatmapView::setEmptyText(const QString& text) {
    empty_text_ = text;
    update();
}

QString HeatmapView::pictureDescription() const {
    return tile_ ? heatmapSubtitle(map_, tile_->request) : QString();
}

QString HeatmapView::readout() const {
    const std::optional<MapCell> cell = currentCell();
    if (!cell)
        return {};
    const QString query = wordAt(map_.queries, cell->row);
    const QString key = wordAt(map_.keys, cell->column);
    if (cellMasked(*cell))
        return tr("%1 may not look at %2 (masked)").arg(query, key);
    if (!known_weight_ || !(known_weight_->cell == *cell))
        return tr("%1 looks at %2").arg(query, key);
    return tr("%1 looks at %2 with weight %3").arg(query, key, exactWeightText(known_weight_->weight));
}

void HeatmapView::measure() {
    measures_ = measureHeatmap(map_, settings_, fonts_);
}

void HeatmapView::layoutMap() {
    layout_ = layoutHeatmap(rect(), measures_, fonts_, {.title = true, .caption = false});
    transform_.largest_fit = kLinesInLargestCell * QFontMetricsF(fonts_.body).height();
    transform_.at_top = true; // right below its title, however tall the window
    transform_.setViewport(layout_.map);
}

void HeatmapView::requestTile() {
    if (map_.empty() || transform_.empty())
        return;
    TileRequest request = tileFor(transform_, map_, settings_, devicePixelRatioF());
    request.masked = theme_->masked.rgb();
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
    if (!tile || tile->request.trace != map_.trace || tile->request.head != map_.head)
        return;
    if (tile_pending_ && !(tile->request == requested_))
        return;
    tile_pending_ = false;
    tile_ = tile;
    lookUpWeight();
    updateAccessibility();
    update();
    emit pictureReady();
}

std::optional<MapCell> HeatmapView::currentCell() const {
    const TokenPair& pair = selection_->current();
    if (map_.empty() || !pair.query || !pair.key || *pair.query >= transform_.n_rows || *pair.key >= transform_.n_columns)
        return std::nullopt;
    return MapCell{*pair.query, *pair.key};
}

bool HeatmapView::cellMasked(const MapCell& cell) const {
    return !map_.trace->visible(map_.head.kind, map_.head.layer, TokenIndex(cell.row), TokenIndex(cell.column));
}

void HeatmapView::lookUpWeight() {
    const std::optional<MapCell> cell = currentCell();
    if (!cell) {
        known_weight_.reset();
        return;
    }
    if (tile_ && tile_->request.trace == map_.trace && tile_->request.head == map_.head) {
        if (const std::optional<float> weight = tile_->exactWeight(*cell)) {
            known_weight_ = KnownWeight{*cell, static_cast<double>(*weight)};
            return;
        }
    }
    if (known_weight_ && known_weight_->cell == *cell)
        return;
    known_weight_.reset();
    worker_->requestWeight({map_.trace, map_.head, *cell});
}

void HeatmapView::tokensChanged() {
    lookUpWeight();
    updateAccessibility();
    update();
}

void HeatmapView::updateAccessibility() {
    setAccessibleName(map_.empty() ? tr("Heatmap, empty") : tr("Heatmap: %1").arg(headTitle(map_.head)));
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
    scene.hovered = selection_->hovered();
    scene.pinned = selection_->pinned();
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
    const std::optional<MapCell> cell = currentCell();
    if (cursor_ && cell && selection_->hovered().query && !dragging_) {
        Readout card{wordAt(map_.queries, cell->row), wordAt(map_.keys, cell->column), std::nullopt, cellMasked(*cell),
                     map_.queries.notes.value(static_cast<qsizetype>(cell->row))};
        if (known_weight_ && known_weight_->cell == *cell)
            card.weight = known_weight_->weight;
        paintReadout(painter, card, *cursor_, QRectF(rect()).adjusted(4, 4, -4, -4), *theme_, fonts_);
    }
}

void HeatmapView::resizeEvent(QResizeEvent*) {
    layoutMap();
    requestTile();
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
