// Tiles, labels and their plans: what is computed and written before anything is painted.
#include "tests/ui/support/made_up_trace.h"
#include "core/maps/head_source.h"
#include "ui/heatmap/axis_labels.h"
#include "ui/heatmap/map_tile.h"
#include "ui/heatmap/readout.h"
#include "ui/heatmap/thumbnail.h"
#include "ui/heatmap/tile_worker.h"
#include "ui/heatmap/token_label.h"

#include <QFontMetricsF>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestHeatmapTiles : public QObject {
    Q_OBJECT
private slots:
    void exactTileEqualsTheTrace();
    void pooledTileIsTheLargestOrTheMeanOfItsCells_data();
    void pooledTileIsTheLargestOrTheMeanOfItsCells();
    void poolingAlwaysFillsAPixel();
    void panningNeverRegroupsCells();
    void visibleRangesFollowTheMask_data();
    void visibleRangesFollowTheMask();
    void rowMaximaAreTheLargestWeights();
    void aStoppedTileIsNotDelivered();
    void theNewestRequestWins();
    void thumbnailsMaskWhatIsMasked();
    void wordsShowTheirControlCharacters_data();
    void wordsShowTheirControlCharacters();
    void plannedLabelsNeverOverlap();
    void weightsKeepSixDigits();
};

void TestHeatmapTiles::exactTileEqualsTheTrace() {
    const HeadMap map = makeMap({.n_queries = 9, .n_keys = 12, .cross = true}, {.layer = LayerIndex(1), .head = HeadIndex(2)});
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.rows = {2, 9};
    request.columns = {3, 11};
    const MapTilePtr tile = computeTile(request);
    const Tensor weights = map.trace->weights(map.head);
    for (std::size_t row = 2; row < 9; ++row)
        for (std::size_t column = 3; column < 11; ++column)
            QCOMPARE(tile->exactWeight({row, column}).value(), weights.row(row)[column]);
    QVERIFY(!tile->exactWeight({1, 3}) && !tile->exactWeight({2, 11}));
}

void TestHeatmapTiles::pooledTileIsTheLargestOrTheMeanOfItsCells_data() {
    QTest::addColumn<bool>("mean");
    QTest::newRow("largest") << false;
    QTest::newRow("mean") << true;
}

void TestHeatmapTiles::pooledTileIsTheLargestOrTheMeanOfItsCells() {
    QFETCH(bool, mean);
    const HeadMap map = makeMap({.n_queries = 101, .n_keys = 203, .cross = true});
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.rows = {16, 101}; // not a multiple of the pooling: the last cells are smaller
    request.columns = {8, 203};
    request.pool_rows = 8;
    request.pool_columns = 4;
    request.settings.pooling = mean ? Pooling::Mean : Pooling::Maximum;
    const MapTilePtr tile = computeTile(request);
    const Tensor weights = map.trace->weights(map.head);
    QCOMPARE(tile->values.shape(), (Shape{11, 49}));
    for (std::size_t r = 0; r < 11; ++r)
        for (std::size_t c = 0; c < 49; ++c) {
            float largest = 0.0f;
            double sum = 0.0;
            std::size_t n = 0;
            for (std::size_t row = 16 + r * 8; row < std::min<std::size_t>(16 + (r + 1) * 8, 101); ++row)
                for (std::size_t column = 8 + c * 4; column < std::min<std::size_t>(8 + (c + 1) * 4, 203); ++column, ++n) {
                    largest = std::max(largest, weights.row(row)[column]);
                    sum += static_cast<double>(weights.row(row)[column]);
                }
            const double expected = mean ? sum / static_cast<double>(n) : static_cast<double>(largest);
            QVERIFY(std::abs(static_cast<double>(tile->value(r, c)) - expected) <= 1e-6 * std::max(expected, 1e-3));
        }
}

void TestHeatmapTiles::poolingAlwaysFillsAPixel() {
    MapTransform transform;
    transform.n_rows = transform.n_columns = 5000;
    transform.viewport = {0, 0, 700, 700};
    transform.fit();
    HeadMap map;
    for (int step = 0; step < 30; ++step) {
        const TileRequest request = tileFor(transform, map, {}, 1.0);
        QVERIFY(static_cast<double>(request.pool_rows) * transform.scale_y >= 0.99); // no strong cell falls between pixels
        QVERIFY(request.pool_rows == 1 || static_cast<double>(request.pool_rows) * transform.scale_y < 2.0);
        QVERIFY(request.rows.begin <= transform.visibleRows().begin && request.rows.end >= transform.visibleRows().end);
        transform.zoomAt({350, 350}, 1.3);
    }
}

