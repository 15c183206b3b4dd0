// Step by step: every cell of every step against its operands in double precision, and the steps each kind of
// model takes.
#include "core/analysis/steps/steps.h"
#include "tests/support/step_runs.h"

#include <QtTest>

#include <cmath>

using namespace headlight;
using namespace headlight::test;

namespace {

RunResult runSome(const Model& model) {
    auto run = model.run(someInput(model));
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return *run;
}

std::vector<Step> stepsFor(const Model& model, const RunResult& run, const HeadAddress& head) {
    const auto activations = recordLayer(model, run.input, queryStack(head.kind), head.layer);
    if (!activations)
        qFatal("%s", activations.error().message().c_str());
    return stepsOf(model, *run.trace, *activations, head);
}

std::vector<StepKind> kindsOf(const std::vector<Step>& steps) {
    std::vector<StepKind> kinds;
    for (const Step& step : steps)
        kinds.push_back(step.kind);
    return kinds;
}

} // namespace

class TestSteps : public QObject {
    Q_OBJECT
private slots:
    void everyCellFollowsFromItsOperands_data();
    void everyCellFollowsFromItsOperands();
    void mapsAndNormsAreSpelledOut_data();
    void mapsAndNormsAreSpelledOut();
    void stepsAreTheModelsOwn();
    void crossAttentionJoinsTheStacks();
    void parallelFeedForwardReadsWhatAttentionRead();
    void onlyWhatIsAddedIsCalledAPosition();
    void coloursReachAsFarAsMostNumbers();
    void theChainIsClosed();
};

void TestSteps::everyCellFollowsFromItsOperands_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"gpt2-lm", "bert-mlm", "marian-swish", "t5-gated", "llama-lm", "gemma2-lm",
                             "gpt-neox-lm", "bloom-lm", "falcon-7b", "qwen3-lm", "opt-lm", "mpnet-mlm",
                             "albert-mlm", "electra-mlm-wide", "electra-mlm", "blenderbot-small-lm", "bart-lm"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestSteps::everyCellFollowsFromItsOperands() {
    QFETCH(const QString, name);
    const auto model = loadGolden(name.toStdString());
    const RunResult run = runSome(*model);
    for (const AttentionKind kind : run.trace->kinds()) {
        const HeadAddress head{kind, LayerIndex(run.trace->nLayers(kind) - 1),
                               HeadIndex(run.trace->nHeads(kind) - 1)};
        QVERIFY(checkCells(stepsFor(*model, run, head)) > 100);
    }
}

void TestSteps::mapsAndNormsAreSpelledOut_data() {
    everyCellFollowsFromItsOperands_data();
}

/// Which steps say "this number" and no more: those that look up, gather or leave as it was; and where a norm
/// stands between a map and what is shown of it (Gemma 2).
void TestSteps::mapsAndNormsAreSpelledOut() {
    QFETCH(const QString, name);
    using enum StepKind;
    const std::vector<StepKind> looked_up{Embed, ReadStream, Concatenate};
    const auto model = loadGolden(name.toStdString());
    const RunResult run = runSome(*model);
    for (const AttentionKind kind : run.trace->kinds())
        for (const Step& step : stepsFor(*model, run, {kind, LayerIndex(0), HeadIndex(1)})) {
            if (std::ranges::find(looked_up, step.kind) != looked_up.end() ||
                (name == QStringLiteral("gemma2-lm") &&
                 (step.kind == OutputMap || step.kind == FeedForwardOut)))
                continue;
            for (std::size_t result = 0; result < step.results.size(); ++result) {
                const CellArithmetic cell = arithmeticOf(step, result, 1, 0);
                QVERIFY2(cell.exact, qPrintable(QStringLiteral("step %1").arg(static_cast<int>(step.kind))));
                QVERIFY(!cell.terms.empty() || cell.norm);
            }
        }
}

