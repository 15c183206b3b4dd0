// Positions taken apart: the models' own tables against transformers', the mathematics against definitions,
// and what is left of a model without positions.
#include "core/analysis/positions/position_tables.h"
#include "core/analysis/positions/rotations.h"
#include "core/analysis/positions/sinusoids.h"
#include "core/analysis/positions/without_positions.h"
#include "core/model/positions.h"
#include "tests/support/model_folder.h"

#include <Eigen/SVD>
#include <QtTest/QtTest>

#include <numeric>

using namespace headlight;
using namespace headlight::test;

namespace {

constexpr std::size_t kFarthest = 20; // of the golden biases

std::map<std::string, Tensor> goldenTables() {
    return readTensors(std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / ".." / "core" / "analysis" /
                       "positions.safetensors");
}

double largestGap(const DoubleMatrix& found, const Tensor& expected) {
    const DoubleMatrix wanted = expected.matrix().cast<double>();
    return found.rows() == wanted.rows() && found.cols() == wanted.cols()
               ? (found - wanted).cwiseAbs().maxCoeff()
               : std::numeric_limits<double>::infinity();
}

/// Bits, not values: what must not differ at all.
bool sameBits(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::equal(a.span().begin(), a.span().end(), b.span().begin());
}

/// A folder's weights (of any type) edited and written back as F32.
void rewriteInF32(const ModelFolder& folder, const std::function<void(const std::string&, Tensor&)>& edit) {
    std::map<std::string, Tensor> tensors;
    {
        const auto checkpoint = Checkpoint::open(folder.path());
        for (const std::string& name : checkpoint.value()->names())
            edit(name, tensors.emplace(name, checkpoint.value()->read(name).value()).first->second);
    }
    std::vector<SafetensorsItem> items;
    for (const auto& [name, tensor] : tensors)
        items.push_back({name, tensor.shape(), tensor.span()});
    std::filesystem::remove(folder.path() / "model.safetensors");
    if (const auto written = writeSafetensors(folder.path() / "model.safetensors", items, {}); !written)
        qFatal("%s", written.error().message().c_str());
}

RunResult runIds(const Model& model, std::vector<TokenId> ids, std::vector<TokenId> target = {}) {
    auto run = model.run(model.prepareIds(std::move(ids), std::move(target)).value());
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return std::move(run).value();
}

} // namespace

class TestPositions : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { golden_ = goldenTables(); }
    void tablesAreThoseOfTransformers();
    void biasesAreThoseOfTransformers();
    void rotaryFrequenciesAreThoseOfTransformers_data();
    void rotaryFrequenciesAreThoseOfTransformers();
    void explainedTableIsTheModels();
    void dotProductDependsOnDistanceAlone();
    void shiftIsARotation();
    void similaritiesAndSpectrumAreNumPys();
    void bucketsCoverAllDistances();
    void turnedScoreIsTheTracesOwn_data();
    void turnedScoreIsTheTracesOwn();
    void stacksWithoutTablesSaySo();
    void offIsAZeroTable();
    void offIsAZeroBias();
    void offIsNoRotation();
    void withoutPositionsAnEncoderDoesNotSeeOrder_data();
    void withoutPositionsAnEncoderDoesNotSeeOrder();
    void offIsNeverTakenOverByLaterRuns();
    void comparisonMatchesItsDefinition();
    void comparisonStops();

private:
    std::map<std::string, Tensor> golden_;
};

void TestPositions::tablesAreThoseOfTransformers() {
    for (const std::string name : {"marian-swish", "m2m100-lm", "gpt2-lm"}) {
        const auto model = loadGolden(name);
        const Tensor& expected = golden_.at(name + ".table");
        const StackKind stack = model->spec().hasEncoder() ? StackKind::Encoder : StackKind::Decoder;
        const auto found = positionTable(*model, stack, expected.dimension(0));
        QVERIFY(found.ok());
        QVERIFY2(largestDifference(*found, expected) < 1e-6, name.c_str());
    }
    QCOMPARE(positionTable(*loadGolden("gpt2-lm"), StackKind::Decoder, 5)->dimension(0), std::size_t{5});
}

