// Pictures as tables: a map computed tile by tile, the lines drawn, and what is copied from them.
#include "tests/support/event_watchdog.h"
#include "tests/support/files.h"
#include "tests/ui/support/made_up_trace.h"
#include "ui/table/lines_table_model.h"
#include "ui/table/list_table_model.h"
#include "ui/table/map_table_model.h"
#include "ui/table/table_dialog.h"
#include "ui/table/view_tables.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QTest>

#include <atomic>
#include <cmath>
#include <limits>

using namespace headlight;
using namespace headlight::ui;

namespace {

constexpr int kPatience = 60000;

QStringList words(std::size_t count, const QString& stem) {
    QStringList all;
    for (std::size_t i = 0; i < count; ++i)
        all.append(stem + QString::number(i));
    return all;
}

HeadMap madeUpMap(const test::MadeUp& made_up) {
    HeadMap map;
    map.trace = test::makeTrace(made_up);
    map.head = {AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(2)};
    map.queries.name = map.keys.name = QStringLiteral("text");
    map.queries.words = words(made_up.n_queries, QStringLiteral("q"));
    map.keys.words = words(made_up.n_keys, QStringLiteral("k"));
    return map;
}

} // namespace

class TestTable : public QObject {
    Q_OBJECT
private slots:
    void cellsAreTheTracesWeights();
    void maskedCellsSaySo();
    void largeMapOpensAtOnce();
    void quickScrollLoadsWhatIsSeen();
    void copiedBlockHoldsWordsAndAllDigits();
    void tooLargeSelectionIsRefused();
    void wordsWithTabsStayInTheirCell();
    void linesAreListedStrongestFirst();
    void linesAreSortedByColumn();
    void chosenCellIsTold();
    void opensAtTheSelectedCell();
    void emptyMapHasNoTable();
    void listsFormatAndCopyTheirCells();
    void csvOfAListReadsBack();
};

void TestTable::cellsAreTheTracesWeights() {
    const HeadMap map = madeUpMap({.n_queries = 150, .n_keys = 150});
    PictureTable table = tableOfMap(map, [](std::size_t, std::size_t) {});
    const QAbstractItemModelTester tester(table.model.get(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(table.model->rowCount(), 150);
    QCOMPARE(table.model->headerData(149, Qt::Vertical).toString(), QStringLiteral("q149"));
    const Tensor weights = map.trace->weights(map.head);
    for (const auto& [row, column] : {std::pair{0, 0}, {64, 63}, {149, 149}, {63, 128}}) {
        const QModelIndex index = table.model->index(row, column);
        const float expected = weights.row(static_cast<std::size_t>(row))[static_cast<std::size_t>(column)];
        QTRY_COMPARE_WITH_TIMEOUT(index.data(TableFullTextRole).toString(),
                                  QString::number(double(expected), 'g', 9), kPatience);
        QVERIFY(index.data(Qt::ToolTipRole).toString().contains(QStringLiteral("q%1").arg(row)));
    }
}

void TestTable::maskedCellsSaySo() {
    const PictureTable table = tableOfMap(madeUpMap({.n_queries = 6, .n_keys = 6, .causal = true}), {});
    const QModelIndex hidden = table.model->index(1, 4);
    QCOMPARE(hidden.data().toString(), QStringLiteral("–"));
    QVERIFY(hidden.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("masked")));
    QTRY_VERIFY_WITH_TIMEOUT(table.model->index(4, 1).data().toString() != QStringLiteral("…"), kPatience);
}

void TestTable::largeMapOpensAtOnce() {
    constexpr int kTokens = 16384;
    MapTable cells;
    cells.row_words = words(kTokens, QStringLiteral("q"));
    cells.column_words = words(kTokens, QStringLiteral("k"));
    const auto n_cells = std::make_shared<std::atomic<std::size_t>>(0); // a worker may outlive the dialogue
    cells.tile = [n_cells](TokenRange rows, TokenRange columns) {
        *n_cells += rows.size() * columns.size();
        Tensor tile(Shape{rows.size(), columns.size()});
        for (std::size_t row = 0; row < rows.size(); ++row)
            for (std::size_t column = 0; column < columns.size(); ++column)
                tile.row(row)[column] = float(rows.begin + row) + float(columns.begin + column) / 65536.0f;
        return tile;
    };
    cells.visible = [](std::size_t) { return TokenRange{0, kTokens}; };
    auto* watchdog = &testing::watchdog();
    watchdog->resetWatchdog();
    PictureTable table;
    table.model = std::make_unique<MapTableModel>(std::move(cells));
    auto* dialog = new TableDialog(std::move(table));
    dialog->show();
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    const QModelIndex last = dialog->view()->model()->index(kTokens - 1, kTokens - 1);
    dialog->view()->scrollTo(last);
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(last.data(TableFullTextRole).toDouble() - 16383.25) < 0.01, kPatience);
    QVERIFY(*n_cells < std::size_t(200) * 64 * 64); // nothing near the 268 million there are
    QVERIFY2(testing::kSanitized || watchdog->busiestMilliseconds() < 50 * testing::machineSlowness(),
             qPrintable(watchdog->slowestEvent()));
    dialog->close();
    QTest::qWait(0);
}

