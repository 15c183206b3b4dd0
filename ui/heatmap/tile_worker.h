// One thread that computes what a heatmap shows: the newest request wins, older ones are dropped half-way.
#pragma once

#include "ui/heatmap/map_tile.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

class QObject;

namespace headlight::ui {

/// One exact weight, wanted for the readout of a map too large to be there in full.
struct WeightRequest {
    MapSourcePtr source;
    MapCell cell;
};

/// Results come as queued calls in the receiver's thread, none after the worker is gone.
class TileWorker {
public:
    using TileReady = std::function<void(const MapTilePtr&)>;
    using WeightReady = std::function<void(const MapCell&, float)>;
    using Progress = std::function<void(double fraction)>;

    /// `receiver` must outlive the worker. `progress` hears of tiles that take longer than a blink.
    TileWorker(QObject* receiver, TileReady tile_ready, WeightReady weight_ready, Progress progress = {});
    ~TileWorker();
    TileWorker(const TileWorker&) = delete;
    TileWorker& operator=(const TileWorker&) = delete;

    /// Replaces what is waiting, stops what is being computed.
    void request(TileRequest request);
    /// Replaces the weight that is waiting; tiles wait for it, it takes microseconds.
    void requestWeight(WeightRequest request);
    void cancel();

private:
    void work(const std::stop_token& stop);
    void deliverWeight(const WeightRequest& request);
    void deliverTile(const MapTilePtr& tile);
    void computeAndDeliver(const TileRequest& request, const std::stop_token& stop);

    QObject* receiver_;
    TileReady tile_ready_;
    WeightReady weight_ready_;
    Progress progress_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<TileRequest> tile_request_;
    std::optional<WeightRequest> weight_request_;
    std::stop_source computing_;          ///< stops the tile that is being computed
    std::jthread thread_;                 ///< last: it must end before the rest goes
};

} // namespace headlight::ui
