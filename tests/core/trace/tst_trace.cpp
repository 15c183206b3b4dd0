// A trace made by hand: tiles against a naive softmax, and what it says about addresses outside.
#include "core/compute/backend.h"
#include "core/trace/trace.h"

#include <QtTest>

#include <cmath>
#include <random>

using namespace headlight;

namespace {

constexpr std::size_t kQueries = 5;
constexpr std::size_t kHeads = 2;
constexpr std::size_t kHeadDim = 3;

BackendPtr backend() {
    static const BackendPtr cpu = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    return cpu;
}

/// Rows of a fused projection: [n, heads * head_dim * 3], seeded.
Tensor fusedRows() {
    Tensor rows(Shape{kQueries, 3 * kHeads * kHeadDim});
    std::mt19937 generator(7);
    for (float& value : rows.span())
        value = float(generator() % 2001) / 500.0f - 2.0f;
    return rows;
}

MatrixView place(const Tensor& tensor) {
    const MatrixView view{backend()->allocate(tensor.size()).value(), 0, tensor.dimension(0), tensor.dimension(1), tensor.dimension(1)};
    backend()->upload(tensor.span(), view);
    return view;
}

/// A decoder of one layer whose causal attention has been run.
Trace makeTrace(const Tensor& fused) {
    const MatrixView rows = place(fused);
    const auto heads = [&](std::size_t part) {
        return HeadsView{rows.buffer, part * kHeads * kHeadDim, kQueries, kHeads, kHeadDim, rows.row_stride, kHeadDim};
    };
    AttentionProblem problem;
    problem.query = heads(0);
    problem.key = heads(1);
    problem.value = heads(2);
    problem.scale = 0.5f;
    problem.mask.causal = true;
    const MatrixView statistics = place(Tensor::zeros({kQueries, 2 * kHeads}));
    const SoftmaxRows softmax{statistics.columnsFrom(0, kHeads), statistics.columnsFrom(kHeads, kHeads)};
    const MatrixView mixed = place(Tensor::zeros({kQueries, kHeads * kHeadDim}));
    backend()->attention(problem, mixed, softmax);
    StackRecord record;
    record.embedding = record.final_hidden = mixed;
    record.hidden = {mixed};
    record.self = {{problem, softmax}};
    return Trace(backend(), std::nullopt, std::move(record));
}

double naiveScore(const Tensor& fused, std::size_t head, std::size_t i, std::size_t j) {
    double score = 0.0;
    for (std::size_t d = 0; d < kHeadDim; ++d)
        score += double(fused.row(i)[head * kHeadDim + d]) * double(fused.row(j)[kHeads * kHeadDim + head * kHeadDim + d]);
    return 0.5 * score;
}

double naiveWeight(const Tensor& fused, std::size_t head, std::size_t i, std::size_t j) {
    double sum = 0.0;
    for (std::size_t k = 0; k <= i; ++k)
        sum += std::exp(naiveScore(fused, head, i, k));
    return j <= i ? std::exp(naiveScore(fused, head, i, j)) / sum : 0.0;
}

HeadAddress address(std::size_t head, std::size_t layer = 0, AttentionKind kind = AttentionKind::DecoderSelf) {
    return {kind, LayerIndex(layer), HeadIndex(head)};
}

} // namespace

class TestTrace : public QObject {
    Q_OBJECT
private slots:
    void weightsAndScoresMatchNaiveSoftmax();
    void tilesAreCutsOfTheWholeMap();
    void pooledCellsHoldMaximumAndMean();
    void maskedCellsAreSaidToBeMasked();
    void givesQueryKeyValuePerHead();
    void describesItself();
    void checkSaysWhatThereIs();
    void countsSharedBuffersOnce();
};

void TestTrace::weightsAndScoresMatchNaiveSoftmax() {
    const Tensor fused = fusedRows();
    const Trace trace = makeTrace(fused);
    for (std::size_t head = 0; head < kHeads; ++head) {
        const Tensor weights = trace.weights(address(head));
        const Tensor scores = trace.scores(address(head), {0, kQueries}, {0, kQueries});
        for (std::size_t i = 0; i < kQueries; ++i)
            for (std::size_t j = 0; j < kQueries; ++j) {
                QVERIFY(std::abs(double(weights.row(i)[j]) - naiveWeight(fused, head, i, j)) < 1e-6);
                if (j <= i)
                    QVERIFY(std::abs(double(scores.row(i)[j]) - naiveScore(fused, head, i, j)) < 1e-5);
                else
                    QCOMPARE(scores.row(i)[j], kMaskedScore);
            }
    }
}

