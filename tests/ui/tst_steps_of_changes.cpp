// Step by step of a run with changes, in the window: its numbers are those of an independent changed run,
// each change is said where it acts, and a switch shows the run as computed.
#include "core/analysis/interventions/change_text.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/changes/change_set.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_strip.h"
#include "ui/steps/step_texts.h"
#include "ui/window/change_pane.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/segments.h"
#include "ui/window/steps_pane.h"
#include "ui/window/window_views.h"

#include <QLabel>
#include <QPushButton>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");
const HeadAddress kHead{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};

bool equal(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::ranges::equal(a.span(), b.span());
}

const Step* stepOf(const StepsPane& pane, StepKind kind) {
    const StepPicture& picture = pane.view()->picture();
    if (picture.empty())
        return nullptr;
    const auto found = std::ranges::find(*picture.steps, kind, &Step::kind);
    return found == picture.steps->end() ? nullptr : &*found;
}

} // namespace

class TestStepsOfChanges : public QObject {
    Q_OBJECT
private slots:
    void withoutChangesNothingIsSeen();
    void everyChangeActsInTheSteps_data();
    void everyChangeActsInTheSteps();
    void theSwitchShowsEither();
    void changesThatComeAndGoKeepTheStep();
    void swappedWordsStandSwapped();
    void sessionsKeepStepAndSwitch();
    void theInspectorSaysWhatItsNumbersAre();

private:
    static bool open(OpenWindow& window, const HeadAddress& head = kHead) {
        if (!window.run(bundled("en-fr"), kSentence))
            return false;
        window->selection()->setHead(head);
        window.show(window->stepsPane());
        return settled(window);
    }
    static bool settled(OpenWindow& window) {
        return QTest::qWaitFor(
            [&] {
                return !window->views()->changes->pending() && !window->stepsPane()->pending() &&
                       !window->stepsPane()->view()->picture().empty();
            },
            kPatience);
    }
    static bool put(OpenWindow& window, const char* line) {
        window->views()->changes->put(parseChange(line).value());
        window.show(window->stepsPane()); // a new change opens its page
        return settled(window);
    }
};

void TestStepsOfChanges::withoutChangesNothingIsSeen() {
    OpenWindow window;
    QVERIFY(open(window));
    StepsPane* const pane = window->stepsPane();
    QVERIFY(!pane->runSwitch()->isVisible() && !pane->note()->isVisible() && !pane->showsChanged());
    QVERIFY(pane->view()->picture().notes.empty());
    for (int i = 0; i < pane->strip()->count(); ++i)
        QVERIFY(!pane->strip()->marked(i));
    QVERIFY(!pane->state().contains(QStringLiteral("kind")));
}

void TestStepsOfChanges::everyChangeActsInTheSteps_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* line, const char* kind, const char* says) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(kind)
                            << QString::fromUtf8(says);
    };
    row("score cross 2.1 [3,3] = 5", "set-score", "score “chat” → “cat” = 5");
    row("mask cross 2.1 [3,3] hidden", "mask", "mask “chat” → “cat” hidden");
    row("weight cross 2.1 [3,3] = 0.25", "set-weight", "weight “chat” → “cat” = 0.25");
    row("scale cross 2.1 = 1", "scale", "scale = 1");
    row("temperature cross 2 = 0.5", "temperature", "softmax temperature = 0.5");
    row("head cross 2.1 off", "scale-head", "head output off");
    row("head cross 2.3 off", "concatenate", "head output off"); // another head of the layer
    row("score encoder 1.1 [2,3] = 4", "project", "changed before this");
    row("swap encoder 2 3", "project", "swapped “black” and “cat”");
    row("positions off", "stream", "positions off");
}

void TestStepsOfChanges::everyChangeActsInTheSteps() {
    QFETCH(const QString, line);
    QFETCH(const QString, kind);
    QFETCH(const QString, says);
    OpenWindow window;
    QVERIFY(open(window));
    QVERIFY(put(window, line.toLatin1().constData()));
    StepsPane* const pane = window->stepsPane();
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged() && !pane->pending(), kPatience);
    QVERIFY(pane->runSwitch()->isVisible());
    const RunSnapshot& snapshot = *window->document()->snapshot();
    const auto changed =
        runChanged(snapshot.model(), snapshot.run.input, parseChanges(line.toStdString()).value());
    QVERIFY(changed.ok());
    QVERIFY(equal(*stepOf(*pane, StepKind::WeightedSum)->operands[0].values, changed->trace->weights(kHead)));
    QVERIFY(equal(*stepOf(*pane, StepKind::FeedForwardPostNorm)->results[0].values,
                  changed->trace->hidden(StackKind::Decoder, kHead.layer)));
    pane->showFirstOf(stepKindsNamed(kind));
    QCOMPARE(pane->view()->picture().step().kind, stepKindsNamed(kind).front());
    QVERIFY2(pane->note()->isVisible() && pane->note()->text().contains(says),
             qPrintable(pane->note()->text()));
    const bool here = pane->view()->picture().step().changedHere();
    QCOMPARE(pane->strip()->marked(pane->strip()->current()), here);
    QCOMPARE(pane->note()->text().contains(QStringLiteral("changed here")), here);
    // A figure and a table of it say so too.
    const auto figure = pane->figures().front().figure({});
    QVERIFY(figure.ok() && figure->description.contains(QStringLiteral("with changes")) &&
            figure->description.contains(says));
    QVERIFY(pane->tables().all.front().title.contains(QStringLiteral("with changes")));
}

