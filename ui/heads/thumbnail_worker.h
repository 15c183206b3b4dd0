// One thread that computes small pictures of many heads; the newest list wins.
#pragma once

#include "ui/heatmap/head_map.h"
#include "ui/heatmap/heatmap_settings.h"

#include <QImage>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

class QObject;

namespace headlight::ui {

/// Thumbnails of these heads, in this order. The images are at most `pixels` a side, one pixel a weight where they fit.
struct ThumbnailJob {
    std::shared_ptr<const Trace> trace;
    std::vector<HeadAddress> heads;
    std::vector<std::size_t> cells;   ///< where each goes, as the caller counts
    std::size_t generation = 0;       ///< handed back with every image
    std::size_t pixels = 48;
    HeatmapSettings settings;
    QRgb masked = 0;
};

/// One finished picture.
struct Thumbnail {
    std::size_t generation = 0;
    std::size_t cell = 0;
    QImage image;
};

class ThumbnailWorker {
public:
    using Ready = std::function<void(const std::vector<Thumbnail>&)>;
    using PreviewReady = std::function<void(const HeadAddress&, const QImage&)>;

    /// Results come as queued calls in the thread of `receiver`, which must outlive the worker; thumbnails in batches of
    /// what was finished within a frame.
    ThumbnailWorker(QObject* receiver, Ready ready, PreviewReady preview_ready);
    ~ThumbnailWorker();
    ThumbnailWorker(const ThumbnailWorker&) = delete;
    ThumbnailWorker& operator=(const ThumbnailWorker&) = delete;

    void request(ThumbnailJob job);          ///< replaces what is left of the one before
    void requestPreview(ThumbnailJob job);   ///< one head; goes before the thumbnails
    void cancel();

private:
    void work(const std::stop_token& stop);
    [[nodiscard]] bool nextPreview(ThumbnailJob& job);
    void runPreview(const ThumbnailJob& job);
    void deliver(std::vector<Thumbnail>& batch);

    QObject* receiver_;
    Ready ready_;
    PreviewReady preview_ready_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<ThumbnailJob> job_;
    std::optional<ThumbnailJob> preview_;
    std::size_t newest_ = 0;                 ///< counts requests; a running job stops when it is not the newest
    std::jthread thread_;
};

} // namespace headlight::ui
