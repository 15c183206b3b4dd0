// Clicking through the numbers of a pair, from the weight to the residual stream and the checkpoint's
// tensors, and back.
#include "tests/support/event_watchdog.h"
#include "ui/inspector/element_strips.h"
#include "ui/inspector/formula.h"
#include "ui/inspector/inspector_panel.h"
#include "ui/inspector/pair_card.h"
#include "ui/inspector/pair_overview.h"
#include "ui/inspector/step_model.h"
#include "ui/inspector/step_view.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {
constexpr int kPatience = 60000;
} // namespace

class TestInspectorSteps : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void pairIsCheckedAndItsContributionShown();
    void clicksLeadFromTheWeightToTheCheckpoint();
    void backForwardAndEscape();
    void keyboardAloneOpensNumbers();
    void barsOpenTheirElement();
    void trailMovesWithThePair();
    void hoveringElsewhereLeavesAnOpenNumber();
    void numbersAreCopiedWithAllDigits();
    void modelIsAProperTableAndSorts();
    void maskedPairHasAStep();
    void lostSelectionClosesTheStep();

private:
    [[nodiscard]] StepView* steps() const { return panel_->pairCard()->steps(); }
    [[nodiscard]] PairOverview* overview() const { return panel_->pairCard()->overview(); }
    [[nodiscard]] StepModel* model() const { return static_cast<StepModel*>(steps()->table()->model()); }
    void openLink(FormulaView* view, Quantity quantity) { openLink(view, static_cast<int>(quantity)); }
    void openLink(FormulaView* view, int number);
    void waitFor(const NodeId& id);
    /// Clicks the table's row that shows `quantity`, in the column of the first or second factor.
    void clickRow(Quantity quantity, int column = StepModel::First);

    std::unique_ptr<Document> document_;
    std::unique_ptr<Selection> selection_;
    std::unique_ptr<InspectorPanel> panel_;
};

void TestInspectorSteps::initTestCase() {
    document_ = std::make_unique<Document>();
    document_->setText(QStringLiteral("The black cat sleeps under the table."));
    document_->openModel(QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/en-fr"));
    QTRY_VERIFY_WITH_TIMEOUT(document_->snapshot(), kPatience);
}

void TestInspectorSteps::init() {
    selection_ = std::make_unique<Selection>();
    selection_->setHead({AttentionKind::Cross, LayerIndex(1), HeadIndex(0)});
    selection_->setPinned({.query = 2, .key = 3});
    panel_ = std::make_unique<InspectorPanel>(document_.get(), selection_.get());
    panel_->resize(340, 760);
    panel_->show();
    panel_->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(panel_.get()));
    QTRY_VERIFY(!panel_->pairTitle().isEmpty());
    static_cast<testing::WatchedApplication*>(qApp)->resetWatchdog();
}

void TestInspectorSteps::cleanup() {
    auto* watchdog = static_cast<testing::WatchedApplication*>(qApp);
    QVERIFY2(testing::kSanitized || watchdog->busiestMilliseconds() < 50 * testing::machineSlowness(),
             qPrintable(watchdog->slowestEvent()));
    panel_.reset();
    selection_.reset();
}

void TestInspectorSteps::openLink(FormulaView* view, int number) {
    for (const FormulaLink& link : view->links())
        if (link.link == number) {
            QTest::mouseClick(view, Qt::LeftButton, {}, link.rect.center().toPoint());
            return;
        }
    QFAIL("the formula has no such number");
}

void TestInspectorSteps::waitFor(const NodeId& id) {
    QTRY_VERIFY_WITH_TIMEOUT(model()->node().id == id && steps()->isVisible(), kPatience);
}

void TestInspectorSteps::clickRow(Quantity quantity, int column) {
    for (int row = 0; row < model()->rowCount(); ++row) {
        const QModelIndex index = model()->index(row, column);
        const auto id = model()->opened(index);
        if (!id || id->quantity != quantity)
            continue;
        steps()->table()->scrollTo(index);
        QTest::mouseClick(steps()->table()->viewport(), Qt::LeftButton, {},
                          steps()->table()->visualRect(index).center());
        waitFor(*id);
        return;
    }
    QFAIL("no such operand");
}

