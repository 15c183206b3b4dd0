// Maps made of heads against double precision: combined, merged, hidden, dimmed, renormalised, and all of it
// in order.
#include "core/maps/head_source.h"
#include "core/maps/map_recipe.h"
#include "core/maps/merged_words.h"
#include "tests/core/maps/random_trace.h"

#include <QtTest>

#include <numeric>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr double kClose = 1e-6;

struct Case {
    const char* name;
    RandomTrace trace;
};
const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"square", {.n_queries = 9, .n_keys = 9}},
        {"causal", {.n_queries = 13, .n_keys = 13, .mask = {.causal = true}, .seed = 2}},
        {"window", {.n_queries = 11, .n_keys = 11, .mask = {.causal = true, .window = 4}, .seed = 3}},
        {"wide", {.n_queries = 5, .n_keys = 17, .seed = 4}},
        {"two tokens", {.n_queries = 2, .n_keys = 2, .seed = 5}},
    };
    return all;
}

/// Groups of one, two and three tokens in turn.
std::vector<TokenRange> groups(std::size_t n) {
    std::vector<TokenRange> ranges;
    for (std::size_t begin = 0, size = 1; begin < n; size = size % 3 + 1) {
        ranges.push_back({begin, std::min(begin + size, n)});
        begin = ranges.back().end;
    }
    return ranges;
}

Grid merged(const Grid& grid, const std::vector<TokenRange>& rows, const std::vector<TokenRange>& columns) {
    Grid out(rows.size(), std::vector<double>(columns.size(), 0.0));
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < columns.size(); ++c)
            for (std::size_t i = rows[r].begin; i < rows[r].end; ++i)
                for (std::size_t j = columns[c].begin; j < columns[c].end; ++j)
                    out[r][c] += grid[i][j] / double(rows[r].size());
    return out;
}

Grid treated(const Grid& grid, const std::vector<KeyTreatment>& keys, bool renormalise) {
    Grid out;
    for (const auto& row : grid) {
        double sum = 0.0;
        for (std::size_t c = 0; c < row.size(); ++c)
            sum += keys[c] == KeyTreatment::Show ? row[c] : 0.0;
        out.emplace_back();
        for (std::size_t c = 0; c < row.size(); ++c)
            if (keys[c] != KeyTreatment::Hide)
                out.back().push_back(!renormalise || keys[c] == KeyTreatment::Dim ? row[c]
                                     : sum > 0.0                                  ? row[c] / sum
                                                                                  : 0.0);
    }
    return out;
}

Grid combined(const Trace& trace, const std::vector<HeadAddress>& heads, HeadCombination combination) {
    Grid out = weightsOf(trace, heads.front());
    for (std::size_t i = 1; i < heads.size(); ++i) {
        const Grid more = weightsOf(trace, heads[i]);
        for (std::size_t r = 0; r < out.size(); ++r)
            for (std::size_t c = 0; c < out[r].size(); ++c)
                out[r][c] = combination == HeadCombination::Mean ? out[r][c] + more[r][c]
                                                                 : std::max(out[r][c], more[r][c]);
    }
    for (auto& row : out)
        for (double& value : row)
            value /= combination == HeadCombination::Mean ? double(heads.size()) : 1.0;
    return out;
}

/// Everything else a source says must follow from its values.
void verifyConsistent(const MapSource& source, const Grid& grid) {
    QVERIFY(distance(gridOf(source), grid) < kClose);
    const TokenRange rows{source.nRows() / 3, source.nRows()};
    const TokenRange columns{source.nColumns() / 4, source.nColumns()};
    const Tensor tile = source.tile(rows, columns);
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < columns.size(); ++c)
            QVERIFY(std::abs(double(tile.row(r)[c]) - grid[rows.begin + r][columns.begin + c]) < kClose);
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean})
        for (const std::size_t n : {std::size_t{1}, (rows.size() + 1) / 2, rows.size()}) {
            const std::size_t m = std::min(columns.size(), n + 1);
            QVERIFY(distance(gridOf(source.pooled(rows, columns, n, m, pooling)),
                             pooledGrid(grid, source, rows, columns, n, m, pooling)) < kClose);
        }
    const std::vector<float> maxima = source.rowMaxima({0, source.nRows()});
    TokenRange before{};
    for (std::size_t row = 0; row < source.nRows(); ++row) {
        double largest = 0.0;
        const TokenRange seen = source.visible(row);
        for (std::size_t column = 0; column < source.nColumns(); ++column) {
            if (source.columns().mark(column) == AxisMark::Shown)
                largest = std::max(largest, std::abs(grid[row][column]));
            if (column < seen.begin || column >= seen.end)
                QCOMPARE(grid[row][column], 0.0); // what is said to be masked holds nothing
        }
        QVERIFY(std::abs(double(maxima[row]) - largest) < kClose);
        QVERIFY(seen.begin >= before.begin && seen.end >= before.end);
        before = seen;
    }
    QCOMPARE(source.rowMaxima(rows).front(), maxima[rows.begin]);
}

} // namespace

