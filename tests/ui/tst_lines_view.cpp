// The lines of a head: which weights get one, where they lie, and what hovering a word leaves.
#include "tests/ui/support/made_up_trace.h"
#include "tests/ui/support/window_test_main.h"
#include "ui/lines/lines_painter.h"
#include "ui/lines/lines_view.h"
#include "ui/theme/head_colours.h"
#include "ui/theme/theme.h"

#include <QSignalSpy>
#include <QtTest/QtTest>
#include <QtWidgets/QtWidgets>

#include <algorithm>

using namespace headlight;
using namespace headlight::ui;
using namespace headlight::ui::test;

class TestLines : public QObject {
    Q_OBJECT
private slots:
    void strongestOfEachQueryAreThose();
    void thresholdTakesAllFromItUp();
    void maskedCellsNeverGetALine();
    void tooManyLinesKeepTheStrongestAndSaySo();
    void stoppingGivesNothing();
    void largeTypeTakesTallRows();
    void layoutFindsTheTokenUnderAPoint();
    void zoomKeepsThePlaceUnderTheCursor();
    void hoveringAWordIsolatesItsLines();
    void clickPinsAndEscapingHoverKeepsIt();
    void severalHeadsHaveDifferentColours();
};

namespace {

HeadMap madeUpHead(std::size_t n_tokens, bool causal = false) {
    return makeMap(
        {.n_queries = n_tokens, .n_keys = n_tokens, .n_layers = 1, .n_heads = 4, .causal = causal});
}

LineRequest requestOf(const HeadMap& map, const LineRule& rule) {
    return {map.trace, {map.head}, rule};
}

std::vector<AttentionLine> linesFrom(const LineSet& set, std::size_t query) {
    std::vector<AttentionLine> found;
    std::copy_if(set.lines.begin(), set.lines.end(), std::back_inserter(found),
                 [&](const AttentionLine& line) { return line.query == query; });
    return found;
}

} // namespace

void TestLines::strongestOfEachQueryAreThose() {
    const HeadMap map = madeUpHead(24);
    const Tensor weights = map.trace->weights(map.head);
    const LineSetPtr set = attentionLines(requestOf(map, {.per_query = 3}));
    QVERIFY(set);
    for (std::size_t query = 0; query < 24; ++query) {
        std::vector<float> row(weights.row(query).begin(), weights.row(query).end());
        std::sort(row.rbegin(), row.rend());
        std::vector<float> drawn;
        for (const AttentionLine& line : linesFrom(*set, query)) {
            QCOMPARE(line.weight, weights.row(query)[line.key]);
            drawn.push_back(line.weight);
        }
        std::sort(drawn.rbegin(), drawn.rend());
        row.resize(3);
        row.erase(std::remove_if(row.begin(), row.end(), [](float weight) { return weight < kFaintestLine; }),
                  row.end());
        QCOMPARE(drawn, row);
    }
}

void TestLines::thresholdTakesAllFromItUp() {
    const HeadMap map = madeUpHead(24);
    const Tensor weights = map.trace->weights(map.head);
    const float threshold = 0.08f;
    const LineSetPtr set =
        attentionLines(requestOf(map, {.kind = LineRule::Kind::Threshold, .threshold = threshold}));
    const auto wanted = std::count_if(weights.span().begin(), weights.span().end(),
                                      [&](float weight) { return weight >= threshold; });
    QVERIFY(wanted > 0);
    QCOMPARE(set->lines.size(), static_cast<std::size_t>(wanted));
    QCOMPARE(set->n_worthy, static_cast<std::size_t>(wanted));
    QVERIFY(std::is_sorted(set->lines.begin(), set->lines.end(),
                           [](const auto& a, const auto& b) { return a.weight < b.weight; }));
}

void TestLines::maskedCellsNeverGetALine() {
    const HeadMap map = madeUpHead(24, true);
    const LineSetPtr set =
        attentionLines(requestOf(map, {.kind = LineRule::Kind::Threshold, .threshold = 0.0f}));
    QVERIFY(!set->lines.empty());
    for (const AttentionLine& line : set->lines)
        QVERIFY(line.key <= line.query);
    for (const AttentionLine& line : linesOfKey(set->request, 20))
        QVERIFY(line.query >= 20);
}

void TestLines::tooManyLinesKeepTheStrongestAndSaySo() {
    const HeadMap map = madeUpHead(1200);
    LineRequest request = requestOf(map, {.per_query = 10});
    for (const std::size_t head : {1u, 2u, 3u})
        request.heads.push_back({map.head.kind, map.head.layer, HeadIndex(head)});
    const LineSetPtr set = attentionLines(request);
    QCOMPARE(set->lines.size(), kMostLines);
    QVERIFY(set->n_worthy > kMostLines);
    request.rule.per_query = 1;
    QCOMPARE(attentionLines(request)->lines.back(), set->lines.back()); // the strongest of all is in both
    QVERIFY(linesSubtitle(map, *set).contains(QStringLiteral("the 3,000 strongest of")));
}