void TestInspectorSteps::pairIsCheckedAndItsContributionShown() {
    QTRY_VERIFY_WITH_TIMEOUT(overview()->checkLabel()->text().startsWith(QStringLiteral("Checked in double")),
                             kPatience);
    QVERIFY(overview()->checkLabel()->text().contains(QStringLiteral("explains little")));
    const auto links = overview()->contribution()->links();
    QVERIFY(std::ranges::any_of(
        links, [](const FormulaLink& link) { return link.link == int(Quantity::ContributionShare); }));
    QCOMPARE(overview()->products()->strips().size(), std::size_t(3));
    QCOMPARE(overview()->value()->elementCount(),
             document_->snapshot()->trace().headDim(AttentionKind::Cross));
}

void TestInspectorSteps::clicksLeadFromTheWeightToTheCheckpoint() {
    openLink(overview()->formulas(), Quantity::AttentionWeight);
    waitFor({Quantity::AttentionWeight, HeadSide::Value, 2, 3});
    QVERIFY(!overview()->isVisible());
    QVERIFY(steps()->numbers()->text().contains(QStringLiteral("within")));
    openLink(steps()->formulas(), 2); // the exponential, third operand
    waitFor({Quantity::Exponential, HeadSide::Value, 2, 3});
    clickRow(Quantity::Score);
    clickRow(Quantity::DotProduct);
    clickRow(Quantity::HeadElement, StepModel::Second);
    QCOMPARE(model()->node().id.side, HeadSide::Key);
    QVERIFY(model()->node().operation == Quantity::Projected);
    QCOMPARE(model()->rowCount(), 257); // the bias, then d_model products
    clickRow(Quantity::ProjectionWeight, StepModel::Second);
    QVERIFY(model()->node().stored &&
            model()->node().stored->tensor.find("k_proj.weight") != std::string::npos);
    QCOMPARE(steps()->trail().size(), std::size_t(6));
    QVERIFY(!steps()->table()->isVisible()); // a stored number has no operands
}

void TestInspectorSteps::backForwardAndEscape() {
    openLink(overview()->formulas(), Quantity::Score);
    waitFor({Quantity::Score, HeadSide::Value, 2, 3});
    clickRow(Quantity::DotProduct);
    const NodeId dot = model()->node().id;
    clickRow(Quantity::HeadElement);
    steps()->backButton()->click();
    waitFor(dot);
    QVERIFY(steps()->forwardButton()->isEnabled());
    steps()->forwardButton()->click();
    QTRY_VERIFY(model()->node().id.quantity == Quantity::HeadElement);
    QVERIFY(!steps()->forwardButton()->isEnabled());
    steps()->table()->setFocus();
    QTest::keyClick(steps()->table(), Qt::Key_Escape);
    waitFor(dot);
    QTest::keyClick(steps()->table(), Qt::Key_Backspace);
    QTRY_VERIFY(model()->node().id.quantity == Quantity::Score);
    QTest::keyClick(steps()->table(), Qt::Key_Escape);
    QVERIFY(!steps()->isOpen());
    QTRY_VERIFY(overview()->isVisible());
}

