// Nothing a person does keeps the GUI thread for more than 50 ms: every page, key and menu of the window on a
// long text, each event timed by the application itself.
#include "tests/support/event_watchdog.h"
#include "tests/ui/support/open_window.h"
#include "ui/heads/head_grid_view.h"
#include "ui/table/table_dialog.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/view_pane.h"

#include <QMap>
#include <QTimer>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

constexpr double kHandlerMilliseconds = 50; // of computing in the GUI thread

const QString kText =
    QStringLiteral(
        "The black cat sleeps under the old table because it is tired, and nobody wants to wake it up. ")
        .repeated(7);

} // namespace

class TestResponsiveness : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void cleanupTestCase();
    void everyPageOpens();
    void keysMoveThroughHeads();
    void panelsFoldAndTextGrows();
    void tablesAndLessonsOpen();
    void textIsReplaced();

private:
    /// Does it from inside an event, as a person's click does, and waits for what follows.
    void act(const QString& name, const std::function<void()>& action, int wait = 120);
    /// Whether each of the actions of `sequence` is quick at least once: a machine that does other things too
    /// may hold one up.
    void judge(const std::function<void()>& sequence);

    std::unique_ptr<OpenWindow> open_;
    QMap<QString, QString> slow_; ///< what took too long, and which event
    double slowness_ = 1;
};

void TestResponsiveness::initTestCase() {
    slowness_ = testing::machineSlowness();
    open_ = std::make_unique<OpenWindow>();
    QVERIFY(open_->run(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr"), kText));
}

void TestResponsiveness::cleanupTestCase() {
    open_.reset();
    QVERIFY(waitForJobThreads(std::chrono::seconds(10)));
}

void TestResponsiveness::act(const QString& name, const std::function<void()>& action, int wait) {
    testing::watchdog().resetWatchdog();
    QTimer::singleShot(0, &**open_, action);
    QTest::qWait(wait);
    if (testing::watchdog().busiestMilliseconds() > kHandlerMilliseconds * slowness_)
        slow_.insert(name, testing::watchdog().slowestEvent());
}

void TestResponsiveness::judge(const std::function<void()>& sequence) {
    if (testing::kSanitized)
        QSKIP("sanitizers make everything several times slower: events are not judged");
    constexpr int kRounds = 3;
    QMap<QString, QString> always_slow;
    for (int round = 0; round < kRounds; ++round) {
        slow_.clear();
        sequence();
        if (round == 0)
            always_slow = slow_;
        else
            always_slow.removeIf([this](const auto& it) { return !slow_.contains(it.key()); });
        if (always_slow.isEmpty())
            return;
    }
    QStringList lines;
    for (const auto& [name, event] : always_slow.asKeyValueRange())
        lines << QStringLiteral("%1: %2").arg(name, event);
    QFAIL(qPrintable(lines.join(QLatin1Char('\n'))));
}

void TestResponsiveness::everyPageOpens() {
    ViewPane* const pane = (*open_)->viewPane();
    judge([&] {
        for (int page = 0; page < pane->pageCount(); ++page)
            act(
                QStringLiteral("page %1").arg(pane->page(page).name), [&] { pane->showPage(page); }, 500);
    });
}

void TestResponsiveness::keysMoveThroughHeads() {
    ViewPane* const pane = (*open_)->viewPane();
    judge([&] {
        for (int page = 0; page < pane->pageCount(); ++page) {
            pane->showPage(page);
            QTest::qWait(100);
            const QString name = pane->page(page).name;
            act(name + QStringLiteral(": next head"), [&] { (*open_)->headPanel()->moveHead(1); });
            act(name + QStringLiteral(": encoder"),
                [&] { (*open_)->headPanel()->chooseKind(AttentionKind::EncoderSelf); });
            act(name + QStringLiteral(": another cell"), [&] { (*open_)->selection()->setPinned({40, 12}); });
            act(name + QStringLiteral(": cross"),
                [&] { (*open_)->headPanel()->chooseKind(AttentionKind::Cross); });
        }
    });
}

void TestResponsiveness::panelsFoldAndTextGrows() {
    judge([&] {
        (*open_)->viewPane()->showPage(0);
        act(QStringLiteral("dark"), [&] { open_->themes().toggle(); });
        act(QStringLiteral("a page in the dark"),
            [&] { (*open_)->viewPane()->showPage(8); }); // dressed when it is shown
        act(QStringLiteral("light"), [&] { open_->themes().toggle(); });
        act(QStringLiteral("larger text"), [&] { open_->themes().setScale(1.3); });
        act(QStringLiteral("normal text"), [&] { open_->themes().setScale(1.0); });
        act(QStringLiteral("present"), [&] { (*open_)->setPresenting(true); });
        act(QStringLiteral("present no more"), [&] { (*open_)->setPresenting(false); });
        act(QStringLiteral("small window"), [&] { (*open_)->resize(700, 500); });
        act(QStringLiteral("large window"), [&] { (*open_)->resize(1900, 1200); });
        act(QStringLiteral("usual window"), [&] { (*open_)->resize(1280, 860); });
    });
}

void TestResponsiveness::tablesAndLessonsOpen() {
    ViewPane* const pane = (*open_)->viewPane();
    int tables = 0;
    judge([&] {
        for (int page = 0; page < pane->pageCount(); ++page) {
            pane->showPage(page);
            (*open_)->activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&**open_));
            QTest::qWait(100);
            act(QStringLiteral("table of %1").arg(pane->page(page).name),
                [&] { open_->press(Qt::Key_T, Qt::ControlModifier); });
            for (TableDialog* const dialog : (*open_)->findChildren<TableDialog*>()) {
                tables += dialog->isVisible();
                delete dialog;
            }
        }
        (*open_)->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&**open_));
        act(QStringLiteral("lessons"), [&] { open_->press(Qt::Key_F6); });
        act(QStringLiteral("no lessons"), [&] { open_->press(Qt::Key_F6); });
    });
    QVERIFY(tables >= 10);
}

void TestResponsiveness::textIsReplaced() {
    (*open_)->viewPane()->showPage(0);
    judge([&] {
        act(
            QStringLiteral("a short text"),
            [&] { (*open_)->document()->setText(QStringLiteral("The dog."), true); }, 1000);
        act(
            QStringLiteral("the long text again"), [&] { (*open_)->document()->setText(kText, true); }, 3000);
    });
}

HEADLIGHT_WATCHED_TEST_MAIN(TestResponsiveness)
#include "tst_responsiveness.moc"
