// The softmax taken apart, against definitions, finite differences and the trace.
#include "core/analysis/softmax/softmax.h"
#include "tests/support/model_folder.h"

#include <QtTest/QtTest>

#include <cmath>
#include <numbers>

using namespace headlight;
using namespace headlight::test;

class TestSoftmax : public QObject {
    Q_OBJECT
private slots:
    void shapesOfKnownDistributions();
    void impossibleScoresGetNothing();
    void jacobianIsTheDerivative();
    void rowIsTheTraces_data();
    void rowIsTheTraces();
    void divisionIsBySqrtOfTheHead();
};

void TestSoftmax::shapesOfKnownDistributions() {
    const auto uniform = softmaxOf(std::vector<float>(8, 3.0f));
    const SoftmaxShape flat = shapeOf(uniform);
    QVERIFY(std::abs(flat.entropy - std::log(8.0)) < 1e-12);
    QVERIFY(std::abs(flat.perplexity - 8.0) < 1e-11);
    QVERIFY(std::abs(flat.largest_gradient - 7.0 / 64.0) < 1e-12);
    const SoftmaxShape two = shapeOf(softmaxOf(std::vector<float>{0.0f, static_cast<float>(std::log(3.0))}));
    QVERIFY(std::abs(two.largest - 0.75) < 1e-7);
    QVERIFY(std::abs(two.entropy - (0.25 * std::log(4.0) + 0.75 * std::log(4.0 / 3.0))) < 1e-7);
    const SoftmaxShape saturated = shapeOf(softmaxOf(std::vector<float>{1000.0f, 0.0f, -1000.0f}));
    QCOMPARE(saturated.largest, 1.0);
    QCOMPARE(saturated.largest_gradient, 0.0);
    QCOMPARE(saturated.n_possible, std::size_t{1});
}

void TestSoftmax::impossibleScoresGetNothing() {
    const float nothing = -std::numeric_limits<float>::infinity();
    const auto row =
        softmaxOf(std::vector<float>{nothing, 0.0f, std::numeric_limits<float>::quiet_NaN(), 0.0f});
    QCOMPARE(row, (std::vector<double>{0.0, 0.5, 0.0, 0.5}));
    QCOMPARE(softmaxOf(std::vector<float>{nothing, nothing}), (std::vector<double>{0.0, 0.0}));
    QVERIFY(softmaxOf({}).empty());
}

void TestSoftmax::jacobianIsTheDerivative() {
    const std::vector<float> scores{0.5f, -1.25f, 2.0f, 0.0f};
    const double temperature = 0.5, step = 1.0 / 1024.0; // exact in F32
    const auto at = [&](std::size_t j, double by) {
        std::vector<float> moved;
        for (std::size_t i = 0; i < scores.size(); ++i)
            moved.push_back(static_cast<float>((double(scores[i]) + (i == j ? by : 0.0)) / temperature));
        return softmaxOf(moved);
    };
    const Eigen::MatrixXd jacobian = softmaxJacobian(at(0, 0.0), temperature);
    for (std::size_t j = 0; j < scores.size(); ++j) {
        const auto up = at(j, step), down = at(j, -step);
        for (std::size_t i = 0; i < scores.size(); ++i)
            QVERIFY(std::abs(jacobian(Eigen::Index(i), Eigen::Index(j)) - (up[i] - down[i]) / (2.0 * step)) <
                    1e-5);
    }
    QVERIFY(jacobian.rowwise().sum().cwiseAbs().maxCoeff() < 1e-12);
}

void TestSoftmax::rowIsTheTraces_data() {
    QTest::addColumn<std::string>("name");
    for (const char* name : {"gpt2-lm", "t5-gated", "bloom-lm", "gemma2-lm", "llama-lm", "marian-swish"})
        QTest::newRow(name) << std::string(name);
}

void TestSoftmax::rowIsTheTraces() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    const auto run =
        model->run(model->spec().hasEncoder() ? model->prepareIds({5, 9, 7, 3}, {0, 4, 6}).value()
                                              : model->prepareIds({5, 9, 7, 3, 8}).value());
    const Trace& trace = *run->trace;
    for (const AttentionKind kind : trace.kinds())
        for (std::size_t row = 0; row < trace.nQueries(kind); ++row) {
            const HeadAddress head{kind, LayerIndex(0), HeadIndex(1)};
            const DividedRow found = dividedRow(trace, head, row);
            const Tensor weights = trace.weights(head, {row, row + 1}, {0, trace.nKeys(kind)});
            const auto softmax = softmaxOf(found.scores);
            const auto own = softmaxOf(found.modelDivides() ? found.divided : found.undivided);
            for (std::size_t key = 0; key < softmax.size(); ++key) {
                QVERIFY(std::abs(softmax[key] - double(weights.data()[key])) < 1e-5);
                QCOMPARE(std::isinf(found.divided[key]), std::isinf(found.scores[key]));
                if (found.modelDivides() || found.modelLeavesIt())
                    QVERIFY(std::abs(own[key] - softmax[key]) < 1e-5);
            }
        }
}

void TestSoftmax::divisionIsBySqrtOfTheHead() {
    const auto model = loadGolden("gpt2-lm"); // head_dim 6, no bias, no cap
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(2)};
    const DividedRow row = dividedRow(*run->trace, head, 2);
    QVERIFY(row.modelDivides());
    QVERIFY(std::abs(row.root - std::sqrt(6.0)) < 1e-12);
    const Tensor query = run->trace->query(head.kind, head.layer),
                 key = run->trace->key(head.kind, head.layer);
    for (std::size_t j = 0; j < 3; ++j) {
        double dot = 0.0;
        for (std::size_t d = 0; d < 6; ++d)
            dot += double(query.data()[(2 * 3 + 2) * 6 + d]) * double(key.data()[(2 * 3 + j) * 6 + d]);
        QVERIFY(std::abs(double(row.undivided[j]) - dot) < 1e-4 * (1.0 + std::abs(dot)));
        QVERIFY(std::abs(double(row.divided[j]) - dot / std::sqrt(6.0)) < 1e-4 * (1.0 + std::abs(dot)));
    }
}

QTEST_APPLESS_MAIN(TestSoftmax)
#include "tst_softmax.moc"