void TestHeatmapTiles::panningNeverRegroupsCells() {
    MapTransform transform;
    transform.n_rows = transform.n_columns = 5000;
    transform.viewport = {0, 0, 700, 700};
    transform.fit();
    transform.zoomAt({350, 350}, 2.0);
    HeadMap map;
    for (int step = 0; step < 50; ++step) {
        const TileRequest request = tileFor(transform, map, {}, 1.0);
        QCOMPARE(request.rows.begin % request.pool_rows, std::size_t{0});
        QCOMPARE(request.columns.begin % request.pool_columns, std::size_t{0});
        transform.pan({-3.7, 2.3});
    }
}

void TestHeatmapTiles::visibleRangesFollowTheMask_data() {
    QTest::addColumn<bool>("causal");
    QTest::addColumn<int>("window");
    QTest::addColumn<int>("pool");
    QTest::newRow("all, exact") << false << 0 << 1;
    QTest::newRow("causal, exact") << true << 0 << 1;
    QTest::newRow("causal, pooled") << true << 0 << 4;
    QTest::newRow("window, exact") << true << 5 << 1;
    QTest::newRow("window, pooled") << true << 5 << 4;
}

void TestHeatmapTiles::visibleRangesFollowTheMask() {
    QFETCH(bool, causal);
    QFETCH(int, window);
    QFETCH(int, pool);
    const HeadMap map = makeMap({.n_queries = 70, .n_keys = 70, .causal = causal, .window = static_cast<std::size_t>(window)});
    const auto n_pool = static_cast<std::size_t>(pool);
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.rows = {8, 70};
    request.columns = {4, 66};
    request.pool_rows = request.pool_columns = n_pool;
    const MapTilePtr tile = computeTile(request);
    bool any_masked = false;
    for (std::size_t r = 0; r < request.outRows(); ++r)
        for (std::size_t c = 0; c < request.outColumns(); ++c) {
            bool seen = false; // a tile cell is masked when each of its map cells is
            for (std::size_t row = 8 + r * n_pool; row < std::min<std::size_t>(8 + (r + 1) * n_pool, 70); ++row)
                for (std::size_t column = 4 + c * n_pool; column < std::min<std::size_t>(4 + (c + 1) * n_pool, 66); ++column)
                    seen |= map.trace->visible(map.head.kind, map.head.layer, TokenIndex(row), TokenIndex(column));
            QVERIFY2(tile->masked(r, c) == !seen, qPrintable(QStringLiteral("%1, %2").arg(r).arg(c)));
            any_masked |= !seen;
        }
    QCOMPARE(tile->any_masked, any_masked);
}

void TestHeatmapTiles::rowMaximaAreTheLargestWeights() {
    const HeadMap map = makeMap({.n_queries = 33, .n_keys = 33, .causal = true}, {.layer = LayerIndex(1), .head = HeadIndex(3)});
    const Tensor weights = map.trace->weights(map.head);
    const std::vector<float> maxima = headRowMaxima(*map.trace, map.head, {4, 33});
    QCOMPARE(maxima.size(), std::size_t{29});
    for (std::size_t i = 0; i < maxima.size(); ++i)
        QVERIFY(std::abs(maxima[i] - *std::ranges::max_element(weights.row(i + 4))) <= 1e-6f);
}

void TestHeatmapTiles::aStoppedTileIsNotDelivered() {
    const HeadMap map = makeMap({.n_queries = 8, .n_keys = 8});
    TileRequest request;
    request.trace = map.trace;
    request.head = map.head;
    request.rows = request.columns = {0, 8};
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(computeTile(request, stop.get_token()) == nullptr);
}