void TestSteps::stepsAreTheModelsOwn() {
    const auto steps = [](const char* name, std::size_t layer) {
        const auto model = loadGolden(name);
        const RunResult run = runSome(*model);
        return stepsFor(*model, run, {run.trace->kinds().front(), LayerIndex(layer), HeadIndex(0)});
    };
    using enum StepKind;
    const std::vector<StepKind> gpt2{
        Embed,         AddPosition,  AttentionNorm,   Project,          Product,
        Scale,         Mask,         Softmax,         WeightedSum,      Concatenate,
        OutputMap,     AttentionAdd, FeedForwardNorm, FeedForwardInner, FeedForwardOut,
        FeedForwardAdd};
    QVERIFY(kindsOf(steps("gpt2-lm", 0)) == gpt2);
    const std::vector<StepKind> bert{ReadStream,       Project,
                                     Product,          Scale,
                                     Softmax,          WeightedSum,
                                     Concatenate,      OutputMap,
                                     AttentionAdd,     AttentionPostNorm,
                                     FeedForwardInner, FeedForwardOut,
                                     FeedForwardAdd,   FeedForwardPostNorm};
    QVERIFY(kindsOf(steps("bert-mlm", 1)) == bert);
    QVERIFY(contains(steps("llama-lm", 0), Place) && !contains(steps("llama-lm", 0), AddPosition));
    QVERIFY(contains(steps("gemma2-lm", 0), SoftCap));
    QVERIFY(contains(steps("t5-gated", 0), Bias) &&
            !contains(steps("t5-gated", 0), Scale)); // T5 does not scale
    QVERIFY(contains(steps("bloom-lm", 0), Bias) && contains(steps("bloom-lm", 0), Mask));
}

void TestSteps::crossAttentionJoinsTheStacks() {
    const auto model = loadGolden("marian-swish");
    const RunResult run = runSome(*model);
    const std::vector<Step> cross =
        stepsFor(*model, run, {AttentionKind::Cross, LayerIndex(0), HeadIndex(0)});
    const auto project = std::ranges::find(cross, StepKind::Project, &Step::kind);
    QVERIFY(project != cross.end());
    QCOMPARE(project->results[0].values->dimension(0), run.input.target.size()); // queries of the decoder
    QCOMPARE(project->results[1].values->dimension(0), run.input.source.size()); // keys of the encoder
    QCOMPARE(project->operands.size(), std::size_t{2});                          // both are shown
    QVERIFY(std::ranges::equal(project->operands[1].values->span(),
                               run.trace->finalHidden(StackKind::Encoder).span()));
    QCOMPARE(project->maps[1].operand, std::size_t{1});
    QVERIFY(contains(cross, StepKind::FeedForwardAdd));
    const std::vector<Step> self =
        stepsFor(*model, run, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    QVERIFY(!contains(self, StepKind::FeedForwardAdd)); // cross attention comes first
    // The stream cross attention reads is what self attention left.
    QVERIFY(
        std::ranges::equal(self.back().results[0].values->span(), cross.front().results[0].values->span()));
}

void TestSteps::parallelFeedForwardReadsWhatAttentionRead() {
    const auto model = loadGolden("gpt-neox-lm"); // a norm of its own, of the stream before attention
    QVERIFY(model->spec().decoder->parallel_residual);
    const RunResult run = runSome(*model);
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)};
    const std::vector<Step> steps = stepsFor(*model, run, head);
    const auto norm = std::ranges::find(steps, StepKind::FeedForwardNorm, &Step::kind);
    QVERIFY(norm != steps.end());
    QVERIFY(std::ranges::equal(norm->operands[0].values->span(),
                               run.trace->hidden(StackKind::Decoder, LayerIndex(0)).span()));
    QCOMPARE(norm->operands[0].symbol, std::string("X"));
    const auto falcon = loadGolden("falcon-7b"); // one norm for both: shown once
    const RunResult shared = runSome(*falcon);
    const std::vector<Step> once =
        stepsFor(*falcon, shared, {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    QVERIFY(contains(once, StepKind::AttentionNorm) && !contains(once, StepKind::FeedForwardNorm));
    const auto inner = std::ranges::find(once, StepKind::FeedForwardInner, &Step::kind);
    QCOMPARE(inner->operands[0].symbol, std::string("norm(X)"));
}

void TestSteps::onlyWhatIsAddedIsCalledAPosition() {
    const auto kinds = [](const char* name) {
        const auto model = loadGolden(name);
        const RunResult run = runSome(*model);
        return stepsFor(*model, run, {run.trace->kinds().front(), LayerIndex(0), HeadIndex(0)});
    };
    const std::vector<Step> bloom = kinds("bloom-lm"); // a norm, and positions in the scores
    QVERIFY(contains(bloom, StepKind::NormEmbedding) && !contains(bloom, StepKind::AddPosition));
    const std::vector<Step> bert = kinds("bert-mlm"); // the sum, then its norm, each with its arithmetic
    QVERIFY(bert[1].kind == StepKind::AddPosition && bert[2].kind == StepKind::NormEmbedding);
    QCOMPARE(bert[2].operands[0].symbol, bert[1].results[0].symbol);
    QCOMPARE(bert[2].results[0].symbol, std::string("X"));
    const CellArithmetic sum = arithmeticOf(bert[1], 0, 2, 3), norm = arithmeticOf(bert[2], 0, 2, 3);
    QVERIFY(sum.terms.size() == 2 && sum.exact && std::abs(*sum.exact - sum.as_run) < 1e-5);
    QVERIFY(norm.norm && norm.exact && std::abs(*norm.exact - norm.as_run) < 1e-5);
    QVERIFY(std::abs(norm.norm->x - sum.as_run) < 1e-7);
    const auto blenderbot = loadGolden("blenderbot-small-lm"); // its decoder does it the other way round
    const std::vector<Step> small = stepsFor(*blenderbot, runSome(*blenderbot),
                                             {AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)});
    QVERIFY(small[1].kind == StepKind::NormEmbedding && small[2].kind == StepKind::AddPosition);
    const std::vector<Step> albert = kinds("albert-mlm"); // narrow embeddings: sum, norm, then the map
    QVERIFY(albert[3].kind == StepKind::MapEmbedding && albert[3].results[0].symbol == "X");
    const std::vector<Step> mpnet = kinds("mpnet-mlm"); // a table, and a bias in the scores as well
    QVERIFY(contains(mpnet, StepKind::AddPosition) && contains(mpnet, StepKind::Bias));
    const std::vector<Step> gpt2 = kinds("gpt2-lm");
    const auto scale = std::ranges::find(gpt2, StepKind::Scale, &Step::kind);
    QVERIFY(scale->root_of > 0 && std::abs(*scale->constant - std::sqrt(double(scale->root_of))) < 1e-6);
}

