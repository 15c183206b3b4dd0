// What the window does around a lesson: one's own work before and after it, the list, progress, printing,
// presenting.
#include "core/lessons/lesson_vocabulary.h"
#include "tests/support/files.h"
#include "tests/ui/support/lesson_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/lessons/lesson_browser.h"
#include "ui/lessons/lesson_printer.h"
#include "ui/lessons/lesson_progress.h"
#include "ui/lessons/question_view.h"
#include "ui/lessons/step_dots.h"
#include "ui/session/undo_controller.h"
#include "ui/steps/step_texts.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/part_outline.h"
#include "ui/window/presenter.h"
#include "ui/window/session_wiring.h"
#include "ui/window/softmax_pane.h"
#include "ui/window/top_bar.h"
#include "ui/window/view_pane.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QtTest/QtTest>

#include <set>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestLessonWindow : public QObject, protected LessonRoom {
    Q_OBJECT
private slots:
    void initTestCase() { useOwnSettings(); }
    void init() { openFirstWindow(); }
    void cleanup() { closeWindow(); }
    void ownWorkComesBack();
    void firstThingOpenedLeavesItsSentence();
    void stepsDoNotFillTheUndoHistory();
    void progressIsKept();
    void browserListsStartsAndGoesOn();
    void ownLessonIsOpenedAndABadOneSaysWhy();
    void printsItselfWithFigures();
    void inspectorComesBackWhenLessonsClose();
    void remoteControlSteps();
    void blankScreenAndBack();
    void everySettingIsTheWindows();
    void everyArithmeticStepIsKnown();
};

void TestLessonWindow::ownWorkComesBack() {
    const HeadAddress head{AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(3)};
    window_->selection()->setHead(head);
    window_->selection()->setPinned({1, 2});
    window_->viewPane()->showView(window_->softmaxPane());
    QCoreApplication::processEvents();
    start(QStringLiteral("12-long-range-links.md"), 1);
    QCOMPARE(window_->document()->model()->name(), std::string("books-gpt"));
    player()->next();
    waitForStep();
    player()->leave();
    QTRY_COMPARE_WITH_TIMEOUT(window_->document()->model()->name(), std::string("en-fr"), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(
        window_->document()->settled() && window_->document()->snapshot()->request.text == kOwn, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(window_->selection()->head() == head, kPatience);
    QCOMPARE(window_->selection()->pinned(), (TokenPair{1, 2}));
    QCOMPARE(window_->viewPane()->page(window_->viewPane()->currentPage()).view, window_->softmaxPane());
}

/// As from the command line: there is nothing to go back to.
void TestLessonWindow::firstThingOpenedLeavesItsSentence() {
    window_.reset();
    window_ = std::make_unique<MainWindow>(themes_.get());
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    start(QStringLiteral("04-softmax.md"));
    const QString text = window_->document()->text();
    QVERIFY(!text.isEmpty());
    player()->leave();
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->settled(), kPatience);
    QCOMPARE(window_->document()->text(), text);
    QVERIFY(window_->document()->snapshot() && window_->document()->model());
}

void TestLessonWindow::stepsDoNotFillTheUndoHistory() {
    QCoreApplication::processEvents();
    const std::size_t before = window_->session()->undo()->history().stepCount();
    start(QStringLiteral("04-softmax.md"));
    for (int i = 0; i < 4; ++i) {
        player()->next();
        waitForStep();
        QTest::qWait(20);
    }
    player()->leave();
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->settled(), kPatience);
    QTest::qWait(20);
    QCOMPARE(window_->session()->undo()->history().stepCount(), before);
}

void TestLessonWindow::progressIsKept() {
    start(QStringLiteral("01-what-is-a-token.md"));
    const std::shared_ptr<const Lesson> lesson = player()->lesson();
    answerRight();
    QVERIFY(LessonProgress::isDone(*lesson, 0));
    QVERIFY(panel()->dots()->isDone(0) && !panel()->dots()->isDone(1));
    player()->leave();
    openWindow(); // another day
    QCOMPARE(LessonProgress::nextStep(*lesson), std::size_t(1));
    start(QStringLiteral("01-what-is-a-token.md"));
    QVERIFY(panel()->question()->answered()); // and what it explained stands there again
    QVERIFY(!panel()->question()->explanation().isEmpty());
}

