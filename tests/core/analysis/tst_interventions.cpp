// Changes inside a pass: each does what it says and nothing else, against hand calculations and against what
// must come out the same by another way.
#include "core/analysis/activations/activations.h"
#include "core/analysis/interventions/change.h"
#include "tests/support/golden_case.h"

#include <QtTest>

#include <cmath>
#include <cstring>

using namespace headlight;
using namespace headlight::test;

namespace {

std::shared_ptr<const Model> load(const std::string& name) {
    const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    auto model = Model::load(goldenRoot() / name, backend);
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return *model;
}

/// A few ids the model knows; encoder-decoders get a target of four.
ModelInput someInput(const Model& model, std::size_t n = 9) {
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < n; ++i)
        ids.push_back(static_cast<TokenId>(5 + (i * 7) % (model.spec().vocabulary_size - 6)));
    const bool translates = model.spec().kind == ModelKind::EncoderDecoder;
    auto input = translates ? model.prepareIds(ids, {2, 6, 9, 11}) : model.prepareIds(ids);
    if (!input)
        qFatal("%s", input.error().message().c_str());
    return *input;
}

RunResult changed(const Model& model, const std::vector<Change>& changes) {
    auto run = runChanged(model, someInput(model), changes);
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return *run;
}

double furthest(const Tensor& a, const Tensor& b) {
    double most = a.shape() == b.shape() ? 0.0 : 1e9;
    for (std::size_t i = 0; most < 1e9 && i < a.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(a.span()[i]) - static_cast<double>(b.span()[i])));
    return most;
}

StackKind queriesOf(AttentionKind kind) {
    return kind == AttentionKind::EncoderSelf ? StackKind::Encoder : StackKind::Decoder;
}

Tensor finalOf(const RunResult& run, AttentionKind kind) {
    return run.trace->finalHidden(queriesOf(kind));
}

/// The last layer's first head of the model's last kind of attention.
HeadAddress someHead(const Trace& trace) {
    const AttentionKind kind = trace.kinds().back();
    return {kind, LayerIndex(0), HeadIndex(0)};
}

constexpr double kRounding = 2e-5; // one more rounding of a head's output, carried through a tiny model

} // namespace

class TestInterventions : public QObject {
    Q_OBJECT
private slots:
    void nothingChangedIsTheUsualPass_data() { models(); }
    void nothingChangedIsTheUsualPass();
    void theScoreThatIsThereChangesNothing_data() { models(); }
    void theScoreThatIsThereChangesNothing();
    void aHiddenKeyLeavesItsWeightToTheOthers_data() { models(); }
    void aHiddenKeyLeavesItsWeightToTheOthers();
    void aCausalCellCanBeUncovered();
    void aWeightIsTakenAsGiven();
    void scaleAndTemperatureAreTheSameWithoutBias();
    void aHeadSwitchedOffGivesNothing();
    void swappedTokensRunAsSwapped();
    void aPermutationOfTokensAndPositionsPermutesAnEncoder();
    void rotaryPositionsCanBeMoved();
    void laterLayersFollow();
    void recordedMatricesAreThoseOfTheTrace_data() { models(); }
    void recordedMatricesAreThoseOfTheTrace();
    void impossibleChangesSayWhy_data();
    void impossibleChangesSayWhy();

private:
    void models();
};

