// BERT's relatives where they differ from it: positions behind padding, shared layers, heads, spellings of
// names.
#include "core/model/weights.h"
#include "tests/support/model_folder.h"

#include <QtTest>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;

namespace {

/// Logits of a folder's model for its golden input.
Tensor logitsOf(const Model& model, const std::string& golden) {
    const auto run = model.run(goldenInput(model, goldenJson(golden)));
    if (!run)
        qFatal("%s", run.error().message().c_str());
    auto logits = model.logits(*run.value().trace, {0, run.value().input.source.size()});
    if (!logits)
        qFatal("%s", logits.error().message().c_str());
    return std::move(logits).value();
}

/// Gives every tensor whose name begins with `from` a name that begins with `to`.
void rename(ModelFolder::Tensors& tensors, const std::string& from, const std::string& to) {
    ModelFolder::Tensors renamed;
    for (auto& [name, tensor] : tensors)
        renamed.emplace(name.starts_with(from) ? to + name.substr(from.size()) : name, std::move(tensor));
    tensors = std::move(renamed);
}

} // namespace

class TestEncoderFamilies : public QObject {
    Q_OBJECT
private slots:
    void positionsStandBehindPadding_data();
    void positionsStandBehindPadding();
    void sharedLayersArePackedOnce();
    void differentGroupsAreNotShared();
    void takesAnUnprefixedEncoder_data();
    void takesAnUnprefixedEncoder();
    void headlessLeavesPretrainingHeadsAlone_data();
    void headlessLeavesPretrainingHeadsAlone();
    void multipleChoiceRunsWithoutItsHead();
    void runsWithoutAHeadTheWeightsLack_data();
    void runsWithoutAHeadTheWeightsLack();
    void refusesAHeadInParts();
    void namesTheClassesOfFixedHeads();
    void aDiscriminatorsLogitIsTheSecondClass();
    void readsTextsAsLongAsItSays();
    void tokenTypesOfAModelWithoutThemDoNothing();
    void configWithoutSizesHasTheFamilysOwn();
};

void TestEncoderFamilies::positionsStandBehindPadding_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<int>("padding");
    QTest::newRow("RoBERTa") << "roberta-mlm" << 1;
    QTest::newRow("RoBERTa with another padding token") << "roberta-headless" << 3;
    QTest::newRow("MPNet") << "mpnet-mlm" << 1;
}

void TestEncoderFamilies::positionsStandBehindPadding() {
    QFETCH(const QString, golden);
    QFETCH(const int, padding);
    const auto model = loadGolden(golden.toStdString());
    const PositionSpec& positions = model->spec().encoder->positions;
    QCOMPARE(positions.offset, std::size_t(padding) + 1);
    QCOMPARE(positions.max_positions, std::size_t(24 - padding - 1));
    QCOMPARE(positions.skipped_token, std::optional<std::int32_t>(padding));
    // A word behind padding stands where it would without it: its embedding is the same.
    const auto embedding = [&](std::vector<TokenId> ids) {
        const auto run = model->run(model->prepareIds(std::move(ids)).value());
        return run.value().trace->embedding(StackKind::Encoder);
    };
    const Tensor plain = embedding({10, 20, 30});
    const Tensor padded = embedding({10, padding, 20, padding, 30});
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < plain.dimension(1); ++j)
            QVERIFY(std::abs(plain.row(i)[j] - padded.row(2 * i)[j]) < 1e-6f);
}

void TestEncoderFamilies::sharedLayersArePackedOnce() {
    const auto model = loadGolden("albert-mlm");
    const auto& blocks = model->weights().encoder->blocks;
    QCOMPARE(blocks.size(), std::size_t(3));
    for (const BlockWeights& block : blocks) {
        QCOMPARE(block.self.query_key_value.get(), blocks[0].self.query_key_value.get());
        QCOMPARE(block.feed_forward.down.get(), blocks[0].feed_forward.down.get());
        QCOMPARE(block.self.norm.gain.buffer.get(), blocks[0].self.norm.gain.buffer.get());
    }
}

