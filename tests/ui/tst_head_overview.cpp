// All heads: measured in the background, sorted and filtered the same way in the grid, the table and the bar above them.
#include "tests/ui/support/made_up_trace.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_overview.h"
#include "ui/heads/head_preview.h"
#include "ui/overview/head_filter_panel.h"
#include "ui/overview/head_order_bar.h"
#include "ui/overview/head_order_json.h"
#include "ui/overview/head_table_model.h"
#include "ui/overview/head_table_view.h"
#include "ui/overview/heads_figure.h"
#include "ui/overview/range_histogram.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

constexpr auto kKind = AttentionKind::EncoderSelf;
const MadeUp kSmall{.n_queries = 12, .n_keys = 12, .n_layers = 3, .n_heads = 8};

HeadAddress address(std::size_t layer, std::size_t head) { return {kKind, LayerIndex(layer), HeadIndex(head)}; }

OverviewRun runOf(const HeadMap& map) {
    OverviewRun run{map.trace, map.head.kind, {}};
    for (std::size_t key = 0; key < map.trace->nKeys(map.head.kind); ++key)
        run.input.ids.push_back(static_cast<std::int32_t>(key % 5));
    return run;
}

HeadOrder by(HeadMeasure measure, bool descending = true) { return {.sort = HeadSort::Measure, .measure = measure, .descending = descending}; }

/// Measured and in order.
bool settled(const HeadOverview& overview) {
    return QTest::qWaitFor([&] { return overview.table().complete() && !overview.measuring(); }, 20'000);
}

std::vector<double> valuesShown(const HeadOverview& overview, HeadMeasure measure) {
    std::vector<double> values;
    for (const HeadAddress& head : overview.shown())
        values.push_back(*overview.table().value(head, measure));
    return values;
}

} // namespace

class TestHeadOverview : public QObject {
    Q_OBJECT
private slots:
    void measuresWhatTheCoreMeasures();
    void sortsBothWays();
    void equalHeadsStayInOrder();
    void filtersByRoleRangeAndLayer();
    void aNewRunCancelsTheOldOne();
    void oldNumbersStayWhileNewOnesAreMeasured();
    void otherKindsKeepTheirNumbers();
    void whatAKindDoesNotHaveIsLeftOut();
    void longTextsAreMeasuredOnlyWhenAsked();
    void stopsAndStartsAgain();
    void goesAwayWhileMeasuring();
    void gridModelKeepsItsPromisesWhileSortedAndFiltered();
    void gridShowsTheOrderWithLabelsAndValues();
    void selectionIsFoundInEveryOrder();
    void shiftChoosesARange();
    void doubleClickAndEnterOpen();
    void previewShowsRoleAndMeasures();
    void tableModelKeepsItsPromises();
    void tableSortsThePicturesToo();
    void tableRowsAreTheSelection();
    void tableIsCopiedAsTextAndCsv();
    void barSaysWhatIsShown();
    void filterPanelChoosesRolesAndRanges();
    void histogramIsDraggedAndMovedByKeys();
    void orderSurvivesASession();
    void brokenSessionsChangeNothing();
    void figureShowsTheHeadsInTheirOrder();
    void figureOfNothingIsAnError();
};

void TestHeadOverview::measuresWhatTheCoreMeasures() {
    HeadOverview overview;
    const HeadMap map = makeMap(kSmall);
    const OverviewRun run = runOf(map);
    overview.want(this, true);
    overview.setRun(run);
    QCOMPARE(overview.table().size(), std::size_t{24}); // at once, without numbers
    QVERIFY(settled(overview));
    const HeadTable expected = measureHeads(*map.trace, kKind, run.input).value();
    for (std::size_t index = 0; index < expected.size(); ++index)
        for (const MeasureInfo& info : allMeasures())
            QVERIFY(overview.table().value(expected.addressOf(index), info.measure) == expected.value(expected.addressOf(index), info.measure));
    QCOMPARE(overview.shown().size(), std::size_t{24});
    QCOMPARE(overview.countText(), QStringLiteral("24 heads"));
}

