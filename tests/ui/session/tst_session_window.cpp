// Sessions and recovery in the real window.
#include "tests/ui/session/session_window.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/session/kept_view.h"
#include "ui/session/session_menu.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/message_card.h"
#include "ui/window/view_pane.h"

#include <QDropEvent>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestSessionWindow : public QObject, private SessionWindow {
    Q_OBJECT
private slots:
    void init() { openFirstWindow(); }
    void cleanup() { closeWindow(); }
    void savedSessionComesBack();
    void changedSessionIsMarkedAndAskedAbout();
    void neverSavedIsNotAskedAboutButKept();
    void closingWaitsForSaving();
    void leftoverIsOfferedAndRecovered();
    void leftoverCanBeThrownAway();
    void withoutItsModelASessionShowsWhatItKept();
    void keptRunSurvivesSavingAgain();
    void anotherModelOfThatNameIsWarnedOf();
    void brokenSessionLeavesTheWindowAsItIs();
    void failedSaveSaysSoAndKeepsTheMark();
    void droppedSessionIsOpened();
    void recentMenuGreysWhatIsGone();
    void overridesWinOverTheSession();
    void cleanupTestCase() { endJobs(); }
};

void TestSessionWindow::savedSessionComesBack() {
    selection()->setHead({AttentionKind::DecoderSelf, LayerIndex(2), HeadIndex(5)});
    selection()->setPinned({.query = 3, .key = 1});
    window_->linesPane()->setState({{QStringLiteral("threshold"), 0.2}});
    window_->viewPane()->showPage(1);
    const session::WorkbenchState before = window_->session()->workbench()->state();
    saveTo(file("cat.headlight"));
    QCOMPARE(sessions()->name(), QStringLiteral("cat"));
    QVERIFY(window_->windowTitle().startsWith(QStringLiteral("cat[*] — en-fr")));

    window_->close();
    makeWindow();
    openFrom(file("cat.headlight"));
    waitForRun(kSentence);
    QVERIFY(window_->session()->workbench()->state() == before);
    QCOMPARE(window_->viewPane()->currentPage(), 1);
    QVERIFY(selection()->pinned() == (TokenPair{.query = 3, .key = 1}));
    QVERIFY(!sessions()->isModified());
    QVERIFY(!undo()->undoAction()->isEnabled());
}

void TestSessionWindow::changedSessionIsMarkedAndAskedAbout() {
    saveTo(file("cat.headlight"));
    document()->setText(QStringLiteral("Another text."), true);
    waitForRun(QStringLiteral("Another text."));
    QVERIFY(window_->isWindowModified());
    press("Ctrl+Z");
    waitForRun(kSentence);
    QVERIFY(!window_->isWindowModified()); // as saved again
    press("Ctrl+Shift+Z");
    waitForRun(QStringLiteral("Another text."));

    QString asked;
    Answer answer = Answer::Cancel;
    sessions()->setQuestion([&](const QString& name) {
        asked = name;
        return answer;
    });
    QVERIFY(!window_->close());
    QCOMPARE(asked, QStringLiteral("cat"));
    QVERIFY(window_->isVisible());
    QCOMPARE(QString::fromStdString(session::loadSession(folder_->file("cat.headlight"))->state.texts.text),
             kSentence);
    answer = Answer::Save;
    window_->close();
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kPatience);
    QCOMPARE(session::loadSession(folder_->file("cat.headlight"))->state.texts.text,
             std::string("Another text."));
}

void TestSessionWindow::neverSavedIsNotAskedAboutButKept() {
    sessions()->autosaver()->start(folder_->path());
    QTRY_VERIFY_WITH_TIMEOUT(sessions()->autosaver()->started(), kPatience);
    document()->setText(QStringLiteral("Nobody saved this."), true);
    waitForRun(QStringLiteral("Nobody saved this."));
    window_->close(); // init() fails on a question
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kPatience);
    window_.reset();
    QVERIFY(session::findLeftovers(folder_->path()).empty());
    makeWindow();
    sessions()->autosaver()->start(folder_->path());
    QTRY_VERIFY_WITH_TIMEOUT(sessions()->autosaver()->started(), kPatience);
    QVERIFY(
        !window_->messageCard()->isVisible()); // it ended well: nothing to recover, but there to be opened
    openFrom(sessions()->lastSession());
    waitForRun(QStringLiteral("Nobody saved this."));
    QVERIFY(sessions()->path().isEmpty());
}

