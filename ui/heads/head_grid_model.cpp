#include "ui/heads/head_grid_model.h"

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

QVariant HeadGridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    switch (role) {
    case Qt::DecorationRole: return images_[static_cast<std::size_t>(index.row() * n_columns_ + index.column())];
    case Qt::AccessibleTextRole: return headTitle(headAt(index));
    default: return {};
    }
}

QVariant HeadGridModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (section < 0 || section >= (orientation == Qt::Vertical ? n_rows_ : n_columns_))
        return {};
    if (role == Qt::DisplayRole)
        return QString::number(section + 1);
    if (role == Qt::ToolTipRole || role == Qt::AccessibleTextRole)
        return (orientation == Qt::Vertical ? tr("layer %1") : tr("head %1")).arg(section + 1);
    return {};
}

HeadAddress HeadGridModel::headAt(const QModelIndex& index) const {
    return {map_.head.kind, LayerIndex(static_cast<std::size_t>(index.row())), HeadIndex(static_cast<std::size_t>(index.column()))};
}

QModelIndex HeadGridModel::indexOf(const HeadAddress& head) const {
    if (map_.empty() || head.kind != map_.head.kind || head.layer.value >= static_cast<std::size_t>(n_rows_) ||
        head.head.value >= static_cast<std::size_t>(n_columns_))
        return {};
    return index(static_cast<int>(head.layer.value), static_cast<int>(head.head.value));
}

void HeadGridModel::setHeadMap(const HeadMap& map) {
    const bool there = !map.empty() && map.trace->has(map.head.kind);
    const int n_rows = there ? static_cast<int>(map.trace->nLayers(map.head.kind)) : 0;
    const int n_columns = there ? static_cast<int>(map.trace->nHeads(map.head.kind)) : 0;
    const bool same_trace = map.trace == map_.trace && map.head.kind == map_.head.kind;
    if (same_trace && n_rows == n_rows_ && n_columns == n_columns_) {
        map_ = map; // another head of the same grid: nothing to compute
        return;
    }
    if (n_rows != n_rows_ || n_columns != n_columns_ || map.head.kind != map_.head.kind) {
        beginResetModel();
        map_ = map;
        n_rows_ = n_rows;
        n_columns_ = n_columns;
        images_.assign(static_cast<std::size_t>(n_rows_) * static_cast<std::size_t>(n_columns_), QImage());
        endResetModel();
    } else {
        map_ = map;
    }
    restart();
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
        return;
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
    const auto width = static_cast<std::size_t>(n_columns_);
    std::stable_partition(job.cells.begin(), job.cells.end(), [&](std::size_t cell) {
        const int row = static_cast<int>(cell / width);
        return row >= first_row_in_sight_ && row <= last_row_in_sight_;
    });
    for (const std::size_t cell : job.cells)
        job.heads.push_back({map_.head.kind, LayerIndex(cell / width), HeadIndex(cell % width)});
    worker_->request(std::move(job));
}

void HeadGridModel::accept(std::size_t generation, std::size_t cell, const QImage& image) {
    if (generation != generation_ || cell >= images_.size())
        return;
    if (!image.isNull())
        images_[cell] = image;
    stale_[cell] = false;
    const QModelIndex changed = index(static_cast<int>(cell) / n_columns_, static_cast<int>(cell) % n_columns_);
    emit dataChanged(changed, changed, {Qt::DecorationRole});
    if (--n_pending_ == 0)
        emit thumbnailsReady();
}

} // namespace headlight::ui
