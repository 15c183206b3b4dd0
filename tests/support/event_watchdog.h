// How long events keep the GUI thread: an application that times every event it delivers.
#pragma once

#include "tests/support/sanitizers.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>

#include <algorithm>
#include <ctime>

namespace headlight::testing {

/// Milliseconds of processor time this thread has used: unlike a clock on the wall it does not grow while the
/// thread waits for a processor that others keep busy.
inline double threadMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// How many times slower this machine computes than the one the limit of 50 ms was set on; at least 1.
inline double machineSlowness() {
    constexpr double kReference = 11.5; // ms for the loop below, on a server core of 2023
    double best = 1e9;
    for (int repetition = 0; repetition < 3; ++repetition) {
        const double before = threadMilliseconds();
        volatile unsigned state = 1;
        for (int i = 0; i < 10'000'000; ++i)
            state = state * 1664525u + 1013904223u;
        best = std::min(best, threadMilliseconds() - before);
    }
    return std::max(1.0, best / kReference);
}

/// Times events at the outermost level only (an event loop inside a handler, as in a dialogue, does not
/// count).
class WatchedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        if (depth_ > 0)
            return QApplication::notify(receiver, event);
        const QEvent::Type type = event->type();
        const QString name =
            QString::fromLatin1(receiver->metaObject()->className()); // the receiver may be gone after it
        QElapsedTimer timer;
        timer.start();
        const double before = threadMilliseconds();
        ++depth_;
        const bool handled = QApplication::notify(receiver, event);
        --depth_;
        const double busy = threadMilliseconds() - before;
        const double milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        if (busy > busiest_) {
            busiest_ = busy;
            slowest_event_ =
                QStringLiteral("%1 to %2: %3 ms of computing, %4 ms by the clock")
                    .arg(QString::fromLatin1(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)), name)
                    .arg(busy, 0, 'f', 1)
                    .arg(milliseconds, 0, 'f', 1);
        }
        slowest_ = std::max(slowest_, milliseconds);
        return handled;
    }

    void resetWatchdog() {
        busiest_ = 0;
        slowest_ = 0;
        slowest_event_.clear();
    }
    /// Processor time of the event that took most of it: what a handler costs on any machine that is not
    /// overloaded.
    [[nodiscard]] double busiestMilliseconds() const { return busiest_; }
    /// By the clock, waiting included: what a freeze would show.
    [[nodiscard]] double slowestMilliseconds() const { return slowest_; }
    [[nodiscard]] const QString& slowestEvent() const { return slowest_event_; }

private:
    int depth_ = 0;
    double busiest_ = 0;
    double slowest_ = 0;
    QString slowest_event_;
};

/// The application of a program that HEADLIGHT_WATCHED_TEST_MAIN starts.
inline WatchedApplication& watchdog() {
    return *static_cast<WatchedApplication*>(qApp);
}

} // namespace headlight::testing

/// As QTEST_MAIN, with an application that times its events.
#define HEADLIGHT_WATCHED_TEST_MAIN(Test)                                                                    \
    int main(int argc, char** argv) {                                                                        \
        headlight::testing::WatchedApplication application(argc, argv);                                      \
        Test test;                                                                                           \
        QTEST_SET_MAIN_SOURCE_PATH                                                                           \
        return QTest::qExec(&test, argc, argv);                                                              \
    }