void TestTrace::tilesAreCutsOfTheWholeMap() {
    const Trace trace = makeTrace(fusedRows());
    const Tensor whole = trace.weights(address(1));
    const Tensor tile = trace.weights(address(1), {2, 5}, {1, 4});
    QCOMPARE(tile.shape(), (Shape{3, 3}));
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            QCOMPARE(tile.row(i)[j], whole.row(i + 2)[j + 1]);
    QVERIFY(trace.weights(address(1), {2, 2}, {0, 4}).empty());
}

void TestTrace::pooledCellsHoldMaximumAndMean() {
    const Trace trace = makeTrace(fusedRows());
    const Tensor whole = trace.weights(address(0));
    const Tensor largest = trace.pooledWeights(address(0), {0, 4}, {0, 4}, 2, 2, Pooling::Maximum);
    const Tensor mean = trace.pooledWeights(address(0), {0, 4}, {0, 4}, 2, 2, Pooling::Mean);
    const float cells[] = {whole.row(2)[0], whole.row(2)[1], whole.row(3)[0], whole.row(3)[1]};
    QCOMPARE(largest.row(1)[0], *std::max_element(cells, cells + 4));
    QVERIFY(std::abs(mean.row(1)[0] - (cells[0] + cells[1] + cells[2] + cells[3]) / 4.0f) < 1e-6f);
}

void TestTrace::maskedCellsAreSaidToBeMasked() {
    const Trace trace = makeTrace(fusedRows());
    QVERIFY(trace.visible(AttentionKind::DecoderSelf, LayerIndex(0), TokenIndex(2), TokenIndex(2)));
    QVERIFY(!trace.visible(AttentionKind::DecoderSelf, LayerIndex(0), TokenIndex(2), TokenIndex(3)));
}

void TestTrace::givesQueryKeyValuePerHead() {
    const Tensor fused = fusedRows();
    const Trace trace = makeTrace(fused);
    const Tensor key = trace.key(AttentionKind::DecoderSelf, LayerIndex(0));
    QCOMPARE(key.shape(), (Shape{kHeads, kQueries, kHeadDim}));
    QCOMPARE(key.row(kQueries + 3)[2], fused.row(3)[kHeads * kHeadDim + kHeadDim + 2]); // head 1, token 3
    QCOMPARE(trace.query(AttentionKind::DecoderSelf, LayerIndex(0)).row(0)[0], fused.row(0)[0]);
    QCOMPARE(trace.value(AttentionKind::DecoderSelf, LayerIndex(0)).row(4)[1], fused.row(4)[2 * kHeads * kHeadDim + 1]);
}

void TestTrace::describesItself() {
    const Trace trace = makeTrace(fusedRows());
    QCOMPARE(trace.kinds(), (std::vector<AttentionKind>{AttentionKind::DecoderSelf}));
    QVERIFY(!trace.has(AttentionKind::Cross) && !trace.has(StackKind::Encoder));
    QCOMPARE(trace.nLayers(AttentionKind::DecoderSelf), std::size_t{1});
    QCOMPARE(trace.nHeads(AttentionKind::DecoderSelf), kHeads);
    QCOMPARE(trace.headDim(AttentionKind::DecoderSelf), kHeadDim);
    QCOMPARE(trace.nKeys(AttentionKind::DecoderSelf), kQueries);
    QCOMPARE(trace.nHeads(AttentionKind::Cross), std::size_t{0});
}

void TestTrace::checkSaysWhatThereIs() {
    const Trace trace = makeTrace(fusedRows());
    QVERIFY(trace.check(address(1)).ok());
    const auto no_head = trace.check(address(2));
    QVERIFY(!no_head.ok() && no_head.error().message().find("2 heads") != std::string::npos);
    const auto no_layer = trace.check(address(0, 99));
    QVERIFY(!no_layer.ok() && no_layer.error().message().find("layer 99") != std::string::npos);
    const auto no_kind = trace.check(address(0, 0, AttentionKind::Cross));
    QVERIFY(!no_kind.ok() && no_kind.error().message().find("decoder") != std::string::npos);
    QCOMPARE(no_kind.error().kind, ErrorKind::Usage);
}

void TestTrace::countsSharedBuffersOnce() {
    const Trace trace = makeTrace(fusedRows());
    const std::size_t least = sizeof(float) * kQueries * (3 * kHeads * kHeadDim + 2 * kHeads + kHeads * kHeadDim);
    QVERIFY(trace.sizeBytes() >= least && trace.sizeBytes() < 2 * least);
}

QTEST_APPLESS_MAIN(TestTrace)
#include "tst_trace.moc"