class TestMaps : public QObject {
    Q_OBJECT
private slots:
    void oneHeadIsTheTracesOwn();
    void combinesHeads_data();
    void combinesHeads();
    void mergesWords_data() { combinesHeads_data(); }
    void mergesWords();
    void hidesAndDimsKeys_data() { combinesHeads_data(); }
    void hidesAndDimsKeys();
    void findsSinks();
    void aRowWithNothingLeftStaysZero();
    void refusesToHideEverything();
    void followsTheOrderOfARecipe_data() { combinesHeads_data(); }
    void followsTheOrderOfARecipe();
    void saysWhatWasDone();
    void plainRecipeIsTheHeadItself();
    void refusesHeadsThatDoNotGoTogether();
    void stopsWhenAsked();
    void largeMapsAreReadInBands();
    void axisFindsTokens();
};

void TestMaps::oneHeadIsTheTracesOwn() {
    const auto trace = makeTrace({.n_queries = 13, .n_keys = 13, .mask = {.causal = true}});
    const HeadSource source(trace, cross(1, 2));
    const Tensor all = trace->weights(cross(1, 2));
    QVERIFY(std::ranges::equal(source.tile({0, 13}, {0, 13}).span(), all.span()));
    const Tensor pooled = trace->pooledWeights(cross(1, 2), {1, 12}, {2, 13}, 4, 5, Pooling::Mean);
    QVERIFY(std::ranges::equal(source.pooled({1, 12}, {2, 13}, 4, 5, Pooling::Mean).span(), pooled.span()));
    QVERIFY(source.alterations().empty());
    QVERIFY(source.plainWeights());
    QCOMPARE(source.alterationText(), std::string());
    QCOMPARE(source.visible(4), (TokenRange{0, 5}));
}

void TestMaps::combinesHeads_data() {
    QTest::addColumn<std::size_t>("index");
    for (std::size_t i = 0; i < cases().size(); ++i)
        QTest::newRow(cases()[i].name) << i;
}

void TestMaps::combinesHeads() {
    QFETCH(std::size_t, index);
    const auto trace = makeTrace(cases()[index].trace);
    const std::vector<HeadAddress> heads = {cross(0, 0), cross(1, 1), cross(1, 2)};
    for (const HeadCombination combination : {HeadCombination::Mean, HeadCombination::Maximum}) {
        const CombinedHeads source(trace, heads, combination);
        verifyConsistent(source, combined(*trace, heads, combination));
        QVERIFY(!source.plainWeights());
    }
    QCOMPARE(CombinedHeads(trace, heads, HeadCombination::Mean).alterationText(),
             std::string("mean of 3 heads"));
    QCOMPARE(CombinedHeads(trace, heads, HeadCombination::Maximum).alterationRecord(),
             std::string("heads=maximum 0.0,1.1,1.2"));
}

void TestMaps::mergesWords() {
    QFETCH(std::size_t, index);
    const RandomTrace& made = cases()[index].trace;
    const auto trace = makeTrace(made);
    const auto rows = groups(made.n_queries), columns = groups(made.n_keys);
    const MergedWords source(std::make_shared<const HeadSource>(trace, cross(1, 0)), rows, columns);
    const Grid expected = merged(weightsOf(*trace, cross(1, 0)), rows, columns);
    verifyConsistent(source, expected);
    for (const auto& row : expected)
        QVERIFY(std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) < 1e-5);
    QCOMPARE(source.rows().tokens(0), (TokenRange{0, 1}));
}

void TestMaps::hidesAndDimsKeys() {
    QFETCH(std::size_t, index);
    const RandomTrace& made = cases()[index].trace;
    const auto trace = makeTrace(made);
    const auto head = std::make_shared<const HeadSource>(trace, cross(0, 1));
    std::vector<KeyTreatment> keys(made.n_keys, KeyTreatment::Show);
    keys.back() = KeyTreatment::Dim;
    keys.front() = made.n_keys > 2 ? KeyTreatment::Hide : KeyTreatment::Show;
    keys[made.n_keys / 2] = made.n_keys > 4 ? KeyTreatment::Hide : keys[made.n_keys / 2];
    for (const bool renormalise : {false, true}) {
        const auto source =
            TreatedKeys::make(head, {.treatment = keys, .renormalise = renormalise, .alterations = {}});
        QVERIFY(source.ok());
        verifyConsistent(**source, treated(weightsOf(*trace, cross(0, 1)), keys, renormalise));
        QCOMPARE((*source)->columns().mark((*source)->nColumns() - 1), AxisMark::Dimmed);
    }
}

