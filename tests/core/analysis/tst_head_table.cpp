// All heads at once: the same numbers as one by one, in the order asked for, and roles that say no more than they know.
#include "core/analysis/head_table.h"
#include "core/analysis/measure_input.h"
#include "tests/core/analysis/brute_force.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <set>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr auto kDecoder = AttentionKind::DecoderSelf;

/// Measures of a map given by a function of row and column, causal or not.
HeadMeasures measuresOfMap(std::size_t n, bool causal, const std::vector<std::int32_t>& ids,
                           const std::function<double(std::size_t, std::size_t)>& weight) {
    const auto visible = [causal](std::size_t i, std::size_t j) { return !causal || j <= i; };
    return bruteForce({n, n, weight, visible}, {.ids = ids});
}

HeadMeasures evenMeasures(std::size_t n, bool causal, const std::vector<std::int32_t>& ids) {
    return measuresOfMap(n, causal, ids, [=](std::size_t i, std::size_t j) { return causal ? (j <= i ? 1.0 / double(i + 1) : 0.0) : 1.0 / double(n); });
}

} // namespace

class TestHeadTable : public QObject {
    Q_OBJECT
private slots:
    void isWhatEachHeadMeasuresAlone();
    void measuresHeadsInSightFirst();
    void saysWhatAnEvenSpreadWouldGive();
    void missingAttentionIsAnError();
    void stopsHalfWay();
    void namesWhatAHeadDoes_data();
    void namesWhatAHeadDoes();
    void saysNothingWhereNothingStandsOut();
    void shortTextsMakeNoRoles();
    void oneRepetitionIsNoInduction();
    void crossHeadsAlignOrRest();
    void everyRoleIsExplained();
};

void TestHeadTable::isWhatEachHeadMeasuresAlone() {
    const auto model = loadGolden("marian-swish");
    const auto run = model->run(model->prepareIds({5, 9, 7, 5, 9, 0}, {89, 4, 5, 4}).value());
    const Trace& trace = *run.value().trace;
    for (const AttentionKind kind : trace.kinds()) {
        const MeasureInput input = measureInputOf(run.value().input, kind);
        QCOMPARE(input.ids.empty(), kind == AttentionKind::Cross);
        const HeadTable table = measureHeads(trace, kind, input).value();
        QCOMPARE(table.size(), trace.nLayers(kind) * trace.nHeads(kind));
        QVERIFY(table.complete());
        for (std::size_t index = 0; index < table.size(); ++index) {
            const HeadAddress head = table.addressOf(index);
            QCOMPARE(table.indexOf(head), index);
            const HeadMeasures alone = measureHead(trace, head, input).value();
            for (const MeasureInfo& info : allMeasures())
                QVERIFY(table.value(head, info.measure) == valueOf(alone, info.measure));
            const DescribedHead described = describeHead(trace, head, input).value();
            QVERIFY(table.role(head) == described.role);
            QCOMPARE(described.measures.entropy, alone.entropy);
        }
    }
}

void TestHeadTable::measuresHeadsInSightFirst() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6, 7}).value());
    std::vector<HeadAddress> order;
    bool started = false;
    TableOptions options;
    options.first = {{kDecoder, LayerIndex(2), HeadIndex(3)}, {kDecoder, LayerIndex(1), HeadIndex(0)}, {kDecoder, LayerIndex(9), HeadIndex(0)}};
    options.on_start = [&](const HeadTable& table) { started = order.empty() && table.nMeasured() == 0 && table.even.front().has_value(); };
    options.on_head = [&](const HeadAddress& head, const HeadMeasures&) { order.push_back(head); };
    double last = -1.0;
    const HeadTable table = measureHeads(*run.value().trace, kDecoder, {}, options, {{}, [&](double done, std::string_view) {
        QVERIFY(done >= last);
        last = done;
    }}).value();
    QVERIFY(started);
    QCOMPARE(last, 1.0);
    QCOMPARE(order.size(), table.size());
    QVERIFY(order[0] == options.first[0] && order[1] == options.first[1]);
    QCOMPARE(std::set<HeadAddress>(order.begin(), order.end()).size(), table.size());
}