void TestHeadOverview::sortsBothWays() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap(kSmall)));
    for (const HeadMeasure measure : measuresOf(kKind))
        for (const bool descending : {true, false}) {
            overview.setOrder(by(measure, descending));
            QVERIFY(settled(overview));
            const std::vector<double> values = valuesShown(overview, measure);
            QCOMPARE(values.size(), std::size_t{24});
            QVERIFY(descending ? std::ranges::is_sorted(values, std::greater<>()) : std::ranges::is_sorted(values));
        }
    overview.setOrder({.sort = HeadSort::Role});
    int last = -1;
    for (const HeadAddress& head : overview.shown()) {
        const int role = static_cast<int>(&roleInfo(*overview.table().role(head)) - allRoles().data());
        QVERIFY(role >= last);
        last = role;
    }
    overview.setOrder({.sort = HeadSort::Head});
    QVERIFY(overview.shown()[0] == address(0, 0) && overview.shown()[1] == address(1, 0));
    overview.setOrder({.descending = true});
    QVERIFY(overview.shown().front() == address(2, 7));
}

void TestHeadOverview::equalHeadsStayInOrder() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap(kSmall)));
    overview.setOrder(by(HeadMeasure::SpecialTokens)); // no token is special: all are equal
    QVERIFY(settled(overview));
    QVERIFY(std::ranges::is_sorted(overview.shown()));
}

void TestHeadOverview::filtersByRoleRangeAndLayer() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap(kSmall)));
    overview.setOrder({.layers = LayerSpan{1, 2}});
    QCOMPARE(overview.shown().size(), std::size_t{16});
    QVERIFY(overview.shown().front() == address(1, 0));
    overview.setOrder(by(HeadMeasure::Entropy));
    QVERIFY(settled(overview));
    const double middle = valuesShown(overview, HeadMeasure::Entropy)[12];
    overview.setOrder({.range = MeasureRange{HeadMeasure::Entropy, middle, 100.0}});
    QCOMPARE(overview.shown().size(), std::size_t{13}); // both ends belong to it
    QCOMPARE(overview.countText(), QStringLiteral("13 of 24 heads"));
    const HeadRole role = *overview.table().role(overview.shown().front());
    overview.setOrder({.roles = {role}});
    QVERIFY(!overview.shown().empty());
    for (const HeadAddress& head : overview.shown())
        QCOMPARE(*overview.table().role(head), role);
    overview.setOrder({.roles = {HeadRole::Induction}, .range = MeasureRange{HeadMeasure::Entropy, -2.0, -1.0}});
    QVERIFY(overview.shown().empty());
    overview.resetOrder();
    QCOMPARE(overview.shown().size(), std::size_t{24});
}