void TestMaps::findsSinks() {
    const auto trace = makeTrace({.n_queries = 31, .n_keys = 31, .mask = {.causal = true}, .spread = 3.0f});
    const HeadSource source(trace, cross(0, 0));
    const Grid grid = weightsOf(*trace, cross(0, 0));
    const auto means = columnMeans(source);
    QVERIFY(means.ok());
    std::vector<std::size_t> expected;
    for (std::size_t column = 0; column < 31; ++column) {
        double sum = 0.0;
        for (const auto& row : grid)
            sum += row[column];
        QVERIFY(std::abs((*means)[column] - sum / 31.0) < 1e-6);
        if (sum / 31.0 > 0.08)
            expected.push_back(column);
    }
    QVERIFY(!expected.empty() && expected.size() < 31);
    QCOMPARE(findSinks(source, 0.08).value(), expected);
}

void TestMaps::aRowWithNothingLeftStaysZero() {
    const auto trace = makeTrace({.n_queries = 5, .n_keys = 5, .mask = {.causal = true}});
    std::vector<KeyTreatment> keys(5, KeyTreatment::Show);
    keys[0] = KeyTreatment::Hide; // the first row sees nothing else
    const auto source = TreatedKeys::make(std::make_shared<const HeadSource>(trace, cross(0, 0)),
                                          {.treatment = keys, .renormalise = true, .alterations = {}});
    QVERIFY(source.ok());
    const Tensor first = (*source)->tile({0, 1}, {0, 4});
    for (const float value : first.span())
        QCOMPARE(value, 0.0f);
    QCOMPARE((*source)->visible(0).size(), std::size_t{0});
    const Tensor second = (*source)->tile({1, 2}, {0, 4});
    QCOMPARE(second.data()[0], 1.0f);
}

void TestMaps::refusesToHideEverything() {
    const auto trace = makeTrace({.n_queries = 3, .n_keys = 3});
    const auto source = TreatedKeys::make(std::make_shared<const HeadSource>(trace, cross(0, 0)),
                                          {.treatment = std::vector<KeyTreatment>(3, KeyTreatment::Hide),
                                           .renormalise = false,
                                           .alterations = {}});
    QVERIFY(!source.ok());
    QCOMPARE(source.error().kind, ErrorKind::Usage);
}

void TestMaps::followsTheOrderOfARecipe() {
    QFETCH(std::size_t, index);
    const RandomTrace& made = cases()[index].trace;
    const auto trace = makeTrace(made);
    const std::vector<HeadAddress> heads = {cross(1, 0), cross(0, 2)};
    MapTokens tokens{groups(made.n_queries), groups(made.n_keys), std::vector<bool>(made.n_keys, false)};
    tokens.special_keys.front() = true; // groups begin with one of a single token
    const MapRecipe recipe{.combine = HeadCombination::Mean,
                           .merge_words = true,
                           .special = KeyTreatment::Hide,
                           .sinks = KeyTreatment::Dim,
                           .sink_mean = 0.3,
                           .renormalise = true};
    const auto source = makeMapSource(trace, heads, tokens, recipe);
    QVERIFY(source.ok());
    const Grid words =
        merged(combined(*trace, heads, HeadCombination::Mean), tokens.query_words, tokens.key_words);
    std::vector<KeyTreatment> keys(tokens.key_words.size(), KeyTreatment::Show);
    for (std::size_t column = 0; column < keys.size(); ++column) {
        double mean = 0.0;
        for (const auto& row : words)
            mean += row[column] / double(words.size());
        if (mean > 0.3)
            keys[column] = KeyTreatment::Dim;
    }
    keys.front() = KeyTreatment::Hide;
    verifyConsistent(**source, treated(words, keys, true));
    QCOMPARE((*source)->alterations().front().name, std::string("heads"));
    QCOMPARE((*source)->alterations().back().name, std::string("rows"));
}

void TestMaps::saysWhatWasDone() {
    const auto trace = makeTrace({.n_queries = 6, .n_keys = 6});
    const MapTokens tokens{{}, {}, {true, false, false, false, false, true}};
    const auto hidden =
        makeMapSource(trace, {cross(0, 0)}, tokens, {.special = KeyTreatment::Hide, .renormalise = true});
    QCOMPARE(hidden.value()->alterationText(), std::string("special tokens hidden, rows renormalised"));
    QCOMPARE(hidden.value()->alterationRecord(), std::string("special-tokens=hidden; rows=renormalised"));
    QVERIFY(!hidden.value()->plainWeights());
    const auto dimmed = makeMapSource(trace, {cross(0, 0)}, tokens, {.special = KeyTreatment::Dim});
    QCOMPARE(dimmed.value()->alterationText(), std::string("special tokens dimmed"));
    QVERIFY(dimmed.value()->plainWeights());
    const auto in_vain = makeMapSource(trace, {cross(0, 0)}, tokens,
                                       {.sinks = KeyTreatment::Hide, .sink_mean = 2.0, .renormalise = true});
    QCOMPARE(in_vain.value()->alterationText(), std::string("no sinks to be hidden"));
    QVERIFY(in_vain.value()->plainWeights());
}