void TestHeadTable::saysWhatAnEvenSpreadWouldGive() {
    const auto model = loadGolden("gpt2-lm");
    const std::vector<TokenId> ids{5, 6, 5, 7};
    const auto run = model->run(model->prepareIds(ids).value());
    const HeadTable table = measureHeads(*run.value().trace, kDecoder, {.ids = ids}).value();
    const HeadMeasures even = evenMeasures(4, true, ids);
    for (const MeasureInfo& info : allMeasures()) {
        const auto found = table.evenValue(table.addressOf(0), info.measure);
        QCOMPARE(found.has_value(), info.unit == MeasureUnit::Share);
        if (found)
            QVERIFY2(std::abs(*found - *valueOf(even, info.measure)) < 1e-6, info.key.data());
    }
    QCOMPARE(table.n_repeated, std::size_t{1});
}

void TestHeadTable::missingAttentionIsAnError() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6}).value());
    const auto table = measureHeads(*run.value().trace, AttentionKind::Cross);
    QVERIFY(!table.ok());
    QVERIFY(table.error().message().find("cross") != std::string::npos);
}

void TestHeadTable::stopsHalfWay() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6}).value());
    std::stop_source stop;
    std::size_t n_measured = 0;
    TableOptions options;
    options.on_head = [&](const HeadAddress&, const HeadMeasures&) {
        if (++n_measured == 5)
            stop.request_stop();
    };
    QVERIFY(measureHeads(*run.value().trace, kDecoder, {}, options, {stop.get_token(), {}}).error().cancelled());
    QCOMPARE(n_measured, std::size_t{5});
}

void TestHeadTable::namesWhatAHeadDoes_data() {
    using Weight = std::function<double(std::size_t, std::size_t)>;
    QTest::addColumn<int>("role");
    QTest::addColumn<bool>("causal");
    QTest::addColumn<Weight>("weight");
    const auto row = [](const char* name, HeadRole role, bool causal, Weight weight) {
        QTest::newRow(name) << static_cast<int>(role) << causal << std::move(weight);
    };
    constexpr std::size_t n = 24; // the text is 8 tokens three times
    row("previous", HeadRole::PreviousToken, true, [](std::size_t i, std::size_t j) { return j + 1 == i || (i == 0 && j == 0) ? 1.0 : 0.0; });
    row("next", HeadRole::NextToken, false, [](std::size_t i, std::size_t j) { return j == std::min(i + 1, n - 1) ? 1.0 : 0.0; });
    row("induction", HeadRole::Induction, true, [](std::size_t i, std::size_t j) { return j == (i >= 8 ? i - 7 : 0) ? 1.0 : 0.0; });
    row("duplicate", HeadRole::DuplicateToken, true, [](std::size_t i, std::size_t j) { return j == (i >= 8 ? i - 8 : 0) ? 1.0 : 0.0; });
    row("itself", HeadRole::Self, true, [](std::size_t i, std::size_t j) { return i == j ? 1.0 : 0.0; });
    row("first", HeadRole::FirstToken, true, [](std::size_t, std::size_t j) { return j == 0 ? 1.0 : 0.0; });
    row("one", HeadRole::OneToken, false, [](std::size_t, std::size_t j) { return j == 5 ? 1.0 : 0.0; });
    row("local", HeadRole::Local, false, [](std::size_t i, std::size_t j) {
        const std::size_t first = i < 3 ? 0 : i - 3;
        const std::size_t last = std::min(n - 1, i + 3);
        return j >= first && j <= last ? 1.0 / double(last - first + 1) : 0.0;
    });
    row("wide", HeadRole::Wide, false, [](std::size_t, std::size_t) { return 1.0 / double(n); });
}