void TestHeadOverview::aNewRunCancelsTheOldOne() {
    HeadOverview overview;
    overview.setOrder(by(HeadMeasure::Distance));
    QSignalSpy changed(&overview, &HeadOverview::tableChanged);
    HeadMap last;
    for (std::size_t n = 20; n < 40; ++n) {
        last = makeMap({.n_queries = n, .n_keys = n, .n_layers = 3, .n_heads = 8});
        overview.setRun(runOf(last));
    }
    QVERIFY(QTest::qWaitFor([&] { return !overview.measuring(); }, 20'000));
    const HeadTable expected = measureHeads(*last.trace, kKind, runOf(last).input).value();
    QCOMPARE(overview.table().value(address(2, 3), HeadMeasure::Distance), expected.value(address(2, 3), HeadMeasure::Distance));
    QVERIFY(std::ranges::is_sorted(valuesShown(overview, HeadMeasure::Distance), std::greater<>()));
}

void TestHeadOverview::oldNumbersStayWhileNewOnesAreMeasured() {
    HeadOverview overview;
    overview.setOrder(by(HeadMeasure::Distance));
    overview.setRun(runOf(makeMap(kSmall)));
    QVERIFY(settled(overview));
    const std::vector<HeadAddress> before = overview.shown();
    QSignalSpy shown(&overview, &HeadOverview::shownChanged);
    overview.setRun(runOf(makeMap({.n_queries = 13, .n_keys = 13, .n_layers = 3, .n_heads = 8})));
    QVERIFY(overview.shown() == before && overview.table().complete());
    QCOMPARE(shown.count(), 0);
    QVERIFY(QTest::qWaitFor([&] { return !overview.measuring(); }, 20'000));
    overview.setRun({});
    QCOMPARE(overview.table().size(), std::size_t{0});
    QVERIFY(overview.shown().empty());
}

void TestHeadOverview::otherKindsKeepTheirNumbers() {
    // The same trace asked for twice is measured once.
    HeadOverview overview;
    overview.want(this, true);
    const OverviewRun run = runOf(makeMap(kSmall));
    overview.setRun(run);
    QVERIFY(settled(overview));
    overview.setRun({run.trace, AttentionKind::Cross, {}}); // which it has not
    QCOMPARE(overview.table().size(), std::size_t{0});
    overview.setRun(run);
    QVERIFY(overview.table().complete() && !overview.measuring());
}

void TestHeadOverview::whatAKindDoesNotHaveIsLeftOut() {
    HeadOverview overview;
    overview.setOrder({.sort = HeadSort::Measure, .measure = HeadMeasure::Induction, .roles = {HeadRole::Induction}, .layers = LayerSpan{9, 9}});
    const HeadMap cross = makeMap({.n_queries = 6, .n_keys = 7, .n_layers = 2, .n_heads = 4, .cross = true});
    overview.setRun({cross.trace, AttentionKind::Cross, {}});
    QVERIFY(overview.effectiveOrder().plain());
    QCOMPARE(overview.shown().size(), std::size_t{8});
    QVERIFY(!overview.order().plain()); // it comes back with the kind that has it
}

void TestHeadOverview::longTextsAreMeasuredOnlyWhenAsked() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap({.n_queries = 1500, .n_keys = 1500, .n_layers = 4, .n_heads = 8})));
    QTest::qWait(500);
    QVERIFY(!overview.measuring() && overview.table().nMeasured() == 0);
    overview.want(this, true);
    QVERIFY(overview.measuring());
    QVERIFY(settled(overview));
    HeadOverview short_text;
    short_text.setRun(runOf(makeMap(kSmall)));
    QVERIFY(settled(short_text)); // unasked, a moment later
}

void TestHeadOverview::stopsAndStartsAgain() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap({.n_queries = 1500, .n_keys = 1500, .n_layers = 4, .n_heads = 8})));
    overview.setOrder(by(HeadMeasure::Entropy));
    QVERIFY(overview.measuring());
    overview.stop();
    QVERIFY(!overview.measuring());
    QCOMPARE(overview.shown().size(), std::size_t{32}); // all, those without numbers at the end
    overview.setOrder(by(HeadMeasure::Distance));
    QVERIFY(overview.measuring());
    QVERIFY(settled(overview));
}

void TestHeadOverview::goesAwayWhileMeasuring() {
    for (int i = 0; i < 5; ++i) {
        HeadOverview overview;
        overview.setOrder(by(HeadMeasure::Entropy));
        overview.setRun(runOf(makeMap({.n_queries = 400, .n_keys = 400, .n_layers = 2, .n_heads = 8})));
        QVERIFY(overview.measuring());
    }
    QCoreApplication::processEvents();
}