void TestEncoderFamilies::differentGroupsAreNotShared() {
    const auto model = loadGolden("albert-headless"); // 4 runs of 2 layers in 2 groups
    const auto& blocks = model->weights().encoder->blocks;
    QCOMPARE(blocks.size(), std::size_t(8));
    const auto up = [&](std::size_t layer) { return blocks[layer].feed_forward.up.get(); };
    QVERIFY(up(0) != up(1));
    QVERIFY(up(0) == up(2) && up(1) == up(3));
    QVERIFY(up(3) != up(4) && up(2) != up(4));
    QVERIFY(up(4) == up(6) && up(5) == up(7));
}

void TestEncoderFamilies::takesAnUnprefixedEncoder_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("prefix");
    QTest::newRow("BERT") << "bert-mlm"
                          << "bert.";
    QTest::newRow("DistilBERT") << "distilbert-mlm"
                                << "distilbert.";
    QTest::newRow("RoBERTa") << "roberta-mlm"
                             << "roberta.";
    QTest::newRow("ALBERT") << "albert-mlm"
                            << "albert.";
    QTest::newRow("ELECTRA") << "electra-mlm"
                             << "electra.";
    QTest::newRow("MPNet") << "mpnet-mlm"
                           << "mpnet.";
}

void TestEncoderFamilies::takesAnUnprefixedEncoder() {
    QFETCH(const QString, golden);
    QFETCH(const QString, prefix);
    const std::string name = golden.toStdString();
    const ModelFolder folder(name);
    folder.editTensors([&](ModelFolder::Tensors& tensors) { rename(tensors, prefix.toStdString(), ""); });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(largestDifference(logitsOf(*model.value(), name), logitsOf(*loadGolden(name), name)), 0.0);
}

void TestEncoderFamilies::headlessLeavesPretrainingHeadsAlone_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("architecture");
    QTest::newRow("BERT") << "bert-mlm"
                          << "BertModel";
    QTest::newRow("DistilBERT") << "distilbert-mlm"
                                << "DistilBertModel";
    QTest::newRow("RoBERTa") << "roberta-mlm"
                             << "RobertaModel";
    QTest::newRow("ALBERT") << "albert-mlm"
                            << "AlbertModel";
    QTest::newRow("ELECTRA") << "electra-mlm"
                             << "ElectraModel";
    QTest::newRow("MPNet") << "mpnet-mlm"
                           << "MPNetModel";
}

void TestEncoderFamilies::headlessLeavesPretrainingHeadsAlone() {
    QFETCH(const QString, golden);
    QFETCH(const QString, architecture);
    const ModelFolder folder(golden.toStdString());
    folder.editConfig([&](Json& config) { config["architectures"] = {architecture.toStdString()}; });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(model.value()->spec().head, HeadKind::None);
    QVERIFY(model.value()->run(goldenInput(*model.value(), goldenJson(golden.toStdString()))).ok());
}

void TestEncoderFamilies::multipleChoiceRunsWithoutItsHead() {
    const ModelFolder folder("bert-classifier");
    folder.editConfig([](Json& config) { config["architectures"] = {"BertForMultipleChoice"}; });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(model.value()->spec().head, HeadKind::None);
    QCOMPARE(model.value()->warnings().size(), std::size_t(1));
    QVERIFY(model.value()->warnings().front().find("multiple-choice") != std::string::npos);
}

void TestEncoderFamilies::runsWithoutAHeadTheWeightsLack_data() {
    QTest::addColumn<QString>("golden");
    QTest::addColumn<QString>("head");
    QTest::newRow("BERT") << "bert-mlm"
                          << "cls.";
    QTest::newRow("BERT's classifier") << "bert-classifier"
                                       << "classifier.";
    QTest::newRow("RoBERTa") << "roberta-mlm"
                             << "lm_head.";
    QTest::newRow("MPNet") << "mpnet-mlm"
                           << "lm_head.";
}

