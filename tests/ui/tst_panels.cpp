// Panels: what lies where, what the mouse reads, and that figures are the same bytes twice.
#include "tests/ui/support/table_cells.h"
#include "ui/plots/flow_layout.h"
#include "ui/plots/panel_canvas.h"
#include "ui/plots/panel_figure.h"
#include "ui/plots/panel_layout.h"
#include "ui/plots/panel_sheet.h"
#include "ui/plots/panel_tables.h"
#include "ui/plots/parameter_slider.h"
#include "ui/theme/theme.h"

#include <QAbstractItemModelTester>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTemporaryDir>
#include <QtTest/QtTest>

#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

namespace {

PlotPanel curves() {
    CurvePlot plot;
    plot.x_name = QStringLiteral("distance");
    plot.y_name = QStringLiteral("value");
    PlotCurve line{QStringLiteral("a line"), {}, {}, 0, false, false},
        square{QStringLiteral("a square"), {}, {}, 1, false, false};
    for (int i = 0; i <= 10; ++i) {
        line.x.push_back(i);
        line.y.push_back(i);
        square.x.push_back(i);
        square.y.push_back(i * i);
    }
    plot.curves = {line, square};
    PlotPanel panel;
    panel.title = QStringLiteral("Curves");
    panel.note = QStringLiteral("A line and a square.");
    panel.plot = plot;
    return panel;
}

PlotPanel matrix(std::size_t n) {
    MatrixPlot plot;
    plot.n_rows = plot.n_columns = n;
    for (std::size_t i = 0; i < n * n; ++i)
        plot.values.push_back(i == 3 ? std::numeric_limits<float>::quiet_NaN()
                                     : static_cast<float>(std::sin(double(i))));
    plot.row_name = QStringLiteral("row");
    plot.column_name = QStringLiteral("column");
    plot.value_name = QStringLiteral("value");
    plot.is_signed = true;
    PlotPanel panel;
    panel.title = QStringLiteral("Matrix");
    panel.plot = plot;
    return panel;
}

PlotPanel bars() {
    BarPlot plot;
    plot.columns = {{QStringLiteral("logit"), QStringLiteral("before"), false},
                    {QStringLiteral("probability"), QStringLiteral("after"), true}};
    for (int i = 0; i < 5; ++i) {
        BarPlot::Row row;
        row.word = QStringLiteral("word %1").arg(i);
        row.numbers = {QString::number(i), QStringLiteral("0.%1").arg(i)};
        row.fractions = {0.0, i / 10.0};
        row.values = {double(i), i / 10.0};
        row.cut = i == 4;
        row.note = QStringLiteral("note %1").arg(i);
        plot.rows.push_back(row);
    }
    PlotPanel panel;
    panel.title = QStringLiteral("Bars");
    panel.plot = plot;
    panel.wide = true;
    return panel;
}

PlotPanel turns() {
    PlotPanel panel;
    panel.title = QStringLiteral("Turns");
    panel.plot = TurnPlot{{{QStringLiteral("pair 0"), 0.0, 1.0, QStringLiteral("first")},
                           {QStringLiteral("pair 1"), 0.5, 40.0, QStringLiteral("second")}}};
    return panel;
}

PlotPanel facts() {
    PlotPanel panel;
    panel.title = QStringLiteral("Facts");
    panel.plot = FactPlot{{{QStringLiteral("kind"), QStringLiteral("learned"), QStringLiteral("a tip")}}};
    return panel;
}

} // namespace

class TestPanels : public QObject {
    Q_OBJECT
private slots:
    void roundingIsNoCurve();
    void ticksAreRoundAndInside();
    void hitsReadTheNumbers();
    void wholeNumbersStayWhole();
    void panelsNeverOverlap();
    void figuresAreTheSameBytesTwice_data();
    void figuresAreTheSameBytesTwice();
    void numbersAreThoseDrawn();
    void subjectsNameThePageAndEachPanel();
    void tooSmallAPageIsAnError();
    void clicksAndKeysReachTheCells();
    void slidersAndFieldsAgree();
    void widgetsFlowIntoLines();
    void nothingToDrawIsNoProblem();
    void tableHasCurvesBesideOneAnother();
};

