// A window a test function, with settings of its own and events that are timed.
#pragma once

#include "tests/support/event_watchdog.h"
#include "tests/ui/support/open_document.h"
#include "tests/ui/support/own_settings.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/main_window.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace headlight::ui::test {

inline const QString kTranslator = bundled("en-fr");
inline const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// What tests of the window are made of that also watch how long its events take; in programs of
/// HEADLIGHT_WATCHED_TEST_MAIN.
class WatchedWindow {
protected:
    WatchedWindow() { useSettingsIn(settings_, QStringLiteral("HeadlightTest")); }

    /// Shown, with the keyboard; nothing is open in it.
    void openWindow(QSize size = {});
    void closeWindow();
    void waitForRun(const QString& text);
    /// No event since the watchdog was set back computed for longer than a handler may, nor kept the thread
    /// by the clock.
    void judgeEvents();
    /// No event computed for longer than this on a machine as fast as the one limits are set on.
    void judgeComputing(double milliseconds);

    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    QTemporaryDir settings_;
};

inline void WatchedWindow::openWindow(QSize size) {
    themes_ = std::make_unique<ThemeController>();
    window_ = std::make_unique<MainWindow>(themes_.get());
    if (size.isValid())
        window_->resize(size);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    window_->activateWindow(); // an X server without a window manager gives nobody the keyboard
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
}

inline void WatchedWindow::closeWindow() {
    window_.reset();
    themes_.reset();
}

inline void WatchedWindow::waitForRun(const QString& text) {
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot(), kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(window_->document()->snapshot()->request.text, text, kPatience);
}

inline void WatchedWindow::judgeEvents() {
    constexpr double kHandlerMilliseconds = 50; // of computing in the GUI thread
    constexpr double kFreezeMilliseconds = 250; // by the clock: a loaded machine lets threads wait
    static const double slowness = testing::machineSlowness();
    const testing::WatchedApplication& watchdog = testing::watchdog();
    qInfo("busiest event: %s", qPrintable(watchdog.slowestEvent()));
    QVERIFY2(testing::kSanitized || watchdog.busiestMilliseconds() < kHandlerMilliseconds * slowness,
             qPrintable(watchdog.slowestEvent()));
    QVERIFY2(watchdog.slowestMilliseconds() < kFreezeMilliseconds * slowness,
             qPrintable(watchdog.slowestEvent()));
}

inline void WatchedWindow::judgeComputing(double milliseconds) {
    const testing::WatchedApplication& watchdog = testing::watchdog();
    qInfo("busiest event %.0f ms: %s", watchdog.busiestMilliseconds(), qPrintable(watchdog.slowestEvent()));
    QVERIFY2(watchdog.busiestMilliseconds() < milliseconds * testing::machineSlowness(),
             qPrintable(watchdog.slowestEvent()));
}

} // namespace headlight::ui::test
