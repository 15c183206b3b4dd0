// The table behind each page of the window: the same as the picture shows.
#include "core/analysis/head_table.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/table_cells.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heads/head_overview.h"
#include "ui/plots/panel_sheet.h"
#include "ui/predictions/outcome_model.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_strip.h"
#include "ui/table/table_dialog.h"
#include "ui/theme/figures.h"
#include "ui/timeline/timeline_view.h"
#include "ui/window/change_pane.h"
#include "ui/window/head_panel.h"
#include "ui/window/heatmap_pane.h"
#include "ui/window/map_pane.h"
#include "ui/window/overview_pane.h"
#include "ui/window/positions_pane.h"
#include "ui/window/predictions_pane.h"
#include "ui/window/side_by_side_pane.h"
#include "ui/window/softmax_pane.h"
#include "ui/window/steps_pane.h"
#include "ui/window/timeline_pane.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestPageTables : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        window_ = std::make_unique<OpenWindow>();
        QVERIFY(window_->run(bundled("en-fr"), QStringLiteral("The black cat sleeps under the table.")));
    }
    void cleanupTestCase() { window_.reset(); }
    void everyPageHasATable();
    void stepTablesAreTheMatricesOnScreen();
    void timelineTableHasEveryCandidate();
    void predictionsTableIsTheDialogs();
    void headsTableHasTheMeasures();
    void panelTablesFollowTheCrossHair();
    void mapTableCountsEveryParameter();
    void sideBySideHasATableEach();
    void severalTablesAreChosenInTheDialogue();

private:
    void show(auto* pane) { QVERIFY(window_->showWithTables(pane)); }
    [[nodiscard]] MainWindow& window() { return **window_; }

    std::unique_ptr<OpenWindow> window_;
};

