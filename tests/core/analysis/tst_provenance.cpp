// Every number of a head follows from its operands, and the F32 run is as near to it as rounding must leave
// it: for tiny checkpoints of all families (tests/golden).
#include "core/analysis/provenance/provenance.h"
#include "core/compute/cuda/cuda_backend.h"
#include "core/compute/cuda/cuda_module.h"
#include "tests/core/analysis/provenance_walk.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <deque>

using namespace headlight;
using namespace headlight::test;

namespace {

struct Run {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Trace> trace;
};

Run runGolden(const std::string& folder) {
    Run run{loadGolden(folder), nullptr};
    auto result = run.model->run(goldenInput(*run.model, goldenJson(folder)));
    if (!result)
        qFatal("%s", result.error().message().c_str());
    run.trace = result.value().trace;
    return run;
}

} // namespace

class TestProvenance : public QObject {
    Q_OBJECT
private slots:
    void everyNumberFollowsFromItsOperands_data();
    void everyNumberFollowsFromItsOperands();
    void boundsAreNarrow();
    void weightIsTheTracesOwn();
    void projectionIsTheTracesOwn();
    void maskedPairSaysSo();
    void bf16RunStaysWithinItsBound();
    void roundedAttentionStaysWithinItsBound_data();
    void roundedAttentionStaysWithinItsBound();
    void contributionsAddUpToTheHeadsOutput();
    void storedNumbersNameTheirTensor();
    void outsideIndicesAreErrors();
    void cancelledNodeIsCancelled();
};

void TestProvenance::everyNumberFollowsFromItsOperands_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : goldenNames())
        QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

void TestProvenance::everyNumberFollowsFromItsOperands() {
    QFETCH(const QString, name);
    const Run run = runGolden(name.toStdString());
    Totals totals;
    for (const AttentionKind kind : run.trace->kinds()) {
        const std::size_t n_layers = run.trace->nLayers(kind), n_heads = run.trace->nHeads(kind);
        for (const HeadAddress head : {HeadAddress{kind, LayerIndex(0), HeadIndex(n_heads - 1)},
                                       HeadAddress{kind, LayerIndex(n_layers - 1), HeadIndex(0)}}) {
            const auto provenance = Provenance::create(run.model, run.trace, head);
            QVERIFY(provenance.ok());
            const std::size_t last_query = run.trace->nQueries(kind) - 1,
                              last_key = run.trace->nKeys(kind) - 1;
            std::deque<NodeId> roots = rootsOf(last_query, last_key / 2);
            const std::deque<NodeId> more = rootsOf(last_query / 2, 0);
            roots.insert(roots.end(), more.begin(), more.end());
            const std::string problem = explore(**provenance, std::move(roots), totals);
            QVERIFY2(problem.empty(), problem.c_str());
        }
    }
    QVERIFY(totals.n_nodes > 500);
    QVERIFY(totals.n_run > 200);
    QVERIFY(totals.quantities.contains(Quantity::ResidualElement) &&
            totals.quantities.contains(Quantity::OutputWeight));
}

/// A tolerance that grows wild would let anything pass.
void TestProvenance::boundsAreNarrow() {
    for (const char* const name : {"llama-lm", "gpt2-lm", "t5-gated", "bert-mlm", "qwen3-lm", "gemma2-lm"}) {
        const Run run = runGolden(name);
        const AttentionKind kind = run.trace->kinds().front();
        const std::size_t last = run.trace->nQueries(kind) - 1;
        const auto provenance = Provenance::create(run.model, run.trace, {kind, LayerIndex(0), HeadIndex(0)});
        const auto weight = (*provenance)->node({Quantity::AttentionWeight, HeadSide::Query, last, last});
        QVERIFY(weight.ok());
        QVERIFY(weight->number->bound > 0.0);
        QVERIFY2(weight->number->bound < 1e-4,
                 qPrintable(QString(name) + QString::number(weight->number->bound)));
    }
}

void TestProvenance::weightIsTheTracesOwn() {
    const Run run = runGolden("marian-swish");
    for (const AttentionKind kind : run.trace->kinds()) {
        const HeadAddress head{kind, LayerIndex(1), HeadIndex(1)};
        const auto provenance = Provenance::create(run.model, run.trace, head);
        const Tensor map = run.trace->weights(head);
        for (std::size_t query = 0; query < run.trace->nQueries(kind); ++query) {
            double total = 0.0;
            for (std::size_t key = 0; key < run.trace->nKeys(kind); ++key) {
                const auto node =
                    (*provenance)->node({Quantity::AttentionWeight, HeadSide::Query, query, key});
                QVERIFY(node.ok());
                QCOMPARE(*node->number->run, map.row(query)[key]);
                total += node->number->exact;
            }
            QVERIFY(std::abs(total - 1.0) < 1e-12);
        }
    }
}

