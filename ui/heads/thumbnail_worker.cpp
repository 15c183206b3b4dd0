#include "ui/heads/thumbnail_worker.h"

#include "ui/colour/colour_image.h"
#include "ui/heatmap/map_tile.h"

#include <QMetaObject>
#include <QObject>

#include <algorithm>
#include <chrono>

namespace headlight::ui {
namespace {

constexpr auto kBatchTime = std::chrono::milliseconds(16);

/// Map rows [begin, end) that out row r of n_out covers, as Trace::pooledWeights divides them.
TokenRange covered(std::size_t r, std::size_t n, std::size_t n_out) {
    return {r * n / n_out, (r + 1) * n / n_out};
}

/// Out columns that at least one row of `rows` sees.
TokenRange seenBy(const AttentionMask& mask, TokenRange rows, std::size_t n_keys, std::size_t out_columns) {
    const std::size_t begin = mask.visible(rows.begin, n_keys).begin;
    const std::size_t end = mask.visible(rows.end - 1, n_keys).end;
    if (begin >= end)
        return {};
    // The out column of map column c is the last one that begins at or before it.
    const auto columnOf = [&](std::size_t c) { return ((c + 1) * out_columns - 1) / n_keys; };
    return {columnOf(begin), columnOf(end - 1) + 1};
}

} // namespace

QImage headThumbnail(const Trace& trace, const HeadAddress& head, std::size_t pixels, const HeatmapSettings& settings,
                     QRgb masked) {
    const std::size_t n_queries = trace.nQueries(head.kind);
    const std::size_t n_keys = trace.nKeys(head.kind);
    if (n_queries == 0 || n_keys == 0)
        return {};
    const std::size_t rows = std::min(n_queries, pixels);
    const std::size_t columns = std::min(n_keys, pixels);
    const Tensor weights = trace.pooledWeights(head, {0, n_queries}, {0, n_keys}, rows, columns, settings.pooling);
    const AttentionMask& mask = trace.attention(head.kind, head.layer).problem.mask;
    std::vector<TokenRange> visible;
    std::vector<float> row_maximum;
    const std::vector<float> maxima = settings.scale == ScaleKind::RowRelative ? rowMaxima(trace, head, {0, n_queries})
                                                                               : std::vector<float>{};
    for (std::size_t r = 0; r < rows; ++r) {
        const TokenRange range = covered(r, n_queries, rows);
        visible.push_back(seenBy(mask, range, n_keys, columns));
        if (!maxima.empty())
            row_maximum.push_back(*std::max_element(maxima.begin() + static_cast<std::ptrdiff_t>(range.begin),
                                                    maxima.begin() + static_cast<std::ptrdiff_t>(range.end)));
    }
    return colourImage({.values = weights.span(), .n_rows = rows, .n_columns = columns, .map = settings.colour_map,
                        .scale = settings.scale, .row_maximum = row_maximum, .visible = visible, .masked = masked});
}

ThumbnailWorker::ThumbnailWorker(QObject* receiver, Ready ready, PreviewReady preview_ready)
    : receiver_(receiver), ready_(std::move(ready)), preview_ready_(std::move(preview_ready)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

ThumbnailWorker::~ThumbnailWorker() {
    thread_.request_stop();
    cancel();
    thread_.join();
}

void ThumbnailWorker::request(ThumbnailJob job) {
    {
        const std::scoped_lock lock(mutex_);
        job_ = std::move(job);
        ++newest_;
    }
    wake_.notify_one();
}

void ThumbnailWorker::requestPreview(ThumbnailJob job) {
    {
        const std::scoped_lock lock(mutex_);
        preview_ = std::move(job);
    }
    wake_.notify_one();
}

void ThumbnailWorker::cancel() {
    const std::scoped_lock lock(mutex_);
    job_.reset();
    preview_.reset();
    ++newest_;
}

bool ThumbnailWorker::nextPreview(ThumbnailJob& job) {
    const std::scoped_lock lock(mutex_);
    if (!preview_)
        return false;
    job = *std::exchange(preview_, std::nullopt);
    return true;
}

void ThumbnailWorker::runPreview(const ThumbnailJob& job) {
    const HeadAddress head = job.heads.front();
    const QImage image = headThumbnail(*job.trace, head, job.pixels, job.settings, job.masked);
    QMetaObject::invokeMethod(receiver_, [ready = preview_ready_, head, image] { ready(head, image); }, Qt::QueuedConnection);
}

void ThumbnailWorker::deliver(std::vector<Thumbnail>& batch) {
    if (batch.empty())
        return;
    QMetaObject::invokeMethod(receiver_, [ready = ready_, images = std::move(batch)] { ready(images); }, Qt::QueuedConnection);
    batch.clear();
}

void ThumbnailWorker::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::optional<ThumbnailJob> job;
        std::size_t number = 0;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, stop, [this] { return job_ || preview_; }))
                return;
            job = std::exchange(job_, std::nullopt);
            number = newest_;
        }
        ThumbnailJob preview;
        std::vector<Thumbnail> batch;
        auto last_delivery = std::chrono::steady_clock::now();
        for (std::size_t i = 0; job && i < job->heads.size(); ++i) {
            if (nextPreview(preview))
                runPreview(preview);
            {
                const std::scoped_lock lock(mutex_);
                if (number != newest_ || stop.stop_requested())
                    break;
            }
            batch.push_back({job->generation, job->cells[i],
                             headThumbnail(*job->trace, job->heads[i], job->pixels, job->settings, job->masked)});
            const auto now = std::chrono::steady_clock::now();
            if (now - last_delivery >= kBatchTime) {
                deliver(batch);
                last_delivery = now;
            }
        }
        deliver(batch);
        if (nextPreview(preview))
            runPreview(preview);
    }
}

} // namespace headlight::ui