void TestHeadOverview::gridModelKeepsItsPromisesWhileSortedAndFiltered() {
    HeadOverview overview;
    HeadGridModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setOverview(&overview);
    const HeadMap map = makeMap(kSmall);
    overview.setRun(runOf(map));
    model.setHeadMap(map);
    QCOMPARE(model.rowCount(), 3);
    model.setArrangedColumns(5);
    QCOMPARE(model.columnCount(), 8); // not yet
    overview.setOrder(by(HeadMeasure::Diagonal));
    QVERIFY(settled(overview));
    QCOMPARE(model.columnCount(), 5);
    QCOMPARE(model.rowCount(), 5);
    QVERIFY(model.hasHead(model.index(4, 3)) && !model.hasHead(model.index(4, 4))); // 24 of 25 places
    QCOMPARE(model.flags(model.index(4, 4)), Qt::ItemFlags(Qt::NoItemFlags));
    QVERIFY(!model.index(4, 4).data(Qt::DecorationRole).isValid());
    overview.setOrder({.layers = LayerSpan{1, 1}});
    QCOMPARE(model.rowCount(), 2);
    overview.setOrder({.roles = {HeadRole::NextToken, HeadRole::PreviousToken, HeadRole::Self}});
    overview.setRun(runOf(makeMap({.n_queries = 9, .n_keys = 9, .n_layers = 3, .n_heads = 8})));
    overview.setRun({});
    QCOMPARE(model.rowCount(), 0);
    model.setHeadMap({});
    overview.resetOrder();
}

void TestHeadOverview::gridShowsTheOrderWithLabelsAndValues() {
    HeadOverview overview;
    HeadGridModel model;
    model.setOverview(&overview);
    const HeadMap map = makeMap(kSmall);
    overview.setRun(runOf(map));
    model.setHeadMap(map);
    QVERIFY(model.index(1, 2).data(HeadGridModel::LabelRole).toString().isEmpty());
    overview.setOrder(by(HeadMeasure::Entropy, false));
    QVERIFY(settled(overview));
    QVERIFY(QTest::qWaitFor([&] { return !model.pending(); }, 20'000));
    for (int at = 0; at < 24; ++at) {
        const QModelIndex index = model.index(at / model.columnCount(), at % model.columnCount());
        const HeadAddress head = overview.shown()[static_cast<std::size_t>(at)];
        QVERIFY(model.headAt(index) == head);
        QCOMPARE(model.indexOf(head), index);
        QCOMPARE(index.data(HeadGridModel::LabelRole).toString(), QStringLiteral("%1.%2").arg(head.layer.value + 1).arg(head.head.value + 1));
        QCOMPARE(index.data(HeadGridModel::ValueRole).toString(), QString::number(*overview.table().value(head, HeadMeasure::Entropy), 'f', 2));
        QVERIFY(index.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("entropy")));
        QVERIFY(!index.data(Qt::DecorationRole).value<QImage>().isNull());
    }
    QVERIFY(!model.headerData(0, Qt::Vertical, Qt::DisplayRole).isValid()); // places are no layers now
}

void TestHeadOverview::selectionIsFoundInEveryOrder() {
    HeadOverview overview;
    Selection selection;
    HeadGridView view(&selection);
    view.setOverview(&overview);
    view.resize(300, 300);
    view.show();
    const HeadMap map = makeMap(kSmall);
    overview.setRun(runOf(map));
    view.setHeadMap(map);
    selection.setHead(address(1, 3));
    overview.setOrder(by(HeadMeasure::Nearby));
    QVERIFY(settled(overview));
    QVERIFY(view.gridModel()->headAt(view.currentIndex()) == address(1, 3));
    QVERIFY(selection.head() == address(1, 3)); // sorting never selects
    overview.setOrder({.layers = LayerSpan{2, 2}});
    QVERIFY(!view.currentIndex().isValid());
    QVERIFY(selection.head() == address(1, 3));
    overview.resetOrder();
    QCOMPARE(view.currentIndex(), view.gridModel()->index(1, 3));
}

void TestHeadOverview::shiftChoosesARange() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(300, 200);
    view.show();
    view.setHeadMap(makeMap(kSmall));
    selection.setHead(address(0, 6));
    QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::ShiftModifier, view.visualRect(view.gridModel()->index(1, 1)).center());
    QVERIFY(selection.head() == address(0, 6));
    QVERIFY((selection.companions() == std::vector<HeadAddress>{address(0, 7), address(1, 0), address(1, 1)}));
    QTest::keyClick(&view, Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(selection.companions().size(), std::size_t{2});
    QTest::keyClick(&view, Qt::Key_Down, Qt::ShiftModifier);
    QVERIFY(selection.companions().back() == address(2, 0));
    selection.setHead(address(2, 0));
    QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
    QVERIFY(selection.companions() == std::vector<HeadAddress>{address(2, 1)});
}