/// Where nothing comes between projection and scores, the projection that is run again has the trace's bits.
void TestProvenance::projectionIsTheTracesOwn() {
    for (const char* const name : {"gpt2-lm", "bert-mlm", "marian-swish", "t5-gated"}) {
        const Run run = runGolden(name);
        for (const AttentionKind kind : run.trace->kinds()) {
            const HeadAddress head{kind, LayerIndex(run.trace->nLayers(kind) - 1), HeadIndex(1)};
            const auto provenance = Provenance::create(run.model, run.trace, head);
            QVERIFY(provenance.ok());
            for (const HeadSide side : {HeadSide::Query, HeadSide::Key, HeadSide::Value})
                for (std::size_t element = 0; element < run.trace->headDim(kind); ++element) {
                    const NodeId id{
                        Quantity::HeadElement, side, run.trace->nQueries(kind) - 1, 1, element, 0};
                    NodeId again = id;
                    again.quantity = Quantity::Projected;
                    const auto placed = (*provenance)->node(id), projected = (*provenance)->node(again);
                    QVERIFY(placed.ok() && projected.ok());
                    QCOMPARE(*projected->number->run, *placed->number->run);
                }
        }
    }
}

void TestProvenance::maskedPairSaysSo() {
    const Run run = runGolden("gpt2-lm");
    const auto provenance =
        Provenance::create(run.model, run.trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    const auto weight = (*provenance)->node({Quantity::AttentionWeight, HeadSide::Query, 0, 2});
    QVERIFY(weight.ok());
    QVERIFY(std::ranges::find(weight->remarks, Remark::Masked) != weight->remarks.end());
    QCOMPARE(weight->number->exact, 0.0);
    const auto score = (*provenance)->node({Quantity::Score, HeadSide::Query, 0, 2});
    QVERIFY(std::isinf(score->number->exact) && score->number->agrees());
    const auto share = (*provenance)->node({Quantity::ContributionShare, HeadSide::Value, 0, 2});
    QVERIFY(share.ok());
    QCOMPARE(share->number->exact, 0.0);
}

void TestProvenance::bf16RunStaysWithinItsBound() {
    const auto backend =
        selectBackend({.choice = BackendChoice::Cpu, .n_threads = 1, .precision = ComputePrecision::BF16});
    if (!backend.ok() || backend->backend->precision() != ComputePrecision::BF16)
        QSKIP("this processor has no BF16 products");
    for (const char* const name : {"gpt2-lm", "llama-lm"}) {
        const auto model = Model::load(goldenRoot() / name, backend->backend);
        QVERIFY(model.ok());
        const auto run = model.value()->run(goldenInput(*model.value(), goldenJson(name)));
        QVERIFY(run.ok());
        const auto provenance =
            Provenance::create(*model, run->trace, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)});
        Totals totals;
        const std::string problem =
            explore(**provenance, rootsOf(run->trace->nQueries(AttentionKind::DecoderSelf) - 1, 1), totals);
        QVERIFY2(problem.empty(), problem.c_str());
        const auto element = (*provenance)->node({Quantity::Projected, HeadSide::Query, 1, 1, 0, 0});
        QVERIFY(std::ranges::find(element->remarks, Remark::Bf16Products) != element->remarks.end());
    }
}

void TestProvenance::roundedAttentionStaysWithinItsBound_data() {
    QTest::addColumn<int>("precision");
    for (const ComputePrecision precision :
         {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
        QTest::newRow(std::string(precisionName(precision)).c_str()) << static_cast<int>(precision);
}

/// A GPU's kernels, on the processor: the inspector must not take asked-for rounding for a mistake.
void TestProvenance::roundedAttentionStaysWithinItsBound() {
    QFETCH(int, precision);
    const auto module = cuda::loadModule(HEADLIGHT_CUDA_ON_CPU_MODULE);
    QVERIFY(module.ok());
    const auto backend = cuda::CudaBackend::open(
        *module.value(), {.precision = static_cast<ComputePrecision>(precision), .fallback = nullptr});
    QVERIFY(backend.ok());
    for (const char* const name : {"gpt2-lm", "llama-lm"}) {
        const auto model = Model::load(goldenRoot() / name, backend.value());
        QVERIFY(model.ok());
        const auto run = model.value()->run(goldenInput(*model.value(), goldenJson(name)));
        QVERIFY(run.ok());
        const auto provenance =
            Provenance::create(*model, run->trace, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)});
        const std::size_t query = run->trace->nQueries(AttentionKind::DecoderSelf) - 1;
        double largest = 0.0;
        for (std::size_t key = 0; key <= query; ++key)
            for (const Quantity quantity : {Quantity::Score, Quantity::AttentionWeight}) {
                const auto node = (*provenance)->node({quantity, HeadSide::Query, query, key});
                QVERIFY(node.ok());
                QVERIFY2(node->number->agrees(), describe(*node).c_str());
                QVERIFY(std::ranges::find(node->remarks, Remark::RoundedFactors) != node->remarks.end());
                largest = std::max(largest, node->number->bound);
            }
        QVERIFY(largest > 1e-5 && largest < 1.0);
        const auto output = (*provenance)->node({Quantity::HeadOutput, HeadSide::Value, query, 0});
        QVERIFY(output.ok() && output->number->agrees());
    }
}

