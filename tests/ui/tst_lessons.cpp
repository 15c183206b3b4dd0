// Lessons in a real window: every bundled one is played through, and what a step promises is reached.
#include "tests/support/files.h"
#include "ui/changes/change_set.h"
#include "ui/lessons/choice_button.h"
#include "ui/lessons/lesson_browser.h"
#include "ui/lessons/lesson_panel.h"
#include "ui/lessons/lesson_printer.h"
#include "ui/lessons/lesson_progress.h"
#include "ui/lessons/question_view.h"
#include "ui/lessons/step_dots.h"
#include "ui/session/undo_controller.h"
#include "ui/theme/theme_controller.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/head_panel.h"
#include "ui/window/lesson_wiring.h"
#include "ui/window/main_window.h"
#include "ui/window/part_outline.h"
#include "ui/window/presenter.h"
#include "ui/window/session_wiring.h"
#include "ui/window/softmax_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/top_bar.h"
#include "ui/window/view_pane.h"

#include "core/lessons/lesson_reader.h"
#include "core/lessons/lesson_vocabulary.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_texts.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QtTest/QtTest>

#include <set>

using namespace headlight;
using namespace headlight::ui;

namespace {

constexpr int kPatience = 60000;
const QString kOwn = QStringLiteral("My brother has a big white house.");

std::filesystem::path lessonFile(const QString& name) { return std::filesystem::path(HEADLIGHT_RESOURCES_DIR "/lessons") / name.toStdString(); }

QStringList bundledLessons() {
    QStringList names;
    for (const LessonListing& listing : lessonsIn(HEADLIGHT_RESOURCES_DIR "/lessons", true))
        names << QString::fromStdString(listing.file.filename().string());
    return names;
}

} // namespace

class TestLessons : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void atLeastTwelveLessons();
    void isPlayedThrough_data();
    void isPlayedThrough();
    void ownWorkComesBack();
    void ownSentenceIsKeptAndAsked();
    void stepsDoNotFillTheUndoHistory();
    void progressIsKept();
    void taskIsDoneByDoingIt();
    void wrongAnswersGetHelp();
    void browserListsStartsAndGoesOn();
    void ownLessonIsOpenedAndABadOneSaysWhy();
    void readmeExampleIsPlayed();
    void printsItselfWithFigures();
    void remoteControlSteps();
    void blankScreenAndBack();
    void everySettingIsTheWindows();
    void everyArithmeticStepIsKnown();

private:
    [[nodiscard]] LessonPlayer* player() const { return window_->lessons()->player(); }
    [[nodiscard]] LessonPanel* panel() const { return window_->lessons()->panel(); }
    void openWindow();
    void start(const QString& name, std::size_t step = 0);
    void waitForStep();
    void checkState();
    void answerWrong();
    void answerRight();
    void fulfil(const LessonQuestion& task);
    [[nodiscard]] bool conditionHolds(const Condition& condition) const;

    QTemporaryDir settings_;
    std::unique_ptr<ThemeController> themes_;
    std::unique_ptr<MainWindow> window_;
};

void TestLessons::initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("HeadlightTest"));
    QCoreApplication::setApplicationName(QStringLiteral("HeadlightLessons"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings_.path());
    qputenv("XDG_DATA_HOME", settings_.path().toUtf8());
}

void TestLessons::init() {
    QSettings().clear();
    openWindow();
}

void TestLessons::openWindow() {
    window_.reset();
    themes_ = std::make_unique<ThemeController>();
    window_ = std::make_unique<MainWindow>(themes_.get());
    window_->resize(1280, 800);
    window_->show();
    QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
    window_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    window_->start(QStringLiteral("en-fr"), kOwn);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() && window_->document()->settled(), kPatience);
}

void TestLessons::cleanup() {
    window_.reset();
    themes_.reset();
}

void TestLessons::start(const QString& name, std::size_t step) {
    Result<Lesson> lesson = readLessonFile(lessonFile(name));
    QVERIFY2(lesson.ok(), lesson.ok() ? "" : lesson.error().message().c_str());
    player()->start(std::make_shared<const Lesson>(std::move(*lesson)), step);
    waitForStep();
}