void TestHeadOverview::doubleClickAndEnterOpen() {
    Selection selection;
    HeadGridView view(&selection);
    view.resize(300, 200);
    view.show();
    view.setHeadMap(makeMap(kSmall));
    std::vector<HeadAddress> opened;
    connect(&view, &HeadGridView::headActivated, this, [&](const HeadAddress& head) { opened.push_back(head); });
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, view.visualRect(view.gridModel()->index(1, 4)).center());
    selection.setHead(address(2, 2));
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY((opened == std::vector<HeadAddress>{address(1, 4), address(2, 2)}));
}

void TestHeadOverview::previewShowsRoleAndMeasures() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap(kSmall)));
    QVERIFY(headFacts(overview.table(), address(0, 0)).empty());
    QVERIFY(settled(overview));
    const auto facts = headFacts(overview.table(), address(0, 0));
    QCOMPARE(facts.front().first, QStringLiteral("role"));
    QCOMPARE(facts.size(), 1 + measuresOf(kKind).size());
    HeadPreview preview;
    const int without = preview.height();
    preview.showFor(address(0, 0), {}, QRect(0, 0, 20, 20));
    preview.setFacts(facts);
    QVERIFY(preview.height() > without + 60);
    preview.setFacts({});
    QCOMPARE(preview.height(), without);
}

void TestHeadOverview::tableModelKeepsItsPromises() {
    HeadOverview overview;
    HeadTableModel model(&overview);
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    overview.setRun(runOf(makeMap(kSmall)));
    QCOMPARE(model.rowCount(), 24);
    QCOMPARE(model.index(0, HeadTableModel::FirstMeasureColumn).data().toString(), QStringLiteral("…"));
    overview.want(this, true);
    QVERIFY(settled(overview));
    QCOMPARE(model.columnCount(), HeadTableModel::FirstMeasureColumn + int(measuresOf(kKind).size()));
    const HeadMeasure entropy = measuresOf(kKind).front();
    for (int row = 0; row < model.rowCount(); ++row) {
        const auto value = overview.table().value(model.headAt(row), entropy);
        QCOMPARE(model.index(row, HeadTableModel::FirstMeasureColumn).data(HeadTableModel::ValueRole).toDouble(), *value);
        QCOMPARE(model.index(row, HeadTableModel::FirstMeasureColumn).data().toString(), QString::number(*value, 'f', 2));
        QCOMPARE(model.index(row, HeadTableModel::LayerColumn).data().toInt(), row / 8 + 1);
    }
    for (int column = HeadTableModel::FirstMeasureColumn; column < model.columnCount(); ++column)
        QVERIFY(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().size() > 20);
    const HeadMap cross = makeMap({.n_queries = 6, .n_keys = 7, .n_layers = 2, .n_heads = 4, .cross = true});
    overview.setRun({cross.trace, AttentionKind::Cross, {}});
    QVERIFY(settled(overview));
    QCOMPARE(model.rowCount(), 8);
    QCOMPARE(model.columnCount(), HeadTableModel::FirstMeasureColumn + int(measuresOf(AttentionKind::Cross).size()));
}

