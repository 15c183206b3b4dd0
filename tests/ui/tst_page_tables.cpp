// The table behind each page of the window, and its numbers as files: the same as the picture shows.
#include "core/analysis/head_table.h"
#include "core/checkpoint/safetensors.h"
#include "tests/ui/support/open_window.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/heads/head_overview.h"
#include "ui/map/map_view.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/predictions/outcome_model.h"
#include "ui/session/undo_controller.h"
#include "ui/steps/step_canvas.h"
#include "ui/steps/step_strip.h"
#include "ui/table/list_table_model.h"
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
#include "ui/window/session_wiring.h"
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

namespace {

const QString kSentence = QStringLiteral("The black cat sleeps under the table.");

/// The column of this name.
int columnOf(const QAbstractItemModel& model, const QString& name) {
    for (int column = 0; column < model.columnCount(); ++column)
        if (model.headerData(column, Qt::Horizontal).toString() == name)
            return column;
    return -1;
}

double fullNumber(const QAbstractItemModel& model, int row, const QString& column) {
    return model.index(row, columnOf(model, column)).data(TableFullTextRole).toDouble();
}

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Tensor tensorIn(const QString& path, const std::string& name) {
    const auto file = SafetensorsFile::open(path.toStdString());
    bool finite = true;
    for (const SafetensorsEntry& entry : (*file)->entries())
        if (entry.name == name)
            return (*file)->read(entry, finite).value();
    return {};
}

} // namespace

class TestPageTables : public QObject {
    Q_OBJECT
private slots:
    void listsFormatAndCopyTheirCells();
    void csvOfAListReadsBack();
    void curvesStandBesideOneAnother();
    void initTestCase() {
        window_ = std::make_unique<OpenWindow>();
        QVERIFY(window_->run(bundled("en-fr"), kSentence));
    }
    void cleanupTestCase() { window_.reset(); }
    void everyPageHasATable();
    void stepTablesAreTheMatricesOnScreen();
    void stepNumbersHoldEveryMatrix();
    void timelineTableHasEveryCandidate();
    void timelineNumbersReadBack();
    void predictionsTableIsTheDialogs();
    void predictionsAreAFigureAndNumbers();
    void searchOfPredictionsIsUndoneAndKept();
    void headsTableHasTheMeasures();
    void panelTablesFollowTheCrossHair();
    void mapTableCountsEveryParameter();
    void sideBySideHasATableEach();
    void severalTablesAreChosenInTheDialogue();

private:
    template <typename Pane>
    void show(Pane* pane) {
        window_->show(pane);
        QTRY_VERIFY_WITH_TIMEOUT(pane->isVisible() && !pane->tables().all.empty(), kPatience);
    }
    [[nodiscard]] MainWindow& window() { return **window_; }
    [[nodiscard]] QString file(const char* name) const { return folder_.filePath(QString::fromLatin1(name)); }

    std::unique_ptr<OpenWindow> window_;
    QTemporaryDir folder_;
};