void TestLessons::waitForStep() { QTRY_VERIFY_WITH_TIMEOUT(player()->ready(), kPatience); }

/// The window shows what the step asks for.
void TestLessons::checkState() {
    const LessonState state = stateOfStep(*player()->lesson(), player()->step());
    const SnapshotPtr& snapshot = window_->document()->snapshot();
    QCOMPARE(snapshot->model().name(), *state.model);
    QCOMPARE(snapshot->request.text.toStdString(), *state.text);
    QVERIFY2(player()->filled()->place_problem.isEmpty(), qPrintable(player()->filled()->place_problem));
    if (state.head)
        QVERIFY(window_->selection()->head() == *state.head);
    if (!state.query.empty() && state.head)
        QCOMPARE(window_->selection()->pinned().query, player()->filled()->place.query);
    if (!state.key.empty() && state.head)
        QCOMPARE(window_->selection()->pinned().key, player()->filled()->place.key);
    if (state.page) {
        const ViewPage& page = window_->viewPane()->page(window_->viewPane()->currentPage());
        QString name = page.name.toLower();
        name.replace(QLatin1Char(' '), QLatin1Char('-'));
        QCOMPARE(name.toStdString(), *state.page);
    }
    if (state.arithmetic_step && state.page == "step-by-step") {
        const auto shown = [&] { // by what is said of it
            for (const StepKind kind : stepKindsNamed(QString::fromStdString(*state.arithmetic_step))) {
                Step step;
                step.kind = kind;
                step.root_of = kind == StepKind::Scale ? snapshot->trace().headDim(state.head->kind) : 0;
                if (window_->stepsPane()->strip()->count() > 0 && window_->stepsPane()->explanation()->text() == stepExplanation(step, state.head->kind))
                    return true;
            }
            return false;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(shown(), qPrintable(window_->stepsPane()->explanation()->text()), kPatience);
    }
    for (const FilledText::Value& value : player()->filled()->text.values)
        QVERIFY2(value.problem.isEmpty(), qPrintable(value.problem));
    QVERIFY(panel()->text()->text().size() > 20);
}

void TestLessons::answerWrong() {
    QuestionView* const view = panel()->question();
    for (std::size_t i = 0; i < view->choices().size(); ++i)
        if (!player()->filled()->question->choices[i].right) {
            QTest::mouseClick(view->choices()[i], Qt::LeftButton);
            QVERIFY(!view->answered());
            QCOMPARE(view->choices()[i]->mark(), ChoiceButton::Mark::Wrong);
            return;
        }
    QVERIFY(view->field() != nullptr);
    view->field()->setText(QStringLiteral("-123456"));
    view->checkField();
    QVERIFY(!view->answered());
}

void TestLessons::answerRight() {
    QuestionView* const view = panel()->question();
    const FilledQuestion& question = *player()->filled()->question;
    for (std::size_t i = 0; i < view->choices().size(); ++i)
        if (question.choices[i].right) {
            QTest::mouseClick(view->choices()[i], Qt::LeftButton);
            QVERIFY(view->answered());
            QCOMPARE(view->choices()[i]->mark(), ChoiceButton::Mark::Right);
            return;
        }
    view->field()->setText(QString::fromStdString(valueText(*question.answer)));
    view->checkField();
    QVERIFY2(view->answered(), qPrintable(view->field()->text()));
}

bool TestLessons::conditionHolds(const Condition& condition) const {
    const SnapshotPtr& snapshot = window_->document()->snapshot();
    const SelectionState selected = window_->selection()->state();
    const LessonPlaces places{player()->filled()->place, {selected.head, selected.pinned.query, selected.pinned.key}};
    const Result<bool> held = holds(condition, lessonRunOf(*snapshot), places);
    return held.ok() && *held;
}

/// Does what the task asks for: looks through the heads, or writes something.
void TestLessons::fulfil(const LessonQuestion& task) {
    static const QStringList kTexts{QStringLiteral("Unbelievably, Bartholomew misunderstood the hippopotamus and the very extraordinary old crocodile."),
                                    QStringLiteral("The man bit the dog with the [MASK]."), QStringLiteral("sun moon star rain sun moon star")};
    const Condition& done = *task.done;
    if (done.left.quantity == LessonQuantity::Written) {
        const SnapshotPtr snapshot = window_->document()->snapshot();
        const Tensor logits = snapshot->model().logits(snapshot->trace(), {1, 2}).value();
        const auto other = topCandidates(logits.row(0), 3);
        window_->document()->chooseWord(snapshot, 1, other[1].id);
    } else if (done.left.changed) {
        window_->findChild<ChangeSet*>()->put(SetScale{AttentionKind::Cross, LayerIndex(2), {}, 0.0f});
    } else if (done.left.here) {
        const SnapshotPtr& snapshot = window_->document()->snapshot();
        const Trace& trace = snapshot->trace();
        const HeadAddress begin = window_->selection()->head();
        const std::vector<AttentionKind> kinds =
            done.left.quantity == LessonQuantity::VisibleKeys ? std::vector{AttentionKind::DecoderSelf} : std::vector{begin.kind};
        for (const AttentionKind kind : kinds)
            for (std::size_t layer = 0; layer < trace.nLayers(kind); ++layer)
                for (std::size_t head = 0; head < trace.nHeads(kind); ++head)
                    for (std::size_t row = 0; row < trace.nQueries(kind); ++row) {
                        const HeadAddress address{kind, LayerIndex((layer + begin.layer.value) % trace.nLayers(kind)), HeadIndex((head + begin.head.value) % trace.nHeads(kind))};
                        const Tensor weights = trace.weights(address, {row, row + 1}, {0, trace.nKeys(kind)});
                        const auto cells = weights.row(0);
                        const auto key = static_cast<std::size_t>(std::max_element(cells.begin(), cells.end()) - cells.begin());
                        const LessonPlaces places{player()->filled()->place, {address, row, key}};
                        const Result<bool> held = holds(done, lessonRunOf(*snapshot), places);
                        if (!held.ok() || !*held)
                            continue;
                        window_->selection()->setHead(address);
                        window_->selection()->setPinned({row, key});
                        return;
                    }
        QFAIL("no cell fulfils the task");
    } else {
        for (const QString& text : kTexts) {
            window_->textPanel()->sourceEdit()->setWholeText(text);
            window_->document()->setText(text, true);
            QTRY_VERIFY_WITH_TIMEOUT(window_->document()->settled() && window_->document()->snapshot()->request.text == text, kPatience);
            if (conditionHolds(done))
                return;
        }
        QFAIL("no text fulfils the task");
    }
}

void TestLessons::atLeastTwelveLessons() { QVERIFY(bundledLessons().size() >= 12); }

void TestLessons::isPlayedThrough_data() {
    QTest::addColumn<QString>("name");
    for (const QString& name : bundledLessons())
        QTest::newRow(qPrintable(name)) << name;
}

void TestLessons::isPlayedThrough() {
    QFETCH(QString, name);
    start(name);
    const Lesson& lesson = *player()->lesson();
    QVERIFY(lesson.minutes >= 3 && lesson.minutes <= 8);
    std::set<LessonStepKind> kinds;
    for (std::size_t i = 0; i < lesson.steps.size(); ++i) {
        waitForStep();
        QCOMPARE(player()->step(), i);
        player()->useLessonText(); // a task before may have left another
        waitForStep();
        checkState();
        kinds.insert(lesson.steps[i].kind);
        if (const auto& question = lesson.steps[i].question) {
            QVERIFY(panel()->question()->isVisible());
            QVERIFY(!panel()->question()->answered());
            if (question->isTask()) {
                fulfil(*question);
                QTRY_VERIFY2_WITH_TIMEOUT(panel()->question()->answered(), question->done->left.source.c_str(), kPatience);
            } else {
                answerWrong();
                answerRight();
            }
            QVERIFY(!panel()->question()->explanation().isEmpty());
            QVERIFY(!panel()->question()->explanation().contains(QStringLiteral("—")));
        }
        if (i + 1 < lesson.steps.size())
            QTest::mouseClick(panel()->nextButton(), Qt::LeftButton);
    }
    QCOMPARE(kinds.size(), std::size_t(4)); // look, predict, try, reveal
    QCOMPARE(LessonProgress::nDone(lesson), lesson.steps.size());
    QTest::mouseClick(panel()->nextButton(), Qt::LeftButton); // Finish
    QVERIFY(!player()->lesson());
}

void TestLessons::ownWorkComesBack() {
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
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->settled() && window_->document()->snapshot()->request.text == kOwn, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(window_->selection()->head() == head, kPatience);
    QCOMPARE(window_->selection()->pinned(), (TokenPair{1, 2}));
    QCOMPARE(window_->viewPane()->page(window_->viewPane()->currentPage()).view, window_->softmaxPane());
}

void TestLessons::ownSentenceIsKeptAndAsked() {
    start(QStringLiteral("02-query-key-value.md"));
    player()->useTextBefore();
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->settled() && window_->document()->snapshot()->request.text == kOwn, kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(player()->filled() && player()->filled()->question->answer, kPatience);
    QVERIFY(player()->hasOwnText());
    // The question now asks for her own third French word, and her own numbers answer it.
    const SnapshotPtr& snapshot = window_->document()->snapshot();
    const auto own = [&] {
        const auto& place = player()->filled()->place;
        const Tensor weights = snapshot->trace().weights(*place.head, {*place.query, *place.query + 1}, {0, snapshot->trace().nKeys(AttentionKind::Cross)});
        const auto row = weights.row(0);
        const auto strongest = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
        return tokenText(snapshot->run.input.source, strongest);
    };
    QTRY_COMPARE_WITH_TIMEOUT(player()->filled()->question->answer->word, own(), kPatience);
    answerRight();
    player()->next();
    waitForStep();
    QCOMPARE(window_->document()->text(), kOwn); // it stays
    player()->useLessonText();
    waitForStep();
    QVERIFY(!player()->hasOwnText());
}

void TestLessons::stepsDoNotFillTheUndoHistory() {
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

void TestLessons::progressIsKept() {
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

void TestLessons::taskIsDoneByDoingIt() {
    start(QStringLiteral("01-what-is-a-token.md"), 3);
    QVERIFY(!panel()->question()->answered());
    window_->document()->setText(QStringLiteral("Unbelievably hippopotamuses."), true);
    QTRY_VERIFY_WITH_TIMEOUT(panel()->question()->answered(), kPatience);
    QVERIFY(panel()->question()->verdict().contains(QStringLiteral("Done")));
    QVERIFY(LessonProgress::isDone(*player()->lesson(), 3));
}

void TestLessons::wrongAnswersGetHelp() {
    start(QStringLiteral("02-query-key-value.md"), 1);
    answerWrong();
    QVERIFY(!panel()->question()->solutionButton()->isVisible());
    answerWrong();
    QVERIFY(panel()->question()->solutionButton()->isVisible());
    QTest::mouseClick(panel()->question()->solutionButton(), Qt::LeftButton);
    QVERIFY(panel()->question()->answered());
    QVERIFY(panel()->question()->verdict().contains(QStringLiteral("32")));
}

void TestLessons::browserListsStartsAndGoesOn() {
    QTest::mouseClick(window_->findChild<TopBar*>()->lessonButton(), Qt::LeftButton);
    QVERIFY(panel()->isVisible());
    QVERIFY(!window_->findChild<QWidget*>(QStringLiteral("leaveLesson"))->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(static_cast<qsizetype>(panel()->browser()->lessons().size()), bundledLessons().size(), kPatience);
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
    QTRY_VERIFY_WITH_TIMEOUT((begin = panel()->findChild<QPushButton*>(QStringLiteral("lesson-04-softmax"))) && begin->text() == QStringLiteral("Go on"), kPatience);
    begin->click();
    waitForStep();
    QCOMPARE(player()->step(), std::size_t(1));
}

void TestLessons::ownLessonIsOpenedAndABadOneSaysWhy() {
    const headlight::testing::TemporaryFolder folder;
    const auto bad = folder.write("bad.md", "# Mine\nabout: a\nmodel: en-fr\ntext: b\n\n## look: c\nhead: cros 2.1\n\nText.\n");
    window_->openPath(QString::fromStdString(bad.string()));
    QTRY_VERIFY_WITH_TIMEOUT(panel()->browser()->problem()->isVisible(), kPatience);
    QVERIFY(panel()->browser()->problem()->text().contains(QStringLiteral("line 7")));
    QVERIFY(panel()->browser()->problem()->text().contains(QStringLiteral("bad.md")));
    const auto good = folder.write("good.md", "# Mine\nabout: a\nmodel: en-fr\ntext: The dog sleeps.\n\n## look: c\nhead: cross 2.1\n\nText {tokens encoder}.\n\n"
                                              "question: How many?\nanswer: tokens encoder\n");
    window_->openPath(QString::fromStdString(good.string()));
    QTRY_VERIFY_WITH_TIMEOUT(player()->lesson() && player()->ready(), kPatience);
    QCOMPARE(player()->lesson()->title, std::string("Mine"));
    answerRight();
}

/// What the README shows is a whole lesson that works.
void TestLessons::readmeExampleIsPlayed() {
    const std::string readme = headlight::testing::readBytes(HEADLIGHT_RESOURCES_DIR "/../README.md");
    const std::size_t section = readme.find("## Write your own lesson");
    QVERIFY(section != std::string::npos);
    const std::size_t begin = readme.find("```markdown\n", section);
    QVERIFY(begin != std::string::npos);
    const std::size_t end = readme.find("\n```", begin + 12);
    const headlight::testing::TemporaryFolder folder;
    const auto file = folder.write("readme.md", readme.substr(begin + 12, end - begin - 11));
    Result<Lesson> lesson = readLessonFile(file);
    QVERIFY2(lesson.ok(), lesson.ok() ? "" : lesson.error().message().c_str());
    player()->start(std::make_shared<const Lesson>(std::move(*lesson)), 0);
    for (std::size_t i = 0; i < player()->lesson()->steps.size(); ++i) {
        waitForStep();
        player()->useLessonText();
        waitForStep();
        checkState();
        if (const auto& question = player()->currentStep().question) {
            if (question->isTask()) {
                fulfil(*question);
                QTRY_VERIFY_WITH_TIMEOUT(panel()->question()->answered(), kPatience);
            } else {
                answerWrong();
                answerRight();
            }
        }
        player()->next();
    }
}

void TestLessons::printsItselfWithFigures() {
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
    QVERIFY(pdf.find("/DCTDecode") == std::string::npos); // no picture of a picture
    QCOMPARE(player()->step(), std::size_t(2)); // back where it was
    QCOMPARE(LessonProgress::nDone(*player()->lesson()), std::size_t(0)); // nothing was read by that
    QCOMPARE(lessonPdf(printer->collected()).value(), lessonPdf(printer->collected()).value());
    finished.clear();
    printer->print(QStringLiteral("/nowhere/lesson.pdf"));
    QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, kPatience);
    QVERIFY(!finished.front().front().value<Result<void>>().ok());
}

void TestLessons::remoteControlSteps() {
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

void TestLessons::blankScreenAndBack() {
    auto* const top_bar = window_->findChild<TopBar*>();
    window_->setFocus();
    QTest::keyClick(window_.get(), Qt::Key_B); // not while nobody presents
    QVERIFY(!window_->lessons()->presenter()->blank());
    top_bar->presentButton()->setChecked(true);
    window_->setFocus();
    for (const Qt::Key key : {Qt::Key_B, Qt::Key_Period}) {
        QTest::keyClick(window_.get(), key);
        QVERIFY(window_->lessons()->presenter()->blank());
        QTRY_COMPARE(window_->grab().toImage().pixelColor(window_->width() / 2, window_->height() / 2), QColor(Qt::black));
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
void TestLessons::everySettingIsTheWindows() {
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

void TestLessons::everyArithmeticStepIsKnown() {
    for (const std::string_view name : lessonArithmeticSteps())
        QVERIFY2(!stepKindsNamed(QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()))).empty(), name.data());
}

QTEST_MAIN(TestLessons)
#include "tst_lessons.moc"
