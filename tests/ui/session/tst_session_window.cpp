// Undo, sessions and recovery in the real window.
#include "ui/heatmap/heatmap_view.h"
#include "ui/session/kept_view.h"
#include "ui/session/session_format.h"
#include "ui/session/session_menu.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/lines_pane.h"
#include "ui/window/main_window.h"
#include "ui/window/message_card.h"
#include "ui/window/session_wiring.h"
#include "ui/window/view_pane.h"

#include "tests/support/event_watchdog.h"
#include "tests/support/files.h"

#include <QDropEvent>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {

const QString kTranslator = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr");
const QString kMasked = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/mini-bert");
const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
constexpr int kPatience = 60000;

using Answer = SessionController::Answer;

} // namespace

class TestSessionWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void nothingToUndoAtFirst();
    void hoveringIsNoStep();
    void everyChangeIsUndoneAndRedone();
    void undoInTheTextFieldIsTheWindows();
    void aNewRunsPairIsNoStepOfItsOwn();
    void modelChangeIsUndone();
    void ownTargetIsUndone();
    void chosenWordIsUndone();
    void lastStepUndoneWhileTheFirstStillRuns();
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
    void cleanupTestCase();

private:
    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
    std::unique_ptr<testing::TemporaryFolder> folder_;
    QTemporaryDir settings_;

    [[nodiscard]] Document* document() const { return window_->document(); }
    [[nodiscard]] Selection* selection() const { return window_->selection(); }
    [[nodiscard]] SessionController* sessions() const { return window_->session()->sessions(); }
    [[nodiscard]] UndoController* undo() const { return window_->session()->undo(); }
    [[nodiscard]] QString file(const char* name) const { return QString::fromStdString(folder_->file(name).string()); }
    void makeWindow();
    void waitForRun(const QString& text);
    void press(const char* keys) { QTest::keySequence(window_.get(), QKeySequence(QString::fromLatin1(keys))); }
    void saveTo(const QString& path);
    void openFrom(const QString& path);
    QString savedWith(const std::function<void(session::Session&)>& change);
};

