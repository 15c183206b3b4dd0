// A head in numbers, against sums over the whole map.
#include "core/analysis/head_measures.h"
#include "core/analysis/measure_info.h"
#include "core/analysis/row_sums.h"
#include "tests/core/analysis/brute_force.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <random>
#include <set>

using namespace headlight;
using namespace headlight::test;

namespace {

bool close(double a, double b) { return std::abs(a - b) < 1e-9; }

/// The first measure that differs, or nothing.
QByteArray difference(const HeadMeasures& found, const HeadMeasures& expected) {
    for (const MeasureInfo& info : allMeasures()) {
        const auto a = valueOf(found, info.measure);
        const auto b = valueOf(expected, info.measure);
        if (a.has_value() != b.has_value() || (a && !close(*a, *b)))
            return QByteArray(info.key.data(), static_cast<qsizetype>(info.key.size())) + ' ' + QByteArray::number(a.value_or(-1.0)) +
                   " instead of " + QByteArray::number(b.value_or(-1.0));
    }
    return {};
}

} // namespace

class TestHeadMeasures : public QObject {
    Q_OBJECT
private slots:
    void matchTheDefinitions_data();
    void matchTheDefinitions();
    void boundsHold();
    void oneTokenIsNoProblem();
    void stops();
    void inductionIsTheWeightBehindEarlierOccurrences();
    void duplicatesLeaveSpecialTokensAndTheTokenItselfOut();
    void rowsOfEveryLengthAreSummedExactly();
    void everyMeasureIsExplained();
};

void TestHeadMeasures::matchTheDefinitions_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<int>("n_tokens");
    for (const char* name : {"marian-swish", "gpt2-lm", "bert-mlm", "gemma2-lm", "mistral-lm"})
        if (std::filesystem::exists(goldenRoot() / name))
            QTest::newRow(name) << QString::fromLatin1(name) << 19;
}

void TestHeadMeasures::matchTheDefinitions() {
    QFETCH(QString, golden);
    QFETCH(int, n_tokens);
    const auto model = loadGolden(golden.toStdString());
    std::vector<TokenId> ids;
    for (int i = 0; i < n_tokens; ++i)
        ids.push_back(3 + i * i % 7); // many come again
    const bool two_sided = model->spec().kind == ModelKind::EncoderDecoder;
    const auto run = two_sided ? model->run(model->prepareIds(ids, {89, 4, 5, 6, 4, 5}).value()) : model->run(model->prepareIds(ids).value());
    QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
    const Trace& trace = *run.value().trace;
    for (const AttentionKind kind : trace.kinds())
        for (std::size_t layer = 0; layer < trace.nLayers(kind); ++layer)
            for (std::size_t head = 0; head < trace.nHeads(kind); ++head) {
                MeasureInput input;
                input.special_keys.assign(trace.nKeys(kind), false);
                input.special_keys.back() = true;
                const auto& tokens = kind == AttentionKind::DecoderSelf ? run.value().input.target : run.value().input.source;
                if (kind != AttentionKind::Cross)
                    input.ids = tokens.ids;
                const HeadAddress address{kind, LayerIndex(layer), HeadIndex(head)};
                const HeadMeasures found = measureHead(trace, address, input).value();
                const QByteArray differs = difference(found, bruteForce(wholeMap(trace, address), input));
                QVERIFY2(differs.isEmpty(), differs);
            }
}

void TestHeadMeasures::boundsHold() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7, 3, 8, 1, 2, 3, 4}).value());
    for (std::size_t layer = 0; layer < 3; ++layer) {
        const HeadMeasures head = measureHead(*run.value().trace, {AttentionKind::DecoderSelf, LayerIndex(layer), HeadIndex(1)}).value();
        QVERIFY(head.normalised_entropy >= 0.0 && head.normalised_entropy <= 1.0 + 1e-6);
        QVERIFY(head.sharpness >= head.diagonal - 1e-6 && head.sharpness <= 1.0 + 1e-6);
        QVERIFY(head.nearby >= head.diagonal && head.nearby <= 1.0 + 1e-6);
        QVERIFY(head.busiest_key >= head.first_token - 1e-9);
        QCOMPARE(head.special_tokens, 0.0);
        QCOMPARE(head.next_token, 0.0); // masked
        QVERIFY(!head.induction && !head.duplicate_token);
    }
}