void TestPageTables::everyPageHasATable() {
    ViewPane* const pane = window().viewPane();
    for (int i = 0; i < pane->pageCount(); ++i) {
        pane->showPage(i);
        const ViewPage& page = pane->page(i);
        if (qobject_cast<ChangePane*>(page.view))
            continue; // shows what a change does: without one there is nothing
        QVERIFY2(page.tables, qPrintable(page.name));
        QTRY_VERIFY2_WITH_TIMEOUT(!page.tables().all.empty(), qPrintable(page.name), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(!page.figures().empty(), qPrintable(page.name), kPatience);
        const PictureTables tables = page.tables();
        QVERIFY(tables.first < tables.all.size());
        for (const PictureTable& table : tables.all) {
            const QAbstractItemModelTester tester(table.model.get(),
                                                  QAbstractItemModelTester::FailureReportingMode::QtTest);
            QVERIFY2(table.model->rowCount() > 0 && table.model->columnCount() > 0, qPrintable(table.title));
            QVERIFY2(!table.title.isEmpty(), qPrintable(page.name));
            QTRY_VERIFY_WITH_TIMEOUT(table.model->index(0, 0).data().toString() != QStringLiteral("…"),
                                     kPatience);
            for (int column = 0; column < std::min(table.model->columnCount(), 20); ++column)
                QVERIFY2(!table.model->headerData(column, Qt::Horizontal).toString().isEmpty(),
                         qPrintable(table.title));
        }
        bool numbers = false;
        for (const FigureSubject& subject : page.figures())
            numbers =
                numbers || subject.write_numbers || (subject.isSeries() && subject.part(0).write_numbers);
        QVERIFY2(numbers, qPrintable(page.name));
    }
}

void TestPageTables::stepTablesAreTheMatricesOnScreen() {
    StepsPane* const pane = window().stepsPane();
    show(pane);
    for (int i = 0; i < pane->strip()->count(); ++i) {
        pane->strip()->setCurrent(i);
        const StepPicture& picture = pane->view()->picture();
        const PictureTables tables = pane->tables();
        QCOMPARE(tables.all.size(), picture.nMatrices());
        QCOMPARE(tables.first, picture.step().operands.size());
        for (std::size_t m = 0; m < picture.nMatrices(); ++m) {
            const Tensor& values = *picture.matrix(m).values;
            const QAbstractItemModel& model = *tables.all[m].model;
            const QAbstractItemModelTester tester(tables.all[m].model.get(),
                                                  QAbstractItemModelTester::FailureReportingMode::QtTest);
            QCOMPARE(model.rowCount(), static_cast<int>(values.dimension(0)));
            QCOMPARE(model.columnCount(), static_cast<int>(values.dimension(1)));
            for (int row = 0; row < model.rowCount(); ++row)
                for (int column = 0; column < model.columnCount(); column += 7) {
                    const float expected =
                        values.row(static_cast<std::size_t>(row))[static_cast<std::size_t>(column)];
                    QCOMPARE(model.index(row, column).data(TableFullTextRole).toString().toFloat(), expected);
                }
            if (picture.matrix(m).rows == StepAxis::Queries) {
                QCOMPARE(model.headerData(1, Qt::Vertical).toString(), picture.words.queries[1]);
            }
        }
    }
}

void TestPageTables::timelineTableHasEveryCandidate() {
    TimelinePane* const pane = window().timelinePane();
    show(pane);
    QTRY_VERIFY_WITH_TIMEOUT(pane->view()->timeline().steps.front().entropy, kPatience);
    const Timeline timeline = pane->view()->timeline();
    PictureTables tables = pane->tables();
    const PictureTable& table = tables.all.front();
    const QAbstractItemModel& model = *table.model;
    int row = 0;
    for (std::size_t i = 0; i < timeline.steps.size(); ++i) {
        const TimelineStep& step = timeline.steps[i];
        int n_chosen = 0;
        for (const TimelineOption& option : step.options) {
            QCOMPARE(fullNumber(model, row, QStringLiteral("position")), double(i + 1));
            QCOMPARE(fullNumber(model, row, QStringLiteral("probability")), option.probability);
            QCOMPARE(fullNumber(model, row, QStringLiteral("id")), double(option.id));
            QCOMPARE(fullNumber(model, row, QStringLiteral("entropy")), *step.entropy);
            n_chosen +=
                model.index(row, columnOf(model, QStringLiteral("written"))).data().toString().isEmpty() ? 0
                                                                                                         : 1;
            if (option.chosen && step.surprise) {
                QCOMPARE(fullNumber(model, row, QStringLiteral("place")), double(step.rank + 1));
                QCOMPARE(fullNumber(model, row, QStringLiteral("rank")), double(step.rank + 1));
                QCOMPARE(fullNumber(model, row, QStringLiteral("surprise")), *step.surprise);
            }
            ++row;
        }
        QCOMPARE(n_chosen, step.word ? 1 : 0);
    }
    QCOMPARE(model.rowCount(), row);
    table.choose(model.index(row - 1, 0));
    QCOMPARE(window().selection()->pinned().query, std::optional(timeline.steps.size() - 1));
}

void TestPageTables::predictionsTableIsTheDialogs() {
    PredictionsPane* const pane = window().predictionsPane();
    show(pane);
    const OutcomeModel& shown = *pane->outcomeModel();
    const auto compare = [&] {
        const PictureTables tables = pane->tables();
        const QAbstractItemModel& model = *tables.all.front().model;
        QCOMPARE(model.rowCount(), shown.rowCount());
        for (const int row : {0, 1, model.rowCount() - 1}) {
            const std::pair<QString, OutcomeModel::Column> columns[] = {
                {QStringLiteral("word"), OutcomeModel::Word},
                {QStringLiteral("token"), OutcomeModel::Token},
                {QStringLiteral("id"), OutcomeModel::Id},
                {QStringLiteral("logit"), OutcomeModel::Logit},
                {QStringLiteral("probability"), OutcomeModel::Probability},
                {QStringLiteral("cumulative"), OutcomeModel::Cumulative}};
            for (const auto& [name, column] : columns)
                QCOMPARE(model.index(row, columnOf(model, name)).data().toString(),
                         shown.index(row, column).data().toString());
        }
    };
    compare();
    pane->searchEdit()->setText(QStringLiteral("chat"));
    QTRY_VERIFY_WITH_TIMEOUT(shown.shown() && shown.rowCount() > 1, kPatience);
    compare();
    pane->searchEdit()->clear();
    QTRY_VERIFY_WITH_TIMEOUT(!shown.shown(), kPatience);
}

void TestPageTables::headsTableHasTheMeasures() {
    OverviewPane* const pane = window().overviewPane();
    show(pane);
    const HeadOverview& overview = *window().headPanel()->overview();
    QTRY_VERIFY_WITH_TIMEOUT(overview.table().complete() && !overview.measuring(), kPatience);
    PictureTables tables = pane->tables();
    const QAbstractItemModel& model = *tables.all.front().model;
    QCOMPARE(model.rowCount(), static_cast<int>(overview.shown().size()));
    for (int row = 0; row < model.rowCount(); ++row) {
        const HeadAddress& head = overview.shown()[static_cast<std::size_t>(row)];
        QCOMPARE(fullNumber(model, row, QStringLiteral("layer")), double(head.layer.value + 1));
        for (const HeadMeasure measure : measuresOf(head.kind)) {
            const QModelIndex cell = model.index(row, columnOf(model, measureName(measure)));
            const auto value = overview.table().value(head, measure);
            QCOMPARE(cell.data().toString(), measureText(measure, value));
            if (value)
                QCOMPARE(cell.data(TableFullTextRole).toString().toDouble(), *value);
        }
    }
    tables.all.front().choose(model.index(2, 0));
    QVERIFY(window().selection()->head() == overview.shown()[2]);
}

void TestPageTables::panelTablesFollowTheCrossHair() {
    PositionsPane* const pane = window().positionsPane();
    show(pane);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->pending() && pane->sheet()->panels().size() > 2, kPatience);
    pane->setFocus();
    QVERIFY(pane->sheet()->canvas()->hasFocus());
    window_->press(Qt::Key_Down);
    window_->press(Qt::Key_Down);
    QCOMPARE(pane->sheet()->currentPanel(), std::optional<std::size_t>(1));
    const PictureTables tables = pane->tables();
    QCOMPARE(tables.all[tables.first].title, pane->sheet()->panels()[1].title);
    for (std::size_t i = 0; i < tables.all.size(); ++i)
        for (const PlotPanel& panel : pane->sheet()->panels())
            if (const auto* matrix = std::get_if<MatrixPlot>(&panel.plot);
                matrix && panel.title == tables.all[i].title) {
                const QAbstractItemModel& model = *tables.all[i].model;
                QCOMPARE(model.rowCount(), static_cast<int>(matrix->n_rows));
                QCOMPARE(model.index(model.rowCount() - 1, 1).data(TableFullTextRole).toString().toFloat(),
                         matrix->values[(matrix->n_rows - 1) * matrix->n_columns + 1]);
            }
    SoftmaxPane* const softmax = window().softmaxPane();
    show(softmax);
    QTRY_VERIFY_WITH_TIMEOUT(!softmax->pending() && !softmax->sheet()->panels().empty(), kPatience);
    const auto& bars = std::get<BarPlot>(softmax->sheet()->panels()[1].plot);
    const PictureTables words = softmax->tables();
    const auto listed =
        std::ranges::find(words.all, softmax->sheet()->panels()[1].title, &PictureTable::title);
    QVERIFY(listed != words.all.end());
    for (std::size_t row = 0; row < bars.rows.size(); ++row)
        for (std::size_t column = 0; column < bars.rows[row].values.size(); ++column) {
            const QModelIndex cell =
                listed->model->index(static_cast<int>(row), static_cast<int>(column) + 1);
            QCOMPARE(cell.data().toString(), bars.rows[row].numbers[column]);
            if (std::isnan(bars.rows[row].values[column])) // all the other words together have no logit
                QVERIFY(cell.data(TableFullTextRole).toString().isEmpty());
            else
                QCOMPARE(cell.data(TableFullTextRole).toString().toDouble(), bars.rows[row].values[column]);
        }
}

