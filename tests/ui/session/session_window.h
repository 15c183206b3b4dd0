// A window a test function, on a translator that has run a sentence, with a folder for its sessions.
#pragma once

#include "tests/support/event_watchdog.h"
#include "tests/support/files.h"
#include "tests/ui/support/open_document.h"
#include "tests/ui/support/own_settings.h"
#include "ui/jobs/job_runner.h"
#include "ui/session/session_format.h"
#include "ui/theme/theme_controller.h"
#include "ui/window/main_window.h"
#include "ui/window/session_wiring.h"

#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>

namespace headlight::ui::test {

inline const QString kTranslator = bundled("en-fr");
inline const QString kMasked = bundled("mini-bert");
inline const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// What tests of undo and sessions are made of. A question to the person fails the test that did not expect
/// it.
class SessionWindow {
protected:
    using Answer = SessionController::Answer;

    SessionWindow() { useSettingsIn(settings_, QStringLiteral("HeadlightSessionTest")); }

    void openFirstWindow();
    void closeWindow();
    void endJobs();
    /// Another window, on nothing.
    void makeWindow();
    void waitForRun(const QString& text);
    void saveTo(const QString& path);
    void openFrom(const QString& path);
    /// A session of the window as it is, changed, in a file.
    QString savedWith(const std::function<void(session::Session&)>& change);
    void press(const char* keys) {
        QTest::keySequence(window_.get(), QKeySequence(QString::fromLatin1(keys)));
    }

    [[nodiscard]] Document* document() const { return window_->document(); }
    [[nodiscard]] Selection* selection() const { return window_->selection(); }
    [[nodiscard]] SessionController* sessions() const { return window_->session()->sessions(); }
    [[nodiscard]] UndoController* undo() const { return window_->session()->undo(); }
    [[nodiscard]] QString file(const char* name) const {
        return QString::fromStdString(folder_->file(name).string());
    }

    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<testing::TemporaryFolder> folder_;
    QTemporaryDir settings_;
};

inline void SessionWindow::openFirstWindow() {
    QSettings().clear();
    folder_ = std::make_unique<testing::TemporaryFolder>();
    themes_ = std::make_unique<ThemeController>();
    makeWindow();
    window_->start(kTranslator, kSentence);
    waitForRun(kSentence);
}

inline void SessionWindow::closeWindow() {
    window_.reset();
    themes_.reset();
    folder_.reset();
}

inline void SessionWindow::endJobs() {
    window_.reset();
    QVERIFY(waitForJobThreads(std::chrono::seconds(10)));
}

inline void SessionWindow::makeWindow() {
    window_ = std::make_unique<MainWindow>(themes_.get());
    sessions()->setQuestion([](const QString&) {
        qWarning("a question nobody expected");
        return Answer::Discard;
    });
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
}

inline void SessionWindow::waitForRun(const QString& text) {
    QTRY_VERIFY_WITH_TIMEOUT(document()->snapshot() && document()->snapshot()->request.text == text &&
                                 document()->snapshot()->request.model == document()->model() &&
                                 document()->settled(),
                             kPatience);
    QCoreApplication::processEvents(); // what followed is told
}

inline void SessionWindow::saveTo(const QString& path) {
    QSignalSpy saved(sessions(), &SessionController::saved);
    sessions()->save(path);
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
    QVERIFY(saved.front().front().toBool());
}

inline void SessionWindow::openFrom(const QString& path) {
    QSignalSpy opened(sessions(), &SessionController::opened);
    sessions()->open(path);
    QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
}

inline QString SessionWindow::savedWith(const std::function<void(session::Session&)>& change) {
    const QString path = file("changed.headlight");
    saveTo(path);
    auto read = session::loadSession(path.toStdString());
    if (!read.ok())
        qFatal("%s", read.error().message().c_str());
    change(*read);
    if (!session::saveSession(path.toStdString(), *read).ok())
        qFatal("cannot save");
    return path;
}

} // namespace headlight::ui::test