void TestSessionWindow::closingWaitsForSaving() {
    sessions()->save(file("cat.headlight"));
    window_->close();
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kPatience);
    QVERIFY(session::loadSession(folder_->file("cat.headlight")).ok());
}

void TestSessionWindow::leftoverIsOfferedAndRecovered() {
    saveTo(file("open-4-2.headlight"));
    auto left = *session::loadSession(folder_->file("open-4-2.headlight"));
    left.state.texts.text = "What was open then.";
    left.state.texts.is_example = false;
    left.file = folder_->file("mine.headlight").string();
    QVERIFY(session::saveSession(folder_->file("open-4-2.headlight"), left).ok());
    window_->close();
    makeWindow();
    window_->start(kTranslator, kSentence);
    sessions()->autosaver()->setInterval(20);
    sessions()->autosaver()->start(folder_->path());
    MessageCard* const card = window_->messageCard();
    QTRY_VERIFY_WITH_TIMEOUT(card->isVisible(), kPatience);
    QVERIFY(card->plainText().contains(QStringLiteral("What was open then.")));
    QVERIFY(card->plainText().contains(QStringLiteral("mine.headlight")));
    waitForRun(kSentence); // the window works meanwhile
    QVERIFY(card->isVisible());
    for (QPushButton* button : card->findChildren<QPushButton*>())
        if (button->text().startsWith(QStringLiteral("Recover")))
            QTest::mouseClick(button, Qt::LeftButton);
    waitForRun(QStringLiteral("What was open then."));
    QVERIFY(!card->isVisible());
    QCOMPARE(sessions()->name(), QStringLiteral("mine"));
    QVERIFY(sessions()->isModified()); // the file of the person's own holds less
    QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(folder_->file("open-4-2.headlight")),
                             kPatience); // lives on in the new one's file
    QVERIFY(!std::filesystem::exists(folder_->file("mine.headlight")));
}

void TestSessionWindow::leftoverCanBeThrownAway() {
    saveTo(file("open-4-2.headlight"));
    window_->close();
    makeWindow();
    sessions()->autosaver()->start(folder_->path());
    MessageCard* const card = window_->messageCard();
    QTRY_VERIFY_WITH_TIMEOUT(card->isVisible(), kPatience);
    for (QPushButton* button : card->findChildren<QPushButton*>())
        if (button->text().startsWith(QStringLiteral("Throw")))
            QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(!card->isVisible());
    QVERIFY(!std::filesystem::exists(folder_->file("open-4-2.headlight")));
}