void TestSessionWindow::initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightTest"));
    QCoreApplication::setApplicationName(QStringLiteral("HeadlightSessionTest"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
}

void TestSessionWindow::makeWindow() {
    window_ = std::make_unique<MainWindow>(themes_.get());
    sessions()->setQuestion([](const QString&) {
        qWarning("a question nobody expected");
        return Answer::Discard;
    });
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
}

void TestSessionWindow::init() {
    QSettings().clear();
    folder_ = std::make_unique<testing::TemporaryFolder>();
    themes_ = std::make_unique<ThemeController>();
    makeWindow();
    window_->start(kTranslator, kSentence);
    waitForRun(kSentence);
}

void TestSessionWindow::waitForRun(const QString& text) {
    QTRY_VERIFY_WITH_TIMEOUT(document()->snapshot() && document()->snapshot()->request.text == text &&
                                 document()->snapshot()->request.model == document()->model() && document()->settled(),
                             kPatience);
    QCoreApplication::processEvents(); // what followed is told
}

void TestSessionWindow::cleanup() {
    window_.reset();
    themes_.reset();
    folder_.reset();
}

void TestSessionWindow::saveTo(const QString& path) {
    QSignalSpy saved(sessions(), &SessionController::saved);
    sessions()->save(path);
    QTRY_COMPARE_WITH_TIMEOUT(saved.count(), 1, kPatience);
    QVERIFY(saved.front().front().toBool());
}

void TestSessionWindow::openFrom(const QString& path) {
    QSignalSpy opened(sessions(), &SessionController::opened);
    sessions()->open(path);
    QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
}

/// A session of the window as it is, changed, in a file.
QString TestSessionWindow::savedWith(const std::function<void(session::Session&)>& change) {
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

void TestSessionWindow::nothingToUndoAtFirst() {
    QCOMPARE(undo()->history().stepCount(), std::size_t{0});
    QVERIFY(!undo()->undoAction()->isEnabled());
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo"));
    QVERIFY(!sessions()->isModified());
    QVERIFY(!window_->isWindowModified());
    QCOMPARE(window_->windowTitle(), QStringLiteral("en-fr — Headlight"));
}

void TestSessionWindow::hoveringIsNoStep() {
    selection()->setHovered({.query = 1, .key = 2});
    QCoreApplication::processEvents();
    selection()->setHovered({});
    QCOMPARE(undo()->history().stepCount(), std::size_t{0});
}

void TestSessionWindow::everyChangeIsUndoneAndRedone() {
    struct Step {
        QString name;
        session::WorkbenchState before;
    };
    Workbench* const workbench = window_->session()->workbench();
    std::vector<Step> steps;
    const auto step = [&](const char* name, const std::function<void()>& change) {
        steps.push_back({QString::fromUtf8(name), workbench->state()});
        change();
        QVERIFY2(workbench->state() != steps.back().before, name);
        QCOMPARE(undo()->history().stepCount(), steps.size());
        QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo %1").arg(steps.back().name));
    };
    const auto view = window_->heatmapPane()->view();
    view->setFocus();
    step("head", [&] { press("]"); });
    step("choice of heads", [&] { selection()->toggleCompanion({selection()->head().kind, LayerIndex(0), HeadIndex(3)}); });
    step("pair of tokens", [&] { press("Alt+Right"); });
    step("numbers", [&] {
        for (QAction* action : window_->heatmapPane()->findChildren<QAction*>())
            if (action->text() == QStringLiteral("Numbers in cells"))
                action->trigger();
    });
    step("view", [&] { window_->viewPane()->showPage(1); });
    step("folding of the left panel", [&] { press("F7"); });
    step("typing", [&] {
        window_->textPanel()->sourceEdit()->setFocus();
        window_->textPanel()->sourceEdit()->end(false);
        QTest::keyClicks(window_->textPanel()->sourceEdit(), "Yes");
        waitForRun(kSentence + QStringLiteral("Yes"));
    });
    const session::WorkbenchState last = workbench->state();
    for (std::size_t i = steps.size(); i-- > 0;) {
        QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo %1").arg(steps[i].name));
        press("Ctrl+Z");
        QTRY_VERIFY_WITH_TIMEOUT(document()->settled(), kPatience);
        QVERIFY2(workbench->state() == steps[i].before, qPrintable(steps[i].name));
        QCOMPARE(undo()->redoAction()->text(), QStringLiteral("Redo %1").arg(steps[i].name));
    }
    QVERIFY(!undo()->undoAction()->isEnabled());
    QVERIFY(window_->headPanel()->isVisible());
    QCOMPARE(window_->textPanel()->sourceEdit()->text(), kSentence);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        press("Ctrl+Shift+Z");
        QTRY_VERIFY_WITH_TIMEOUT(document()->settled(), kPatience);
    }
    QVERIFY(workbench->state() == last);
    QCOMPARE(undo()->history().stepCount(), steps.size());
}

void TestSessionWindow::undoInTheTextFieldIsTheWindows() {
    TextEdit* const edit = window_->textPanel()->sourceEdit();
    edit->setFocus();
    edit->end(false);
    QTest::keyClicks(edit, " Good night.");
    QTest::keySequence(edit, QKeySequence::Undo); // in the field, where a line edit has an undo of its own
    QCOMPARE(edit->text(), kSentence + QStringLiteral(" Good "));
    QCOMPARE(document()->text(), edit->text());
    QTest::keySequence(edit, QKeySequence::Undo);
    QCOMPARE(edit->text(), kSentence + QStringLiteral(" "));
    QTest::keySequence(edit, QKeySequence(QStringLiteral("Ctrl+Shift+Z")));
    QCOMPARE(edit->text(), kSentence + QStringLiteral(" Good "));
    QTest::keyClicks(edit, "b");
    QCOMPARE(edit->text(), kSentence + QStringLiteral(" Good b")); // the cursor stands where the change was
    QVERIFY(!undo()->redoAction()->isEnabled());
}

void TestSessionWindow::aNewRunsPairIsNoStepOfItsOwn() {
    selection()->setPinned({.query = 6, .key = 6});
    QCOMPARE(undo()->history().stepCount(), std::size_t{1});
    document()->setText(QStringLiteral("Hello."), true);
    waitForRun(QStringLiteral("Hello."));
    QVERIFY(selection()->pinned() != (TokenPair{.query = 6, .key = 6}));
    QCOMPARE(undo()->history().stepCount(), std::size_t{2});
    press("Ctrl+Z");
    waitForRun(kSentence);
    QVERIFY(selection()->pinned() == (TokenPair{.query = 6, .key = 6}));
    QCOMPARE(undo()->history().stepCount(), std::size_t{2});
}

void TestSessionWindow::modelChangeIsUndone() {
    window_->viewPane()->showPage(2); // side by side, which only translators have
    const session::WorkbenchState before = window_->session()->workbench()->state();
    window_->openModel(kMasked);
    QTRY_COMPARE_WITH_TIMEOUT(document()->modelReference(), kMasked, kPatience);
    waitForRun(kSentence);
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo model"));
    QVERIFY(window_->viewPane()->currentPage() != 2);
    press("Ctrl+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->modelReference(), kTranslator, kPatience);
    waitForRun(kSentence);
    QVERIFY(window_->session()->workbench()->state() == before);
    QCOMPARE(window_->viewPane()->currentPage(), 2);
    press("Ctrl+Shift+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->modelReference(), kMasked, kPatience);
    waitForRun(kSentence);
    QVERIFY(!undo()->history().canRedo());
}

void TestSessionWindow::ownTargetIsUndone() {
    const QString generated = document()->snapshot()->target_text;
    document()->setOwnTarget(QStringLiteral("Le chien dort."));
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, QStringLiteral("Le chien dort."), kPatience);
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo own target text"));
    QVERIFY(window_->textPanel()->targetEdit()->isVisible());
    press("Ctrl+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, generated, kPatience);
    QVERIFY(!window_->textPanel()->targetEdit()->isVisible());
    press("Ctrl+Shift+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, QStringLiteral("Le chien dort."), kPatience);
    QCOMPARE(window_->textPanel()->targetEdit()->text(), QStringLiteral("Le chien dort."));
}

void TestSessionWindow::chosenWordIsUndone() {
    const SnapshotPtr generated = document()->snapshot();
    const TokenId other = generated->written[3];
    document()->chooseWord(generated, 1, other);
    QTRY_VERIFY_WITH_TIMEOUT(document()->snapshot() != generated && document()->settled(), kPatience);
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo chosen word"));
    QCOMPARE(document()->snapshot()->written[1], other);
    press("Ctrl+Z");
    QTRY_VERIFY_WITH_TIMEOUT(document()->snapshot()->written == generated->written, kPatience);
    QVERIFY(!document()->hasChosenWord());
}

void TestSessionWindow::lastStepUndoneWhileTheFirstStillRuns() {
    const session::WorkbenchState before = window_->session()->workbench()->state();
    for (const char* text : {"One.", "One two three.", "Something else."}) {
        document()->setText(QString::fromUtf8(text), true);
        QCoreApplication::processEvents();
    }
    while (undo()->history().canUndo())
        undo()->undo(); // before anything of it has run
    waitForRun(kSentence);
    QVERIFY(window_->session()->workbench()->state() == before);
    QCOMPARE(undo()->history().stepCount(), std::size_t{3});
}

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
    QCOMPARE(QString::fromStdString(session::loadSession(folder_->file("cat.headlight"))->state.texts.text), kSentence);
    answer = Answer::Save;
    window_->close();
    QTRY_VERIFY_WITH_TIMEOUT(!window_->isVisible(), kPatience);
    QCOMPARE(session::loadSession(folder_->file("cat.headlight"))->state.texts.text, std::string("Another text."));
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
    QVERIFY(!window_->messageCard()->isVisible()); // it ended well: nothing to recover, but there to be opened
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
    QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(folder_->file("open-4-2.headlight")), kPatience); // lives on in the new one's file
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
    const QString path = savedWith([](session::Session& session) { session.state.model->hash = std::string(64, 'b'); });
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
    window_->startSession(file("cat.headlight"), {kMasked, QStringLiteral("The cat is [MASK]."), {}}, kTranslator);
    waitForRun(QStringLiteral("The cat is [MASK]."));
    QCOMPARE(document()->modelReference(), kMasked);
    QVERIFY(sessions()->isModified());
    sessions()->setQuestion([](const QString&) { return Answer::Discard; });
}

void TestSessionWindow::cleanupTestCase() {
    window_.reset();
    QVERIFY(waitForJobThreads(std::chrono::seconds(10)));
}

int main(int argc, char** argv) {
    testing::WatchedApplication application(argc, argv);
    TestSessionWindow test;
    QTEST_SET_MAIN_SOURCE_PATH
    return QTest::qExec(&test, argc, argv);
}
#include "tst_session_window.moc"