void TestLines::stoppingGivesNothing() {
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!attentionLines(requestOf(madeUpHead(64), {}), stop.get_token()));
}

void TestLines::largeTypeTakesTallRows() {
    HeatmapFonts projector = figureFonts();
    projector.body.setPixelSize(2 * projector.body.pixelSize());
    LinesLayout plain = layoutLines(QRectF(0, 0, 2560, 1300), {60, 60}, figureFonts(), {.title = true});
    LinesLayout large = layoutLines(QRectF(0, 0, 2560, 1300), {60, 60}, projector, {.title = true});
    plain.n_queries = plain.n_keys = large.n_queries = large.n_keys = 9;
    plain.fit(true);
    large.fit(true);
    QCOMPARE(plain.row_height, kTallestRow);
    QCOMPARE(large.row_height, 4 * kTallestRow);
    QVERIFY(large.right_edge - large.left_edge > 1.9 * (plain.right_edge - plain.left_edge));
}

void TestLines::layoutFindsTheTokenUnderAPoint() {
    LinesLayout layout =
        layoutLines(QRectF(0, 0, 800, 400), {60, 60}, screenFonts(), {.title = true});
    layout.n_queries = 100;
    layout.n_keys = 40;
    layout.fit(false);
    QCOMPARE(layout.row_height, kReadableRow);
    for (const std::size_t token : {0u, 7u, 15u})
        QCOMPARE(*layout.tokenAt(layout.y(token), 100), token);
    layout.reveal(99);
    QVERIFY(layout.y(99) < layout.area.bottom());
    QVERIFY(!layout.tokenAt(layout.y(99), 40)); // no such key
    layout.fit(true);
    QVERIFY(layout.largestScroll() <= 1e-9);
    QCOMPARE(layout.inSight(100).size(), std::size_t{100});
}

void TestLines::zoomKeepsThePlaceUnderTheCursor() {
    LinesLayout layout =
        layoutLines(QRectF(0, 0, 800, 400), {60, 60}, screenFonts(), {.title = false});
    layout.n_queries = layout.n_keys = 5000;
    layout.fit(true);
    const double at = layout.area.center().y();
    const auto before = *layout.tokenAt(at, 5000);
    layout.zoomAt(at, 20.0);
    const auto after = *layout.tokenAt(at, 5000);
    QVERIFY(std::max(before, after) - std::min(before, after) <= 1);
}

void TestLines::hoveringAWordIsolatesItsLines() {
    Selection selection;
    LinesView view(&selection);
    view.resize(800, 600);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const HeadMap map = madeUpHead(12);
    view.setHeads(map);
    QVERIFY(view.lines());
    const QImage all = view.grab().toImage();
    const LinesLayout& layout = view.linesLayout();
    QTest::mouseMove(&view, QPointF(layout.left_edge - 20, layout.y(4)).toPoint());
    QTRY_COMPARE(selection.hovered().query, std::optional<std::size_t>(4));
    QVERIFY(!selection.hovered().key);
    QVERIFY(view.grab().toImage() != all);
    QTest::mouseMove(&view, QPointF(layout.right_edge + 20, layout.y(7)).toPoint());
    QTRY_COMPARE(selection.hovered().key, std::optional<std::size_t>(7));
    QTest::mouseMove(&view, QPointF((layout.left_edge + layout.right_edge) / 2, layout.y(7)).toPoint());
    QTRY_COMPARE(selection.hovered(), TokenPair{});
    QCOMPARE(view.grab().toImage(), all);
}

void TestLines::clickPinsAndEscapingHoverKeepsIt() {
    Selection selection;
    LinesView view(&selection);
    view.resize(800, 600);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.setHeads(madeUpHead(12));
    const LinesLayout& layout = view.linesLayout();
    QTest::mouseClick(&view, Qt::LeftButton, {}, QPointF(layout.left_edge - 20, layout.y(3)).toPoint());
    QCOMPARE(selection.pinned().query, std::optional<std::size_t>(3));
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(selection.pinned().query, std::optional<std::size_t>(4));
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(selection.pinned().key, std::optional<std::size_t>(0));
    QVERIFY(!selection.pinned().query);
}

void TestLines::severalHeadsHaveDifferentColours() {
    for (const Theme* theme : {&Theme::light(), &Theme::darkTheme()})
        for (std::size_t a = 0; a < kHeadColours; ++a)
            for (std::size_t b = a + 1; b < kHeadColours; ++b) {
                const QColor one = headColour(a, *theme);
                const QColor other = headColour(b, *theme);
                const int apart = std::abs(one.red() - other.red()) + std::abs(one.green() - other.green()) +
                                  std::abs(one.blue() - other.blue());
                QVERIFY2(apart > 70, qPrintable(QStringLiteral("%1 and %2").arg(a).arg(b)));
            }
}

HEADLIGHT_WINDOW_TEST_MAIN(TestLines)
#include "tst_lines_view.moc"
