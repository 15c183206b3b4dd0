// Where cells lie: fitting, zooming to the cursor, panning, clamping.
#include "ui/heatmap/map_transform.h"

#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {

MapTransform fittedMap(std::size_t n_rows, std::size_t n_columns, const QRectF& viewport = {100, 50, 600, 600}) {
    MapTransform map;
    map.n_rows = n_rows;
    map.n_columns = n_columns;
    map.viewport = viewport;
    map.fit();
    return map;
}

} // namespace

class TestMapTransform : public QObject {
    Q_OBJECT
private slots:
    void fitShowsTheWholeMapInTheMiddle();
    void fewCellsDoNotBecomeHuge();
    void wideMapsAreStretchedBeyondThreeToOne();
    void pixelAndDataAreInverse();
    void cellAtFindsEveryCellByItsMiddle();
    void cellAtKnowsNothingOutside();
    void zoomKeepsThePointUnderTheCursor();
    void zoomEndsAtFitAndAtTheLargestCell();
    void panStopsAtTheBorder();
    void revealBringsACellIntoSight();
    void resizingKeepsAFittedMapFitted();
    void resizingKeepsTheMiddleOfAZoomedMap();
    void visibleRangesCoverTheViewport();
    void emptyMapsAreHarmless();
};

void TestMapTransform::fitShowsTheWholeMapInTheMiddle() {
    const MapTransform map = fittedMap(100, 100);
    QCOMPARE(map.scale_x, 6.0);
    QCOMPARE(map.mapRect(), QRectF(100, 50, 600, 600));
    QVERIFY(map.fitted());
    const MapTransform half = fittedMap(50, 100);
    QCOMPARE(half.scale_y, half.scale_x);
    QCOMPARE(half.mapRect().center(), half.viewport.center());
}

void TestMapTransform::fewCellsDoNotBecomeHuge() {
    MapTransform map = fittedMap(2, 2);
    QCOMPARE(map.scale_x, map.largest_fit);
    QCOMPARE(map.mapRect().center(), map.viewport.center());
    map.at_top = true;
    map.fit();
    QCOMPARE(map.mapRect().top(), map.viewport.top());
    QCOMPARE(map.mapRect().center().x(), map.viewport.center().x());
}

void TestMapTransform::wideMapsAreStretchedBeyondThreeToOne() {
    const MapTransform map = fittedMap(10, 300);
    QCOMPARE(map.scale_x, 2.0);
    QCOMPARE(map.scale_y, 20.0); // 30 : 1 shown as 3 : 1
    const MapTransform tall = fittedMap(300, 10);
    QCOMPARE(tall.scale_y, 2.0);
    QCOMPARE(tall.scale_x, 20.0);
}

void TestMapTransform::pixelAndDataAreInverse() {
    MapTransform map = fittedMap(16384, 9000);
    map.zoomAt({321, 456}, 37.0);
    const QPointF pixel(417.25, 233.5);
    const QPointF again = map.toPixel(map.toData(pixel));
    QVERIFY(QLineF(pixel, again).length() < 1e-6);
}

void TestMapTransform::cellAtFindsEveryCellByItsMiddle() {
    const MapTransform map = fittedMap(7, 11);
    for (std::size_t row = 0; row < 7; ++row)
        for (std::size_t column = 0; column < 11; ++column) {
            const MapCell cell{row, column};
            QVERIFY(map.cellAt(map.cellRect(cell).center()) == cell);
        }
}

void TestMapTransform::cellAtKnowsNothingOutside() {
    MapTransform map = fittedMap(4, 4);
    QVERIFY(!map.cellAt(map.mapRect().topLeft() - QPointF(1, 1)));
    QVERIFY(!map.cellAt(map.mapRect().bottomRight() + QPointF(1, 1)));
    map = fittedMap(100, 100);
    map.zoomAt(map.viewport.center(), 10.0);
    QVERIFY(!map.cellAt(map.viewport.topLeft() - QPointF(5, 5))); // a cell lies there, but not in sight
}