void TestLessonWindow::browserListsStartsAndGoesOn() {
    QTest::mouseClick(window_->findChild<TopBar*>()->lessonButton(), Qt::LeftButton);
    QVERIFY(panel()->isVisible());
    QVERIFY(!window_->findChild<QWidget*>(QStringLiteral("leaveLesson"))->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(static_cast<qsizetype>(panel()->browser()->lessons().size()),
                              bundledLessons().size(), kPatience);
    auto* begin = panel()->findChild<QPushButton*>(QStringLiteral("lesson-04-softmax"));
    QVERIFY(begin != nullptr);
    begin->click();
    waitForStep();
    QCOMPARE(player()->lesson()->id, std::string("04-softmax"));
    answerRight();
    player()->leave();
    QSignalSpy refreshed(panel()->browser(), &LessonBrowser::refreshed);
    QTRY_VERIFY_WITH_TIMEOUT(refreshed.count() > 0, kPatience);
    begin = panel()->findChild<QPushButton*>(QStringLiteral("lesson-04-softmax"));
    QTRY_VERIFY_WITH_TIMEOUT(
        (begin = panel()->findChild<QPushButton*>(QStringLiteral("lesson-04-softmax"))) &&
            begin->text() == QStringLiteral("Go on"),
        kPatience);
    begin->click();
    waitForStep();
    QCOMPARE(player()->step(), std::size_t(1));
}

void TestLessonWindow::ownLessonIsOpenedAndABadOneSaysWhy() {
    const headlight::testing::TemporaryFolder folder;
    const auto bad = folder.write(
        "bad.md", "# Mine\nabout: a\nmodel: en-fr\ntext: b\n\n## look: c\nhead: cros 2.1\n\nText.\n");
    window_->openPath(QString::fromStdString(bad.string()));
    QTRY_VERIFY_WITH_TIMEOUT(panel()->browser()->problem()->isVisible(), kPatience);
    QVERIFY(panel()->browser()->problem()->text().contains(QStringLiteral("line 7")));
    QVERIFY(panel()->browser()->problem()->text().contains(QStringLiteral("bad.md")));
    const auto good = folder.write("good.md", "# Mine\nabout: a\nmodel: en-fr\ntext: The dog sleeps.\n\n## "
                                              "look: c\nhead: cross 2.1\n\nText {tokens encoder}.\n\n"
                                              "question: How many?\nanswer: tokens encoder\n");
    window_->openPath(QString::fromStdString(good.string()));
    QTRY_VERIFY_WITH_TIMEOUT(player()->lesson() && player()->ready(), kPatience);
    QCOMPARE(player()->lesson()->title, std::string("Mine"));
    answerRight();
}

void TestLessonWindow::printsItselfWithFigures() {
    start(QStringLiteral("02-query-key-value.md"), 2);
    const headlight::testing::TemporaryFolder folder;
    const std::filesystem::path file = folder.file("lesson.pdf");
    LessonPrinter* const printer = window_->lessons()->printer();
    QSignalSpy finished(printer, &LessonPrinter::finished);
    printer->print(QString::fromStdString(file.string()));
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    QCOMPARE(printer->collected().steps.size(), player()->lesson()->steps.size());
    for (const PrintedStep& step : printer->collected().steps) {
        QVERIFY2(step.figure.has_value(), qPrintable(step.title));
        QVERIFY(!step.figure->size.isEmpty());
    }
    const std::string pdf = headlight::testing::readBytes(file);
    QVERIFY(pdf.starts_with("%PDF"));
    QVERIFY(pdf.size() > 30'000);
    QVERIFY(pdf.find("/DCTDecode") == std::string::npos);                 // no picture of a picture
    QCOMPARE(player()->step(), std::size_t(2));                           // back where it was
    QCOMPARE(LessonProgress::nDone(*player()->lesson()), std::size_t(0)); // nothing was read by that
    QCOMPARE(lessonPdf(printer->collected()).value(), lessonPdf(printer->collected()).value());
    finished.clear();
    printer->print(QStringLiteral("/nowhere/lesson.pdf"));
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    QVERIFY(!finished.front().front().value<Result<void>>().ok());
}

void TestLessonWindow::inspectorComesBackWhenLessonsClose() {
    window_->resize(1440, 900);
    QAbstractButton* const button = window_->findChild<TopBar*>()->lessonButton();
    QWidget* const inspector = window_->inspector();
    if (button->isChecked())
        QTest::mouseClick(button, Qt::LeftButton);
    QTRY_VERIFY(inspector->isVisible() && inspector->width() >= inspector->minimumWidth());
    const int before = inspector->width();
    for (int round = 0; round < 2; ++round) {
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(!inspector->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(inspector->isVisible());
        QTRY_COMPARE(inspector->width(), before);
        QVERIFY(!inspector->visibleRegion().isEmpty());
    }
}

void TestLessonWindow::remoteControlSteps() {
    start(QStringLiteral("06-self-cross-masked.md"));
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_PageDown);
    QCOMPARE(player()->step(), std::size_t(1));
    waitForStep();
    QTest::keyClick(window_.get(), Qt::Key_PageUp);
    QCOMPARE(player()->step(), std::size_t(0));
    waitForStep();
    QVERIFY(window_->lessons()->outline()->isVisible()); // the step points at the heads
    QCOMPARE(window_->lessons()->outline()->part(), window_->headPanel());
    auto* const top_bar = window_->findChild<TopBar*>();
    top_bar->presentButton()->setChecked(true);
    QVERIFY(panel()->isVisible() && !window_->headPanel()->isVisible());
    QVERIFY(!window_->lessons()->outline()->isVisible()); // what is not there is not outlined
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_Right);
    QCOMPARE(player()->step(), std::size_t(1));
    waitForStep();
    window_->textPanel()->sourceEdit()->setFocus();
    QTest::keyClick(window_->textPanel()->sourceEdit(), Qt::Key_Right); // belongs to the text
    QCOMPARE(player()->step(), std::size_t(1));
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_Escape);
    QVERIFY(!top_bar->presentButton()->isChecked());
    QTRY_VERIFY(window_->headPanel()->isVisible()); // as soon as the text is small again
}