void TestPanels::ticksAreRoundAndInside() {
    for (const auto& [low, high] : {std::pair{0.0, 1.0}, {-3.7, 12.2}, {1e-9, 2e-9}, {-1e6, 1e6}}) {
        const auto ticks = axisTicks(low, high, 5, false);
        QVERIFY(ticks.size() >= 2 && ticks.size() <= 12);
        for (const AxisTick& tick : ticks)
            QVERIFY(tick.value >= low - 1e-6 * (high - low) && tick.value <= high + 1e-6 * (high - low));
    }
    QCOMPARE(axisTicks(0.001, 100.0, 6, true).front().label, QStringLiteral("0.001"));
    QVERIFY(axisTicks(1.0, 1.0, 5, false).empty());
    for (const auto& [low, high] : {std::pair{1.0, 9.0}, {0.03, 0.4}, {1.004, 1.02}, {95.0, 101.0}}) {
        const auto ticks = axisTicks(low, high, 5, true); // too short for two powers of ten
        QVERIFY(ticks.size() >= 2);
        for (const AxisTick& tick : ticks)
            QVERIFY(tick.value >= low * (1.0 - 1e-6) && tick.value <= high * (1.0 + 1e-6));
    }
}

void TestPanels::wholeNumbersStayWhole() {
    CurvePlot plot;
    plot.x_name = QStringLiteral("pair");
    plot.curves.push_back({{}, {0.0, 1.0, 2.0, 3.0}, {4.0, 3.5, 3.0, 2.0}});
    PlotPanel panel;
    panel.plot = plot;
    const HeatmapFonts fonts = figureFonts();
    const QRectF area(0, 0, 400, 300);
    const QPointF middle = frameOf(panel, area, fonts).picture.center();
    QVERIFY(curveAxes(plot, area, fonts).whole_x);
    const auto hit = panelHit(panel, area, fonts, middle);
    QVERIFY(hit);
    QVERIFY2(hit->text == QStringLiteral("pair 1 · 3.500") || hit->text == QStringLiteral("pair 2 · 3.000"),
             qPrintable(hit->text));
    plot.curves.front().x[1] = 1.5;
    QVERIFY(!curveAxes(plot, area, fonts).whole_x);
}

void TestPanels::hitsReadTheNumbers() {
    const HeatmapFonts fonts = figureFonts();
    const QRectF area(10, 20, 400, 300);
    const PlotPanel panel = curves();
    const CurveAxes axes =
        curveAxes(std::get<CurvePlot>(panel.plot), frameOf(panel, area, fonts).picture, fonts);
    const auto hit = panelHit(panel, area, fonts, axes.toPixel(4.1, 20.0));
    QVERIFY(hit);
    QCOMPARE(*hit->x, 4.0);
    QVERIFY2(hit->text.contains(QStringLiteral("a line 4.000")) &&
                 hit->text.contains(QStringLiteral("a square 16.00")),
             qPrintable(hit->text));
    QVERIFY(!panelHit(panel, area, fonts, area.topLeft()));

    const PlotPanel map = matrix(8);
    const QRectF cells =
        matrixArea(std::get<MatrixPlot>(map.plot), frameOf(map, area, fonts).picture, fonts).cells;
    const auto cell = panelHit(
        map, area, fonts, cells.topLeft() + QPointF(cells.width() * 3.5 / 8.0, cells.height() * 0.5 / 8.0));
    QVERIFY(cell && *cell->row == 0 && *cell->column == 3);
    QVERIFY(cell->text.contains(QStringLiteral("masked")));

    const PlotPanel list = bars();
    const QRectF picture = frameOf(list, area, fonts).picture;
    const BarGrid grid = barGrid(std::get<BarPlot>(list.plot), picture, fonts);
    const auto row = panelHit(list, area, fonts, grid.words.center() + QPointF(0, 2 * grid.row_height));
    QCOMPARE(row->text, QStringLiteral("note 2"));
    QCOMPARE(panelHit(list, area, fonts, QPointF(grid.columns[1].center().x(), picture.top() + 2))->tool_tip,
             QStringLiteral("after"));
    const PlotPanel hands = turns();
    QCOMPARE(
        panelHit(
            hands, area, fonts,
            turnDiscs(std::get<TurnPlot>(hands.plot), frameOf(hands, area, fonts).picture, fonts)[1].center())
            ->text,
        QStringLiteral("second"));
}