void TestHeatmapTiles::theNewestRequestWins() {
    const HeadMap map = makeMap({.n_queries = 1500, .n_keys = 1500, .n_layers = 1, .n_heads = 2});
    QObject receiver;
    std::vector<std::size_t> delivered;
    TileWorker worker(&receiver, [&](const MapTilePtr& tile) { delivered.push_back(tile->request.columns.end); },
                      [](const CellNumbers&) {});
    for (std::size_t end = 1001; end <= 1500; end += 50) {
        TileRequest request;
        request.trace = map.trace;
        request.head = map.head;
        request.rows = {0, 1500};
        request.columns = {0, end};
        worker.request(request);
    }
    TileRequest last;
    last.trace = map.trace;
    last.head = map.head;
    last.rows = last.columns = {0, 1500};
    worker.request(last);
    QTRY_VERIFY_WITH_TIMEOUT(!delivered.empty() && delivered.back() == 1500, 20'000);
    QVERIFY2(delivered.size() < 10, "overtaken requests are dropped");
}

void TestHeatmapTiles::thumbnailsMaskWhatIsMasked() {
    const HeadMap map = makeMap({.n_queries = 100, .n_keys = 100, .causal = true});
    const QImage image = headThumbnail(*map.trace, map.head, 32, {}, 0xff010203u);
    QCOMPARE(image.size(), QSize(32, 32));
    for (int row = 0; row < 32; ++row)
        for (int column = 0; column < 32; ++column) {
            const bool seen = column * 100 / 32 < (row + 1) * 100 / 32; // its first key against its last query
            QVERIFY2((image.pixel(column, row) == 0xff010203u) == !seen, qPrintable(QStringLiteral("%1, %2").arg(row).arg(column)));
        }
}

void TestHeatmapTiles::wordsShowTheirControlCharacters_data() {
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain") << QStringLiteral("cat") << QStringLiteral("cat");
    QTest::newRow("newline") << QStringLiteral("\n") << QStringLiteral("⏎");
    QTest::newRow("tab inside") << QStringLiteral("a\tb") << QStringLiteral("a⇥b");
    QTest::newRow("spaces") << QStringLiteral("  ") << QStringLiteral("··");
    QTest::newRow("NUL") << QString(QChar(0)) << QStringLiteral("␀");
    QTest::newRow("override") << QString(QChar(0x202e)) << QStringLiteral("‹U+202E›");
    QTest::newRow("empty") << QString() << QStringLiteral("∅");
    QTest::newRow("arabic") << QStringLiteral("القطة") << QStringLiteral("القطة");
    QTest::newRow("emoji family") << QStringLiteral("👨‍👩‍👧") << QStringLiteral("👨‍👩‍👧");
}

void TestHeatmapTiles::wordsShowTheirControlCharacters() {
    QFETCH(QString, word);
    QTEST(visibleWord(word), "shown");
}

void TestHeatmapTiles::plannedLabelsNeverOverlap() {
    QFont font;
    font.setPixelSize(13);
    for (const Side side : {Side::Rows, Side::Columns})
        for (double cell = 0.02; cell < 120.0; cell *= 1.17) {
            const AxisPlan plan = planAxis(side, cell, font, 80.0);
            QFont planned = font;
            planned.setPixelSize(static_cast<int>(plan.font_pixels));
            double line = QFontMetricsF(planned).height();
            if (side == Side::Columns && plan.angle > 0.0)
                line /= std::sin(plan.angle * 3.14159265 / 180.0);
            if (side == Side::Columns && plan.angle == 0.0)
                line = 80.0;
            QVERIFY2(static_cast<double>(plan.step) * cell >= line * 0.93, qPrintable(QString::number(cell)));
            QVERIFY(plan.font_pixels >= 9.0 && plan.font_pixels <= 13.0);
        }
    // No word is left out while all can stand as close as type can be read.
    const double solid = 0.95 * QFontMetricsF(font).height() * 10.0 / 13.0;
    for (const Side side : {Side::Rows, Side::Columns})
        QCOMPARE(planAxis(side, solid, font, 80.0).step, std::size_t{1});
}

void TestHeatmapTiles::weightsKeepSixDigits() {
    QCOMPARE(exactWeightText(0.902134), QStringLiteral("0.902134"));
    QCOMPARE(exactWeightText(1.0), QStringLiteral("1.000000"));
    QCOMPARE(exactWeightText(0.0), QStringLiteral("0.000000"));
    QCOMPARE(exactWeightText(0.000310213), QStringLiteral("0.000310213"));
    QCOMPARE(exactWeightText(3.10213e-9), QStringLiteral("3.10213e-09"));
}

QTEST_MAIN(TestHeatmapTiles)
#include "tst_heatmap_tiles.moc"