void TestInspectorSteps::keyboardAloneOpensNumbers() {
    FormulaView* const formulas = overview()->formulas();
    const auto links = formulas->links();
    QVERIFY(links.size() >= 6);
    formulas->setFocus(Qt::TabFocusReason);
    QTest::keyClick(formulas, Qt::Key_Tab); // the second number
    QVERIFY(formulas->hasFocus());
    QTest::keyClick(formulas, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(int(model()->node().id.quantity), links[1].link, kPatience);
    QTRY_VERIFY(steps()->table()->hasFocus() || !steps()->table()->isVisible());
    steps()->close();
    QTRY_VERIFY(overview()->isVisible());
    ElementStripsView* const bars = overview()->products();
    bars->setFocus();
    QTest::keyClick(bars, Qt::Key_Home);
    QTest::keyClick(bars, Qt::Key_Right);
    QTest::keyClick(bars, Qt::Key_Down);
    QTest::keyClick(bars, Qt::Key_Return);
    waitFor({Quantity::HeadElement, HeadSide::Key, 2, 3, 1, 0});
    QTest::keyClick(steps()->table(), Qt::Key_Return); // the operand that is current
    QTRY_COMPARE(steps()->trail().size(), std::size_t(2));
}

void TestInspectorSteps::barsOpenTheirElement() {
    ElementStripsView* const bars = overview()->products();
    QTest::mouseMove(bars, bars->cellCentre(0, 7));
    QTRY_COMPARE(bars->marked(), std::optional<std::size_t>(7));
    QTest::mouseClick(bars, Qt::LeftButton, {}, bars->cellCentre(0, 7));
    waitFor({Quantity::HeadElement, HeadSide::Query, 2, 3, 7, 0});
    const double expected = bars->strips()[0].values[7];
    QCOMPARE(double(*model()->node().number->run), expected);
}

void TestInspectorSteps::trailMovesWithThePair() {
    openLink(overview()->formulas(), Quantity::Score);
    waitFor({Quantity::Score, HeadSide::Value, 2, 3});
    clickRow(Quantity::DotProduct);
    selection_->setPinned({.query = 3, .key = 1});
    waitFor({Quantity::DotProduct, HeadSide::Value, 3, 1});
    QCOMPARE(steps()->trail().size(), std::size_t(2));
    QCOMPARE(steps()->trail().front().key, std::size_t(1));
}

void TestInspectorSteps::hoveringElsewhereLeavesAnOpenNumber() {
    openLink(overview()->formulas(), Quantity::Score);
    waitFor({Quantity::Score, HeadSide::Value, 2, 3});
    selection_->setHovered({.query = 5, .key = 5});
    QTest::qWait(50);
    QCOMPARE(steps()->current().query, std::size_t(2));
    QVERIFY(steps()->isVisible());
}

void TestInspectorSteps::numbersAreCopiedWithAllDigits() {
    openLink(overview()->formulas(), Quantity::AttentionWeight);
    waitFor({Quantity::AttentionWeight, HeadSide::Value, 2, 3});
    steps()->copyButton()->click();
    const QStringList copied = QApplication::clipboard()->text().split(QLatin1Char('\t'));
    QCOMPARE(copied.size(), 2);
    const float weight = document_->snapshot()->trace().weights(selection_->head(), {2, 3}, {3, 4}).data()[0];
    QCOMPARE(copied[0].toFloat(), weight);
    QCOMPARE(copied[1].toDouble(), model()->node().number->exact);
    steps()->table()->setFocus();
    steps()->table()->setCurrentIndex(model()->index(0, StepModel::First));
    QTest::keySequence(steps()->table(), QKeySequence::Copy);
    QCOMPARE(QApplication::clipboard()->text().toFloat(), *model()->node().operands[0].number.run);
}

void TestInspectorSteps::modelIsAProperTableAndSorts() {
    const QAbstractItemModelTester tester(model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    openLink(overview()->formulas(), Quantity::DotProduct);
    waitFor({Quantity::DotProduct, HeadSide::Value, 2, 3});
    model()->sort(StepModel::Term);
    double last = HUGE_VAL;
    for (int row = 0; row < model()->rowCount(); ++row) {
        const double size =
            std::abs(model()->index(row, StepModel::Term).data(StepModel::FractionRole).toDouble());
        QVERIFY(size <= last);
        last = size;
    }
    const NodeId strongest = *model()->opened(model()->index(0, StepModel::First));
    model()->sort(StepModel::Name);
    QCOMPARE(model()->rowOf(strongest), int(strongest.element));
}

void TestInspectorSteps::maskedPairHasAStep() {
    selection_->setHead({AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    selection_->setPinned({.query = 1, .key = 3});
    const QString key = document_->snapshot()->keys(AttentionKind::DecoderSelf).words[3];
    QTRY_VERIFY(panel_->pairTitle().contains(key)); // the panel follows with the next event
    panel_->pairCard()->openStep({Quantity::AttentionWeight, HeadSide::Query, 1, 3});
    waitFor({Quantity::AttentionWeight, HeadSide::Query, 1, 3});
    QCOMPARE(model()->rowCount(), 0);
    bool said = false;
    for (const QLabel* label : steps()->findChildren<QLabel*>())
        said = said || label->text().contains(QStringLiteral("mask hides"));
    QVERIFY(said);
}

void TestInspectorSteps::lostSelectionClosesTheStep() {
    openLink(overview()->formulas(), Quantity::Score);
    waitFor({Quantity::Score, HeadSide::Value, 2, 3});
    selection_->setPinned({});
    QTRY_VERIFY(!steps()->isOpen());
    QVERIFY(panel_->pairTitle().isEmpty());
}

HEADLIGHT_WATCHED_TEST_MAIN(TestInspectorSteps)
#include "tst_inspector_steps.moc"
