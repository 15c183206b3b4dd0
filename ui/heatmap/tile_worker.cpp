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

TileWorker::TileWorker(QObject* receiver, TileReady tile_ready, CellReady cell_ready, Progress progress)
    : receiver_(receiver), tile_ready_(std::move(tile_ready)), cell_ready_(std::move(cell_ready)), progress_(std::move(progress)),
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

void TileWorker::requestCell(CellRequest request) {
    {
        const std::scoped_lock lock(mutex_);
        cell_request_ = std::move(request);
    }
    wake_.notify_one();
}

void TileWorker::cancel() {
    const std::scoped_lock lock(mutex_);
    tile_request_.reset();
    cell_request_.reset();
    computing_.request_stop();
}

void TileWorker::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::optional<TileRequest> tile_request;
        std::optional<CellRequest> cell_request;
        std::stop_token computing;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return tile_request_ || cell_request_; }))
                return;
            cell_request = std::exchange(cell_request_, std::nullopt);
            tile_request = std::exchange(tile_request_, std::nullopt);
            computing_ = std::stop_source();
            computing = computing_.get_token();
        }
        if (cell_request)
            deliverCell(*cell_request);
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

CellNumbers readCell(const CellRequest& request) {
    const MapSource& source = *request.source;
    const MapCell cell = request.cell;
    CellNumbers numbers;
    numbers.cell = cell;
    if (!request.profiles) {
        numbers.value = source.tile({cell.row, cell.row + 1}, {cell.column, cell.column + 1}).data()[0];
        return numbers;
    }
    const Tensor row = source.tile({cell.row, cell.row + 1}, {0, source.nColumns()});
    const Tensor column = source.tile({0, source.nRows()}, {cell.column, cell.column + 1});
    numbers.value = row.data()[cell.column];
    numbers.profiles = {.row = cell.row, .column = cell.column, .row_values = {row.span().begin(), row.span().end()},
                        .column_values = {column.span().begin(), column.span().end()}};
    return numbers;
}

void TileWorker::deliverCell(const CellRequest& request) {
    try {
        QMetaObject::invokeMethod(
            receiver_, [ready = cell_ready_, numbers = readCell(request)] { ready(numbers); }, Qt::QueuedConnection);
    } catch (const std::bad_alloc&) {
        // As with tiles: what is there stays.
    }
}

void TileWorker::deliverTile(const MapTilePtr& tile) {
    QMetaObject::invokeMethod(receiver_, [ready = tile_ready_, tile] { ready(tile); }, Qt::QueuedConnection);
}

} // namespace headlight::ui
