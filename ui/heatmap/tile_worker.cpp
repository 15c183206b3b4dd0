#include "ui/heatmap/tile_worker.h"

#include <QMetaObject>
#include <QObject>

#include <chrono>
#include <new>

namespace headlight::ui {
namespace {

constexpr std::chrono::milliseconds kBlink{150}; // what is done by then says nothing
constexpr std::chrono::milliseconds kBetween{50};

} // namespace

TileWorker::TileWorker(QObject* receiver, TileReady tile_ready, WeightReady weight_ready, Progress progress)
    : receiver_(receiver), tile_ready_(std::move(tile_ready)), weight_ready_(std::move(weight_ready)), progress_(std::move(progress)),
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
            computeAndDeliver(*tile_request, computing);
    }
}

void TileWorker::computeAndDeliver(const TileRequest& request, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    auto next_report = Clock::now() + kBlink;
    const auto report = [&](double fraction) {
        if (!progress_ || Clock::now() < next_report)
            return;
        next_report = Clock::now() + kBetween;
        QMetaObject::invokeMethod(receiver_, [progress = progress_, fraction] { progress(fraction); }, Qt::QueuedConnection);
    };
    try {
        if (const MapTilePtr tile = computeTile(request, stop, report))
            deliverTile(tile);
    } catch (const std::bad_alloc&) {
        // Out of memory is no reason to end the program: the old picture stays.
    }
}

void TileWorker::deliverWeight(const WeightRequest& request) {
    const MapCell cell = request.cell;
    Tensor weight;
    try {
        weight = request.source->tile({cell.row, cell.row + 1}, {cell.column, cell.column + 1});
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
