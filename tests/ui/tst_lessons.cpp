// Lessons in a real window: every bundled one is played through, and what a step promises is reached.
#include "tests/ui/support/lesson_window.h"
#include "tests/support/files.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/changes/change_set.h"
#include "ui/lessons/choice_button.h"
#include "ui/lessons/lesson_progress.h"
#include "ui/lessons/question_view.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_texts.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/window/steps_pane.h"
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

class TestLessons : public QObject, protected LessonRoom {
    Q_OBJECT
private slots:
    void initTestCase() { useOwnSettings(); }
    void init() { openFirstWindow(); }
    void cleanup() { closeWindow(); }
    void atLeastTwelveLessons();
    void isPlayedThrough_data();
    void isPlayedThrough();
    void ownSentenceIsKeptAndAsked();
    void taskIsDoneByDoingIt();
    void wrongAnswersGetHelp();
    void readmeExampleIsPlayed();

private:
    void checkState();
    void answerWrong();
    void fulfil(const LessonQuestion& task);
    [[nodiscard]] bool conditionHolds(const Condition& condition) const;
};

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

HEADLIGHT_WINDOW_TEST_MAIN(TestLessons)
#include "tst_lessons.moc"