void TestInterventions::models() {
    QTest::addColumn<QString>("name");
    // Pre, post and sandwich norms, parallel residual, grouped heads, rotary, relative bias, ALiBi, soft
    // caps, windows.
    for (const char* name : {"gpt2-lm", "bert-mlm", "marian-relu", "t5-gated", "llama-lm", "gemma2-lm",
                             "gpt-neox-lm", "bloom-lm", "falcon-7b", "mpnet-mlm", "opt-lm"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestInterventions::nothingChangedIsTheUsualPass() {
    QFETCH(const QString, name);
    const auto model = load(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    const RunResult same = changed(*model, {});
    const HeadAddress head = someHead(*usual.trace);
    QCOMPARE(furthest(finalOf(usual, head.kind), finalOf(same, head.kind)), 0.0);
    QVERIFY(same.trace->editedRows(head) == nullptr);
}

void TestInterventions::theScoreThatIsThereChangesNothing() {
    QFETCH(const QString, name);
    const auto model = load(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    const HeadAddress head = someHead(*usual.trace);
    const Tensor scores = usual.trace->scores(head, {3, 4}, {0, usual.trace->nKeys(head.kind)});
    const RunResult same = changed(*model, {SetScore{{head, 3, 1}, scores.row(0)[1]}});
    QVERIFY(same.trace->editedRows(head) != nullptr);
    QVERIFY(furthest(usual.trace->weights(head), same.trace->weights(head)) < 1e-6);
    const double apart = furthest(finalOf(usual, head.kind), finalOf(same, head.kind));
    QVERIFY2(apart < kRounding, qPrintable(QString::number(apart)));
}

void TestInterventions::aHiddenKeyLeavesItsWeightToTheOthers() {
    QFETCH(const QString, name);
    const auto model = load(name.toStdString());
    const RunResult usual = model->run(someInput(*model)).value();
    const HeadAddress head = someHead(*usual.trace);
    const RunResult hidden = changed(*model, {SetMask{{head, 3, 1}, true}});
    const Tensor before = usual.trace->weights(head);
    const Tensor after = hidden.trace->weights(head);
    const double left = 1.0 - before.row(3)[1];
    for (std::size_t key = 0; key < usual.trace->nKeys(head.kind); ++key) {
        const double expected = key == 1 ? 0.0 : before.row(3)[key] / left;
        QVERIFY(std::abs(after.row(3)[key] - expected) < 1e-6);
        QCOMPARE(after.row(2)[key], before.row(2)[key]); // other rows of this layer stay bit for bit
    }
    const Tensor scores = hidden.trace->scores(head, {3, 4}, {1, 2});
    QCOMPARE(scores.row(0)[0], kMaskedScore);
    QVERIFY(furthest(finalOf(usual, head.kind), finalOf(hidden, head.kind)) > 1e-5);
    // Pooled cells come from the changed rows too.
    const Tensor pooled = hidden.trace->pooledWeights(head, {2, 4}, {0, 2}, 1, 1, Pooling::Mean);
    const double mean = (after.row(2)[0] + after.row(2)[1] + after.row(3)[0] + after.row(3)[1]) / 4.0;
    QVERIFY(std::abs(pooled.row(0)[0] - mean) < 1e-6);
}

void TestInterventions::aCausalCellCanBeUncovered() {
    const auto model = load("gpt2-lm");
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    const RunResult usual = model->run(someInput(*model)).value();
    const RunResult open = changed(*model, {SetMask{{head, 2, 6}, false}});
    const Tensor raw = usual.trace->rawScores(head, {2, 3}, {0, 9});
    const Tensor scores = open.trace->scores(head, {2, 3}, {0, 9});
    QVERIFY(std::abs(scores.row(0)[6] - raw.row(0)[6]) < 1e-6);
    QCOMPARE(scores.row(0)[5], kMaskedScore);
    double sum = 0.0;
    const Tensor weights = open.trace->weights(head); // rows are views of it
    for (const float weight : weights.row(2))
        sum += weight;
    QVERIFY(std::abs(sum - 1.0) < 1e-6);
    QVERIFY(weights.row(2)[6] > 0.0f);
}

void TestInterventions::aWeightIsTakenAsGiven() {
    const auto model = load("bert-mlm");
    const HeadAddress head{AttentionKind::EncoderSelf, LayerIndex(1), HeadIndex(1)};
    const Tensor before = model->run(someInput(*model)).value().trace->weights(head);
    const Tensor shared = changed(*model, {SetWeight{{head, 4, 2}, 0.75f, true}}).trace->weights(head);
    const Tensor alone = changed(*model, {SetWeight{{head, 4, 2}, 0.75f, false}}).trace->weights(head);
    for (std::size_t key = 0; key < 9; ++key) {
        const double others = before.row(4)[key] * 0.25 / (1.0 - before.row(4)[2]);
        QVERIFY(std::abs(shared.row(4)[key] - (key == 2 ? 0.75 : others)) < 1e-6);
        QVERIFY(std::abs(alone.row(4)[key] - (key == 2 ? 0.75 : before.row(4)[key])) < 1e-6);
    }
}

void TestInterventions::scaleAndTemperatureAreTheSameWithoutBias() {
    const auto model = load("gpt2-lm");
    const AttentionKind kind = AttentionKind::DecoderSelf;
    const float scale =
        model->run(someInput(*model)).value().trace->attention(kind, LayerIndex(1)).problem.scale;
    const RunResult scaled = changed(*model, {SetScale{kind, LayerIndex(1), {}, scale / 2.5f}});
    const RunResult cooled = changed(*model, {SetTemperature{kind, LayerIndex(1), {}, 2.5f}});
    QVERIFY(furthest(scaled.trace->weights({kind, LayerIndex(1), HeadIndex(1)}),
                     cooled.trace->weights({kind, LayerIndex(1), HeadIndex(1)})) < 1e-6);
    QVERIFY(furthest(finalOf(scaled, kind), finalOf(cooled, kind)) < kRounding);
    const RunResult one = changed(*model, {SetTemperature{kind, LayerIndex(1), HeadIndex(0), 2.5f}});
    QVERIFY(one.trace->editedRows({kind, LayerIndex(1), HeadIndex(1)}) == nullptr);
}

void TestInterventions::aHeadSwitchedOffGivesNothing() {
    const auto model = load("gpt2-lm");
    const AttentionKind kind = AttentionKind::DecoderSelf;
    std::vector<Change> all_off;
    const std::size_t n_heads = model->spec().decoder->n_heads;
    for (std::size_t head = 0; head < n_heads; ++head)
        all_off.push_back(SetHeadOutput{{kind, LayerIndex(0), HeadIndex(head)}, 0.0f});
    // With every head off all that attention adds is the output layer's bias: temperature then changes
    // nothing.
    const RunResult off = changed(*model, all_off);
    all_off.push_back(SetTemperature{kind, LayerIndex(0), {}, 7.0f});
    const RunResult off_and_hot = changed(*model, all_off);
    QCOMPARE(furthest(off.trace->hidden(StackKind::Decoder, LayerIndex(0)),
                      off_and_hot.trace->hidden(StackKind::Decoder, LayerIndex(0))),
             0.0);
    const RunResult once = changed(*model, {SetHeadOutput{{kind, LayerIndex(0), HeadIndex(0)}, 1.0f}});
    QCOMPARE(furthest(finalOf(once, kind), finalOf({*model->run(someInput(*model))}, kind)), 0.0);
}

void TestInterventions::swappedTokensRunAsSwapped() {
    const auto model = load("gpt2-lm");
    std::vector<TokenId> ids = someInput(*model).target.ids;
    std::swap(ids[2], ids[5]);
    const RunResult expected = model->run(model->prepareIds(ids).value()).value();
    const RunResult swapped = changed(*model, {SwapTokens{StackKind::Decoder, 2, 5}});
    QVERIFY(swapped.input.target.ids == ids);
    QCOMPARE(furthest(expected.trace->finalHidden(StackKind::Decoder),
                      swapped.trace->finalHidden(StackKind::Decoder)),
             0.0);
}

void TestInterventions::aPermutationOfTokensAndPositionsPermutesAnEncoder() {
    const auto model = load("bert-mlm");
    const RunResult usual = model->run(someInput(*model)).value();
    const RunResult both =
        changed(*model, {SwapTokens{StackKind::Encoder, 2, 5}, SetPosition{StackKind::Encoder, 2, 5},
                         SetPosition{StackKind::Encoder, 5, 2}});
    const Tensor a = usual.trace->finalHidden(StackKind::Encoder);
    const Tensor b = both.trace->finalHidden(StackKind::Encoder);
    for (std::size_t d = 0; d < a.dimension(1); ++d) {
        QVERIFY(std::abs(a.row(2)[d] - b.row(5)[d]) < kRounding);
        QVERIFY(std::abs(a.row(5)[d] - b.row(2)[d]) < kRounding);
        QVERIFY(std::abs(a.row(7)[d] - b.row(7)[d]) < kRounding);
    }
}

void TestInterventions::rotaryPositionsCanBeMoved() {
    const auto model = load("llama-lm");
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    std::vector<Change> later;
    for (std::size_t token = 0; token < 9; ++token)
        later.push_back(SetPosition{StackKind::Decoder, token, token + 11});
    // Rotary scores know distances only: all tokens later together is the same map.
    const RunResult usual = model->run(someInput(*model)).value();
    const RunResult moved = changed(*model, later);
    QVERIFY(furthest(usual.trace->query(head.kind, head.layer), moved.trace->query(head.kind, head.layer)) >
            1e-3);
    QVERIFY(furthest(usual.trace->weights(head), moved.trace->weights(head)) < 1e-5);
    const RunResult one = changed(*model, {SetPosition{StackKind::Decoder, 4, 30}});
    QVERIFY(furthest(usual.trace->weights(head), one.trace->weights(head)) > 1e-4);
}

void TestInterventions::laterLayersFollow() {
    const auto model = load("marian-swish");
    const HeadAddress head{AttentionKind::Cross, LayerIndex(0), HeadIndex(0)};
    const RunResult usual = model->run(someInput(*model)).value();
    const RunResult hidden = changed(*model, {SetMask{{head, 2, 0}, true}});
    const HeadAddress next{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)};
    QVERIFY(furthest(usual.trace->weights(next), hidden.trace->weights(next)) > 1e-7);
    const Tensor before = model->logits(*usual.trace, {2, 3}).value();
    const Tensor after = model->logits(*hidden.trace, {2, 3}).value();
    QVERIFY(furthest(before, after) > 1e-6);
    // Rows before it do not see it, the encoder neither.
    QCOMPARE(
        furthest(model->logits(*usual.trace, {0, 2}).value(), model->logits(*hidden.trace, {0, 2}).value()),
        0.0);
    QCOMPARE(
        furthest(usual.trace->finalHidden(StackKind::Encoder), hidden.trace->finalHidden(StackKind::Encoder)),
        0.0);
    // What a changed pass left is never taken over by a later run.
    const RunResult again = model->run(someInput(*model), {}, &hidden).value();
    QCOMPARE(
        furthest(usual.trace->finalHidden(StackKind::Decoder), again.trace->finalHidden(StackKind::Decoder)),
        0.0);
}

void TestInterventions::recordedMatricesAreThoseOfTheTrace() {
    QFETCH(const QString, name);
    const auto model = load(name.toStdString());
    const RunResult run = model->run(someInput(*model)).value();
    for (const AttentionKind kind : run.trace->kinds()) {
        const StackKind stack = queriesOf(kind);
        for (std::size_t layer = 0; layer < run.trace->nLayers(kind); ++layer) {
            const auto recorded = recordLayer(*model, run.input, stack, LayerIndex(layer));
            QVERIFY(recorded.ok());
            QCOMPARE(
                furthest(*recorded->at.at(PassPoint::Hidden), run.trace->hidden(stack, LayerIndex(layer))),
                0.0);
            QCOMPARE(furthest(*recorded->residual_before,
                              layer == 0 ? run.trace->embedding(stack)
                                         : run.trace->hidden(stack, LayerIndex(layer - 1))),
                     0.0);
            // The first head's query lies in the first columns of the placed rows.
            const Tensor& placed = *recorded->at.at(
                kind == AttentionKind::Cross ? PassPoint::CrossQuery : PassPoint::PlacedQueryKeyValue);
            const Tensor query = run.trace->query(kind, LayerIndex(layer)); // [n_heads, n_query, head_dim]
            for (std::size_t row = 0; row < placed.dimension(0); ++row)
                QCOMPARE(std::memcmp(placed.row(row).data(), query.data() + row * query.dimension(2),
                                     query.dimension(2) * sizeof(float)),
                         0);
            QVERIFY(recorded->has(PassPoint::HeadOutputs) && recorded->has(PassPoint::FeedForwardInner));
        }
    }
}

void TestInterventions::impossibleChangesSayWhy_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("which");
    QTest::addColumn<QString>("says");
    QTest::newRow("no such attention") << "gpt2-lm" << 0 << "no cross attention";
    QTest::newRow("no such layer") << "gpt2-lm" << 1 << "no layer 100";
    QTest::newRow("no such head") << "gpt2-lm" << 2 << "no head 100";
    QTest::newRow("no such token") << "gpt2-lm" << 3 << "no decoder token 100";
    QTest::newRow("temperature zero") << "gpt2-lm" << 4 << "above 0";
    QTest::newRow("weight above one") << "gpt2-lm" << 5 << "between 0 and 1";
    QTest::newRow("score not a number") << "gpt2-lm" << 6 << "finite";
    QTest::newRow("positions by distance") << "bloom-lm" << 7 << "cannot be moved";
    QTest::newRow("no such position") << "gpt2-lm" << 8 << "no position";
}

void TestInterventions::impossibleChangesSayWhy() {
    QFETCH(const QString, name);
    QFETCH(const int, which);
    QFETCH(const QString, says);
    const auto self = AttentionKind::DecoderSelf;
    const HeadAddress head{self, LayerIndex(0), HeadIndex(0)};
    const std::vector<Change> changes{
        SetHeadOutput{{AttentionKind::Cross, LayerIndex(0), HeadIndex(0)}, 0.0f},
        SetScale{self, LayerIndex(99), {}, 1.0f},
        SetHeadOutput{{self, LayerIndex(0), HeadIndex(99)}, 0.0f},
        SetScore{{head, 99, 0}, 1.0f},
        SetTemperature{self, LayerIndex(0), {}, 0.0f},
        SetWeight{{head, 2, 1}, 1.5f},
        SetScore{{head, 2, 1}, std::numeric_limits<float>::quiet_NaN()},
        SetPosition{StackKind::Decoder, 1, 2},
        SetPosition{StackKind::Decoder, 1, std::size_t{1} << 30}};
    const auto model = load(name.toStdString());
    const auto run = runChanged(*model, someInput(*model), {changes[static_cast<std::size_t>(which)]});
    QVERIFY(!run.ok());
    QVERIFY2(QString::fromStdString(run.error().message()).contains(says), run.error().message().c_str());
    QVERIFY(!describeChange(changes[static_cast<std::size_t>(which)]).empty());
}

QTEST_APPLESS_MAIN(TestInterventions)
#include "tst_interventions.moc"