void TestPositions::biasesAreThoseOfTransformers() {
    const auto t5 = loadGolden("t5-relu");
    QCOMPARE(largestGap(biasByDistance(*t5, StackKind::Encoder, kFarthest)->bias,
                        golden_.at("t5-relu.encoder.bias")),
             0.0);
    const auto decoder = biasByDistance(*t5, StackKind::Decoder, kFarthest);
    QCOMPARE(largestGap(decoder->bias, golden_.at("t5-relu.decoder.bias")), 0.0);
    QCOMPARE(decoder->distances.back(), 0.0); // causal: no key behind the query
    const auto bloom = loadGolden("bloom-lm");
    QVERIFY(largestGap(biasByDistance(*bloom, StackKind::Decoder, kFarthest)->bias,
                       golden_.at("bloom-lm.bias")) < 1e-5);
}

void TestPositions::rotaryFrequenciesAreThoseOfTransformers_data() {
    QTest::addColumn<std::string>("name");
    for (const char* name : {"llama-lm", "llama-3", "llama-linear", "llama-yarn"})
        QTest::newRow(name) << std::string(name);
}

void TestPositions::rotaryFrequenciesAreThoseOfTransformers() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    const std::vector<float> found = rotaryFrequencies(model->spec().decoder->positions.rotary, 8);
    const Tensor& expected = golden_.at(name + ".frequencies");
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY(std::abs(found[i] - expected.data()[i]) <= 1e-7f * expected.data()[i]);
}

void TestPositions::explainedTableIsTheModels() {
    for (const SinusoidLayout layout : {SinusoidLayout::Marian, SinusoidLayout::Fairseq}) {
        const DoubleMatrix explained = sinusoidTable(sinusoidFrequencies(layout, 64), 200);
        QVERIFY(largestGap(explained, sinusoidalPositions(200, 64, layout)) < 2e-5);
    }
}

void TestPositions::dotProductDependsOnDistanceAlone() {
    const auto frequencies = sinusoidFrequencies(SinusoidLayout::Marian, 32);
    const DoubleMatrix table = sinusoidTable(frequencies, 60);
    const DoubleMatrix products = table * table.transpose();
    for (Eigen::Index i = 0; i < 60; ++i)
        for (Eigen::Index j = 0; j < 60; ++j)
            QVERIFY(std::abs(products(i, j) - sinusoidDot(frequencies, double(j - i))) < 1e-10);
    QCOMPARE(sinusoidDot(frequencies, 0.0), 16.0);
    const std::vector<double> means = meanByDistance(products);
    for (std::size_t distance = 0; distance < means.size(); ++distance)
        QVERIFY(std::abs(means[distance] - sinusoidDot(frequencies, double(distance))) < 1e-10);
}

void TestPositions::shiftIsARotation() {
    const auto frequencies = sinusoidFrequencies(SinusoidLayout::Fairseq, 16);
    const DoubleMatrix table = sinusoidTable(frequencies, 40);
    const auto pairs = shiftAsRotation(frequencies, 7, 12);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto column = static_cast<Eigen::Index>(i);
        QVERIFY(std::abs(pairs[i].sine - table(7, column)) < 1e-14);
        QVERIFY(std::abs(pairs[i].turned_sine - table(19, column)) <
                1e-13); // position 7 turned by 12 is position 19
        QVERIFY(std::abs(pairs[i].turned_cosine - table(19, column + 8)) < 1e-13);
    }
}

void TestPositions::similaritiesAndSpectrumAreNumPys() {
    const auto model = loadGolden("gpt2-lm");
    const auto table = positionTable(*model, StackKind::Decoder, 1000);
    QVERIFY(largestGap(cosineSimilarities(*table), golden_.at("gpt2-lm.similarities")) < 1e-6);
    const auto found = singularValues(*table);
    const Tensor& expected = golden_.at("gpt2-lm.singular");
    QCOMPARE(found->size(), expected.size());
    for (std::size_t i = 0; i < found->size(); ++i)
        QVERIFY(std::abs((*found)[i] - double(expected.data()[i])) < 1e-5);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(singularValues(*table, {stop.get_token(), {}}).error().cancelled());
}

