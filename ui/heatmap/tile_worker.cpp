#include "ui/heatmap/tile_worker.h"

#include <QMetaObject>
#include <QObject>

#include <new>

namespace headlight::ui {
namespace {

/// Out of memory is no reason to end the program: the old picture stays.
MapTilePtr computeIfThereIsMemory(const TileRequest& request, const std::stop_token& stop) {
    try {
        return computeTile(request, stop);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

} // namespace

TileWorker::TileWorker(QObject* receiver, TileReady tile_ready, WeightReady weight_ready)
    : receiver_(receiver), tile_ready_(std::move(tile_ready)), weight_ready_(std::move(weight_ready)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

TileWorker::~TileWorker() {
    thread_.request_stop();
    cancel();
    thread_.join();
}

void TileWorker::request(TileRequest request) {
    {
        const std::scoped_lock lock(mutex_);
        tile_request_ = std::move(request);
        computing_.request_stop();
    }
    wake_.notify_one();
}

void TileWorker::requestWeight(WeightRequest request) {
    {
        const std::scoped_lock lock(mutex_);
        weight_request_ = std::move(request);
    }
    wake_.notify_one();
}

void TileWorker::cancel() {
    const std::scoped_lock lock(mutex_);
    tile_request_.reset();
    weight_request_.reset();
    computing_.request_stop();
}

void TileWorker::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::optional<TileRequest> tile_request;
        std::optional<WeightRequest> weight_request;
        std::stop_token computing;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return tile_request_ || weight_request_; }))
                return;
            weight_request = std::exchange(weight_request_, std::nullopt);
            tile_request = std::exchange(tile_request_, std::nullopt);
            computing_ = std::stop_source();
            computing = computing_.get_token();
        }
        if (weight_request)
            deliverWeight(*weight_request);
        if (tile_request)
            if (const MapTilePtr tile = computeIfThereIsMemory(*tile_request, computing))
                deliverTile(tile);
    }
}

void TileWorker::deliverWeight(const WeightRequest& request) {
    const MapCell cell = request.cell;
    Tensor weight;
    try {
        weight = request.trace->weights(request.head, {cell.row, cell.row + 1}, {cell.column, cell.column + 1});
    } catch (const std::bad_alloc&) {
        return; // no number rather than none any more
    }
    QMetaObject::invokeMethod(
        receiver_, [ready = weight_ready_, cell, value = weight.data()[0]] { ready(cell, value); }, Qt::QueuedConnection);
}

void TileWorker::deliverTile(const MapTilePtr& tile) {
    QMetaObject::invokeMethod(receiver_, [ready = tile_ready_, tile] { ready(tile); }, Qt::QueuedConnection);
}

} // namespace headlight::ui
