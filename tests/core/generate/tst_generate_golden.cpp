// Generated ids against Hugging Face's `generate`, greedy and beam search (tests/golden).
#include "core/generate/generate.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

namespace {

/// Prompt and new ids as transformers returns them: the whole decoder sequence.
std::vector<TokenId> wholeSequence(const Generation& generation, std::size_t n_prompt) {
    std::vector<TokenId> ids = generation.run.input.target.ids;
    ids.resize(n_prompt);
    ids.insert(ids.end(), generation.new_ids.begin(), generation.new_ids.end());
    return ids;
}

} // namespace

class TestGenerateGolden : public QObject {
    Q_OBJECT
private slots:
    void greedyAndBeamIdsAreHuggingFaces_data();
    void greedyAndBeamIdsAreHuggingFaces();
    void traceIsThatOfATeacherForcedPass_data() { greedyAndBeamIdsAreHuggingFaces_data(); }
    void traceIsThatOfATeacherForcedPass();
};

void TestGenerateGolden::greedyAndBeamIdsAreHuggingFaces_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("beam");
    for (const std::string& name : goldenNames())
        if (goldenJson(name).contains("generate"))
            for (const bool beam : {false, true})
                QTest::newRow((name + (beam ? " beam" : " greedy")).c_str()) << QString::fromStdString(name) << beam;
}

void TestGenerateGolden::greedyAndBeamIdsAreHuggingFaces() {
    QFETCH(const QString, name);
    QFETCH(const bool, beam);
    const auto model = loadGolden(name.toStdString());
    const nlohmann::json settings = goldenJson(name.toStdString()).at("generate");
    for (const nlohmann::json& one : settings.at("cases")) {
        const auto prompt = model->prepareIds(idsOf(one, "ids"));
        QVERIFY(prompt.ok());
        const std::size_t n_prompt = std::max<std::size_t>(1, prompt.value().target.size());
        GenerateOptions options;
        options.n_beams = beam ? settings.at("num_beams").get<std::size_t>() : 1;
        options.max_new_tokens = settings.at("max_length").get<std::size_t>() - n_prompt;
        const auto generation = generate(*model, prompt.value(), options);
        QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
        const nlohmann::json& expected = one.at(beam ? "beam" : "greedy");
        QCOMPARE(wholeSequence(generation.value(), n_prompt), idsOf(expected, "ids"));
        if (beam)
            QVERIFY(std::abs(generation.value().score - expected.at("score").get<double>()) < 1e-4);
    }
}

void TestGenerateGolden::traceIsThatOfATeacherForcedPass() {
    QFETCH(const QString, name);
    QFETCH(const bool, beam);
    const auto model = loadGolden(name.toStdString());
    const nlohmann::json one = goldenJson(name.toStdString()).at("generate").at("cases").at(1);
    GenerateOptions options;
    options.n_beams = beam ? 3 : 1;
    options.max_new_tokens = 6;
    const auto generation = generate(*model, model->prepareIds(idsOf(one, "ids")).value(), options);
    QVERIFY(generation.ok());
    const Generation& grown = generation.value();
    const auto forced = model->run(grown.run.input);
    QVERIFY(forced.ok());
    QCOMPARE(grown.run.trace->stack(StackKind::Decoder).nTokens(), grown.run.input.target.size());
    QCOMPARE(grown.steps.size(), grown.new_ids.size());
    for (const AttentionKind kind : grown.run.trace->kinds())
        for (std::size_t layer = 0; layer < grown.run.trace->nLayers(kind); ++layer)
            for (std::size_t head = 0; head < grown.run.trace->nHeads(kind); ++head) {
                const HeadAddress address{kind, LayerIndex(layer), HeadIndex(head)};
                QVERIFY(largestDifference(grown.run.trace->weights(address), forced.value().trace->weights(address)) < 1e-5);
            }
    QVERIFY(largestDifference(grown.run.trace->finalHidden(StackKind::Decoder),
                              forced.value().trace->finalHidden(StackKind::Decoder)) < 1e-4);
}

QTEST_APPLESS_MAIN(TestGenerateGolden)
#include "tst_generate_golden.moc"