void TestPositions::bucketsCoverAllDistances() {
    const RelativeBiasSpec spec{.n_buckets = 32, .max_distance = 128, .bidirectional = true};
    const auto runs = bucketRuns(spec, 200);
    QCOMPARE(runs.front().first, std::ptrdiff_t{-200});
    QCOMPARE(runs.back().last, std::ptrdiff_t{200});
    for (std::size_t i = 0; i < runs.size(); ++i) {
        QCOMPARE(relativeBucket(spec, runs[i].first), runs[i].bucket);
        QCOMPARE(relativeBucket(spec, runs[i].last), runs[i].bucket);
        if (i > 0)
            QCOMPARE(runs[i].first, runs[i - 1].last + 1);
    }
    QCOMPARE(runs.size(), std::size_t{31}); // of 32 buckets, the one for "0 ahead" never comes
    QCOMPARE(bucketRuns({.n_buckets = 8, .max_distance = 12, .bidirectional = false}, 30).back().last,
             std::ptrdiff_t{0});
}

void TestPositions::turnedScoreIsTheTracesOwn_data() {
    QTest::addColumn<std::string>("name");
    for (const char* name : {"llama-lm", "llama-yarn", "gptj-lm", "gpt-neox-lm", "phi3-longrope"})
        QTest::newRow(name) << std::string(name);
}

void TestPositions::turnedScoreIsTheTracesOwn() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    const RunResult run = runIds(*model, {5, 9, 7, 3, 8, 1});
    // The same two words elsewhere: the first token's key and the last one's query, with others put between
    // them.
    const RunResult longer = runIds(*model, {5, 9, 7, 3, 8, 1, 1, 1, 1});
    const RotarySpec& rotary = model->spec().decoder->positions.rotary;
    const AttentionKind kind = AttentionKind::DecoderSelf;
    const Tensor query = run.trace->query(kind, LayerIndex(0));
    const Tensor key = run.trace->key(kind, LayerIndex(0));
    const std::size_t dim = run.trace->headDim(kind);
    const auto frequencies = rotaryFrequencies(rotary, 6);
    const TurnedPair pair{query.span().subspan(5 * dim, dim), key.span().subspan(0, dim), -5.0,
                          double(model->spec().decoder->attentionScale(0))};
    const std::vector<double> wanted{-5.0, -6.0, -8.0};
    const auto scores = scoresByDistance(rotary, frequencies, pair, wanted);
    const HeadAddress head{kind, LayerIndex(0), HeadIndex(0)};
    const double own = double(run.trace->rawScores(head, {5, 6}, {0, 1}).data()[0]);
    QVERIFY2(std::abs(scores[0] - own) < 1e-4 * (1.0 + std::abs(own)),
             qPrintable(QStringLiteral("%1 %2").arg(scores[0]).arg(own)));
    // In layer 0 query and key depend on their token alone, so that moving the word is running another text.
    for (std::size_t i = 1; i < wanted.size(); ++i) {
        const auto row = static_cast<std::size_t>(-wanted[i]);
        const double moved = double(longer.trace->rawScores(head, {row, row + 1}, {0, 1}).data()[0]);
        QVERIFY2(std::abs(scores[i] - moved) < 1e-4 * (1.0 + std::abs(moved)),
                 qPrintable(QStringLiteral("%1 %2").arg(scores[i]).arg(moved)));
    }
    QVERIFY(std::abs(rotaryAlikeness(frequencies, 0.0) - 1.0) < 1e-12);
}

void TestPositions::stacksWithoutTablesSaySo() {
    const auto llama = loadGolden("llama-lm");
    QVERIFY(!positionTable(*llama, StackKind::Decoder, 10).ok());
    QVERIFY(!positionTable(*llama, StackKind::Encoder, 10).ok());
    QVERIFY(!biasByDistance(*llama, StackKind::Decoder, 10).ok());
    QVERIFY(positionTable(*loadGolden("mpnet-mlm"), StackKind::Encoder, 10).ok()); // both at once
    QVERIFY(biasByDistance(*loadGolden("mpnet-mlm"), StackKind::Encoder, 10).ok());
}

