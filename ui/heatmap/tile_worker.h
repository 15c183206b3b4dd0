// One thread that computes what a heatmap shows: the newest request wins, older ones are dropped half-way.
#pragma once

#include "ui/heatmap/heatmap_painter.h"
#include "ui/heatmap/map_tile.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

class QObject;

namespace headlight::ui {

/// One exact value, wanted for the readout of a map too large to be there in full, and where bars are shown beside the map
/// those of its row and column.
struct CellRequest {
    MapSourcePtr source;
    MapCell cell;
    bool profiles = false;
};
struct CellNumbers {
    MapCell cell;
    float value = 0.0f;
    MapProfiles profiles; ///< empty where none were asked for
};
[[nodiscard]] CellNumbers readCell(const CellRequest& request);

/// Results come as queued calls in the receiver's thread, none after the worker is gone.
class TileWorker {
public:
    using TileReady = std::function<void(const MapTilePtr&)>;
    using CellReady = std::function<void(CellNumbers)>;
    using Progress = std::function<void(double fraction)>;

    /// `receiver` must outlive the worker. `progress` hears of tiles that take longer than a blink.
    TileWorker(QObject* receiver, TileReady tile_ready, CellReady cell_ready, Progress progress = {});
    ~TileWorker();
    TileWorker(const TileWorker&) = delete;
    TileWorker& operator=(const TileWorker&) = delete;

    /// Replaces what is waiting, stops what is being computed.
    void request(TileRequest request);
    /// Replaces the one that is waiting; tiles wait for it, it takes microseconds.
    void requestCell(CellRequest request);
    void cancel();

private:
    void work(const std::stop_token& stop);
    void deliverCell(const CellRequest& request);
    void deliverTile(const MapTilePtr& tile);
    void computeAndDeliver(const TileRequest& request, const std::stop_token& stop);

    QObject* receiver_;
    TileReady tile_ready_;
    CellReady cell_ready_;
    Progress progress_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<TileRequest> tile_request_;
    std::optional<CellRequest> cell_request_;
    std::stop_source computing_;          ///< stops the tile that is being computed
    std::jthread thread_;                 ///< last: it must end before the rest goes
};

} // namespace headlight::ui