void TestHeadMeasures::oneTokenIsNoProblem() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5}).value());
    const HeadAddress address{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    const HeadMeasures head = measureHead(*run.value().trace, address, {.ids = {5}}).value();
    QVERIFY(close(head.entropy, 0.0) && close(head.normalised_entropy, 0.0) && close(head.previous_token, 0.0));
    QVERIFY(std::abs(head.first_token - 1.0) < 1e-6);
    QVERIFY(!head.induction && !head.duplicate_token);
}

void TestHeadMeasures::stops() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6}).value());
    std::stop_source stop;
    stop.request_stop();
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    QVERIFY(measureHead(*run.value().trace, head, {}, {stop.get_token(), {}}).error().cancelled());
}

void TestHeadMeasures::inductionIsTheWeightBehindEarlierOccurrences() {
    const auto model = loadGolden("gpt2-lm");
    const std::vector<TokenId> ids{5, 9, 7, 5, 9, 3, 5};
    const auto run = model->run(model->prepareIds(ids).value());
    const Trace& trace = *run.value().trace;
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(2)};
    const Tensor map = trace.weights(head);
    // 5 stands at 0, 3 and 6, 9 at 1 and 4: row 3 looks behind 0, row 4 behind 1, row 6 behind 0 and 3.
    const double expected = (double(map.row(3)[1]) + double(map.row(4)[2]) + double(map.row(6)[1]) + double(map.row(6)[4])) / 3.0;
    const HeadMeasures found = measureHead(trace, head, {.ids = ids}).value();
    QVERIFY(found.induction && close(*found.induction, expected));
    const double duplicates = (double(map.row(3)[0]) + double(map.row(4)[1]) + double(map.row(6)[0]) + double(map.row(6)[3])) / 3.0;
    QVERIFY(found.duplicate_token && close(*found.duplicate_token, duplicates));
}

void TestHeadMeasures::duplicatesLeaveSpecialTokensAndTheTokenItselfOut() {
    const auto model = loadGolden("bert-mlm");
    const std::vector<TokenId> ids{2, 5, 7, 5, 2};
    const auto run = model->run(model->prepareIds(ids).value());
    const Trace& trace = *run.value().trace;
    const HeadAddress head{AttentionKind::EncoderSelf, LayerIndex(0), HeadIndex(0)};
    const Tensor map = trace.weights(head);
    const HeadMeasures found = measureHead(trace, head, {.special_keys = {true, false, false, false, true}, .ids = ids}).value();
    QVERIFY(found.duplicate_token && close(*found.duplicate_token, (double(map.row(1)[3]) + double(map.row(3)[1])) / 2.0));
}

void TestHeadMeasures::rowsOfEveryLengthAreSummedExactly() {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> exponent(-40.0f, 0.0f);
    for (std::size_t n = 0; n < 200; ++n) {
        std::vector<float> weights(n);
        for (float& weight : weights)
            weight = random() % 5 == 0 ? 0.0f : std::exp(exponent(random)); // down to what F32 can just hold
        std::vector<double> received(n, 0.5);
        const RowSums sums = sumRow(weights, 3, 50, received);
        double entropy = 0.0;
        double distance = 0.0;
        float largest = 0.0f;
        for (std::size_t i = 0; i < n; ++i) {
            const double weight = double(weights[i]);
            entropy -= weight > 0.0 ? weight * std::log(weight) : 0.0;
            distance += weight * std::abs(double(i + 3) - 50.0);
            largest = std::max(largest, weights[i]);
            QCOMPARE(received[i], 0.5 + weight);
        }
        QVERIFY(std::abs(sums.entropy - entropy) <= 1e-13 * (1.0 + entropy));
        QVERIFY(std::abs(sums.distance - distance) <= 1e-13 * (1.0 + distance));
        QCOMPARE(sums.largest, largest);
    }
}

void TestHeadMeasures::everyMeasureIsExplained() {
    std::set<std::string_view> keys;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < allMeasures().size(); ++i) {
        const MeasureInfo& info = allMeasures()[i];
        QCOMPARE(static_cast<std::size_t>(info.measure), i); // measureInfo() counts on it
        QVERIFY(keys.insert(info.key).second && names.insert(info.name).second);
        QVERIFY(info.explanation.size() > 20 && info.explanation.ends_with('.'));
        QVERIFY(!info.source.empty() && !info.range.empty() && !unitName(info.unit).empty());
        QCOMPARE(measureOfKey(info.key), std::optional(info.measure));
    }
    QVERIFY(!measureOfKey("beauty"));
}

QTEST_APPLESS_MAIN(TestHeadMeasures)
#include "tst_head_measures.moc"
