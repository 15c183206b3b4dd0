// A head in numbers, against sums over the whole map.
#include "core/analysis/head_measures.h"
#include "core/analysis/induction.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

/// The definitions, cell by cell over the whole map.
HeadMeasures naive(const Trace& trace, const HeadAddress& head, const std::vector<bool>& special) {
    const Tensor map = trace.weights(head);
    HeadMeasures sums;
    double with_choice = 0.0;
    double with_previous = 0.0;
    const auto n_rows = double(map.dimension(0));
    for (std::size_t i = 0; i < map.dimension(0); ++i) {
        double entropy = 0.0;
        std::size_t n_visible = 0;
        float largest = 0.0f;
        for (std::size_t j = 0; j < map.dimension(1); ++j) {
            const double weight = double(map.row(i)[j]);
            n_visible += trace.visible(head.kind, head.layer, TokenIndex(i), TokenIndex(j)) ? 1 : 0;
            entropy -= weight > 0.0 ? weight * std::log(weight) : 0.0;
            sums.distance += weight * std::abs(double(i) - double(j)) / n_rows;
            sums.special_tokens += special[j] ? weight / n_rows : 0.0;
            sums.diagonal += i == j ? weight / n_rows : 0.0;
            sums.previous_token += i == j + 1 ? weight : 0.0;
            largest = std::max(largest, map.row(i)[j]);
        }
        sums.entropy += entropy / n_rows;
        sums.first_token += double(map.row(i)[0]) / n_rows;
        sums.sharpness += double(largest) / n_rows;
        if (n_visible > 1) {
            sums.normalised_entropy += entropy / std::log(double(n_visible));
            ++with_choice;
        }
        with_previous += i > 0 ? 1.0 : 0.0;
    }
    sums.normalised_entropy /= std::max(1.0, with_choice);
    sums.previous_token /= std::max(1.0, with_previous);
    return sums;
}

bool close(double a, double b) { return std::abs(a - b) < 1e-9; }

} // namespace

class TestHeadMeasures : public QObject {
    Q_OBJECT
private slots:
    void matchTheDefinitions();
    void boundsHold();
    void oneTokenIsNoProblem();
    void measuresEveryHeadAndStops();
    void inductionIsTheWeightBehindEarlierOccurrences();
};

void TestHeadMeasures::matchTheDefinitions() {
    const auto model = loadGolden("marian-swish");
    const auto run = model->run(model->prepareIds({5, 9, 7, 3, 8, 0}, {89, 4, 5, 6}).value());
    QVERIFY(run.ok());
    const Trace& trace = *run.value().trace;
    for (const AttentionKind kind : trace.kinds())
        for (std::size_t head = 0; head < trace.nHeads(kind); ++head) {
            std::vector<bool> special(trace.nKeys(kind), false);
            special.back() = true;
            const HeadAddress address{kind, LayerIndex(1), HeadIndex(head)};
            const HeadMeasures found = measureHead(trace, address, special).value();
            const HeadMeasures expected = naive(trace, address, special);
            QVERIFY(close(found.entropy, expected.entropy));
            QVERIFY(close(found.normalised_entropy, expected.normalised_entropy));
            QVERIFY(close(found.distance, expected.distance));
            QVERIFY(close(found.first_token, expected.first_token));
            QVERIFY(close(found.diagonal, expected.diagonal));
            QVERIFY(close(found.previous_token, expected.previous_token));
            QVERIFY(close(found.special_tokens, expected.special_tokens));
            QVERIFY(close(found.sharpness, expected.sharpness));
        }
}

void TestHeadMeasures::boundsHold() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7, 3, 8, 1, 2, 3, 4}).value());
    const auto measures = measureHeads(*run.value().trace, AttentionKind::DecoderSelf);
    QVERIFY(measures.ok());
    for (const auto& layer : measures.value())
        for (const HeadMeasures& head : layer) {
            QVERIFY(head.normalised_entropy >= 0.0 && head.normalised_entropy <= 1.0 + 1e-6);
            QVERIFY(head.sharpness >= head.diagonal - 1e-6 && head.sharpness <= 1.0 + 1e-6);
            QCOMPARE(head.special_tokens, 0.0);
        }
}

void TestHeadMeasures::oneTokenIsNoProblem() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5}).value());
    const HeadMeasures head = measureHead(*run.value().trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)}).value();
    QVERIFY(close(head.entropy, 0.0) && close(head.normalised_entropy, 0.0) && close(head.previous_token, 0.0));
    QVERIFY(std::abs(head.first_token - 1.0) < 1e-6);
}

void TestHeadMeasures::measuresEveryHeadAndStops() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6}).value());
    const auto measures = measureHeads(*run.value().trace, AttentionKind::DecoderSelf);
    QVERIFY(measures.ok());
    QCOMPARE(measures.value().size(), std::size_t{3});
    QCOMPARE(measures.value()[0].size(), std::size_t{4});
    QVERIFY(!measureHeads(*run.value().trace, AttentionKind::Cross).ok());
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(measureHeads(*run.value().trace, AttentionKind::DecoderSelf, {}, {stop.get_token(), {}}).error().cancelled());
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
    const auto found = inductionScore(trace, head, ids);
    QVERIFY(found.ok() && *found);
    QVERIFY(close(**found, expected));
    const auto once = model->run(model->prepareIds({1, 2, 3}).value());
    QVERIFY(!*inductionScore(*once.value().trace, head, std::vector<TokenId>{1, 2, 3}));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(inductionScore(trace, head, ids, {stop.get_token(), {}}).error().cancelled());
}

QTEST_APPLESS_MAIN(TestHeadMeasures)
#include "tst_head_measures.moc"
