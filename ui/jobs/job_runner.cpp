#include "ui/jobs/job_runner.h"

#include <QMetaObject>

#include <condition_variable>
#include <mutex>
#include <string>
#include <stop_token>
#include <thread>

namespace headlight::ui {

namespace {

/// How many worker threads live. Only for the end of the program: nothing may be torn down under a running job.
struct ThreadCount {
    std::mutex mutex;
    std::condition_variable changed;
    int alive = 0;
};
ThreadCount& threadCount() {
    static ThreadCount* const count = new ThreadCount; // outlives static destruction: a late thread still touches it
    return *count;
}

} // namespace

/// What the runner and its worker both hold; the worker keeps it alive when the runner is gone.
struct JobRunner::Shared {
    std::mutex mutex;
    std::condition_variable wake;
    JobRunner* owner = nullptr;      ///< null once the runner is gone
    ErasedWork waiting;              ///< the newest job not begun yet
    std::stop_source stop;           ///< of the newest job
    std::uint64_t ticket = 0;        ///< number of the newest job
    bool thread_started = false;

    /// Runs `action` in the owner's thread if job `job` is still the newest then.
    void post(std::uint64_t job, std::function<void(JobRunner&)> action) {
        const std::lock_guard lock(mutex);
        if (!owner || job != ticket)
            return;
        JobRunner* const receiver = owner; // alive while the lock is held; its queued calls die with it
        QMetaObject::invokeMethod(
            receiver,
            [receiver, job, action = std::move(action)] {
                if (receiver->shared_->ticket == job) // only the owner's thread changes it
                    action(*receiver);
            },
            Qt::QueuedConnection);
    }
};

JobRunner::JobRunner(QObject* parent)
    : QObject(parent)
    , shared_(std::make_shared<Shared>()) {
    shared_->owner = this;
}

JobRunner::~JobRunner() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->owner = nullptr;
        shared_->waiting = nullptr;
        shared_->stop.request_stop();
    }
    shared_->wake.notify_all();
}

void JobRunner::startErased(ErasedWork work) {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stop.request_stop();
        shared_->stop = std::stop_source();
        shared_->waiting = std::move(work);
        ++shared_->ticket;
        if (!shared_->thread_started) {
            shared_->thread_started = true;
            {
                const std::lock_guard count_lock(threadCount().mutex);
                ++threadCount().alive;
            }
            std::thread(&JobRunner::workLoop, shared_).detach();
        }
    }
    started_ = std::chrono::steady_clock::now();
    shared_->wake.notify_all();
    setRunning(true);
}

void JobRunner::cancel() {
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stop.request_stop();
        shared_->waiting = nullptr;
        ++shared_->ticket;
    }
    setRunning(false);
}

double JobRunner::elapsedMilliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count();
}

void JobRunner::setRunning(bool running) {
    if (running == running_)
        return;
    running_ = running;
    emit runningChanged(running_);
}

void JobRunner::workLoop(const std::shared_ptr<Shared>& given) {
    std::shared_ptr<Shared> shared = given;
    for (;;) {
        ErasedWork work;
        std::uint64_t job = 0;
        RunControl control;
        {
            std::unique_lock lock(shared->mutex);
            shared->wake.wait(lock, [&] { return !shared->owner || shared->waiting; });
            if (!shared->owner)
                break;
            work = std::exchange(shared->waiting, nullptr);
            job = shared->ticket;
            control.stop = shared->stop.get_token();
        }
        auto last_report = std::chrono::steady_clock::time_point{};
        control.progress = [&shared, job, last_report, last_text = std::string()](double fraction,
                                                                                std::string_view what) mutable {
            const auto now = std::chrono::steady_clock::now();
            if (what == last_text && now - last_report < std::chrono::milliseconds(30))
                return; // a new text is always told: what follows it may take long
            last_report = now;
            last_text = what;
            shared->post(job, [fraction, text = QString::fromUtf8(what.data(), static_cast<qsizetype>(what.size()))](
                                  JobRunner& runner) { emit runner.progressed(fraction, text); });
        };
        const Post post = [&shared, job](Delivery told) {
            shared->post(job, [told = std::move(told)](JobRunner&) { told(); });
        };
        Delivery delivery = work(control, post);
        work = nullptr; // captured inputs go now, in this thread, and not when the next job comes
        shared->post(job, [delivery = std::move(delivery)](JobRunner& runner) {
            runner.setRunning(false);
            delivery();
        });
    }
    shared.reset();
    const std::lock_guard lock(threadCount().mutex);
    --threadCount().alive;
    threadCount().changed.notify_all();
}

bool waitForJobThreads(std::chrono::milliseconds patience) {
    std::unique_lock lock(threadCount().mutex);
    return threadCount().changed.wait_for(lock, patience, [] { return threadCount().alive == 0; });
}

} // namespace headlight::ui