void TestSteps::coloursReachAsFarAsMostNumbers() {
    const auto model = loadGolden("gpt2-lm");
    const RunResult run = runSome(*model);
    for (const Step& step : stepsFor(*model, run, {AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)}))
        for (const StepMatrix& matrix : step.results) {
            std::size_t n_beyond = 0;
            std::size_t n_at_most = 0;
            float largest = 0.0f;
            for (const float value : matrix.values->span()) {
                if (value == kMaskedScore)
                    continue;
                ++(std::abs(value) > matrix.usual_size ? n_beyond : n_at_most);
                largest = std::max(largest, std::abs(value));
            }
            QVERIFY(n_beyond <= 1 + (n_beyond + n_at_most) / 20);
            QVERIFY(matrix.usual_size == largest || matrix.usual_size < largest / 4);
        }
}

void TestSteps::theChainIsClosed() {
    const auto model = loadGolden("gpt2-lm");
    const RunResult run = runSome(*model);
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(1)};
    const std::vector<Step> steps = stepsFor(*model, run, head);
    QVERIFY(std::ranges::equal(steps.back().results[0].values->span(),
                               run.trace->hidden(StackKind::Decoder, head.layer).span()));
    const auto softmax = std::ranges::find(steps, StepKind::Softmax, &Step::kind);
    QVERIFY(std::ranges::equal(softmax->results[0].values->span(), run.trace->weights(head).span()));
    const CellArithmetic hidden = arithmeticOf(*softmax, 0, 2, 6);
    QVERIFY(hidden.masked);
    QCOMPARE(hidden.as_run, 0.0);
}

QTEST_APPLESS_MAIN(TestSteps)
#include "tst_steps.moc"
