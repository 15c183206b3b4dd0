// How long events keep the GUI thread: an application that times every event it delivers.
#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QMetaEnum>

namespace headlight::testing {

/// Times events at the outermost level only (an event loop inside a handler, as in a dialogue, does not count).
class WatchedApplication : public QApplication {
public:
    using QApplication::QApplication;

    bool notify(QObject* receiver, QEvent* event) override {
        if (depth_ > 0)
            return QApplication::notify(receiver, event);
        const QEvent::Type type = event->type();
        const QString name = QString::fromLatin1(receiver->metaObject()->className()); // the receiver may be gone after it
        QElapsedTimer timer;
        timer.start();
        ++depth_;
        const bool handled = QApplication::notify(receiver, event);
        --depth_;
        const double milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        if (milliseconds > slowest_) {
            slowest_ = milliseconds;
            slowest_event_ = QStringLiteral("%1 to %2")
                                 .arg(QString::fromLatin1(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)), name);
        }
        return handled;
    }

    void resetWatchdog() {
        slowest_ = 0;
        slowest_event_.clear();
    }
    [[nodiscard]] double slowestMilliseconds() const { return slowest_; }
    [[nodiscard]] const QString& slowestEvent() const { return slowest_event_; }

private:
    int depth_ = 0;
    double slowest_ = 0;
    QString slowest_event_;
};

} // namespace headlight::testing