void TestHeadTable::namesWhatAHeadDoes() {
    QFETCH(int, role);
    QFETCH(bool, causal);
    QFETCH(std::function<double(std::size_t, std::size_t)>, weight);
    std::vector<std::int32_t> ids;
    for (std::int32_t i = 0; i < 24; ++i)
        ids.push_back(i % 8);
    const AttentionKind kind = causal ? kDecoder : AttentionKind::EncoderSelf;
    const HeadRole found = roleOf(measuresOfMap(24, causal, ids, weight), evenMeasures(24, causal, ids), 16, kind);
    QVERIFY2(static_cast<int>(found) == role, roleInfo(found).key.data());
}

void TestHeadTable::saysNothingWhereNothingStandsOut() {
    // A third on itself, a third on the first, a third far away: no share reaches a half.
    std::vector<std::int32_t> ids(30);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<std::int32_t>(i);
    const auto weight = [](std::size_t i, std::size_t j) {
        return (i == j ? 1.0 / 3 : 0.0) + (j == 0 ? 1.0 / 3 : 0.0) + (j == (i + 15) % 30 ? 1.0 / 3 : 0.0);
    };
    const HeadRole role = roleOf(measuresOfMap(30, false, ids, weight), evenMeasures(30, false, ids), 0, AttentionKind::EncoderSelf);
    QCOMPARE(role, HeadRole::None);
}

void TestHeadTable::shortTextsMakeNoRoles() {
    // One token sees itself alone; of two, half lies on the first whatever a head does.
    for (const std::size_t n : {1, 2}) {
        const std::vector<std::int32_t> ids(n, 4);
        const HeadMeasures head = measuresOfMap(n, true, ids, [](std::size_t, std::size_t j) { return j == 0 ? 1.0 : 0.0; });
        QCOMPARE(roleOf(head, evenMeasures(n, true, ids), n - 1, kDecoder), HeadRole::None);
    }
}

void TestHeadTable::oneRepetitionIsNoInduction() {
    std::vector<std::int32_t> ids(20);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<std::int32_t>(i);
    ids[12] = 3;
    const auto weight = [](std::size_t i, std::size_t j) { return i == 12 ? (j == 4 ? 1.0 : 0.0) : (j == i / 2 ? 1.0 : 0.0); };
    const HeadMeasures head = measuresOfMap(20, true, ids, weight);
    QCOMPARE(*head.induction, 1.0);
    QVERIFY(roleOf(head, evenMeasures(20, true, ids), 1, kDecoder) != HeadRole::Induction);
    QCOMPARE(roleOf(head, evenMeasures(20, true, ids), kLeastRepeats, kDecoder), HeadRole::Induction);
}

void TestHeadTable::crossHeadsAlignOrRest() {
    constexpr auto cross = AttentionKind::Cross;
    const HeadMeasures even = evenMeasures(12, false, {});
    const auto reversed = measuresOfMap(12, false, {}, [](std::size_t i, std::size_t j) { return j == 11 - i ? 1.0 : 0.0; });
    QCOMPARE(roleOf(reversed, even, 0, cross), HeadRole::Alignment);
    const auto resting = measuresOfMap(12, false, {}, [](std::size_t, std::size_t j) { return j == 11 ? 1.0 : 0.0; });
    QCOMPARE(roleOf(resting, even, 0, cross), HeadRole::OneToken);
    const auto diagonal = measuresOfMap(12, false, {}, [](std::size_t i, std::size_t j) { return j == i ? 1.0 : 0.0; });
    QCOMPARE(roleOf(diagonal, even, 0, cross), HeadRole::Alignment);
}

void TestHeadTable::everyRoleIsExplained() {
    std::set<std::string_view> keys;
    for (const RoleInfo& info : allRoles()) {
        QVERIFY(keys.insert(info.key).second);
        QVERIFY(info.explanation.ends_with('.') && !info.name.empty());
        QCOMPARE(&roleInfo(info.role), &info);
    }
    QCOMPARE(allRoles().back().role, HeadRole::None);
    for (const AttentionKind kind : {AttentionKind::EncoderSelf, kDecoder, AttentionKind::Cross})
        QCOMPARE(rolesOf(kind).back(), HeadRole::None);
}

QTEST_APPLESS_MAIN(TestHeadTable)
#include "tst_head_table.moc"