void TestPositions::offIsAZeroTable() {
    const ModelFolder zeroed("gpt2-lm");
    zeroed.editTensors([](ModelFolder::Tensors& tensors) {
        for (auto& [name, tensor] : tensors)
            if (name.ends_with("wpe.weight"))
                std::ranges::fill(tensor.span(), 0.0f);
    });
    const auto model = loadGolden("gpt2-lm");
    const auto other = zeroed.load();
    const std::vector<TokenId> ids{5, 9, 7, 3, 8, 1};
    const auto off = model->runWithoutPositions(model->prepareIds(ids).value());
    const RunResult zero = runIds(**other, ids);
    QVERIFY(
        sameBits(off->trace->finalHidden(StackKind::Decoder), zero.trace->finalHidden(StackKind::Decoder)));
    QVERIFY(sameBits(*model->logits(*off->trace, {0, 6}), *(*other)->logits(*zero.trace, {0, 6})));
    QVERIFY(!sameBits(off->trace->finalHidden(StackKind::Decoder),
                      runIds(*model, ids).trace->finalHidden(StackKind::Decoder)));
}

void TestPositions::offIsAZeroBias() {
    const ModelFolder zeroed("t5-gated");
    rewriteInF32(zeroed, [](const std::string& name, Tensor& tensor) {
        if (name.find("relative_attention_bias") != std::string::npos)
            std::ranges::fill(tensor.span(), 0.0f);
    });
    const auto model = loadGolden("t5-gated");
    const auto other = zeroed.load();
    QVERIFY(other.ok());
    const auto off = model->runWithoutPositions(model->prepareIds({5, 9, 7, 3, 1}, {0, 4, 6}).value());
    const RunResult zero = runIds(**other, {5, 9, 7, 3, 1}, {0, 4, 6});
    QVERIFY(
        sameBits(off->trace->finalHidden(StackKind::Encoder), zero.trace->finalHidden(StackKind::Encoder)));
    QVERIFY(
        sameBits(off->trace->finalHidden(StackKind::Decoder), zero.trace->finalHidden(StackKind::Decoder)));
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(1)};
    QVERIFY(sameBits(off->trace->weights(head), zero.trace->weights(head)));
}

void TestPositions::offIsNoRotation() {
    const auto model = loadGolden("llama-linear");
    const std::vector<TokenId> ids{5, 9, 7, 3, 8, 1};
    const auto off = model->runWithoutPositions(model->prepareIds(ids).value());
    const AttentionKind kind = AttentionKind::DecoderSelf;
    const std::size_t dim = off->trace->headDim(kind);
    const Tensor query = off->trace->query(kind, LayerIndex(0)); // [n_heads, n_query, head_dim]
    for (std::size_t token = 0; token < ids.size(); ++token) {
        const RunResult alone = runIds(*model, {ids[token]}); // at position 0 nothing is turned
        const Tensor expected = alone.trace->query(kind, LayerIndex(0));
        for (std::size_t head = 0; head < query.dimension(0); ++head)
            for (std::size_t d = 0; d < dim; ++d)
                QCOMPARE(query.data()[(head * ids.size() + token) * dim + d],
                         expected.data()[head * dim + d]);
    }
    const auto one = model->runWithoutPositions(model->prepareIds({5}).value());
    QVERIFY(sameBits(one->trace->finalHidden(StackKind::Decoder),
                     runIds(*model, {5}).trace->finalHidden(StackKind::Decoder)));
}

void TestPositions::withoutPositionsAnEncoderDoesNotSeeOrder_data() {
    QTest::addColumn<std::string>("name");
    for (const char* name :
         {"bert-mlm", "mpnet-mlm", "roberta-mlm", "albert-mlm", "marian-swish", "t5-relu", "m2m100-lm"})
        QTest::newRow(name) << std::string(name);
}