void TestTable::quickScrollLoadsWhatIsSeen() {
    const HeadMap map = madeUpMap({.n_queries = 2000, .n_keys = 2000});
    PictureTable table = tableOfMap(map, [](std::size_t, std::size_t) {});
    auto* model = static_cast<MapTableModel*>(table.model.get());
    for (int row = 0; row < 2000; row += 10)
        for (int column = 0; column < 2000; column += 500)
            (void)model->index(row, column).data(); // asked for while scrolling by
    const QModelIndex here = model->index(1999, 1999);
    QTRY_VERIFY_WITH_TIMEOUT(here.data().toString() != QStringLiteral("…"), kPatience);
    QVERIFY(model->cachedCells() <= 100 * 64 * 64);
}

void TestTable::copiedBlockHoldsWordsAndAllDigits() {
    const HeadMap map = madeUpMap({.n_queries = 100, .n_keys = 100, .causal = true});
    auto* dialog = new TableDialog(tableOfMap(map, [](std::size_t, std::size_t) {}));
    const QAbstractItemModel& model = *dialog->view()->model();
    dialog->view()->selectionModel()->select(QItemSelection(model.index(70, 69), model.index(71, 71)),
                                             QItemSelectionModel::Select);
    QApplication::clipboard()->clear();
    dialog->copySelection();
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::clipboard()->text().isEmpty(), kPatience);
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0], QStringLiteral("\tk69\tk70\tk71"));
    const QStringList cells = lines[1].split(QLatin1Char('\t'));
    QCOMPARE(cells[0], QStringLiteral("q70"));
    QCOMPARE(cells[1].toFloat(), map.trace->weights(map.head, {70, 71}, {69, 70}).data()[0]);
    QVERIFY(cells[3].isEmpty()); // masked
    dialog->wordsBox()->setChecked(false);
    dialog->copySelection();
    QTRY_COMPARE_WITH_TIMEOUT(QApplication::clipboard()->text().split(QLatin1Char('\n')).size(), 2,
                              kPatience);
    delete dialog;
}

void TestTable::tooLargeSelectionIsRefused() {
    const HeadMap map = madeUpMap({.n_queries = 2100, .n_keys = 2100, .n_layers = 2});
    auto* dialog = new TableDialog(tableOfMap(map, [](std::size_t, std::size_t) {}));
    dialog->view()->selectAll();
    dialog->copySelection();
    QVERIFY(dialog->statusLabel()->text().contains(QStringLiteral("too many")));
    delete dialog;
}