void TestLessonWindow::blankScreenAndBack() {
    auto* const top_bar = window_->findChild<TopBar*>();
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_B); // not while nobody presents
    QVERIFY(!window_->lessons()->presenter()->blank());
    top_bar->presentButton()->setChecked(true);
    window_->setFocus();
    for (const Qt::Key key : {Qt::Key_B, Qt::Key_Period}) {
        QTest::keyClick(window_.get(), key);
        QVERIFY(window_->lessons()->presenter()->blank());
        QTRY_COMPARE(window_->grab().toImage().pixelColor(window_->width() / 2, window_->height() / 2),
                     QColor(Qt::black));
        QTest::keyClick(window_.get(), key);
        QVERIFY(!window_->lessons()->presenter()->blank());
    }
    const int page = window_->viewPane()->currentPage();
    QTest::keyClick(window_.get(), Qt::Key_PageDown); // no lesson: the next view
    QVERIFY(window_->viewPane()->currentPage() != page);
    QTest::keyClick(window_.get(), Qt::Key_PageUp);
    QCOMPARE(window_->viewPane()->currentPage(), page);
    QTest::keyClick(window_.get(), Qt::Key_Escape);
    QVERIFY(!top_bar->presentButton()->isChecked());
}

/// Names a lesson may use are names the window's parts know.
void TestLessonWindow::everySettingIsTheWindows() {
    const session::WorkbenchState state = window_->session()->workbench()->state();
    for (const LessonSettingInfo& info : lessonSettings()) {
        const auto part = state.parts.find(std::string(info.page));
        QVERIFY2(part != state.parts.end(), info.page.data());
        session::Json value = info.key == "threshold" ? session::Json(0.25) : session::Json(1);
        if (info.kind == SettingKind::YesNo)
            value = !part->second.value(std::string(info.key), false);
        else if (info.kind == SettingKind::Name)
            value = std::string(info.names.substr(info.names.rfind(' ') + 1));
        session::WorkbenchState changed = state;
        if (info.page == "lines")
            changed.parts["lines"] = session::Json::object();
        changed.parts[std::string(info.page)][std::string(info.key)] = value;
        window_->session()->workbench()->restore(changed, IfModelIsMissing::KeepPresent);
        const session::Json now = window_->session()->workbench()->state().parts.at(std::string(info.page));
        QVERIFY2(now.contains(std::string(info.key)), info.key.data());
        window_->session()->workbench()->restore(state, IfModelIsMissing::KeepPresent);
    }
}

void TestLessonWindow::everyArithmeticStepIsKnown() {
    for (const std::string_view name : lessonArithmeticSteps())
        QVERIFY2(
            !stepKindsNamed(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()))).empty(),
            name.data());
}

HEADLIGHT_WINDOW_TEST_MAIN(TestLessonWindow)
#include "tst_lesson_window.moc"