void TestHeadOverview::tableSortsThePicturesToo() {
    HeadOverview overview;
    Selection selection;
    HeadTableView view(&overview, &selection);
    view.resize(900, 400);
    view.show();
    overview.setRun(runOf(makeMap(kSmall)));
    QHeaderView* const header = view.horizontalHeader();
    const int column = HeadTableModel::FirstMeasureColumn + 2;
    const QPoint heading(header->sectionViewportPosition(column) + 10, header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, heading);
    QVERIFY(settled(overview));
    QVERIFY((overview.order() == by(measuresOf(kKind)[2])));
    QCOMPARE(header->sortIndicatorSection(), column);
    QCOMPARE(header->sortIndicatorOrder(), Qt::DescendingOrder);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, heading);
    QVERIFY(!overview.order().descending);
    overview.setOrder({.sort = HeadSort::Role});
    QCOMPARE(header->sortIndicatorSection(), int(HeadTableModel::RoleColumn));
}

void TestHeadOverview::tableRowsAreTheSelection() {
    HeadOverview overview;
    Selection selection;
    HeadTableView view(&overview, &selection);
    view.resize(900, 700);
    view.show();
    overview.setRun(runOf(makeMap(kSmall)));
    const auto place = [&](int row) { return view.visualRect(view.tableModel()->index(row, 1)).center(); };
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, place(9));
    QVERIFY(selection.head() == address(1, 1) && selection.companions().empty());
    QTest::mouseClick(view.viewport(), Qt::LeftButton, Qt::ControlModifier, place(3));
    QVERIFY(selection.head() == address(1, 1)); // stays the first
    QVERIFY(selection.companions() == std::vector<HeadAddress>{address(0, 3)});
    selection.setHead(address(2, 0));
    QCOMPARE(view.selectionModel()->selectedRows().size(), qsizetype(1));
    QCOMPARE(view.currentIndex().row(), 16);
    std::optional<HeadAddress> opened;
    connect(&view, &HeadTableView::headActivated, this, [&](const HeadAddress& head) { opened = head; });
    QTest::keyClick(&view, Qt::Key_Return);
    QVERIFY(opened == address(2, 0));
}

void TestHeadOverview::tableIsCopiedAsTextAndCsv() {
    HeadOverview overview;
    HeadTableModel model(&overview);
    overview.want(this, true);
    overview.setRun(runOf(makeMap(kSmall)));
    QVERIFY(settled(overview));
    const QStringList csv = tableText(model, {}, TableText::Csv).split(QStringLiteral("\r\n"));
    QCOMPARE(csv.size(), 26); // heading, 24 heads, the end
    QVERIFY(csv[0].startsWith(QStringLiteral("layer,head,role,entropy,normalised_entropy")));
    QVERIFY(csv[10].startsWith(QStringLiteral("1,1,"))); // from 0, as on the command line
    QCOMPARE(csv[1].split(',')[3].toDouble(), QString::number(*overview.table().value(address(0, 0), HeadMeasure::Entropy), 'g', 9).toDouble());
    const QStringList text = tableText(model, {2, 5}, TableText::Tabs).split('\n');
    QCOMPARE(text.size(), 4);
    QVERIFY(text[1].startsWith(QStringLiteral("1\t3\t")) && text[2].startsWith(QStringLiteral("1\t6\t")));
}

void TestHeadOverview::barSaysWhatIsShown() {
    HeadOverview overview;
    HeadOrderBar bar(&overview, false);
    bar.setEmptyText(QStringLiteral("nothing"));
    bar.show();
    QCOMPARE(bar.countText(), QStringLiteral("nothing"));
    QVERIFY(!bar.sortButton()->isEnabled());
    overview.setRun(runOf(makeMap(kSmall)));
    QCOMPARE(bar.countText(), QStringLiteral("24 heads"));
    QVERIFY(!bar.resetButton()->isVisible());
    emit bar.sortButton()->menu()->aboutToShow();
    const QList<QAction*> actions = bar.sortButton()->menu()->actions();
    const auto distance = std::ranges::find_if(actions, [](QAction* action) { return action->text() == QStringLiteral("distance"); });
    QVERIFY(distance != actions.end() && !(*distance)->toolTip().isEmpty());
    (*distance)->trigger();
    QVERIFY(overview.order() == by(HeadMeasure::Distance));
    QVERIFY(bar.sortButton()->text().contains(QStringLiteral("distance")));
    QVERIFY(bar.resetButton()->isVisible());
    bar.directionButton()->click();
    QVERIFY(overview.order() == by(HeadMeasure::Distance, false));
    bar.resetButton()->click();
    QVERIFY(overview.order().plain());
}