void TestSessionWindow::withoutItsModelASessionShowsWhatItKept() {
    const SnapshotPtr run = document()->snapshot();
    const HeadAddress head = selection()->head();
    const QString path = savedWith([](session::Session& session) {
        session.state.model->name = "/nowhere/en-fr";
        session.state.model->folder = "/nowhere/en-fr";
        session.state.model->label = "my translator";
        session.state.model->hash = std::string(64, 'a'); // else the one that is open would do
    });
    window_->close();
    makeWindow();
    openFrom(path);
    KeptView* const kept = window_->session()->keptView();
    QTRY_VERIFY_WITH_TIMEOUT(kept->isVisible(), kPatience);
    QVERIFY(!window_->viewPane()->isVisible());
    QVERIFY(kept->bannerText().contains(QStringLiteral("my translator")));
    QVERIFY(kept->bannerText().contains(QStringLiteral("/nowhere/en-fr")));
    QCOMPARE(window_->textPanel()->sourceEdit()->text(), kSentence);
    QCOMPARE(kept->sourceRow()->tokens().words, run->source_axis.words);
    const HeadMap& map = kept->heatmap()->headMap();
    QVERIFY(!map.empty());
    const Tensor before = run->trace().weights(head), after = map.trace->weights(map.head);
    QCOMPARE(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
        QVERIFY(std::abs(before.span()[i] - after.span()[i]) < 1e-3f);
    QVERIFY(window_->windowTitle().contains(QStringLiteral("my translator (missing)")));
    QVERIFY(!sessions()->isModified());

    window_->session()->workbench()->findMissingModel(kTranslator);
    waitForRun(kSentence);
    QVERIFY(!kept->isVisible());
    QVERIFY(window_->viewPane()->isVisible());
    QVERIFY(selection()->head() == head);
    QVERIFY(window_->messageCard()->isVisible()); // its hash is another one
}

void TestSessionWindow::keptRunSurvivesSavingAgain() {
    const QString path = savedWith([](session::Session& session) {
        session.state.model->name = session.state.model->folder = "/nowhere/en-fr";
        session.state.model->hash = std::string(64, 'a');
    });
    const auto before = *session::loadSession(path.toStdString());
    QVERIFY(before.run && before.run->head && !before.run->predictions.empty());
    openFrom(path);
    QTRY_VERIFY_WITH_TIMEOUT(window_->session()->keptView()->isVisible(), kPatience);
    QVERIFY(!document()->model()); // the model that was open is not asked to read another one's texts
    saveTo(file("again.headlight"));
    const auto after = *session::loadSession(folder_->file("again.headlight"));
    QVERIFY(after.run == before.run);
    QVERIFY(after.state == before.state);
}

void TestSessionWindow::anotherModelOfThatNameIsWarnedOf() {
    const QString path =
        savedWith([](session::Session& session) { session.state.model->hash = std::string(64, 'b'); });
    openFrom(path);
    QTRY_VERIFY_WITH_TIMEOUT(window_->messageCard()->isVisible(), kPatience);
    QVERIFY(window_->messageCard()->plainText().contains(QStringLiteral("bbbbbbbbbbbb")));
    waitForRun(kSentence);
    QVERIFY(window_->viewPane()->isVisible());
}

void TestSessionWindow::brokenSessionLeavesTheWindowAsItIs() {
    const session::WorkbenchState before = window_->session()->workbench()->state();
    folder_->write("broken.headlight", "{\"format\": \"headlight-session\", \"version\": 9}");
    sessions()->open(file("broken.headlight"));
    QTRY_VERIFY_WITH_TIMEOUT(window_->messageCard()->isVisible(), kPatience);
    QVERIFY(window_->messageCard()->plainText().contains(QStringLiteral("newer Headlight")));
    QVERIFY(window_->session()->workbench()->state() == before);
    QVERIFY(sessions()->path().isEmpty());
}

void TestSessionWindow::failedSaveSaysSoAndKeepsTheMark() {
    saveTo(file("cat.headlight"));
    document()->setText(QStringLiteral("Changed."), true);
    waitForRun(QStringLiteral("Changed."));
    QSignalSpy saved(sessions(), &SessionController::saved);
    sessions()->save(file("no/such/folder/cat.headlight"));
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
    QVERIFY(!saved.front().front().toBool());
    QVERIFY(window_->messageCard()->plainText().contains(QStringLiteral("no/such/folder")));
    QVERIFY(sessions()->isModified());
    QCOMPARE(sessions()->name(), QStringLiteral("cat"));
}

void TestSessionWindow::droppedSessionIsOpened() {
    saveTo(file("cat.headlight"));
    document()->setText(QStringLiteral("Another text."), true);
    waitForRun(QStringLiteral("Another text."));
    sessions()->setQuestion([](const QString&) { return Answer::Discard; });
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file("cat.headlight"))});
    QDragEnterEvent enter(QPoint(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &enter); // a drop without one reaches nobody
    QDropEvent drop(QPointF(400, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &drop);
    waitForRun(kSentence);
    QVERIFY(!sessions()->isModified());
}

void TestSessionWindow::recentMenuGreysWhatIsGone() {
    saveTo(file("gone.headlight"));
    saveTo(file("there.headlight"));
    std::filesystem::remove(folder_->file("gone.headlight"));
    SessionMenu* const menu = window_->session()->menu();
    emit menu->aboutToShow();
    const auto entry = [menu](const char* name) -> QAction* {
        for (QAction* action : menu->recentMenu()->actions())
            if (action->text().startsWith(QLatin1String(name)))
                return action;
        return nullptr;
    };
    QTRY_VERIFY_WITH_TIMEOUT(entry("gone") && !entry("gone")->isEnabled(), kPatience);
    QVERIFY(entry("gone")->text().contains(QStringLiteral("no longer there")));
    QVERIFY(entry("there")->isEnabled());
    QVERIFY(entry("en-fr")); // models beside sessions
}

void TestSessionWindow::overridesWinOverTheSession() {
    saveTo(file("cat.headlight"));
    window_->close();
    makeWindow();
    window_->startSession(file("cat.headlight"), {kMasked, QStringLiteral("The cat is [MASK]."), {}},
                          kTranslator);
    waitForRun(QStringLiteral("The cat is [MASK]."));
    QCOMPARE(document()->modelReference(), kMasked);
    QVERIFY(sessions()->isModified());
    sessions()->setQuestion([](const QString&) { return Answer::Discard; });
}

HEADLIGHT_WATCHED_TEST_MAIN(TestSessionWindow)
#include "tst_session_window.moc"
