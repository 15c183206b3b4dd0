#include "ui/heads/head_grid_model.h"

#include "ui/heads/head_overview.h"
#include "ui/heads/thumbnail_worker.h"

#include <algorithm>

namespace headlight::ui {
HeadGridModel::HeadGridModel(QObject* parent) : QAbstractTableModel(parent) {
    worker_ = std::make_unique<ThumbnailWorker>(
        this,
        [this](const std::vector<Thumbnail>& batch) {
            for (const Thumbnail& thumbnail : batch)
                accept(thumbnail.generation, thumbnail.cell, thumbnail.image);
        },
        [this](const HeadAddress& head, const QImage& image) { emit previewReady(head, image); });
}

HeadGridModel::~HeadGridModel() = default;

int HeadGridModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : n_rows_; }
int HeadGridModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : n_columns_; }

std::size_t HeadGridModel::place(const QModelIndex& index) const {
    return static_cast<std::size_t>(index.row()) * static_cast<std::size_t>(n_columns_) + static_cast<std::size_t>(index.column());
}

bool HeadGridModel::hasHead(const QModelIndex& index) const { return index.isValid() && place(index) < shown_.size(); }

Qt::ItemFlags HeadGridModel::flags(const QModelIndex& index) const {
    return hasHead(index) ? QAbstractTableModel::flags(index) : Qt::NoItemFlags;
}

QVariant HeadGridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || !hasHead(index))
        return {};
    const HeadAddress head = headAt(index);
    const bool by_measure = arranged_ && overview_->effectiveOrder().sort == HeadSort::Measure;
    const HeadMeasure measure = by_measure ? overview_->order().measure : HeadMeasure::Entropy;
    const auto value = [&] { return measureText(measure, overview_->table().value(head, measure)); };
    switch (role) {
    case Qt::DecorationRole: return images_[head.layer.value * n_heads_ + head.head.value];
    case LabelRole: return arranged_ ? headLabel(head) : QString();
    case ValueRole: return by_measure ? value() : QString();
    case Qt::AccessibleTextRole:
        return by_measure ? QStringLiteral("%1, %2 %3").arg(headTitle(head), measureName(measure), value()) : headTitle(head);
    default: return {};
    }
}

QVariant HeadGridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (arranged_ || section < 0 || section >= (orientation == Qt::Vertical ? n_rows_ : n_columns_))
        return {};
    if (role == Qt::DisplayRole)
        return QString::number(section + 1);
    if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)
        return (orientation == Qt::Vertical ? tr("layer %1") : tr("head %1")).arg(section + 1);
    return {};
}

HeadAddress HeadGridModel::headAt(const QModelIndex& index) const { return shown_[place(index)]; }

QModelIndex HeadGridModel::indexOf(const HeadAddress& head) const {
    if (map_.empty() || head.kind != map_.head.kind || head.layer.value >= n_layers_ || head.head.value >= n_heads_)
        return {};
    const int at = place_of_[head.layer.value * n_heads_ + head.head.value];
    return at < 0 ? QModelIndex() : index(at / n_columns_, at % n_columns_);
}

void HeadGridModel::setHeadMap(const HeadMap& map) {
    const bool there = !map.empty() && map.trace->has(map.head.kind);
    const std::size_t n_layers = there ? map.trace->nLayers(map.head.kind) : 0;
    const std::size_t n_heads = there ? map.trace->nHeads(map.head.kind) : 0;
    const bool same_trace = map.trace == map_.trace && map.head.kind == map_.head.kind;
    const bool same_shape = n_layers == n_layers_ && n_heads == n_heads_ && map.head.kind == map_.head.kind;
    map_ = map;
    if (same_trace && same_shape)
        return; // another head of the same grid: nothing to compute
    if (!same_shape) {
        beginResetModel();
        n_layers_ = n_layers;
        n_heads_ = n_heads;
        images_.assign(n_layers * n_heads, QImage());
        placeHeads();
        endResetModel();
    }
    restart();
}

void HeadGridModel::setOverview(const HeadOverview* overview) {
    overview_ = overview;
    connect(overview_, &HeadOverview::shownChanged, this, &HeadGridModel::rearrange);
    connect(overview_, &HeadOverview::orderChanged, this, &HeadGridModel::rearrange);
    connect(overview_, &HeadOverview::tableChanged, this, [this] {
        if (arranged_ && n_rows_ > 0)
            emit dataChanged(index(0, 0), index(n_rows_ - 1, n_columns_ - 1), {ValueRole, Qt::AccessibleTextRole});
    });
    rearrange();
}

void HeadGridModel::setArrangedColumns(int n_columns) {
    if (n_columns == arranged_columns_)
        return;
    arranged_columns_ = std::max(1, n_columns);
    if (arranged_)
        rearrange();
}

void HeadGridModel::rearrange() {
    if (!arranged_ && (overview_ == nullptr || overview_->effectiveOrder().plain()))
        return;
    beginResetModel();
    placeHeads();
    endResetModel();
    if (pending())
        requestStale();
}