void TestEncoderFamilies::runsWithoutAHeadTheWeightsLack() {
    QFETCH(const QString, golden);
    QFETCH(const QString, head);
    const ModelFolder folder(golden.toStdString());
    folder.editTensors([&](ModelFolder::Tensors& tensors) {
        std::erase_if(tensors, [&](const auto& one) { return one.first.starts_with(head.toStdString()); });
    });
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QCOMPARE(model.value()->spec().head, HeadKind::None);
    QCOMPARE(model.value()->warnings().size(), std::size_t(1));
    QVERIFY(model.value()->warnings().front().find("without it") != std::string::npos);
    const auto run = model.value()->run(goldenInput(*model.value(), goldenJson(golden.toStdString())));
    QVERIFY(run.ok());
    const auto expected = readTensors(goldenRoot() / golden.toStdString() / "golden.safetensors");
    const Tensor final_hidden = run.value().trace->finalHidden(StackKind::Encoder);
    QVERIFY(largestDifference(final_hidden, expected.at("encoder.final")) < 1e-4);
}

void TestEncoderFamilies::refusesAHeadInParts() {
    const ModelFolder folder("roberta-mlm");
    folder.editTensors([](ModelFolder::Tensors& tensors) { tensors.erase("lm_head.dense.weight"); });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Weights);
    QCOMPARE(error.item, std::string("lm_head.dense.weight"));
}

void TestEncoderFamilies::namesTheClassesOfFixedHeads() {
    const auto classes = [](const char* golden) { return loadGolden(golden)->spec().class_names; };
    QCOMPARE(classes("bert-next-sentence"), (std::vector<std::string>{"follows", "does not follow"}));
    QCOMPARE(classes("roberta-question"), (std::vector<std::string>{"start", "end"}));
    QCOMPARE(classes("electra-discriminator"), (std::vector<std::string>{"original", "replaced"}));
    QCOMPARE(classes("mpnet-tokens").size(), std::size_t(5));
    QCOMPARE(loadGolden("bert-next-sentence")->spec().head, HeadKind::SequenceClassification);
    QCOMPARE(loadGolden("electra-discriminator")->spec().head, HeadKind::TokenClassification);
}

void TestEncoderFamilies::aDiscriminatorsLogitIsTheSecondClass() {
    const Tensor logits = logitsOf(*loadGolden("electra-discriminator"), "electra-discriminator");
    QCOMPARE(logits.shape(), (Shape{9, 2}));
    bool any = false;
    for (std::size_t token = 0; token < 9; ++token) {
        QCOMPARE(logits.row(token)[0], 0.0f);
        any = any || logits.row(token)[1] != 0.0f;
    }
    QVERIFY(any);
}

void TestEncoderFamilies::readsTextsAsLongAsItSays() {
    const auto model = loadGolden("roberta-mlm"); // 24 rows, two of them padding's
    QVERIFY(model->run(model->prepareIds(std::vector<TokenId>(22, 5)).value()).ok());
    const auto longer = model->prepareIds(std::vector<TokenId>(23, 5));
    QVERIFY(!longer.ok());
    QCOMPARE(longer.error().kind, ErrorKind::TextTooLong);
    QVERIFY(longer.error().message().find("22") != std::string::npos);
}

void TestEncoderFamilies::tokenTypesOfAModelWithoutThemDoNothing() {
    const auto model =
        loadGolden("distilbert-mlm"); // its tokenizer is BERT's, which numbers the second text's tokens 1
    ModelInput input = model->prepareIds({5, 6, 7, 8}).value();
    const Tensor plain = model->logits(*model->run(input).value().trace, {0, 4}).value();
    input.source.type_ids = {0, 0, 1, 1};
    const auto run = model->run(input);
    QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
    QCOMPARE(largestDifference(model->logits(*run.value().trace, {0, 4}).value(), plain), 0.0);
}

void TestEncoderFamilies::configWithoutSizesHasTheFamilysOwn() {
    const ModelFolder folder("electra-mlm");
    folder.editConfig([](Json& config) { config.erase("embedding_size"); });
    const Error error = loadError(folder); // 128, as in transformers, and the weights say otherwise
    QCOMPARE(error.kind, ErrorKind::Weights);
    QVERIFY2(error.message().find("128") != std::string::npos, error.message().c_str());
}

QTEST_APPLESS_MAIN(TestEncoderFamilies)
#include "tst_encoder_families.moc"