void TestHeadOverview::filterPanelChoosesRolesAndRanges() {
    HeadOverview overview;
    overview.setRun(runOf(makeMap(kSmall)));
    HeadFilterPanel panel(&overview);
    panel.show();
    QVERIFY(settled(overview));
    const HeadRole role = *overview.table().role(address(0, 1));
    QVERIFY(panel.roleBox(role)->text().contains('('));
    panel.roleBox(role)->click();
    QVERIFY(overview.order().roles == std::vector<HeadRole>{role});
    panel.roleBox(role)->click();
    QVERIFY(overview.order().plain());
    panel.measureBox()->setCurrentIndex(panel.measureBox()->findText(QStringLiteral("entropy")));
    QVERIFY(overview.order().plain()); // looking is no filter
    int counted = 0;
    for (const int n : panel.histogram()->counts())
        counted += n;
    QCOMPARE(counted, 24);
    QTest::keyClick(panel.histogram(), Qt::Key_Right);
    QVERIFY(overview.order().range && overview.order().range->measure == HeadMeasure::Entropy);
    QCOMPARE(overview.order().range->lowest, panel.histogram()->lower());
    panel.measureBox()->setCurrentIndex(panel.measureBox()->findText(QStringLiteral("distance")));
    QVERIFY(!overview.order().range); // another measure, another range
    panel.firstLayer()->setValue(2);
    QVERIFY((overview.order().layers == LayerSpan{1, 2}));
    panel.lastLayer()->setValue(1); // backwards is the same span
    QVERIFY((overview.order().layers == LayerSpan{0, 1}));
    panel.resetButton()->click();
    QVERIFY(overview.order().plain());
    QCOMPARE(panel.firstLayer()->value(), 1);
    QCOMPARE(panel.lastLayer()->value(), 3);
    overview.setOrder({.range = MeasureRange{HeadMeasure::Nearby, 0.25, 0.5}});
    QCOMPARE(panel.histogram()->lower(), 0.25); // set elsewhere: a session, undo
    QCOMPARE(panel.measureBox()->currentText(), QStringLiteral("nearby"));
}

void TestHeadOverview::histogramIsDraggedAndMovedByKeys() {
    RangeHistogram histogram;
    histogram.resize(240, histogram.sizeHint().height());
    histogram.show();
    histogram.setValues({0.1, 0.2, 0.9, 1.0}, 0.0, 1.0);
    QVERIFY(histogram.whole());
    QCOMPARE(histogram.counts().back(), 1); // the highest value belongs to the last bar
    QSignalSpy changed(&histogram, &RangeHistogram::rangeChanged);
    QTest::mousePress(&histogram, Qt::LeftButton, {}, QPoint(8, 40));
    QTest::mouseMove(&histogram, QPoint(120, 40));
    QTest::mouseRelease(&histogram, Qt::LeftButton, {}, QPoint(120, 40));
    QVERIFY(changed.count() > 0 && histogram.lower() > 0.4 && histogram.lower() < 0.6);
    QCOMPARE(histogram.upper(), 1.0);
    QVERIFY(histogram.accessibleDescription().contains(QStringLiteral("2 of 4")));
    const double lower = histogram.lower();
    QTest::keyClick(&histogram, Qt::Key_Left);
    QVERIFY(histogram.lower() < lower);
    QTest::keyClick(&histogram, Qt::Key_Left, Qt::ShiftModifier);
    QVERIFY(histogram.upper() < 1.0);
    histogram.setValues({}, 0.0, 1.0);
    QVERIFY(!histogram.whole()); // the choice stays
    histogram.setRange(0.0, 0.0);
    QVERIFY(histogram.whole());
}

