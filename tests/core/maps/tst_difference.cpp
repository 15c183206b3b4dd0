// The difference of two maps along an alignment of their tokens.
#include "core/maps/difference.h"
#include "core/maps/head_source.h"
#include "tests/core/maps/random_trace.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

std::shared_ptr<const HeadSource> head(const RandomTrace& made) {
    return std::make_shared<const HeadSource>(makeTrace(made), cross(0, 0));
}

/// Tokens 0 and 1 agree, A has one more, B has two more, the rest agrees.
Alignment withGaps(std::size_t n_a) {
    Alignment pairs = {{0, 0}, {1, 1}, {2, {}}, {{}, 2}, {{}, 3}};
    for (std::size_t i = 3; i < n_a; ++i)
        pairs.push_back({i, i + 1});
    return pairs;
}

/// Rows of two keys differ by x and -x: which of them is farther from 0 is a matter of the last bit.
Grid magnitudes(Grid grid) {
    for (auto& row : grid)
        for (double& value : row)
            value = std::abs(value);
    return grid;
}

Grid differenceGrid(const Grid& a, const Grid& b, const Alignment& rows, const Alignment& columns) {
    Grid out;
    for (const AlignedPair& row : rows) {
        out.emplace_back();
        for (const AlignedPair& column : columns)
            out.back().push_back(row.both() && column.both() ? a[*row.a][*column.a] - b[*row.b][*column.b]
                                                             : std::nan(""));
    }
    return out;
}

} // namespace

class TestDifference : public QObject {
    Q_OBJECT
private slots:
    void subtractsAlongTheAlignment_data();
    void subtractsAlongTheAlignment();
    void ofAMapAndItselfIsZero();
    void withoutPartnersThereIsNothing();
    void findsTheLargest();
};

void TestDifference::subtractsAlongTheAlignment_data() {
    QTest::addColumn<bool>("causal");
    QTest::addColumn<std::size_t>("window");
    QTest::newRow("all see all") << false << std::size_t{0};
    QTest::newRow("causal") << true << std::size_t{0};
    QTest::newRow("window") << true << std::size_t{3};
}

void TestDifference::subtractsAlongTheAlignment() {
    QFETCH(bool, causal);
    QFETCH(std::size_t, window);
    const AttentionMask mask{.causal = causal, .window = window, .query_offset = 0};
    const auto a = head({.n_queries = 9, .n_keys = 9, .mask = mask, .seed = 1});
    const auto b = head({.n_queries = 10, .n_keys = 10, .mask = mask, .seed = 2});
    const Alignment pairs = withGaps(9);
    const Difference source(a, b, pairs, pairs);
    const Grid expected = differenceGrid(gridOf(*a), gridOf(*b), pairs, pairs);
    QVERIFY(distance(gridOf(source), expected) < 1e-7);
    QVERIFY(source.isSigned());
    QCOMPARE(source.rows().mark(2), AxisMark::Gap);
    QCOMPARE(source.rows().mark(5), AxisMark::Shown);
    QCOMPARE(source.rows().indexOf(3), std::optional<std::size_t>(5));
    const std::size_t n = pairs.size();
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean})
        for (const std::size_t cells : {std::size_t{1}, std::size_t{4}, n})
            QVERIFY(distance(magnitudes(gridOf(source.pooled({0, n}, {0, n}, cells, cells, pooling))),
                             magnitudes(pooledGrid(expected, source, {0, n}, {0, n}, cells, cells,
                                                   pooling))) < 1e-6);
    const std::vector<float> maxima = source.rowMaxima({0, n});
    for (std::size_t row = 0; row < n; ++row) {
        double largest = 0.0;
        for (std::size_t column = 0; column < n; ++column) {
            largest = std::isnan(expected[row][column]) ? largest
                                                        : std::max(largest, std::abs(expected[row][column]));
            const TokenRange seen = source.visible(row);
            if (pairs[row].both() && pairs[column].both() && (column < seen.begin || column >= seen.end))
                QCOMPARE(expected[row][column], 0.0);
        }
        QVERIFY(std::abs(double(maxima[row]) - largest) < 1e-6);
    }
}

void TestDifference::ofAMapAndItselfIsZero() {
    const auto a = head({.n_queries = 5, .n_keys = 7});
    Alignment rows, columns;
    for (std::size_t i = 0; i < 5; ++i)
        rows.push_back({i, i});
    for (std::size_t i = 0; i < 7; ++i)
        columns.push_back({i, i});
    const Difference source(a, a, rows, columns);
    const Tensor values = source.tile({0, 5}, {0, 7});
    for (const float value : values.span())
        QCOMPARE(value, 0.0f);
    QCOMPARE(largestMagnitude(source).value(), 0.0f);
    QVERIFY(source.rows().allShown());
}

void TestDifference::withoutPartnersThereIsNothing() {
    const auto a = head({.n_queries = 2, .n_keys = 2});
    const Alignment pairs = {{0, {}}, {1, {}}, {{}, 0}, {{}, 1}};
    const Difference source(a, a, pairs, pairs);
    const Tensor values = source.tile({0, 4}, {0, 4});
    for (const float value : values.span())
        QVERIFY(std::isnan(value));
    QCOMPARE(largestMagnitude(source).value(), 0.0f);
    QVERIFY(std::isnan(source.pooled({0, 4}, {0, 4}, 1, 1, Pooling::Mean).data()[0]));
}

void TestDifference::findsTheLargest() {
    const auto a = head({.n_queries = 300, .n_keys = 300, .seed = 1});
    const auto b = head({.n_queries = 300, .n_keys = 300, .seed = 2});
    Alignment pairs;
    for (std::size_t i = 0; i < 300; ++i)
        pairs.push_back({i, i});
    const Difference source(a, b, pairs, pairs);
    double largest = 0.0;
    for (const auto& row : gridOf(source))
        for (const double value : row)
            largest = std::max(largest, std::abs(value));
    QCOMPARE(double(largestMagnitude(source).value()), largest);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(largestMagnitude(source, {.stop = stop.get_token(), .progress = {}}).error().cancelled());
}

QTEST_GUILESS_MAIN(TestDifference)
#include "tst_difference.moc"