void TestStepsOfChanges::theSwitchShowsEither() {
    OpenWindow window;
    QVERIFY(open(window));
    StepsPane* const pane = window->stepsPane();
    const auto usual = window->document()->snapshot();
    QVERIFY(put(window, "score cross 2.1 [3,3] = 5"));
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged(), kPatience);
    pane->showFirstOf({StepKind::Softmax});
    const int changed_at = pane->strip()->current();
    QTest::mouseClick(pane->runSwitch()->button(1), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->pending() && !pane->showsChanged(), kPatience);
    QVERIFY(equal(*stepOf(*pane, StepKind::Softmax)->results[0].values, usual->trace().weights(kHead)));
    QVERIFY(!stepOf(*pane, StepKind::SetScores) && !pane->note()->isVisible());
    QCOMPARE(pane->view()->picture().step().kind, StepKind::Softmax); // the same place, a step less
    QCOMPARE(pane->strip()->current(), changed_at - 1);
    QTest::mouseClick(pane->runSwitch()->button(0), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->pending() && pane->showsChanged(), kPatience);
    QCOMPARE(pane->strip()->current(), changed_at);
    // The set cell, spelled out.
    pane->showFirstOf({StepKind::SetScores});
    window->selection()->setPinned({2, 2});
    QTRY_VERIFY(pane->arithmeticText().contains(QStringLiteral("set by you")));
}

void TestStepsOfChanges::changesThatComeAndGoKeepTheStep() {
    OpenWindow window;
    QVERIFY(open(window));
    StepsPane* const pane = window->stepsPane();
    pane->showFirstOf({StepKind::OutputMap});
    QVERIFY(put(window, "temperature cross 2.1 = 0.5"));
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged(), kPatience);
    QCOMPARE(pane->view()->picture().step().kind, StepKind::OutputMap);
    pane->showFirstOf({StepKind::Temperature});
    window->views()->changes->clear();
    QTRY_VERIFY_WITH_TIMEOUT(!pane->pending() && !pane->showsChanged(), kPatience);
    QVERIFY(!pane->runSwitch()->isVisible());
    QVERIFY(pane->view()->picture().step().kind < StepKind::Temperature); // what stands before it
}

void TestStepsOfChanges::swappedWordsStandSwapped() {
    OpenWindow window;
    QVERIFY(open(window, {AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(0)}));
    StepsPane* const pane = window->stepsPane();
    const QStringList before = pane->view()->picture().words.queries;
    QVERIFY(put(window, "swap encoder 2 3"));
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged(), kPatience);
    pane->showFirstOf({StepKind::Embed});
    QStringList after = pane->view()->picture().words.queries;
    QVERIFY(after != before);
    after.swapItemsAt(1, 2);
    QCOMPARE(after, before);
    QVERIFY(pane->note()->text().contains(QStringLiteral("changed here: swapped “black” and “cat”")));
}

void TestStepsOfChanges::sessionsKeepStepAndSwitch() {
    OpenWindow window;
    QVERIFY(open(window));
    StepsPane* const pane = window->stepsPane();
    QVERIFY(put(window, "score cross 2.1 [3,3] = 5"));
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged(), kPatience);
    pane->showFirstOf({StepKind::WeightedSum});
    const QJsonObject changed = pane->state();
    QTest::mouseClick(pane->runSwitch()->button(1), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->showsChanged() && !pane->pending(), kPatience);
    pane->strip()->setCurrent(1);
    const QJsonObject as_computed = pane->state();
    pane->setState(changed);
    QTRY_VERIFY_WITH_TIMEOUT(pane->showsChanged() && !pane->pending(), kPatience);
    QCOMPARE(pane->view()->picture().step().kind, StepKind::WeightedSum);
    QCOMPARE(pane->runSwitch()->current(), 0);
    pane->setState(as_computed);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->showsChanged() && !pane->pending(), kPatience);
    QCOMPARE(pane->strip()->current(), 1);
    QCOMPARE(pane->runSwitch()->current(), 1);
}

void TestStepsOfChanges::theInspectorSaysWhatItsNumbersAre() {
    OpenWindow window;
    QVERIFY(open(window));
    const auto said = [&window] {
        for (const QLabel* label : window->inspector()->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(QStringLiteral("without your changes")))
                return true;
        return false;
    };
    QVERIFY(!said());
    QVERIFY(put(window, "score cross 2.1 [3,3] = 5"));
    QTRY_VERIFY_WITH_TIMEOUT(window->stepsPane()->showsChanged() && said(), kPatience);
    QTest::mouseClick(window->stepsPane()->runSwitch()->button(1), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!said(), kPatience);
    window.show(window->views()->change);
    QVERIFY(said());
    window.show(window->heatmapPane());
    QVERIFY(!said());
}

HEADLIGHT_WINDOW_TEST_MAIN(TestStepsOfChanges)
#include "tst_steps_of_changes.moc"
