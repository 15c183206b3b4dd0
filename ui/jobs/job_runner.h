// Long work away from the GUI thread: one runner for each kind of job, one worker thread a runner.
#pragma once

#include "core/base/memory.h"
#include "core/base/result.h"
#include "core/base/run_control.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace headlight::ui {

/// Runs the newest job of its kind. Starting one stops and drops the one before: its result is never delivered.
/// A job gets its inputs by value (captured), a stop token and a progress function; its result comes back in the
/// thread the runner lives in. Destroying the runner never waits: the job is told to stop and its result is dropped.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    /// `work` runs in the worker thread, `done` in this object's thread, unless cancelled or overtaken before.
    /// What `work` throws arrives as an Error (std::bad_alloc as ErrorKind::Memory).
    template <class T>
    void start(std::function<Result<T>(const RunControl&)> work, std::function<void(Result<T>)> done) {
        startErased([work = std::move(work), done = std::move(done)](const RunControl& control, const Post&) -> Delivery {
            auto result = std::make_shared<Result<T>>(guarded<T>(work, control));
            return [result, done] { done(std::move(*result)); };
        });
    }

    /// The same for work that has something to show before it is done: what it gives to `tell` arrives at `heard`, in this
    /// object's thread and in order, before `done`; nothing arrives once the job is cancelled or overtaken.
    template <class T, class Part>
    void startTelling(std::function<Result<T>(const RunControl&, const std::function<void(Part)>& tell)> work,
                      std::function<void(Part)> heard, std::function<void(Result<T>)> done) {
        startErased([work = std::move(work), heard = std::move(heard), done = std::move(done)](const RunControl& control,
                                                                                              const Post& post) -> Delivery {
            const std::function<void(Part)> tell = [&](Part part) {
                post([heard, part = std::make_shared<Part>(std::move(part))] { heard(std::move(*part)); });
            };
            auto result = std::make_shared<Result<T>>(guarded<T>([&](const RunControl& given) { return work(given, tell); }, control));
            return [result, done] { done(std::move(*result)); };
        });
    }

    /// Stops the job that runs or waits, if any; nothing is delivered.
    void cancel();
    [[nodiscard]] bool running() const { return running_; }
    /// Milliseconds since the newest job was started.
    [[nodiscard]] double elapsedMilliseconds() const;

signals:
    void runningChanged(bool running);
    /// Fraction in 0..1 and what is being done; at most every 30 ms for the same text.
    void progressed(double fraction, const QString& what);

private:
    using Delivery = std::function<void()>;
    /// Runs a closure in the owner's thread, if the job is still the newest then.
    using Post = std::function<void(Delivery)>;
    using ErasedWork = std::function<Delivery(const RunControl&, const Post&)>;
    struct Shared;

    template <class T>
    static Result<T> guarded(const std::function<Result<T>(const RunControl&)>& work, const RunControl& control) {
        try {
            return guardMemory([&] { return work(control); });
        } catch (const std::exception& exception) {
            return makeError(ErrorKind::Backend, std::string("unexpected failure: ") + exception.what());
        }
    }

    void startErased(ErasedWork work);
    void setRunning(bool running);
    static void workLoop(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::chrono::steady_clock::time_point started_;
    bool running_ = false;
};

/// Waits until every worker thread of the process has ended (their runners being gone); false if time ran out.
[[nodiscard]] bool waitForJobThreads(std::chrono::milliseconds patience);

} // namespace headlight::ui