void TestTable::wordsWithTabsStayInTheirCell() {
    HeadMap map = madeUpMap({.n_queries = 4, .n_keys = 4});
    map.queries.words[1] = QStringLiteral("a\tb\nc");
    const PictureTable table = tableOfMap(map, {});
    const auto text = static_cast<MapTableModel*>(table.model.get())->textJob({1, 2, 0, 1}, true)({});
    QVERIFY(text.ok());
    QCOMPARE(text->split(QLatin1Char('\n')).size(), 2);
    QVERIFY(text->split(QLatin1Char('\n'))[1].startsWith(QStringLiteral("a b c\t")));
}

void TestTable::linesAreListedStrongestFirst() {
    const HeadMap map = madeUpMap({.n_queries = 20, .n_keys = 20});
    const LineSetPtr lines = attentionLines({map.trace, {map.head}, {}});
    const PictureTable table = tableOfLines(map, lines, {});
    const QAbstractItemModelTester tester(table.model.get(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(table.model->rowCount(), int(lines->lines.size()));
    QVERIFY(table.model->rowCount() > 10);
    double last = 2.0;
    for (int row = 0; row < table.model->rowCount(); ++row) {
        const double weight = table.model->index(row, LinesTableModel::Weight).data(TableSortRole).toDouble();
        QVERIFY(weight <= last);
        last = weight;
    }
    QCOMPARE(table.model->index(0, LinesTableModel::Head).data().toString(), QStringLiteral("2.3"));
}

void TestTable::linesAreSortedByColumn() {
    const HeadMap map = madeUpMap({.n_queries = 20, .n_keys = 20});
    std::optional<std::pair<std::size_t, std::size_t>> chosen;
    auto* dialog = new TableDialog(tableOfLines(map, attentionLines({map.trace, {map.head}, {}}),
                                                [&](std::size_t query, std::size_t key) {
                                                    chosen = {query, key};
                                                }));
    dialog->view()->sortByColumn(LinesTableModel::QueryPosition, Qt::DescendingOrder);
    const QAbstractItemModel& model = *dialog->view()->model();
    QCOMPARE(model.index(0, LinesTableModel::QueryPosition).data().toInt(), 20);
    dialog->view()->setCurrentIndex(model.index(0, LinesTableModel::Weight));
    QVERIFY(chosen && chosen->first == 19);
    delete dialog;
}

void TestTable::chosenCellIsTold() {
    std::optional<std::pair<std::size_t, std::size_t>> chosen;
    auto* dialog = new TableDialog(tableOfMap(madeUpMap({}), [&](std::size_t query, std::size_t key) {
        chosen = {query, key};
    }));
    dialog->view()->setCurrentIndex(dialog->view()->model()->index(3, 5));
    QVERIFY((chosen == std::pair<std::size_t, std::size_t>{3, 5}));
    QTRY_VERIFY_WITH_TIMEOUT(dialog->statusLabel()->text().contains(QStringLiteral("0.")) ||
                                 dialog->statusLabel()->text().contains(QStringLiteral("e-")),
                             kPatience);
    delete dialog;
}

void TestTable::opensAtTheSelectedCell() {
    const HeadMap map = madeUpMap({.n_queries = 200, .n_keys = 200});
    bool chosen = false;
    auto* dialog = new TableDialog(tableOfMap(map, [&](std::size_t, std::size_t) { chosen = true; }, {150, 160}));
    dialog->show();
    QVERIFY(QTest::qWaitForWindowExposed(dialog));
    const QTableView& view = *dialog->view();
    QCOMPARE(view.currentIndex().row(), 150);
    QCOMPARE(view.currentIndex().column(), 160);
    QVERIFY(view.selectionModel()->isSelected(view.currentIndex()));
    QVERIFY(view.viewport()->rect().contains(view.visualRect(view.currentIndex())));
    QTRY_VERIFY_WITH_TIMEOUT(dialog->statusLabel()->text().contains(QStringLiteral("q150")), kPatience);
    QVERIFY(!chosen); // the views have it already
    delete dialog;

    const LineSetPtr lines = attentionLines({map.trace, {map.head}, {}});
    const AttentionLine weakest = lines->lines.front();
    auto* list = new TableDialog(tableOfLines(map, lines, {}, {weakest.query, weakest.key}));
    list->show();
    QVERIFY(QTest::qWaitForWindowExposed(list));
    const QModelIndex row = list->view()->currentIndex();
    QCOMPARE(row.row(), int(lines->lines.size()) - 1);
    QVERIFY(list->view()->viewport()->rect().intersects(list->view()->visualRect(row)));
    list->view()->sortByColumn(LinesTableModel::Weight, Qt::AscendingOrder);
    QCOMPARE(list->view()->currentIndex().row(), 0); // it goes with its line
    delete list;
}

void TestTable::emptyMapHasNoTable() {
    QVERIFY(!tableOfMap({}, {}).model);
    QVERIFY(!tableOfLines({}, nullptr, {}).model);
}

void TestTable::listsFormatAndCopyTheirCells() {
    ListTable table;
    table.columns = {{QStringLiteral("word")},
                     {QStringLiteral("n"), {}, ListColumn::Kind::Whole},
                     {QStringLiteral("weight"), {}, ListColumn::Kind::Weight},
                     {QStringLiteral("score"), {}, ListColumn::Kind::Number}};
    table.n_rows = 3;
    table.value = [](std::size_t row, std::size_t column) -> QVariant {
        if (column == 0)
            return row == 1 ? QStringLiteral("a, \"b\"\tc") : QStringLiteral("plain");
        if (column == 1)
            return static_cast<qulonglong>(row);
        if (column == 2)
            return row == 2 ? QVariant() : QVariant(0.1f);
        return row == 0 ? -std::numeric_limits<double>::infinity() : row == 1 ? 1.0 / 3.0 : std::nan("");
    };
    ListTableModel model(table);
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.index(0, 2).data().toString(), QStringLiteral("0.100"));
    QCOMPARE(model.index(0, 2).data(TableFullTextRole).toString(), QStringLiteral("0.1"));
    QCOMPARE(model.index(2, 2).data().toString(), QString());
    QCOMPARE(model.index(0, 3).data().toString(), QStringLiteral("–")); // masked
    QCOMPARE(model.index(1, 3).data(TableFullTextRole).toString().toDouble(), 1.0 / 3.0);
    QCOMPARE(model.index(2, 3).data().toString(), QString());
    QCOMPARE(model.textJob({0, 2, 0, 3}, true)({}).value(),
             QStringLiteral("word\tn\tweight\nplain\t0\t0.1\na, \"b\" c\t1\t0.1"));
}

void TestTable::csvOfAListReadsBack() {
    const testing::TemporaryFolder folder;
    ListTable table;
    table.columns = {{QStringLiteral("word, or two")}, {QStringLiteral("x"), {}, ListColumn::Kind::Number}};
    table.n_rows = 2;
    table.value = [](std::size_t row, std::size_t column) -> QVariant {
        return column == 0 ? QVariant(QStringLiteral("say \"%1\"").arg(row)) : QVariant(0.25f);
    };
    table.row_name = [](std::size_t row) { return QString::number(row); };
    QVERIFY(writeListCsv(table, folder.file("list.csv")).ok());
    QCOMPARE(testing::contents(folder.file("list.csv")),
             QByteArray(",\"word, or two\",x\r\n0,\"say \"\"0\"\"\",0.25\r\n1,\"say \"\"1\"\"\",0.25\r\n"));
    QVERIFY(!writeListCsv(table, folder.file("no such folder/list.csv")).ok());
    std::stop_source stop;
    stop.request_stop();
    table.n_rows = 1000;
    const auto stopped = writeListCsv(table, folder.file("stopped.csv"), {stop.get_token(), {}});
    QVERIFY(!stopped.ok() && stopped.error().cancelled() &&
            !std::filesystem::exists(folder.file("stopped.csv")));
}

HEADLIGHT_WATCHED_TEST_MAIN(TestTable)
#include "tst_table.moc"