void TestHeadOverview::orderSurvivesASession() {
    const std::vector<HeadOrder> orders{
        {},
        by(HeadMeasure::DuplicateToken),
        {.sort = HeadSort::Role, .roles = {HeadRole::Induction, HeadRole::None}, .layers = LayerSpan{2, 5}},
        {.sort = HeadSort::Head, .descending = true, .range = MeasureRange{HeadMeasure::Nearby, 0.25, 0.75}}};
    for (const HeadOrder& order : orders) {
        HeadOrder read = orderFromJson(orderToJson(order), by(HeadMeasure::Distance, false));
        if (order.sort != HeadSort::Measure)
            read.measure = order.measure; // of no account then
        QVERIFY(read == order);
    }
}

void TestHeadOverview::brokenSessionsChangeNothing() {
    const HeadOrder before{.sort = HeadSort::Role, .range = MeasureRange{HeadMeasure::Nearby, 0.25, 0.75}, .layers = LayerSpan{1, 2}};
    for (const char* json : {"{}", R"({"sort":"beauty"})", R"({"range":["nearby",0.9,0.1]})", R"({"range":["beauty",0,1]})", R"({"range":7})",
                             R"({"layers":[3,1]})", R"({"layers":[-1,1e300]})", R"({"roles":"induction"})", R"({"descending":"yes"})"})
        QVERIFY2(orderFromJson(QJsonDocument::fromJson(json).object(), before) == before, json);
    QVERIFY(orderFromJson(QJsonDocument::fromJson(R"({"roles":["induction","beauty","induction"]})").object(), before).roles ==
            std::vector<HeadRole>{HeadRole::Induction});
}

void TestHeadOverview::figureShowsTheHeadsInTheirOrder() {
    HeadsFigure heads;
    heads.map = makeMap(kSmall);
    heads.table = measureHeads(*heads.map.trace, kKind, runOf(heads.map).input).value();
    heads.order = by(HeadMeasure::Entropy);
    heads.heads = arrangeHeads(heads.table, heads.order);
    const FigureSubject subject = headsSubject(heads);
    const auto figure = subject.figure({});
    QVERIFY(figure.ok());
    const QByteArray svg = figureToSvg(*figure, {}).value();
    QVERIFY(svg.contains("sorted by entropy, largest first"));
    const QByteArray first = headLabel(heads.heads.front()).toUtf8();
    const QByteArray last = headLabel(heads.heads.back()).toUtf8();
    QVERIFY(svg.indexOf(">" + first) > 0 && svg.indexOf(">" + first) < svg.indexOf(">" + last));
    QCOMPARE(figureToSvg(*subject.figure({}), {}).value(), svg);
    heads.heads.resize(3);
    FigureLook page;
    page.size.height_mm = 60;
    QVERIFY(headsSubject(heads).figure(page).value().title.contains(QStringLiteral("3 of 24 heads")));
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath(QStringLiteral("heads.csv")).toStdString();
    QVERIFY(exportSubject(headsSubject(heads), {}, path).ok());
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().count('\n'), 4);
    QVERIFY(!exportSubject(headsSubject(heads), {}, folder.filePath(QStringLiteral("heads.npy")).toStdString()).ok());
}

void TestHeadOverview::figureOfNothingIsAnError() {
    HeadsFigure heads;
    heads.map = makeMap(kSmall);
    heads.table = measureHeads(*heads.map.trace, kKind).value();
    QVERIFY(!headsFigure(heads, {}).ok()); // all filtered out
    heads.heads = arrangeHeads(heads.table, {});
    FigureLook tiny;
    tiny.size.width_mm = 25;
    tiny.size.height_mm = 20;
    QVERIFY(!headsFigure(heads, tiny).ok());
    heads.map = {};
    QVERIFY(!headsFigure(heads, {}).ok());
}

QTEST_MAIN(TestHeadOverview)
#include "tst_head_overview.moc"