void TestPageTables::mapTableCountsEveryParameter() {
    MapPane* const pane = window().mapPane();
    show(pane);
    for (const bool each_layer : {false, true}) {
        pane->setSettings({.each_layer = each_layer});
        const PictureTables tables = pane->tables();
        const QAbstractItemModel& model = *tables.all.front().model;
        qulonglong sum = 0;
        bool shapes = false;
        for (int row = 0; row < model.rowCount(); ++row) {
            sum += model.index(row, columnOf(model, QStringLiteral("parameters")))
                       .data(TableFullTextRole)
                       .toString()
                       .toULongLong();
            shapes = shapes || model.index(row, columnOf(model, QStringLiteral("tensors")))
                                   .data()
                                   .toString()
                                   .contains(QStringLiteral("["));
        }
        QCOMPARE(sum, static_cast<qulonglong>(window().document()->model()->parameterCount()));
        QVERIFY(shapes);
    }
    pane->setSettings({.sizes = true});
    QTRY_VERIFY_WITH_TIMEOUT(pane->tables().all.size() > 1, kPatience); // panels now
    pane->setSettings({});
}

void TestPageTables::sideBySideHasATableEach() {
    SideBySidePane* const pane = window().sideBySide();
    show(pane);
    window().selection()->setHead({AttentionKind::Cross, LayerIndex(1), HeadIndex(0)});
    PictureTables tables = pane->tables();
    QCOMPARE(tables.all.size(), std::size_t{3});
    QVERIFY(tables.all[tables.first].title.contains(QStringLiteral("Cross")));
    tables.all[0].choose(tables.all[0].model->index(1, 2));
    QVERIFY(window().selection()->head().kind == AttentionKind::EncoderSelf);
    QVERIFY((window().selection()->pinned() == TokenPair{1, 2}));
}

