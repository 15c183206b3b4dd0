// What a loaded model accepts, refuses and says about itself.
#include "core/model/positions.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;

class TestModel : public QObject {
    Q_OBJECT
private slots:
    void sinusoidsAreMarians();
    void oddWidthHasOneMoreSine();
    void refusesIdsOutsideTheVocabulary();
    void refusesMoreTokensThanPositions();
    void refusesNoTokens();
    void refusesWhatTheArchitectureCannotRead();
    void encoderDecoderStartsEmpty();
    void logitsRowsAreThoseOfTheWholePass();
    void logitsRefuseRowsOutside();
    void stopsBetweenLayers();
    void stopsWithinALongLayer();
    void loadsWithoutTokenizer();
    void namesItselfAsTheHubDoes();
    void countsParametersOnce();
    void extremeAttentionScaleSettings();
};

void TestModel::sinusoidsAreMarians() {
    const Tensor table = sinusoidalPositions(3, 4, SinusoidLayout::Marian);
    QCOMPARE(table.shape(), (Shape{3, 4}));
    const float expected[] = {0.0f, 0.0f, 1.0f, 1.0f, //
                              float(std::sin(1.0)), float(std::sin(0.01)), float(std::cos(1.0)), float(std::cos(0.01)),
                              float(std::sin(2.0)), float(std::sin(0.02)), float(std::cos(2.0)), float(std::cos(0.02))};
    for (std::size_t i = 0; i < 12; ++i)
        QVERIFY(std::abs(table.data()[i] - expected[i]) < 1e-7f);
}

void TestModel::oddWidthHasOneMoreSine() {
    const Tensor table = sinusoidalPositions(2, 3, SinusoidLayout::Marian);
    QVERIFY(std::abs(table.row(1)[0] - float(std::sin(1.0))) < 1e-7f);
    QVERIFY(std::abs(table.row(1)[1] - float(std::sin(std::pow(10000.0, -2.0 / 3.0)))) < 1e-7f);
    QVERIFY(std::abs(table.row(1)[2] - float(std::cos(1.0))) < 1e-7f);
}

void TestModel::refusesIdsOutsideTheVocabulary() {
    const auto model = loadGolden("gpt2-lm");
    for (const TokenId id : {97, -1, 2'000'000'000}) {
        const auto input = model->prepareIds({1, id});
        QVERIFY(!input.ok());
        QCOMPARE(input.error().kind, ErrorKind::Text);
        QVERIFY(input.error().message().find(std::to_string(id)) != std::string::npos);
        QVERIFY(input.error().message().find("97") != std::string::npos);
    }
    ModelInput unchecked; // run() does not trust its callers either
    unchecked.target = model->describe({500});
    QVERIFY(!model->run(unchecked).ok());
}

void TestModel::refusesMoreTokensThanPositions() {
    const auto model = loadGolden("gpt2-lm");
    QVERIFY(model->prepareIds(std::vector<TokenId>(24, 1)).ok());
    const auto input = model->prepareIds(std::vector<TokenId>(25, 1));
    QVERIFY(!input.ok());
    QCOMPARE(input.error().kind, ErrorKind::TextTooLong);
    QVERIFY(input.error().message().find("24") != std::string::npos);
    const auto marian = loadGolden("marian-swish");
    QVERIFY(!marian->prepareIds({1, 0}, std::vector<TokenId>(33, 1)).ok());
}

void TestModel::refusesNoTokens() {
    QVERIFY(!loadGolden("gpt2-lm")->prepareIds({}).ok());
    QVERIFY(!loadGolden("bert-mlm")->prepareIds({}).ok());
    QVERIFY(!loadGolden("marian-swish")->run({}).ok());
}

void TestModel::refusesWhatTheArchitectureCannotRead() {
    const auto bert = loadGolden("bert-mlm");
    QVERIFY(!bert->prepareIds({1}, {2}).ok());
    ModelInput input = bert->prepareIds({1, 2}).value();
    input.source.type_ids = {0, 2};
    QVERIFY(!bert->run(input).ok());
    input.source.type_ids = {0};
    QVERIFY(!bert->run(input).ok());
    ModelInput wrong_stack;
    wrong_stack.source = bert->describe({1, 2});
    QVERIFY(!loadGolden("gpt2-lm")->run(wrong_stack).ok());
}

void TestModel::encoderDecoderStartsEmpty() {
    const auto model = loadGolden("marian-swish");
    const auto run = model->run(model->prepareIds({5, 6, 0}).value());
    QVERIFY(run.ok());
    QCOMPARE(run.value().input.target.ids, (std::vector<TokenId>{89}));
    QCOMPARE(run.value().trace->nQueries(AttentionKind::Cross), std::size_t{1});
    QCOMPARE(run.value().trace->nKeys(AttentionKind::Cross), std::size_t{3});
}

void TestModel::logitsRowsAreThoseOfTheWholePass() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6, 7, 8, 9}).value());
    QVERIFY(run.ok());
    const Tensor all = std::move(model->logits(*run.value().trace, {0, 5})).value();
    const Tensor some = std::move(model->logits(*run.value().trace, {3, 5})).value();
    for (std::size_t row = 0; row < 2; ++row)
        for (std::size_t id = 0; id < 97; ++id)
            QVERIFY(std::abs(some.row(row)[id] - all.row(row + 3)[id]) < 1e-5f);
}

