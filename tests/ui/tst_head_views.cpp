// All heads in the grid, the table and the bar above them: sorted and filtered the same way.
#include "tests/ui/support/overview_run.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heads/head_grid_model.h"
#include "ui/heads/head_grid_view.h"
#include "ui/heads/head_preview.h"
#include "ui/overview/head_filter_panel.h"
#include "ui/overview/head_order_bar.h"
#include "ui/overview/head_table_model.h"
#include "ui/overview/head_table_view.h"
#include "ui/overview/range_histogram.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestHeadViews : public QObject {
    Q_OBJECT
private slots:
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
};

void TestHeadViews::gridModelKeepsItsPromisesWhileSortedAndFiltered() {
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

void TestHeadViews::gridShowsTheOrderWithLabelsAndValues() {
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

void TestHeadViews::selectionIsFoundInEveryOrder() {
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

void TestHeadViews::shiftChoosesARange() {
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

void TestHeadViews::doubleClickAndEnterOpen() {
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

void TestHeadViews::previewShowsRoleAndMeasures() {
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

void TestHeadViews::tableModelKeepsItsPromises() {
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

void TestHeadViews::tableSortsThePicturesToo() {
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

void TestHeadViews::tableRowsAreTheSelection() {
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

void TestHeadViews::tableIsCopiedAsTextAndCsv() {
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

void TestHeadViews::barSaysWhatIsShown() {
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

void TestHeadViews::filterPanelChoosesRolesAndRanges() {
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

void TestHeadViews::histogramIsDraggedAndMovedByKeys() {
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

HEADLIGHT_WINDOW_TEST_MAIN(TestHeadViews)
#include "tst_head_views.moc"