void TestMapTransform::zoomKeepsThePointUnderTheCursor() {
    MapTransform map = fittedMap(500, 500);
    const QPointF cursor(333, 222);
    for (const double factor : {1.5, 4.0, 0.7, 2.0}) {
        const QPointF before = map.toData(cursor);
        map.zoomAt(cursor, factor);
        QVERIFY(QLineF(before, map.toData(cursor)).length() < 1e-6);
    }
}

void TestMapTransform::zoomEndsAtFitAndAtTheLargestCell() {
    MapTransform map = fittedMap(500, 500);
    const double fitting = map.scale_x;
    map.zoomAt({400, 300}, 1e9);
    QCOMPARE(map.scale_x, map.largest_zoom);
    map.zoomAt({400, 300}, 1e-9);
    QCOMPARE(map.scale_x, fitting);
    QCOMPARE(map.mapRect(), map.viewport);
}

void TestMapTransform::panStopsAtTheBorder() {
    MapTransform map = fittedMap(100, 100);
    map.zoomAt(map.viewport.center(), 3.0);
    map.pan({1e6, -1e6});
    QCOMPARE(map.mapRect().left(), map.viewport.left());
    QCOMPARE(map.mapRect().bottom(), map.viewport.bottom());
}

void TestMapTransform::revealBringsACellIntoSight() {
    MapTransform map = fittedMap(1000, 1000);
    map.zoomAt(map.viewport.center(), 20.0);
    for (const MapCell cell : {MapCell{0, 999}, MapCell{999, 0}, MapCell{500, 500}, MapCell{0, 0}}) {
        map.reveal(cell);
        QVERIFY(map.viewport.adjusted(-0.01, -0.01, 0.01, 0.01).contains(map.cellRect(cell)));
    }
    const QPointF before = map.origin;
    map.reveal({0, 0});
    QCOMPARE(map.origin, before); // already in sight: nothing moves
}

void TestMapTransform::resizingKeepsAFittedMapFitted() {
    MapTransform map = fittedMap(200, 200);
    map.setViewport({0, 0, 900, 300});
    QVERIFY(map.fitted());
    QCOMPARE(map.scale_x, 1.5);
    QCOMPARE(map.mapRect().center(), map.viewport.center());
}

void TestMapTransform::resizingKeepsTheMiddleOfAZoomedMap() {
    MapTransform map = fittedMap(200, 200);
    map.zoomAt(map.viewport.center(), 5.0);
    map.pan({-40, 25});
    const QPointF middle = map.toData(map.viewport.center());
    map.setViewport({20, 20, 640, 560});
    QCOMPARE(map.scale_x, 15.0);
    QVERIFY(QLineF(middle, map.toData(map.viewport.center())).length() < 1e-6);
}

void TestMapTransform::visibleRangesCoverTheViewport() {
    MapTransform map = fittedMap(1000, 1000);
    QCOMPARE(map.visibleRows(), (TokenRange{0, 1000}));
    map.zoomAt(map.viewport.center(), 10.0); // 6 pixels a cell, 100 in sight
    const TokenRange rows = map.visibleRows();
    QVERIFY(rows.size() >= 100 && rows.size() <= 101);
    QVERIFY(map.toPixel({0.0, static_cast<double>(rows.begin)}).y() <= map.viewport.top() + 1e-6);
    QVERIFY(map.toPixel({0.0, static_cast<double>(rows.end)}).y() >= map.viewport.bottom() - 1e-6);
}

void TestMapTransform::emptyMapsAreHarmless() {
    MapTransform map;
    map.fit();
    map.zoomAt({1, 1}, 2.0);
    map.pan({3, 3});
    map.setViewport({0, 0, 100, 100});
    QVERIFY(map.empty());
    QVERIFY(!map.cellAt({50, 50}));
}

QTEST_APPLESS_MAIN(TestMapTransform)
#include "tst_map_transform.moc"