void TestProvenance::contributionsAddUpToTheHeadsOutput() {
    const Run run = runGolden("llama-lm"); // grouped heads
    const std::size_t query = run.trace->nQueries(AttentionKind::DecoderSelf) - 1;
    const auto provenance =
        Provenance::create(run.model, run.trace, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(1)});
    const auto output = (*provenance)->node({Quantity::HeadOutputVector, HeadSide::Value, query, 0});
    QVERIFY(output.ok());
    std::vector<double> sums(output->terms->size(), 0.0);
    double shares = 0.0;
    for (std::size_t key = 0; key <= query; ++key) {
        const auto weighted = (*provenance)->node({Quantity::WeightedVector, HeadSide::Value, query, key});
        QVERIFY(weighted.ok());
        for (std::size_t i = 0; i < sums.size(); ++i)
            sums[i] += weighted->terms->termAt(i);
        shares +=
            (*provenance)->node({Quantity::ContributionShare, HeadSide::Value, query, key})->number->exact;
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
        QVERIFY(std::abs(sums[i] - output->terms->termAt(i)) < 1e-12);
    QVERIFY(std::abs(shares - 1.0) < 1e-12);
}

void TestProvenance::storedNumbersNameTheirTensor() {
    const struct {
        const char* folder;
        HeadSide side;
        const char* tensor;
    } cases[] = {
        {"gpt2-lm", HeadSide::Key, "h.0.attn.c_attn.weight"},
        {"llama-lm", HeadSide::Value, "model.layers.0.self_attn.v_proj.weight"},
        {"phi3-lm", HeadSide::Query, "model.layers.0.self_attn.qkv_proj.weight"},
        {"gpt-neox-lm", HeadSide::Key, "gpt_neox.layers.0.attention.query_key_value.weight"},
    };
    for (const auto& one : cases) {
        const Run run = runGolden(one.folder);
        const auto provenance = Provenance::create(run.model, run.trace,
                                                   {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(1)});
        const auto node = (*provenance)->node({Quantity::ProjectionWeight, one.side, 0, 0, 1, 2});
        QVERIFY(node.ok());
        QVERIFY2(QString::fromStdString(node->stored->tensor).endsWith(QLatin1String(one.tensor)),
                 node->stored->tensor.c_str());
        const auto checkpoint = Checkpoint::open(goldenRoot() / one.folder);
        const auto tensor = (*checkpoint)->read(node->stored->tensor);
        QVERIFY(tensor.ok());
        const bool by_column = std::string(one.folder) == "gpt2-lm";
        const float value = by_column ? tensor->row(*node->stored->input)[node->stored->index]
                                      : tensor->row(node->stored->index)[*node->stored->input];
        QCOMPARE(*node->number->run, value);
    }
}

void TestProvenance::outsideIndicesAreErrors() {
    const Run run = runGolden("gpt2-lm");
    QVERIFY(
        !Provenance::create(run.model, run.trace, {AttentionKind::Cross, LayerIndex(0), HeadIndex(0)}).ok());
    const auto provenance =
        Provenance::create(run.model, run.trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    for (const NodeId& id : {NodeId{Quantity::AttentionWeight, HeadSide::Query, 999, 0},
                             NodeId{Quantity::Score, HeadSide::Query, 0, 999},
                             NodeId{Quantity::HeadElement, HeadSide::Key, 0, 0, 4096},
                             NodeId{Quantity::ProjectionWeight, HeadSide::Key, 0, 0, 0, 99999}})
        QCOMPARE((*provenance)->node(id).error().kind, ErrorKind::Usage);
}

void TestProvenance::cancelledNodeIsCancelled() {
    const Run run = runGolden("gpt2-lm");
    const auto provenance =
        Provenance::create(run.model, run.trace, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    std::stop_source stop;
    stop.request_stop();
    const NodeId id{Quantity::AttentionWeight, HeadSide::Query, 3, 1};
    QVERIFY((*provenance)->node(id, {stop.get_token(), {}}).error().cancelled());
    QVERIFY((*provenance)->node(id).ok()); // and it can be asked for again
}

QTEST_APPLESS_MAIN(TestProvenance)
#include "tst_provenance.moc"