void TestPositions::withoutPositionsAnEncoderDoesNotSeeOrder() {
    QFETCH(std::string, name);
    const auto model = loadGolden(name);
    const std::vector<TokenId> ids{5, 9, 7, 3, 8};
    const std::vector<std::size_t> order{3, 0, 4, 2, 1};
    std::vector<TokenId> mixed;
    for (const std::size_t i : order)
        mixed.push_back(ids[i]);
    const std::vector<TokenId> target =
        model->spec().hasDecoder() ? std::vector<TokenId>{0, 4} : std::vector<TokenId>{};
    const auto run = model->runWithoutPositions(model->prepareIds(ids, target).value());
    const auto other = model->runWithoutPositions(model->prepareIds(mixed, target).value());
    const Tensor a = run->trace->finalHidden(StackKind::Encoder);
    const Tensor b = other->trace->finalHidden(StackKind::Encoder);
    for (std::size_t row = 0; row < order.size(); ++row)
        for (std::size_t d = 0; d < a.dimension(1); ++d)
            QVERIFY(std::abs(a.row(order[row])[d] - b.row(row)[d]) < 1e-4f);
}

void TestPositions::offIsNeverTakenOverByLaterRuns() {
    const auto model = loadGolden("gpt2-lm");
    const auto input = model->prepareIds({5, 9, 7, 3}).value();
    const auto off = model->runWithoutPositions(input);
    const auto after = model->run(model->prepareIds({5, 9, 7, 3, 8}).value(), {}, &*off);
    QCOMPARE(after->n_computed, std::size_t{5});
    QVERIFY(sameBits(after->trace->finalHidden(StackKind::Decoder),
                     runIds(*model, {5, 9, 7, 3, 8}).trace->finalHidden(StackKind::Decoder)));
}

void TestPositions::comparisonMatchesItsDefinition() {
    const auto model = loadGolden("gpt2-lm");
    const std::vector<TokenId> ids{5, 9, 7, 3, 8, 1};
    const std::vector<TokenId> next(ids.begin() + 1, ids.end());
    const RunResult with = runIds(*model, ids);
    const auto compared = compareWithoutPositions(*model, with, next);
    QVERIFY(compared.ok());
    QCOMPARE(compared->rows.size(), ids.size());
    const Tensor before = model->logits(*with.trace, {0, 6}).value();
    const Tensor after = model->logits(*compared->run.trace, {0, 6}).value();
    double surprise = 0.0, divergence = 0.0;
    for (std::size_t row = 0; row < next.size(); ++row)
        surprise -= std::log(probabilityOf(after.row(row), next[row])) / double(next.size());
    for (std::size_t id = 0; id < before.dimension(1); ++id) {
        const double p = probabilityOf(before.row(2), TokenId(id)),
                     q = probabilityOf(after.row(2), TokenId(id));
        divergence += p * std::log(p / q);
    }
    QVERIFY(std::abs(*compared->surprise_without - surprise) < 1e-6);
    QVERIFY(std::abs(compared->rows[2].divergence - divergence) < 1e-6);
    QVERIFY(!compared->rows[5].surprise_with); // nothing follows the last token yet
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(2), HeadIndex(1)};
    const Tensor a = with.trace->weights(head), b = compared->run.trace->weights(head);
    double moved = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        moved += std::abs(double(a.data()[i]) - double(b.data()[i])) / 12.0;
    QVERIFY(std::abs(compared->moved.at(AttentionKind::DecoderSelf)(2, 1) - moved) < 1e-9);
    QVERIFY(moved > 0.01 && moved < 1.0);
}

void TestPositions::comparisonStops() {
    const auto model = loadGolden("gpt2-lm");
    const RunResult with = runIds(*model, {5, 9, 7});
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(compareWithoutPositions(*model, with, {}, {stop.get_token(), {}}).error().cancelled());
    const auto headless = loadGolden("bert-headless");
    const auto compared = compareWithoutPositions(*headless, runIds(*headless, {5, 9, 7}), {});
    QVERIFY(compared.ok() && compared->rows.empty() && !compared->surprise_with);
}

QTEST_APPLESS_MAIN(TestPositions)
#include "tst_positions.moc"