void HeadGridModel::placeHeads() {
    arranged_ = overview_ != nullptr && !overview_->effectiveOrder().plain();
    shown_.clear();
    const auto inside = [&](const HeadAddress& head) {
        return head.kind == map_.head.kind && head.layer.value < n_layers_ && head.head.value < n_heads_;
    };
    if (arranged_) {
        std::ranges::copy_if(overview_->shown(), std::back_inserter(shown_), inside);
    } else {
        for (std::size_t cell = 0; cell < n_layers_ * n_heads_; ++cell)
            shown_.push_back({map_.head.kind, LayerIndex(cell / n_heads_), HeadIndex(cell % n_heads_)});
    }
    place_of_.assign(n_layers_ * n_heads_, -1);
    for (std::size_t at = 0; at < shown_.size(); ++at)
        place_of_[shown_[at].layer.value * n_heads_ + shown_[at].head.value] = static_cast<int>(at);
    const int n_shown = static_cast<int>(shown_.size());
    n_columns_ = n_shown == 0 ? 0 : arranged_ ? std::min(arranged_columns_, n_shown) : static_cast<int>(n_heads_);
    n_rows_ = n_columns_ == 0 ? 0 : (n_shown + n_columns_ - 1) / n_columns_;
}

void HeadGridModel::setSettings(const HeatmapSettings& settings) {
    if (settings == settings_)
        return;
    settings_ = settings;
    restart();
}

void HeadGridModel::setMasked(QRgb masked) {
    if (masked == masked_)
        return;
    masked_ = masked;
    restart();
}

void HeadGridModel::setRowsInSight(int first, int last) {
    if (first == first_row_in_sight_ && last == last_row_in_sight_)
        return;
    first_row_in_sight_ = first;
    last_row_in_sight_ = last;
    // What is already there stays; only the order of the rest changes.
    if (pending() && n_rows_ > last - first + 1)
        requestStale();
}

std::vector<HeadAddress> HeadGridModel::headsInSight() const {
    const auto columns = static_cast<std::size_t>(n_columns_);
    const std::size_t begin = std::min(shown_.size(), static_cast<std::size_t>(std::max(0, first_row_in_sight_)) * columns);
    const std::size_t end = std::min(shown_.size(), static_cast<std::size_t>(std::max(0, last_row_in_sight_ + 1)) * columns);
    return {shown_.begin() + static_cast<std::ptrdiff_t>(begin), shown_.begin() + static_cast<std::ptrdiff_t>(std::max(begin, end))};
}

void HeadGridModel::setThumbnailPixels(int pixels) {
    const auto wanted = static_cast<std::size_t>(std::max(pixels, 8));
    if (wanted == thumbnail_pixels_)
        return;
    const std::size_t smaller = std::min(wanted, thumbnail_pixels_);
    thumbnail_pixels_ = wanted;
    const bool pooled = !map_.empty() && std::max(map_.trace->nQueries(map_.head.kind), map_.trace->nKeys(map_.head.kind)) > smaller;
    if (pooled)
        restart();
}

void HeadGridModel::requestPreview(const HeadAddress& head, int pixels) {
    if (!indexOf(head).isValid())
        return; // it has gone since
    ThumbnailJob job;
    job.trace = map_.trace;
    job.heads = {head};
    job.cells = {0};
    job.pixels = static_cast<std::size_t>(std::max(pixels, 1));
    job.settings = settings_;
    job.masked = masked_;
    worker_->requestPreview(std::move(job));
}

void HeadGridModel::restart() {
    stale_.assign(images_.size(), true);
    requestStale();
}

void HeadGridModel::requestStale() {
    ++generation_;
    ThumbnailJob job;
    for (std::size_t cell = 0; cell < stale_.size(); ++cell)
        if (stale_[cell])
            job.cells.push_back(cell);
    n_pending_ = job.cells.size();
    if (job.cells.empty()) {
        worker_->cancel();
        return;
    }
    job.trace = map_.trace;
    job.generation = generation_;
    job.pixels = thumbnail_pixels_;
    job.settings = settings_;
    job.masked = masked_;
    const auto in_sight = [&](std::size_t cell) {
        const int row = place_of_[cell] < 0 ? -1 : place_of_[cell] / n_columns_;
        return row >= first_row_in_sight_ && row <= last_row_in_sight_;
    };
    std::stable_partition(job.cells.begin(), job.cells.end(), in_sight);
    for (const std::size_t cell : job.cells)
        job.heads.push_back({map_.head.kind, LayerIndex(cell / n_heads_), HeadIndex(cell % n_heads_)});
    worker_->request(std::move(job));
}

void HeadGridModel::accept(std::size_t generation, std::size_t cell, const QImage& image) {
    if (generation != generation_ || cell >= images_.size())
        return;
    if (!image.isNull())
        images_[cell] = image;
    stale_[cell] = false;
    if (const int at = place_of_[cell]; at >= 0) {
        const QModelIndex changed = index(at / n_columns_, at % n_columns_);
        emit dataChanged(changed, changed, {Qt::DecorationRole});
    }
    if (--n_pending_ == 0)
        emit thumbnailsReady();
}

} // namespace headlight::ui
