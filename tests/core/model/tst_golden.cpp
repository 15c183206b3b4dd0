// Every number of a forward pass against Hugging Face's, for tiny checkpoints of all families (tests/golden).
#include "core/model/dump_run.h"
#include "core/model/model.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <thread>

using namespace headlight;
using namespace headlight::test;

namespace {

double toleranceOf(const std::string& tensor) { return tensor.ends_with(".weights") ? 1e-5 : 1e-4; }

} // namespace

class TestGolden : public QObject {
    Q_OBJECT
private slots:
    void matchesHuggingFace_data();
    void matchesHuggingFace();
    void dumpHoldsWhatItWasAskedFor();
    void dumpRefusesLogitsOfHeadlessModel();
    void modelsShareABackendAcrossThreads();
};

void TestGolden::matchesHuggingFace_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("index"); // -1: the main input, else one of "more"
    for (const std::string& name : goldenNames()) {
        QTest::newRow(name.c_str()) << QString::fromStdString(name) << -1;
        const auto more = goldenJson(name).at("more");
        for (std::size_t i = 0; i < more.size(); ++i)
            QTest::newRow((name + " " + more[i].at("file").get<std::string>()).c_str())
                << QString::fromStdString(name) << int(i);
    }
}

void TestGolden::matchesHuggingFace() {
    QFETCH(const QString, name);
    QFETCH(const int, index);
    const std::string folder = name.toStdString();
    const auto model = loadGolden(folder);
    const nlohmann::json golden = goldenJson(folder);
    const nlohmann::json input = index < 0 ? golden : golden.at("more").at(std::size_t(index));
    const auto run = model->run(goldenInput(*model, input));
    QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());

    QTemporaryDir out;
    const std::filesystem::path dumped = out.filePath("dump.safetensors").toStdString();
    const auto written = dumpRun(dumped, *model, run.value());
    QVERIFY2(written.ok(), written.ok() ? "" : written.error().message().c_str());
    const auto ours = readTensors(dumped);
    const auto theirs = readTensors(goldenRoot() / folder / (index < 0 ? "golden.safetensors" : input.at("file").get<std::string>()));
    QVERIFY(theirs.size() > 5);
    for (const auto& [tensor, expected] : theirs) {
        const auto found = ours.find(tensor);
        QVERIFY2(found != ours.end(), (tensor + " is missing").c_str());
        const double difference = largestDifference(found->second, expected);
        const std::string text = tensor + " " + shapeText(found->second.shape()) + " differs by " + std::to_string(difference);
        QVERIFY2(difference <= toleranceOf(tensor), text.c_str());
    }
    QCOMPARE(ours.size(), theirs.size()); // nothing beyond the contract
}

void TestGolden::dumpHoldsWhatItWasAskedFor() {
    const auto model = loadGolden("marian-swish");
    const auto run = model->run(goldenInput(*model, goldenJson("marian-swish")));
    QVERIFY(run.ok());
    QTemporaryDir out;
    const std::filesystem::path path = out.filePath("dump.safetensors").toStdString();
    DumpOptions options;
    options.parts = {DumpPart::Weights, DumpPart::Hidden};
    options.layers = {1};
    QVERIFY(dumpRun(path, *model, run.value(), options).ok());
    std::vector<std::string> names;
    for (const auto& [name, tensor] : readTensors(path))
        names.push_back(name);
    const std::vector<std::string> expected = {
        "decoder.1.cross.weights", "decoder.1.hidden", "decoder.1.self.weights", "decoder.embedding", "decoder.final",
        "encoder.1.hidden",        "encoder.1.self.weights", "encoder.embedding", "encoder.final"};
    QCOMPARE(names, expected);
    const auto file = SafetensorsFile::open(path);
    QVERIFY(file.ok());
    const auto& metadata = file.value()->metadata();
    QCOMPARE(metadata.at("model"), std::string("marian-swish"));
    QCOMPARE(metadata.at("model_hash"), model->identityHash());
    QCOMPARE(nlohmann::json::parse(metadata.at("ids")).get<std::vector<TokenId>>(), run.value().input.source.ids);
    QCOMPARE(nlohmann::json::parse(metadata.at("target_ids")).get<std::vector<TokenId>>(), run.value().input.target.ids);
    QCOMPARE(nlohmann::json::parse(metadata.at("tokens")).size(), run.value().input.source.size());
}

void TestGolden::dumpRefusesLogitsOfHeadlessModel() {
    const auto model = loadGolden("bert-headless");
    const auto run = model->run(goldenInput(*model, goldenJson("bert-headless")));
    QVERIFY(run.ok());
    QTemporaryDir out;
    DumpOptions options;
    options.parts = {DumpPart::Logits};
    const auto written = dumpRun(out.filePath("x.safetensors").toStdString(), *model, run.value(), options);
    QVERIFY(!written.ok());
    QCOMPARE(written.error().kind, ErrorKind::Unsupported);
}

void TestGolden::modelsShareABackendAcrossThreads() {
    const auto model = loadGolden("gpt2-lm");
    const nlohmann::json golden = goldenJson("gpt2-lm");
    const auto expected = readTensors(goldenRoot() / "gpt2-lm" / "golden.safetensors");
    std::vector<double> differences(4, 1.0);
    {
        std::vector<std::jthread> threads;
        for (double& difference : differences)
            threads.emplace_back([&] {
                const auto run = model->run(goldenInput(*model, golden));
                const auto logits = run.ok() ? model->logits(*run.value().trace, {0, run.value().input.target.size()})
                                             : Result<Tensor>(run.error());
                if (logits)
                    difference = largestDifference(logits.value(), expected.at("logits"));
            });
    }
    for (const double difference : differences)
        QVERIFY(difference <= 1e-4);
}

QTEST_APPLESS_MAIN(TestGolden)
#include "tst_golden.moc"
