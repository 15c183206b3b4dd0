// What a person does in the window, and that none of it keeps the GUI thread.
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_overview.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/inspector/bar_list.h"
#include "ui/inspector/head_measures_view.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/jobs/job_runner.h"
#include "ui/overview/head_order_bar.h"
#include "ui/overview/head_table_view.h"
#include "ui/tokens/text_edit.h"
#include "ui/tokens/text_panel.h"
#include "ui/tokens/token_row.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/overview_pane.h"
#include "ui/window/status_line.h"
#include "ui/window/view_pane.h"

#include "tests/support/sentence_encoder.h"
#include "tests/ui/support/watched_window.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QLabel>
#include <QTest>

#include <thread>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestMainWindow : public QObject, private WatchedWindow {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void firstStartShowsTheTranslation();
    void typingChangesChipsHeatmapAndNumbers();
    void groupsShowTheirOwnWords();
    void keysMoveThroughHeadsAndSteps();
    void presentingFoldsThePanels();
    void themeChangesAtOnce();
    void everyControlHasAName();
    void hoveringSoftmaxHoversEverywhere();
    void statusLineTellsDeviceTimeAndMemory();
    void longWorkShowsProgressAndCanBeStopped();
    void pastedDocumentDoesNotFreeze();
    void secondSentenceAppearsForEncodersAlone();
    void longTextsAreShownRowByRow();
    void headsPageSortsAndOpensHeads();
    void headsPageSaysWhyItIsEmpty();
    void cleanupTestCase();
};

void TestMainWindow::init() {
    openWindow();
    window_->start(kTranslator, kSentence);
    waitForRun(kSentence);
    testing::watchdog().resetWatchdog();
}

void TestMainWindow::cleanup() {
    judgeEvents();
    closeWindow();
}

void TestMainWindow::firstStartShowsTheTranslation() {
    // The clearest alignment of the bundled model, where "chat" looks at "cat" (its card says how it came
    // about).
    const HeadAddress expected{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};
    QVERIFY(window_->selection()->head() == expected);
    QVERIFY(window_->textPanel()->sourceRow()->tokens().words.contains(QStringLiteral("cat")));
    QVERIFY(window_->textPanel()->targetRow()->count() > 4);
    QVERIFY(!window_->heatmapPane()->view()->headMap().empty());
    QVERIFY(window_->selection()->pinned().query && window_->selection()->pinned().key);
    QTRY_VERIFY(window_->inspector()->pairTitle().contains(QStringLiteral("→")));
    QTRY_VERIFY(!window_->inspector()->predictionList()->rows().empty());
    QTRY_VERIFY(!window_->headPanel()->measures()->list()->rows().empty());
}

void TestMainWindow::typingChangesChipsHeatmapAndNumbers() {
    const auto before = window_->heatmapPane()->view()->headMap().trace;
    TextEdit* const edit = window_->textPanel()->sourceEdit();
    edit->setFocus();
    edit->selectAll();
    QTest::keyClicks(edit, "I am happy.");
    waitForRun(QStringLiteral("I am happy."));
    QVERIFY(window_->textPanel()->sourceRow()->tokens().words.contains(QStringLiteral("happy")));
    QVERIFY(window_->heatmapPane()->view()->headMap().trace != before);
    QCOMPARE(window_->heatmapPane()->view()->headMap().keys.words,
             window_->textPanel()->sourceRow()->tokens().words);
    const auto& list = window_->inspector()->softmaxList()->rows();
    QTRY_VERIFY(std::any_of(list.begin(), list.end(),
                            [](const BarRow& row) { return row.label == QStringLiteral("happy"); }));
}