void TestPanels::panelsNeverOverlap() {
    const std::vector<PlotPanel> panels{curves(), matrix(4), bars(), turns(), facts(), curves()};
    for (const double width : {200.0, 640.0, 1100.0, 2000.0}) {
        double height = 0.0;
        const auto places = placePanels(panels, width, figureFonts(), height);
        for (std::size_t i = 0; i < places.size(); ++i) {
            QVERIFY(places[i].right() <= width + 0.1 && places[i].bottom() <= height + 0.1 &&
                    places[i].height() > 20.0);
            for (std::size_t j = 0; j < i; ++j)
                QVERIFY(!places[i].intersects(places[j]));
        }
    }
}

void TestPanels::figuresAreTheSameBytesTwice_data() {
    QTest::addColumn<QString>("extension");
    for (const char* extension : {"svg", "pdf", "png", "csv", "npy", "safetensors"})
        QTest::newRow(extension) << QString::fromLatin1(extension);
}

void TestPanels::figuresAreTheSameBytesTwice() {
    QFETCH(QString, extension);
    QTemporaryDir folder;
    const std::vector<PlotPanel> panels{curves(), matrix(5), matrix(90), bars(), turns(), facts()};
    const auto subjects =
        panelSubjects(panels, QStringLiteral("All"), QStringLiteral("stem"), QStringLiteral("about"));
    const bool numbers = extension.size() == 3
                             ? extension == QStringLiteral("csv") || extension == QStringLiteral("npy")
                             : true;
    for (std::size_t i = numbers ? 1 : 0; i + 1 < subjects.size(); ++i) { // the last, facts, has no numbers
        QByteArray bytes[2];
        for (int time = 0; time < 2; ++time) {
            const QString path = folder.filePath(QStringLiteral("%1-%2.%3").arg(i).arg(time).arg(extension));
            const auto written = exportSubject(subjects[i], {}, path.toStdString());
            QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            bytes[time] = file.readAll();
        }
        QVERIFY(bytes[0].size() > 20);
        QCOMPARE(bytes[0], bytes[1]);
        if (extension == QStringLiteral("svg") && i == 1) // text stays text
            QVERIFY(bytes[0].contains("distance") && !bytes[0].contains("<image"));
    }
}

void TestPanels::roundingIsNoCurve() {
    CurvePlot plot;
    plot.curves = {{QStringLiteral("level"), {0.0, 1.0, 2.0}, {11.31370846, 11.31370854, 11.31370850}}};
    const HeatmapFonts fonts = screenFonts();
    const CurveAxes axes = curveAxes(plot, QRectF(0, 0, 300, 200), fonts);
    QVERIFY(axes.y_high - axes.y_low > 1.0);
    QVERIFY(std::abs(axes.toPixel(0.0, 11.31370846).y() - axes.toPixel(1.0, 11.31370854).y()) < 0.01);
    plot.curves[0].y = {11.3, 11.4, 11.35}; // small, but there
    const CurveAxes closer = curveAxes(plot, QRectF(0, 0, 300, 200), fonts);
    QVERIFY(closer.y_high - closer.y_low < 0.2);
}

void TestPanels::numbersAreThoseDrawn() {
    const PanelNumbers found = panelNumbers(curves());
    QCOMPARE(found.row_names.size(), std::size_t{11});
    QCOMPARE(found.column_names[1], std::string("a square"));
    QCOMPARE(found.values[2 * 3 + 1], 9.0f);
    QCOMPARE(panelNumbers(bars()).values[2 * 2 + 1], 0.2f);
    QVERIFY(panelNumbers(facts()).values.empty());
}

void TestPanels::subjectsNameThePageAndEachPanel() {
    const auto subjects =
        panelSubjects({curves(), matrix(3)}, QStringLiteral("All of it"), QStringLiteral("stem"), {});
    QCOMPARE(subjects.size(), std::size_t{3});
    QCOMPARE(subjects[0].name, QStringLiteral("All of it"));
    QCOMPARE(subjects[2].stem, QStringLiteral("stem-matrix"));
    QVERIFY(!subjects[0].write_numbers && subjects[2].write_numbers);
    QVERIFY(panelSubjects({}, {}, {}, {}).empty());
}

void TestPanels::tooSmallAPageIsAnError() {
    FigureLook look;
    look.size.width_mm = 30.0;
    QVERIFY(!panelSubjects({curves()}, {}, QStringLiteral("s"), {})[0].figure(look).ok());
    look.size.width_mm = 170.0;
    look.size.height_mm = 20.0;
    QVERIFY(!panelSubjects({curves(), bars(), matrix(9)}, {}, QStringLiteral("s"), {})[0].figure(look).ok());
}

