#include "ui/jobs/job_runner.h"

#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <thread>

using namespace headlight;
using namespace headlight::ui;
using namespace std::chrono_literals;

namespace {

/// Sleeps in small pieces until told to stop; says whether it was.
Result<int> sleepUntilStopped(const RunControl& control, std::atomic<bool>& stopped) {
    for (int i = 0; i < 2000; ++i) {
        if (control.stopRequested()) {
            stopped = true;
            return cancelledError();
        }
        std::this_thread::sleep_for(1ms);
    }
    return 1;
}

} // namespace

class TestJobs : public QObject {
    Q_OBJECT
private slots:
    void deliversInTheRunnersThread();
    void newestWins();
    void cancelDropsTheResultAndStopsTheWork();
    void resultArrivingAfterCancelIsDropped();
    void destroyedRunnerStopsItsJobAndDoesNotWait();
    void thrownExceptionBecomesAnError();
    void reportsProgress();
    void threadsEndWithTheirRunners();
};

void TestJobs::deliversInTheRunnersThread() {
    JobRunner runner;
    const auto gui_thread = std::this_thread::get_id();
    std::thread::id worked_in, delivered_in;
    int value = 0;
    runner.start<int>(
        [&worked_in](const RunControl&) -> Result<int> {
            worked_in = std::this_thread::get_id();
            return 42;
        },
        [&](Result<int> result) {
            delivered_in = std::this_thread::get_id();
            value = result.value();
        });
    QVERIFY(runner.running());
    QTRY_COMPARE(value, 42);
    QVERIFY(!runner.running());
    QVERIFY(worked_in != gui_thread);
    QVERIFY(delivered_in == gui_thread);
}

void TestJobs::newestWins() {
    JobRunner runner;
    std::atomic<bool> first_stopped = false;
    std::vector<int> delivered;
    std::atomic<int> middle_ran = 0;
    std::atomic<bool> first_began = false;
    runner.start<int>(
        [&](const RunControl& control) {
            first_began = true;
            return sleepUntilStopped(control, first_stopped);
        },
        [&](Result<int>) { delivered.push_back(1); });
    QTRY_VERIFY(first_began);
    // The middle one is replaced before the worker gets to it, so it never runs at all.
    runner.start<int>([&](const RunControl&) -> Result<int> { ++middle_ran; return 2; },
                      [&](Result<int>) { delivered.push_back(2); });
    runner.start<int>([](const RunControl&) -> Result<int> { return 3; },
                      [&](Result<int>) { delivered.push_back(3); });
    QTRY_COMPARE(delivered.size(), std::size_t(1));
    QCOMPARE(delivered.front(), 3);
    QVERIFY(first_stopped);
    QVERIFY(middle_ran <= 1); // it may have begun in the gap between the two starts, but is never delivered
}

void TestJobs::cancelDropsTheResultAndStopsTheWork() {
    JobRunner runner;
    QSignalSpy running(&runner, &JobRunner::runningChanged);
    std::atomic<bool> stopped = false, began = false;
    bool delivered = false;
    runner.start<int>(
        [&](const RunControl& control) {
            began = true;
            return sleepUntilStopped(control, stopped);
        },
        [&](Result<int>) { delivered = true; });
    QTRY_VERIFY(began);
    runner.cancel();
    QVERIFY(!runner.running());
    QTRY_VERIFY(stopped);
    QTest::qWait(20);
    QVERIFY(!delivered);
    QCOMPARE(running.count(), 2);
}

void TestJobs::resultArrivingAfterCancelIsDropped() {
    JobRunner runner;
    std::atomic<bool> finished = false;
    bool delivered = false;
    runner.start<int>([&](const RunControl&) -> Result<int> { finished = true; return 1; },
                      [&](Result<int>) { delivered = true; });
    while (!finished) // without the event loop: the delivery waits in the queue
        std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(5ms);
    runner.cancel();
    QTest::qWait(20);
    QVERIFY(!delivered);
}

void TestJobs::destroyedRunnerStopsItsJobAndDoesNotWait() {
    std::atomic<bool> stopped = false, began = false, may_end = false, ended = false;
    bool delivered = false;
    auto runner = std::make_unique<JobRunner>();
    runner->start<int>(
        [&](const RunControl& control) -> Result<int> {
            began = true;
            auto result = sleepUntilStopped(control, stopped);
            while (!may_end) // a job that takes its time to notice
                std::this_thread::sleep_for(1ms);
            control.report(1.0, "too late");
            ended = true;
            return result;
        },
        [&](Result<int>) { delivered = true; });
    QTRY_VERIFY(began);
    runner.reset(); // would hang here if it waited for the job
    may_end = true;
    QTRY_VERIFY(stopped);
    QTRY_VERIFY(ended);
    QTest::qWait(10);
    QVERIFY(!delivered);
}

void TestJobs::thrownExceptionBecomesAnError() {
    JobRunner runner;
    std::optional<ErrorKind> kind;
    runner.start<int>([](const RunControl&) -> Result<int> { throw std::bad_alloc(); },
                      [&](Result<int> result) { kind = result.error().kind; });
    QTRY_VERIFY(kind.has_value());
    QVERIFY(*kind == ErrorKind::Memory);
}

void TestJobs::reportsProgress() {
    JobRunner runner;
    QSignalSpy progress(&runner, &JobRunner::progressed);
    bool done = false;
    runner.start<int>(
        [](const RunControl& control) -> Result<int> {
            control.report(0.25, "layer 1 of 4");
            return 0;
        },
        [&](Result<int>) { done = true; });
    QTRY_VERIFY(done);
    QCOMPARE(progress.count(), 1);
    QCOMPARE(progress.front().at(0).toDouble(), 0.25);
    QCOMPARE(progress.front().at(1).toString(), QStringLiteral("layer 1 of 4"));
}

void TestJobs::threadsEndWithTheirRunners() {
    {
        JobRunner runner;
        bool done = false;
        runner.start<int>([](const RunControl&) -> Result<int> { return 0; }, [&](Result<int>) { done = true; });
        QTRY_VERIFY(done);
    }
    QVERIFY(waitForJobThreads(2s));
}

QTEST_GUILESS_MAIN(TestJobs)
#include "tst_jobs.moc"
