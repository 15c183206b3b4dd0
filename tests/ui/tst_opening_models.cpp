// Other models in the window: by folder, dropped, in mid-run, and those that cannot be opened or used.
#include "tests/ui/support/watched_window.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/jobs/job_runner.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/message_card.h"

#include <QAbstractButton>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestOpeningModels : public QObject, private WatchedWindow {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void badFolderSaysWhatIsWrongAndTheOldModelStays();
    void droppedFolderIsOpened();
    void modelSwitchedInMidRun();
    void modelWithoutTokenizerShowsTheProblem();
    void closedInMidRun();
    void cleanupTestCase();
};

void TestOpeningModels::init() {
    openWindow();
    window_->start(kTranslator, kSentence);
    waitForRun(kSentence);
    testing::watchdog().resetWatchdog();
}

void TestOpeningModels::cleanup() {
    judgeEvents();
    closeWindow();
}

void TestOpeningModels::badFolderSaysWhatIsWrongAndTheOldModelStays() {
    QTemporaryDir broken;
    QFile config(broken.filePath(QStringLiteral("config.json")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("{\"model_type\": \"unheard-of\"}");
    config.close();
    const auto model = window_->document()->model();
    window_->openModel(broken.path());
    QTRY_VERIFY_WITH_TIMEOUT(window_->messageCard()->isVisible(), kPatience);
    QVERIFY(window_->messageCard()->plainText().contains(broken.path()));
    QVERIFY(window_->document()->model() == model);
    QVERIFY(!window_->heatmapPane()->view()->headMap().empty());
    QTest::mouseClick(window_->messageCard()->findChild<QPushButton*>(QStringLiteral("dismiss")),
                      Qt::LeftButton);
    QVERIFY(!window_->messageCard()->isVisible());
    window_->openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/bert-mlm")); // and the next good one loads
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->model() != model, kPatience);
}

void TestOpeningModels::droppedFolderIsOpened() {
    const auto model = window_->document()->model();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/gpt2-lm/config.json"))});
    QDragEnterEvent enter(QPoint(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &drop);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->model() != model, kPatience);
    QCOMPARE(QString::fromStdString(window_->document()->model()->spec().family), QStringLiteral("gpt2"));
}

void TestOpeningModels::modelSwitchedInMidRun() {
    const auto model = window_->document()->model();
    window_->document()->setText(QStringLiteral("The cat sleeps. ").repeated(8), true);
    window_->openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/gpt2-lm"));
    window_->openModel(kTranslator); // the newest wins
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->model() != model, kPatience);
    QCOMPARE(QString::fromStdString(window_->document()->model()->spec().family), QStringLiteral("marian"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot()->request.model == window_->document()->model(),
                             kPatience);
}

void TestOpeningModels::modelWithoutTokenizerShowsTheProblem() {
    window_->openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/bert-mlm"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->textPanel()->problemLabel()->isVisible(), kPatience);
    QVERIFY(window_->heatmapPane()->view()->headMap().empty());
    QVERIFY(!window_->headPanel()->groupButton(AttentionKind::Cross)->isEnabled());
    QVERIFY(!window_->headPanel()->groupButton(AttentionKind::Cross)->toolTip().isEmpty());
}

void TestOpeningModels::closedInMidRun() {
    window_->document()->setText(QStringLiteral("The cat sleeps. ").repeated(8), true);
    window_->openModel(QStringLiteral(HEADLIGHT_GOLDEN_DIR "/gpt2-lm"));
    QVERIFY(window_->close());
    window_ = std::make_unique<MainWindow>(themes_.get()); // and a new one works
    window_->start(kTranslator, kSentence);
    waitForRun(kSentence);
}

void TestOpeningModels::cleanupTestCase() {
    window_.reset(); // still there when init() failed
    QVERIFY(waitForJobThreads(std::chrono::seconds(10)));
}

HEADLIGHT_WATCHED_TEST_MAIN(TestOpeningModels)
#include "tst_opening_models.moc"