void TestMaps::plainRecipeIsTheHeadItself() {
    const auto trace = makeTrace({});
    const auto source = makeMapSource(trace, {cross(1, 1), cross(0, 0)}, {}, {});
    QVERIFY(source.ok());
    QVERIFY(std::ranges::equal((*source)->tile({0, 7}, {0, 7}).span(), trace->weights(cross(1, 1)).span()));
    QVERIFY((*source)->alterations().empty());
    QVERIFY(MapRecipe{}.plain());
    QVERIFY(!MapRecipe{.merge_words = true}.plain());
}

void TestMaps::refusesHeadsThatDoNotGoTogether() {
    const auto trace = makeTrace({});
    QVERIFY(!makeMapSource(trace, {}, {}, {}).ok());
    QVERIFY(!makeMapSource(trace, {cross(0, 0), cross(9, 0)}, {}, {.combine = HeadCombination::Mean}).ok());
    QVERIFY(!makeMapSource(trace, {cross(0, 0), {AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(0)}},
                           {}, {})
                 .ok());
}

void TestMaps::stopsWhenAsked() {
    const auto trace = makeTrace({.n_queries = 40, .n_keys = 40});
    std::stop_source stop;
    stop.request_stop();
    const RunControl control{.stop = stop.get_token(), .progress = {}};
    const MapTokens tokens{{}, {}, std::vector<bool>(40, false)};
    const auto source = makeMapSource(trace, {cross(0, 0)}, tokens, {.sinks = KeyTreatment::Hide}, control);
    QVERIFY(!source.ok());
    QVERIFY(source.error().cancelled());
}

void TestMaps::largeMapsAreReadInBands() {
    // 1,201 columns: several bands of a million values, none of which ends where a pooled cell does.
    const RandomTrace made{.n_queries = 1203, .n_keys = 1201, .n_layers = 1, .n_heads = 2};
    const auto trace = makeTrace(made);
    const std::vector<HeadAddress> heads = {cross(0, 0), cross(0, 1)};
    const auto rows = groups(made.n_queries), columns = groups(made.n_keys);
    const auto both = std::make_shared<const CombinedHeads>(trace, heads, HeadCombination::Mean);
    const MergedWords source(both, rows, columns);
    const Grid grid = merged(combined(*trace, heads, HeadCombination::Mean), rows, columns);
    QVERIFY(distance(gridOf(source), grid) < kClose);
    const TokenRange all_rows{0, source.nRows()}, all_columns{0, source.nColumns()};
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean})
        QVERIFY(distance(gridOf(source.pooled(all_rows, all_columns, 53, 47, pooling)),
                         pooledGrid(grid, source, all_rows, all_columns, 53, 47, pooling)) < kClose);
    const Grid whole = combined(*trace, heads, HeadCombination::Mean);
    QVERIFY(distance(gridOf(both->pooled({0, 1203}, {0, 1201}, 100, 90, Pooling::Maximum)),
                     pooledGrid(whole, *both, {0, 1203}, {0, 1201}, 100, 90, Pooling::Maximum)) < kClose);
    QCOMPARE(rowsPerBand(*both, 24020), std::size_t{10});
}

void TestMaps::axisFindsTokens() {
    const MapAxis axis = MapAxis::of(9, {{0, 1}, {2, 5}, {5, 5}, {5, 8}},
                                     {AxisMark::Shown, AxisMark::Dimmed, AxisMark::Gap, AxisMark::Shown});
    QCOMPARE(axis.indexOf(0), std::optional<std::size_t>(0));
    QCOMPARE(axis.indexOf(1), std::nullopt);
    QCOMPARE(axis.indexOf(4), std::optional<std::size_t>(1));
    QCOMPARE(axis.indexOf(5), std::optional<std::size_t>(3));
    QCOMPARE(axis.indexOf(8), std::nullopt);
    QVERIFY(!axis.allShown());
    QVERIFY(MapAxis::of(2, {{0, 1}, {1, 2}}, {AxisMark::Shown, AxisMark::Shown}).allShown());
    QCOMPARE(MapAxis::plain(3).indexOf(2), std::optional<std::size_t>(2));
    QCOMPARE(MapAxis::plain(3).indexOf(3), std::nullopt);
}

QTEST_GUILESS_MAIN(TestMaps)
#include "tst_maps.moc"
