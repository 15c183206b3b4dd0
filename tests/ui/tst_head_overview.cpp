// All heads: measured in the background, sorted and filtered; their order in sessions and as a figure.
#include "tests/ui/support/overview_run.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/overview/head_order_json.h"
#include "ui/overview/heads_figure.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

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

HEADLIGHT_WINDOW_TEST_MAIN(TestHeadOverview)
#include "tst_head_overview.moc"
