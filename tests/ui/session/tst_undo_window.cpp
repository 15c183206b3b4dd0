// Undo and redo in the real window.
#include "tests/ui/session/session_window.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/view_pane.h"

#include <QAction>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestUndoWindow : public QObject, private SessionWindow {
    Q_OBJECT
private slots:
    void init() { openFirstWindow(); }
    void cleanup() { closeWindow(); }
    void nothingToUndoAtFirst();
    void hoveringIsNoStep();
    void everyChangeIsUndoneAndRedone();
    void undoInTheTextFieldIsTheWindows();
    void aNewRunsPairIsNoStepOfItsOwn();
    void modelChangeIsUndone();
    void ownTargetIsUndone();
    void chosenWordIsUndone();
    void lastStepUndoneWhileTheFirstStillRuns();
    void cleanupTestCase() { endJobs(); }
};

void TestUndoWindow::nothingToUndoAtFirst() {
    QCOMPARE(undo()->history().stepCount(), std::size_t{0});
    QVERIFY(!undo()->undoAction()->isEnabled());
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo"));
    QVERIFY(!sessions()->isModified());
    QVERIFY(!window_->isWindowModified());
    QCOMPARE(window_->windowTitle(), QStringLiteral("en-fr — Headlight"));
}

void TestUndoWindow::hoveringIsNoStep() {
    selection()->setHovered({.query = 1, .key = 2});
    QCoreApplication::processEvents();
    selection()->setHovered({});
    QCOMPARE(undo()->history().stepCount(), std::size_t{0});
}

void TestUndoWindow::everyChangeIsUndoneAndRedone() {
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
    step("choice of heads", [&] {
        selection()->toggleCompanion({selection()->head().kind, LayerIndex(0), HeadIndex(3)});
    });
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

void TestUndoWindow::undoInTheTextFieldIsTheWindows() {
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

void TestUndoWindow::aNewRunsPairIsNoStepOfItsOwn() {
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

void TestUndoWindow::modelChangeIsUndone() {
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

void TestUndoWindow::ownTargetIsUndone() {
    const QString generated = document()->snapshot()->target_text;
    document()->setOwnTarget(QStringLiteral("Le chien dort."));
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, QStringLiteral("Le chien dort."),
                              kPatience);
    QCOMPARE(undo()->undoAction()->text(), QStringLiteral("Undo own target text"));
    QVERIFY(window_->textPanel()->targetEdit()->isVisible());
    press("Ctrl+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, generated, kPatience);
    QVERIFY(!window_->textPanel()->targetEdit()->isVisible());
    press("Ctrl+Shift+Z");
    QTRY_COMPARE_WITH_TIMEOUT(document()->snapshot()->target_text, QStringLiteral("Le chien dort."),
                              kPatience);
    QCOMPARE(window_->textPanel()->targetEdit()->text(), QStringLiteral("Le chien dort."));
}

void TestUndoWindow::chosenWordIsUndone() {
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

void TestUndoWindow::lastStepUndoneWhileTheFirstStillRuns() {
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

HEADLIGHT_WATCHED_TEST_MAIN(TestUndoWindow)
#include "tst_undo_window.moc"