void TestModel::logitsRefuseRowsOutside() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 6}).value());
    QVERIFY(!model->logits(*run.value().trace, {0, 3}).ok());
    QVERIFY(!model->logits(*run.value().trace, {1, 1}).ok());
    const auto headless = loadGolden("gpt2-headless");
    const auto without = headless->run(headless->prepareIds({5, 6}).value());
    QCOMPARE(headless->logits(*without.value().trace, {0, 2}).error().kind, ErrorKind::Unsupported);
}

void TestModel::stopsBetweenLayers() {
    const auto model = loadGolden("gpt2-lm");
    std::stop_source stop;
    std::size_t n_reports = 0;
    const RunControl control{stop.get_token(), [&](double, std::string_view what) {
                                 QVERIFY(what.find("layer 1 of 3") != std::string_view::npos);
                                 ++n_reports;
                                 stop.request_stop();
                             }};
    const auto run = model->run(model->prepareIds({5, 6}).value(), control);
    QVERIFY(!run.ok());
    QVERIFY(run.error().cancelled());
    QCOMPARE(n_reports, std::size_t{1});
}

/// A layer of a very long text takes minutes: a stop is heard between pieces of its attention.
void TestModel::stopsWithinALongLayer() {
    const auto model = loadGolden("llama-lm");
    const auto input = model->prepareIds(std::vector<TokenId>(14000, 7));
    QVERIFY(input.ok());
    std::stop_source stop;
    const std::string last = "layer " + std::to_string(model->spec().decoder->n_layers) + " of";
    const RunControl control{stop.get_token(), [&](double, std::string_view what) {
                                 if (what.find(last) != std::string_view::npos)
                                     stop.request_stop(); // behind the last look between layers
                             }};
    const auto run = model->run(input.value(), control);
    QVERIFY(!run.ok());
    QVERIFY(run.error().cancelled());
}

void TestModel::loadsWithoutTokenizer() {
    const auto model = loadGolden("gpt2-lm");
    QVERIFY(model->tokenizer() == nullptr);
    QVERIFY(!model->tokenizerProblem().empty());
    const auto input = model->prepare({.text = "hello", .text_pair = {}, .target = {}});
    QVERIFY(!input.ok());
    QCOMPARE(input.error().kind, ErrorKind::Tokenizer);
    QCOMPARE(model->describe({7}).tokens.front(), std::string("<7>"));
}

void TestModel::namesItselfAsTheHubDoes() {
    QTemporaryDir cache;
    const std::filesystem::path snapshots = std::filesystem::path(cache.path().toStdString()) / "models--some--model" / "snapshots";
    std::filesystem::create_directories(snapshots);
    std::filesystem::copy(goldenRoot() / "gpt2-lm", snapshots / "abc");
    const auto model = Model::load(snapshots / "abc", cpuBackend());
    QVERIFY(model.ok());
    QCOMPARE(model.value()->name(), std::string("some/model"));
    QCOMPARE(loadGolden("gpt2-lm")->name(), std::string("gpt2-lm"));
}

void TestModel::countsParametersOnce() {
    std::size_t expected = 0; // the tied head is not in the file, so its tensors are all there are
    for (const auto& [name, tensor] : readTensors(goldenRoot() / "gpt2-lm" / "model.safetensors"))
        expected += tensor.size();
    QCOMPARE(loadGolden("gpt2-lm")->parameterCount(), expected);
}

void TestModel::extremeAttentionScaleSettings() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](nlohmann::json& config) {
        config["scale_attn_weights"] = false;
        config["scale_attn_by_inverse_layer_idx"] = true;
    });
    const auto model = folder.load();
    QVERIFY(model.ok());
    QCOMPARE(model.value()->spec().decoder->attentionScale(0), 1.0f);
    QCOMPARE(model.value()->spec().decoder->attentionScale(2), 1.0f / 3.0f);
}

QTEST_APPLESS_MAIN(TestModel)
#include "tst_model.moc"