void TestMainWindow::groupsShowTheirOwnWords() {
    window_->headPanel()->chooseKind(AttentionKind::EncoderSelf);
    const HeadMap& encoder = window_->heatmapPane()->view()->headMap();
    QCOMPARE(encoder.queries.words, encoder.keys.words);
    QVERIFY(encoder.queries.words.contains(QStringLiteral("cat")));
    QVERIFY(window_->textPanel()->sourceRow()->role() == RowRole::Both);
    QVERIFY(window_->textPanel()->targetRow()->role() == RowRole::None);
    QTest::mouseClick(window_->headPanel()->groupButton(AttentionKind::DecoderSelf), Qt::LeftButton);
    QCOMPARE(window_->heatmapPane()->view()->headMap().queries.words,
             window_->textPanel()->targetRow()->tokens().words);
    QTest::mouseClick(window_->headPanel()->groupButton(AttentionKind::Cross), Qt::LeftButton);
    QVERIFY(window_->textPanel()->sourceRow()->role() == RowRole::Key);
    QVERIFY(window_->textPanel()->targetRow()->role() == RowRole::Query);
}

void TestMainWindow::keysMoveThroughHeadsAndSteps() {
    window_->heatmapPane()->view()->setFocus();
    const HeadAddress before = window_->selection()->head();
    QTest::keyClick(window_->heatmapPane()->view(), Qt::Key_BracketRight);
    QVERIFY(window_->selection()->head() != before);
    QTest::keyClick(window_->heatmapPane()->view(), Qt::Key_BracketLeft);
    QVERIFY(window_->selection()->head() == before);
    QTest::keyClick(window_->heatmapPane()->view(), Qt::Key_1);
    QVERIFY(window_->selection()->head().kind == AttentionKind::EncoderSelf);
    QTest::keyClick(window_->heatmapPane()->view(), Qt::Key_3);
    QVERIFY(window_->selection()->head().kind == AttentionKind::Cross);
    const auto step = window_->selection()->pinned().query;
    QTest::keyClick(window_.get(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(*window_->selection()->pinned().query, *step + 1);
    QVERIFY(window_->textPanel()
                ->findChild<QLabel*>(QStringLiteral("stepLabel"))
                ->text()
                .contains(QStringLiteral("step %1 of").arg(*step + 2)));
    // In the text the same keys are just letters.
    TextEdit* const edit = window_->textPanel()->sourceEdit();
    edit->setFocus();
    edit->clear();
    QTest::keyClicks(edit, "[e]f1");
    QCOMPARE(edit->text(), QStringLiteral("[e]f1"));
}

void TestMainWindow::presentingFoldsThePanels() {
    const double before = themes_->scale();
    window_->setPresenting(true);
    QVERIFY(!window_->headPanel()->isVisible());
    QVERIFY(themes_->scale() > before);
    window_->setPresenting(false);
    QVERIFY(window_->headPanel()->isVisible());
    QCOMPARE(themes_->scale(), before);
}

void TestMainWindow::themeChangesAtOnce() {
    QSignalSpy dressed(themes_.get(), &ThemeController::themeChanged);
    themes_->setMode(ThemeController::Mode::Light);
    QTRY_VERIFY(!dressed.isEmpty());
    dressed.clear();
    const QColor light = window_->grab().toImage().pixelColor(window_->width() / 2, 4);
    QTest::keySequence(window_.get(), QKeySequence(QStringLiteral("Ctrl+Shift+T")));
    QTRY_VERIFY(!dressed.isEmpty());
    const QColor dark = window_->grab().toImage().pixelColor(window_->width() / 2, 4);
    QCOMPARE(light, Theme::light().window);
    QCOMPARE(dark, Theme::darkTheme().window);
}

void TestMainWindow::everyControlHasAName() {
    for (const QWidget* widget : window_->findChildren<QWidget*>()) {
        if (widget->focusPolicy() == Qt::NoFocus || !widget->isVisible() ||
            widget->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        QVERIFY2(named, qPrintable(QStringLiteral("%1 %2").arg(
                            QString::fromLatin1(widget->metaObject()->className()), widget->objectName())));
    }
}

void TestMainWindow::hoveringSoftmaxHoversEverywhere() {
    BarList* const list = window_->inspector()->softmaxList();
    QTRY_VERIFY(list->rows().size() > 2);
    emit list->rowHovered(2);
    const auto key = static_cast<qsizetype>(*window_->selection()->current().key);
    QCOMPARE(window_->textPanel()->sourceRow()->tokens().words[key], list->rows()[2].label);
    QCOMPARE(window_->selection()->current().query, window_->selection()->pinned().query);
    emit list->rowHovered(-1);
    QVERIFY(window_->selection()->hovered() == TokenPair{});
}

void TestMainWindow::statusLineTellsDeviceTimeAndMemory() {
    const auto* const machine = window_->statusLine()->findChild<QLabel*>(QStringLiteral("machine"));
    QVERIFY(machine && machine->isVisible());
    const QStringList figures = machine->text().split(QStringLiteral(" · "));
    QCOMPARE(figures.size(), 3);
    QCOMPARE(figures[0], QStringLiteral("CPU"));
    QVERIFY2(figures[1].endsWith(QStringLiteral("s")), qPrintable(figures[1]));
    QVERIFY2(figures[2].endsWith(QStringLiteral("B")) &&
                 figures[2].section(QLatin1Char(' '), 0, 0).toDouble() > 0,
             qPrintable(figures[2]));
    QVERIFY(machine->toolTip().contains(QStringLiteral("free")));
}

void TestMainWindow::longWorkShowsProgressAndCanBeStopped() {
    StatusLine line;
    JobRunner runner;
    line.watch(&runner, QStringLiteral("counting"));
    connect(&line, &StatusLine::stopRequested, &runner, &JobRunner::cancel);
    line.show();
    runner.start<int>(
        [](const RunControl& control) -> Result<int> {
            while (!control.stopRequested())
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return cancelledError();
        },
        [](Result<int>) { QFAIL("a stopped job delivers nothing"); });
    QVERIFY(!line.showsProgress()); // short work shows nothing
    QTRY_VERIFY(line.showsProgress());
    QTest::mouseClick(line.stopButton(), Qt::LeftButton);
    QVERIFY(!line.showsProgress());
    QVERIFY(!runner.running());
}

void TestMainWindow::pastedDocumentDoesNotFreeze() {
    QApplication::clipboard()->setText(
        QStringLiteral("The cat sleeps under the table. ").repeated(40000)); // 1.3 MB
    TextEdit* const edit = window_->textPanel()->sourceEdit();
    edit->setFocus();
    edit->selectAll();
    QTest::keySequence(edit, QKeySequence::Paste);
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->problem().has_value(),
                             kPatience);      // longer than the model reads
    QVERIFY(window_->document()->snapshot()); // and the picture of before stays
}

void TestMainWindow::secondSentenceAppearsForEncodersAlone() {
    const headlight::test::SentenceEncoder encoder;
    TextEdit* const pair = window_->textPanel()->pairEdit();
    QVERIFY(!pair->isVisible()); // a translator reads one text
    window_->openModel(encoder.path());
    QTRY_VERIFY_WITH_TIMEOUT(pair->isVisible(), kPatience);
    window_->textPanel()->sourceEdit()->setFocus();
    QTest::keyClick(window_->textPanel()->sourceEdit(), Qt::Key_Tab);
    QVERIFY(pair->hasFocus());
    QTest::keyClicks(pair, "it is tired");
    QTRY_VERIFY_WITH_TIMEOUT(window_->document()->snapshot() &&
                                 window_->document()->snapshot()->request.text_pair ==
                                     QStringLiteral("it is tired"),
                             kPatience);
    QVERIFY(window_->textPanel()->sourceRow()->tokens().words.contains(QStringLiteral("tired")));
    window_->openModel(kTranslator);
    QTRY_VERIFY_WITH_TIMEOUT(!pair->isVisible(), kPatience);
}

void TestMainWindow::longTextsAreShownRowByRow() {
    HeatmapView* const view = window_->heatmapPane()->view();
    QCOMPARE(view->settings().scale, ScaleKind::Linear);
    const QString sentence = QStringLiteral("The cat sleeps under the table. ").repeated(12).trimmed();
    window_->document()->setText(sentence);
    waitForRun(sentence);
    QCOMPARE(view->settings().scale, ScaleKind::RowRelative);
    QCOMPARE(window_->headPanel()->grid()->gridModel()->settings().scale,
             ScaleKind::RowRelative); // thumbnails alike
    window_->document()->setText(kSentence);
    waitForRun(kSentence);
    QCOMPARE(view->settings().scale, ScaleKind::Linear);
}

void TestMainWindow::headsPageSortsAndOpensHeads() {
    OverviewPane* const pane = window_->overviewPane();
    HeadOverview* const overview = window_->headPanel()->overview();
    for (int i = 0; i < window_->viewPane()->pageCount(); ++i)
        if (window_->viewPane()->page(i).view == pane)
            window_->viewPane()->showPage(i);
    QVERIFY(pane->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(overview->table().complete() && !overview->measuring(),
                             kPatience); // shown: measured
    QCOMPARE(overview->table().size(), std::size_t{24});
    overview->setOrder({.sort = HeadSort::Measure, .measure = HeadMeasure::Sharpness, .descending = true});
    // The clearest alignment leads, in the panel as on the page, and the keys follow that order.
    const HeadAddress clearest{AttentionKind::Cross, LayerIndex(1), HeadIndex(0)};
    for (HeadGridView* grid : {pane->grid(), window_->headPanel()->grid()})
        QVERIFY(grid->gridModel()->headAt(grid->gridModel()->index(0, 0)) == clearest);
    window_->selection()->setHead(clearest);
    window_->headPanel()->moveHead(1);
    QVERIFY(window_->selection()->head() == overview->shown()[1]);
    window_->headPanel()->moveHead(-2);
    QVERIFY(window_->selection()->head() == overview->shown().back());
    pane->tableButton()->click();
    QVERIFY(pane->table()->isVisible() && !pane->grid()->isVisible());
    QCOMPARE(pane->table()->currentIndex().row(), 23);
    const QJsonObject state = pane->state();
    overview->resetOrder();
    pane->tableButton()->click();
    pane->setState(state);
    QVERIFY(pane->table()->isVisible() && overview->order().measure == HeadMeasure::Sharpness);
    QCOMPARE(pane->figures().size(), std::size_t{2});
    pane->tableButton()->click();
    emit pane->grid()->headActivated(clearest);
    QVERIFY(window_->heatmapPane()->isVisible());
    QVERIFY(window_->selection()->head() == clearest);
    // Another text: the order follows its numbers.
    window_->document()->setText(QStringLiteral("I am happy."), true);
    waitForRun(QStringLiteral("I am happy."));
    QTRY_VERIFY_WITH_TIMEOUT(overview->table().complete() && !overview->measuring(), kPatience);
    QVERIFY(overview->run().trace == window_->document()->snapshot()->run.trace);
    for (std::size_t i = 1; i < overview->shown().size(); ++i)
        QVERIFY(*overview->table().value(overview->shown()[i - 1], HeadMeasure::Sharpness) >=
                *overview->table().value(overview->shown()[i], HeadMeasure::Sharpness));
    // A measure the encoder has no use for is forgotten only there.
    window_->headPanel()->chooseKind(AttentionKind::EncoderSelf);
    overview->setOrder({.sort = HeadSort::Measure, .measure = HeadMeasure::NextToken, .descending = true});
    window_->headPanel()->chooseKind(AttentionKind::Cross);
    QVERIFY(overview->effectiveOrder().sort == HeadSort::Layer);
    window_->headPanel()->chooseKind(AttentionKind::EncoderSelf);
    QVERIFY(overview->effectiveOrder().sort == HeadSort::Measure);
}

void TestMainWindow::headsPageSaysWhyItIsEmpty() {
    HeadOverview* const overview = window_->headPanel()->overview();
    overview->setOrder({.range = MeasureRange{HeadMeasure::Entropy, -2.0, -1.0}});
    QTRY_VERIFY_WITH_TIMEOUT(overview->table().complete(), kPatience);
    QVERIFY(overview->shown().empty());
    QVERIFY(!window_->headPanel()->grid()->isVisible());
    QVERIFY(window_->headPanel()->orderBar()->countText().startsWith(QStringLiteral("0 of 24")));
    QVERIFY(window_->overviewPane()->figures().empty());
    window_->headPanel()->moveHead(1); // nothing to move to
    window_->headPanel()->orderBar()->resetButton()->click();
    QVERIFY(window_->headPanel()->grid()->isVisible());
}

void TestMainWindow::cleanupTestCase() {
    window_.reset(); // still there when init() failed
    QVERIFY(waitForJobThreads(std::chrono::seconds(10)));
}

HEADLIGHT_WATCHED_TEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