void TestPageTables::listsFormatAndCopyTheirCells() {
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

void TestPageTables::csvOfAListReadsBack() {
    ListTable table;
    table.columns = {{QStringLiteral("word, or two")}, {QStringLiteral("x"), {}, ListColumn::Kind::Number}};
    table.n_rows = 2;
    table.value = [](std::size_t row, std::size_t column) -> QVariant {
        return column == 0 ? QVariant(QStringLiteral("say \"%1\"").arg(row)) : QVariant(0.25f);
    };
    table.row_name = [](std::size_t row) { return QString::number(row); };
    QVERIFY(writeListCsv(table, file("list.csv").toStdString()).ok());
    QCOMPARE(contents(file("list.csv")),
             QByteArray(",\"word, or two\",x\r\n0,\"say \"\"0\"\"\",0.25\r\n1,\"say \"\"1\"\"\",0.25\r\n"));
    QVERIFY(!writeListCsv(table, file("no such folder/list.csv").toStdString()).ok());
    std::stop_source stop;
    stop.request_stop();
    table.n_rows = 1000;
    const auto stopped = writeListCsv(table, file("stopped.csv").toStdString(), {stop.get_token(), {}});
    QVERIFY(!stopped.ok() && stopped.error().cancelled() && !QFile::exists(file("stopped.csv")));
}

void TestPageTables::curvesStandBesideOneAnother() {
    CurvePlot plot;
    plot.x_name = QStringLiteral("distance");
    plot.curves = {{QStringLiteral("a"), {0.0, 1.0, 2.0}, {5.0, 6.0, 7.0}},
                   {QStringLiteral("b"), {1.0, 3.0}, {0.5, 0.25}}};
    PlotPanel panel;
    panel.title = QStringLiteral("Curves");
    panel.plot = plot;
    const PictureTables tables =
        tablesOfPanels({PlotPanel{}, panel}, 1); // a panel without anything has no table
    QCOMPARE(tables.all.size(), std::size_t{1});
    QCOMPARE(tables.first, std::size_t{0});
    const QAbstractItemModel& model = *tables.all[0].model;
    const QAbstractItemModelTester tester(tables.all[0].model.get(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(fullNumber(model, 1, QStringLiteral("a")), 6.0);
    QCOMPARE(fullNumber(model, 3, QStringLiteral("b")), 0.25);
    QVERIFY(model.index(0, 2).data().toString().isEmpty()); // b has no value there
    QCOMPARE(fullNumber(model, 3, QStringLiteral("distance")), 3.0);
}

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

void TestPageTables::stepNumbersHoldEveryMatrix() {
    StepsPane* const pane = window().stepsPane();
    show(pane);
    pane->showFirstOf({StepKind::Product});
    const Step step = pane->view()->picture().step();
    const FigureSubject subject = pane->figures().front();
    QVERIFY(exportSubject(subject, {}, file("step.safetensors").toStdString()).ok());
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
        const Tensor back = tensorIn(file("step.safetensors"), "operand." + std::to_string(i));
        QCOMPARE(back.shape(), step.operands[i].values->shape());
        QVERIFY(std::ranges::equal(back.span(), step.operands[i].values->span()));
    }
    QVERIFY(std::ranges::equal(tensorIn(file("step.safetensors"), "result.0").span(),
                               step.results[0].values->span()));
    QVERIFY(exportSubject(subject, {}, file("step.csv").toStdString()).ok());
    const QList<QByteArray> lines = contents(file("step.csv")).trimmed().split('\n');
    std::size_t n_cells = step.results[0].values->size();
    for (const StepMatrix& operand : step.operands)
        n_cells += operand.values->size();
    QCOMPARE(static_cast<std::size_t>(lines.size()), n_cells + 1);
    QCOMPARE(lines.last().trimmed().split(',').last().toFloat(), step.results[0].values->span().back());
    QVERIFY(exportSubject(subject, {}, file("step.npy").toStdString()).ok());
    QVERIFY(
        contents(file("step.npy"))
            .endsWith(QByteArray(reinterpret_cast<const char*>(&step.results[0].values->span().back()), 4)));
    const FigureSubject all = pane->figures()[1];
    QVERIFY(exportSubject(all, {}, file("all.safetensors").toStdString()).ok());
    for (int i = 0; i < pane->strip()->count(); ++i)
        QVERIFY(QFile::exists(
            folder_.filePath(QStringLiteral("all-step%1.safetensors").arg(i + 1, 2, 10, QLatin1Char('0')))));
    // Query, key and value are one array only where they have one shape.
    pane->showFirstOf({StepKind::Project});
    const auto projected = exportSubject(pane->figures().front(), {}, file("project.npy").toStdString());
    const Step project = pane->view()->picture().step();
    const bool alike = std::ranges::all_of(project.results, [&](const StepMatrix& one) {
        return one.values->shape() == project.results[0].values->shape();
    });
    QCOMPARE(projected.ok(), alike);
    if (!alike)
        QVERIFY(QString::fromStdString(projected.error().message()).contains(QStringLiteral("safetensors")));
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

void TestPageTables::timelineNumbersReadBack() {
    TimelinePane* const pane = window().timelinePane();
    show(pane);
    const Timeline timeline = pane->view()->timeline();
    const FigureSubject subject = pane->figures().front();
    for (const char* name : {"timeline.csv", "timeline.npy", "timeline.safetensors"})
        QVERIFY(exportSubject(subject, {}, file(name).toStdString()).ok());
    const Tensor probability = tensorIn(file("timeline.safetensors"), "probability");
    QCOMPARE(probability.dimension(0), timeline.steps.size());
    const Tensor entropy = tensorIn(file("timeline.safetensors"), "entropy");
    for (std::size_t i = 0; i < timeline.steps.size(); ++i) {
        for (std::size_t option = 0; option < timeline.steps[i].options.size(); ++option)
            QCOMPARE(probability.row(i)[option],
                     static_cast<float>(timeline.steps[i].options[option].probability));
        if (timeline.steps[i].entropy)
            QCOMPARE(entropy.span()[i], static_cast<float>(*timeline.steps[i].entropy));
    }
    QVERIFY(contents(file("timeline.csv")).startsWith("position,step,reads,candidate"));
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

void TestPageTables::predictionsAreAFigureAndNumbers() {
    PredictionsPane* const pane = window().predictionsPane();
    show(pane);
    const RankedOutcomesPtr outcomes = pane->outcomeModel()->outcomes();
    const std::vector<FigureSubject> figures = pane->figures();
    QCOMPARE(figures.size(), std::size_t{1});
    const auto figure = figures.front().figure({});
    QVERIFY(figure.ok());
    const auto svg = figureToSvg(*figure, {}), again = figureToSvg(*figure, {});
    QVERIFY(svg.ok() && *svg == *again);
    QVERIFY(QString::fromUtf8(*svg).contains(outcomes->word(0)));
    QVERIFY(QString::fromUtf8(*svg).contains(weightText(outcomes->probabilities[0], 5)));
    for (const char* name : {"words.csv", "words.npy", "words.safetensors"})
        QVERIFY(exportSubject(figures.front(), {}, file(name).toStdString()).ok());
    QCOMPARE(static_cast<std::size_t>(contents(file("words.csv")).count("\r\n")), outcomes->size() + 1);
    const Tensor ids = tensorIn(file("words.safetensors"), "id");
    const Tensor probability = tensorIn(file("words.safetensors"), "probability");
    for (std::size_t rank = 0; rank < outcomes->size(); ++rank) {
        QCOMPARE(ids.span()[rank], static_cast<float>(outcomes->order[rank]));
        QCOMPARE(probability.span()[rank], static_cast<float>(outcomes->probabilities[rank]));
    }
}

void TestPageTables::searchOfPredictionsIsUndoneAndKept() {
    PredictionsPane* const pane = window().predictionsPane();
    show(pane);
    UndoController* const undo = window().session()->undo();
    undo->reset();
    pane->searchEdit()->setFocus();
    QTest::keyClicks(pane->searchEdit(), QStringLiteral("chat"));
    QTRY_VERIFY_WITH_TIMEOUT(undo->undoAction()->isEnabled(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(pane->outcomeModel()->shown(), kPatience);
    const QJsonObject kept = pane->state();
    while (undo->undoAction()->isEnabled())
        undo->undoAction()->trigger();
    QVERIFY(pane->searchEdit()->text().isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(!pane->outcomeModel()->shown(), kPatience);
    while (undo->redoAction()->isEnabled())
        undo->redoAction()->trigger();
    QCOMPARE(pane->searchEdit()->text(), QStringLiteral("chat"));
    pane->setState({{QStringLiteral("search"), 7}}); // no text: it stays
    QCOMPARE(pane->state(), kept);
    pane->searchEdit()->clear();
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
