#include "ui/heads/thumbnail_worker.h"

#include "ui/heatmap/thumbnail.h"

#include <QMetaObject>
#include <QObject>

#include <chrono>
#include <new>

namespace headlight::ui {
namespace {

constexpr auto kBatchTime = std::chrono::milliseconds(16);

/// A null image when there is no memory for it: the cell keeps its old picture.
QImage thumbnailIfThereIsMemory(const ThumbnailJob& job, const HeadAddress& head) {
    try {
        return headThumbnail(*job.trace, head, job.pixels, job.settings, job.masked);
    } catch (const std::bad_alloc&) {
        return {};
    }
}

} // namespace

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
    const QImage image = thumbnailIfThereIsMemory(job, head);
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
            batch.push_back({job->generation, job->cells[i], thumbnailIfThereIsMemory(*job, job->heads[i])});
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