void TestPanels::clicksAndKeysReachTheCells() {
    PanelSheet sheet;
    sheet.resize(700, 500);
    sheet.setPanels({curves(), matrix(8), bars()});
    sheet.show();
    QVERIFY(QTest::qWaitForWindowExposed(&sheet));
    QSignalSpy clicked(&sheet, &PanelSheet::cellClicked);
    const HeatmapFonts fonts = screenFonts();
    const PlotPanel& map = sheet.panels()[1];
    const QRectF cells =
        matrixArea(std::get<MatrixPlot>(map.plot), frameOf(map, sheet.panelRect(1), fonts).picture, fonts)
            .cells;
    const QPointF at = cells.topLeft() + QPointF(cells.width() * 5.5 / 8.0, cells.height() * 2.5 / 8.0);
    QTest::mouseClick(sheet.canvas(), Qt::LeftButton, {}, at.toPoint());
    QCOMPARE(clicked.size(), 1);
    QCOMPARE(clicked[0][1].value<std::size_t>(), std::size_t{2});
    QCOMPARE(clicked[0][2].value<std::size_t>(), std::size_t{5});
    QTest::keyClick(sheet.canvas(), Qt::Key_Down); // the first panel, as none is chosen
    QVERIFY(sheet.readout().contains(QStringLiteral("distance")));
    const QString before = sheet.readout();
    for (int i = 0; i < 12; ++i)
        QTest::keyClick(sheet.canvas(), Qt::Key_Right);
    QVERIFY(sheet.readout() != before);
    QVERIFY(sheet.canvas()->accessibleDescription().contains(QStringLiteral("A line and a square.")));
}

void TestPanels::slidersAndFieldsAgree() {
    ParameterSlider slider(QStringLiteral("base"), QStringLiteral("tip"),
                           {.least = 10, .most = 1e6, .decimals = 0, .logarithmic = true, .step = 10});
    QSignalSpy changed(&slider, &ParameterSlider::valueChanged);
    slider.setValue(1000);
    QCOMPARE(changed.size(), 0); // nobody changed it
    QCOMPARE(slider.value(), 1000.0);
    QTest::keyClick(slider.slider(), Qt::Key_Right);
    QCOMPARE(changed.size(), 1);
    QVERIFY(slider.value() > 1000.0 && slider.value() < 1200.0);
    slider.setValue(1e9);
    QCOMPARE(slider.value(), 1e6);
    slider.findChild<QDoubleSpinBox*>()->setValue(10);
    QCOMPARE(slider.slider()->value(), 0);
    QVERIFY(!slider.slider()->accessibleName().isEmpty());
}

void TestPanels::widgetsFlowIntoLines() {
    QWidget frame;
    auto* layout = new FlowLayout(&frame);
    QList<QWidget*> parts;
    for (int i = 0; i < 5; ++i) {
        parts << new QPushButton(QStringLiteral("button %1").arg(i));
        layout->addWidget(parts.back());
    }
    frame.resize(parts[0]->sizeHint().width() * 2 + 40, 400);
    frame.show();
    layout->activate();
    QVERIFY(parts[2]->y() > parts[0]->y());
    QCOMPARE(parts[1]->y(), parts[0]->y());
    QVERIFY(layout->heightForWidth(2000) < layout->heightForWidth(frame.width()));
    parts[0]->setFixedHeight(parts[1]->height() + 20); // on one middle, whatever their heights
    layout->activate();
    QCOMPARE(parts[0]->geometry().center().y(), parts[1]->geometry().center().y());
}

void TestPanels::nothingToDrawIsNoProblem() {
    CurvePlot no_curve;
    MatrixPlot no_cell;
    std::vector<PlotPanel> panels(4);
    panels[0].plot = no_curve;
    panels[1].plot = no_cell;
    panels[2].plot = BarPlot{};
    panels[3].plot = TurnPlot{};
    PanelSheet sheet;
    sheet.resize(600, 400);
    sheet.setPanels(panels);
    QVERIFY(!sheet.grab().isNull());
    sheet.setPanels({});
    sheet.setEmptyText(QStringLiteral("Here something will be."));
    QVERIFY(!sheet.grab().isNull());
}

void TestPanels::tableHasCurvesBesideOneAnother() {
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

QTEST_MAIN(TestPanels)
#include "tst_panels.moc"