void TestPageTables::severalTablesAreChosenInTheDialogue() {
    window().selection()->setHead({AttentionKind::Cross, LayerIndex(1), HeadIndex(0)});
    StepsPane* const pane = window().stepsPane();
    show(pane);
    pane->showFirstOf({StepKind::Product});
    const TokenPair pinned{2, 1};
    window().selection()->setPinned(pinned);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->view()->picture().empty() &&
                                 pane->view()->picture().step().kind == StepKind::Product,
                             kPatience);
    window().openTable();
    auto* const dialog = window().findChild<TableDialog*>();
    QVERIFY(dialog && QTest::qWaitForWindowExposed(dialog));
    dialog->activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(dialog->view()->hasFocus(), kPatience);
    QVERIFY(window().selection()->pinned() == pinned); // looking at a table chooses nothing
    QCOMPARE(dialog->view()->currentIndex(), dialog->view()->model()->index(2, 1)); // it opens where the view is
    QVERIFY(!dialog->statusLabel()->text().contains(QStringLiteral("rows")));
    QCOMPARE(dialog->partBox()->count(), 3);
    QCOMPARE(dialog->partBox()->currentIndex(), 2);
    const Step step = pane->view()->picture().step();
    for (int part = 0; part < 3; ++part) {
        dialog->partBox()->setCurrentIndex(part);
        const StepMatrix& matrix = part < 2 ? step.operands[static_cast<std::size_t>(part)] : step.results[0];
        QCOMPARE(dialog->view()->model()->columnCount(), static_cast<int>(matrix.values->dimension(1)));
        dialog->view()->setCurrentIndex(dialog->view()->model()->index(1, 0));
        QVERIFY(dialog->statusLabel()->text().contains(QString::fromStdString(matrix.symbol)));
    }
    dialog->view()->selectAll();
    QApplication::clipboard()->clear();
    dialog->copySelection();
    QTRY_VERIFY_WITH_TIMEOUT(!QApplication::clipboard()->text().isEmpty(), kPatience);
    QCOMPARE(static_cast<std::size_t>(QApplication::clipboard()->text().count(QLatin1Char('\n'))),
             step.results[0].values->dimension(0));
    dialog->close();
    // A list that sorts after a matrix that does not.
    window_->show(window().mapPane());
    window().openTable();
    QTRY_VERIFY(window().findChildren<TableDialog*>().size() == 1);
    auto* const list = window().findChild<TableDialog*>();
    QVERIFY(list->partBox()->isHidden());
    list->view()->sortByColumn(columnOf(*list->view()->model(), QStringLiteral("parameters")),
                               Qt::DescendingOrder);
    QVERIFY(fullNumber(*list->view()->model(), 0, QStringLiteral("parameters")) >=
            fullNumber(*list->view()->model(), 1, QStringLiteral("parameters")));
    list->close();
}

HEADLIGHT_WINDOW_TEST_MAIN(TestPageTables)
#include "tst_page_tables.moc"
