// Weights that do not fit their config.json, and the spellings that do.
#include "tests/support/model_folder.h"

#include <QtTest>

#include <cstring>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;
using Tensors = ModelFolder::Tensors;

namespace {

Tensor filled(Shape shape, float value) {
    Tensor tensor(std::move(shape));
    std::fill_n(tensor.data(), tensor.size(), value);
    return tensor;
}

void rename(Tensors& tensors, const std::function<std::string(std::string)>& newName) {
    Tensors renamed;
    for (auto& [name, tensor] : tensors)
        renamed.emplace(newName(name), std::move(tensor));
    tensors = std::move(renamed);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// What the model predicts for a few ids.
Tensor someLogits(const Model& model) {
    const auto run = model.run(model.prepareIds({5, 6, 7}, model.spec().kind == ModelKind::EncoderDecoder
                                                               ? std::vector<TokenId>{89, 3}
                                                               : std::vector<TokenId>{}).value());
    if (!run)
        qFatal("%s", run.error().message().c_str());
    return std::move(model.logits(*run.value().trace, {0, run.value().trace->stack(model.spec().outputStack()).nTokens()})).value();
}

void verifySameModel(const ModelFolder& folder, const std::string& golden) {
    const auto model = folder.load();
    QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
    QVERIFY(largestDifference(someLogits(*model.value()), someLogits(*loadGolden(golden))) == 0.0);
}

} // namespace

class TestWeightRejections : public QObject {
    Q_OBJECT
private slots:
    void saysBothSizesWhereTheyDiffer();
    void saysTransposed();
    void namesAVocabularyUnlikeTheEmbeddings();
    void namesAMissingTensor();
    void countsMissingTensors();
    void namesAnExtraTensor();
    void namesLayersBeyondTheConfig();
    void refusesAnIntegerTensor();
    void refusesMoreThanMemoryHolds();
    void refusesPyTorchWeightsAlone();
    void warnsOfNaN();
    void stopsWhenAsked();
    void reportsProgressByBytes();

    void readsGpt2WithoutPrefix();
    void ignoresGpt2MaskBuffersAndTiedHead();
    void readsOldNormNames();
    void ignoresBertPoolerAndNextSentenceHead();
    void readsBertPreTrainingAsMaskedLanguageModel();
    void readsMarianTiedCopies();
    void readsMarianUntiedMatrices();
    void readsBertUntiedBias();
    void takesMarianPositionsFromTheCheckpoint();
    void namesClasses();
};

void TestWeightRejections::saysBothSizesWhereTheyDiffer() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) {
        tensors["transformer.h.1.attn.c_attn.weight"] = filled({24, 96}, 0.0f);
    });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Weights);
    QCOMPARE(error.summary, std::string("size mismatch: transformer.h.1.attn.c_attn.weight in model.safetensors is [24, 96], "
                                        "config.json asks for [24, 72]"));
    QCOMPARE(error.item, std::string("transformer.h.1.attn.c_attn.weight"));
}

void TestWeightRejections::saysTransposed() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) { tensors["transformer.h.0.mlp.c_fc.weight"] = filled({96, 24}, 0.0f); });
    const Error error = loadError(folder);
    QVERIFY(error.summary.find("is [96, 24], config.json asks for [24, 96]") != std::string::npos);
    QVERIFY(error.message().find("transposed") != std::string::npos);
}

void TestWeightRejections::namesAVocabularyUnlikeTheEmbeddings() {
    const ModelFolder folder("bert-mlm");
    folder.editConfig([](Json& config) { config["vocab_size"] = 102; });
    QVERIFY(loadError(folder).summary.find("word_embeddings.weight in model.safetensors is [101, 32], config.json asks for [102, 32]") !=
            std::string::npos);
}

void TestWeightRejections::namesAMissingTensor() {
    const ModelFolder folder("marian-swish");
    folder.editTensors([](Tensors& tensors) { tensors.erase("model.decoder.layers.0.encoder_attn.v_proj.bias"); });
    const Error error = loadError(folder);
    QCOMPARE(error.summary, std::string("missing tensor: model.decoder.layers.0.encoder_attn.v_proj.bias"));
    QCOMPARE(error.file, std::string("model.safetensors"));
}

void TestWeightRejections::countsMissingTensors() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) { config["n_layer"] = 10'000; });
    const Error error = loadError(folder);
    QVERIFY2(error.summary.starts_with("missing tensors: transformer.h.3.") && error.summary.ends_with("more"), error.summary.c_str());
}

void TestWeightRejections::namesAnExtraTensor() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) { tensors["transformer.h.0.adapter.weight"] = filled({2, 2}, 1.0f); });
    QCOMPARE(loadError(folder).summary, std::string("unexpected tensor: transformer.h.0.adapter.weight"));
}

void TestWeightRejections::namesLayersBeyondTheConfig() {
    const ModelFolder folder("gpt2-lm");
    folder.editConfig([](Json& config) { config["n_layer"] = 2; });
    const Error error = loadError(folder);
    QVERIFY2(error.summary.starts_with("unexpected tensors: transformer.h.2."), error.summary.c_str());
}

void TestWeightRejections::refusesAnIntegerTensor() {
    const ModelFolder folder("gpt2-headless");
    // The same bytes under another type: I32 instead of F32.
    std::ifstream in(folder.path() / "model.safetensors", std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const std::size_t entry = bytes.find("\"ln_f.weight\"");
    const std::size_t dtype = bytes.find("\"F32\"", entry);
    QVERIFY(entry != std::string::npos && dtype != std::string::npos);
    bytes.replace(dtype, 5, "\"I32\"");
    folder.writeFile("model.safetensors", bytes);
    const Error error = loadError(folder);
    QCOMPARE(error.summary, std::string("unsupported dtype: ln_f.weight in model.safetensors is I32"));
}

void TestWeightRejections::refusesMoreThanMemoryHolds() {
    const ModelFolder folder("marian-swish"); // positions are computed, so a config alone can ask for any number
    folder.editConfig([](Json& config) { config["max_position_embeddings"] = 2'000'000'000; });
    const Error error = loadError(folder);
    QCOMPARE(error.kind, ErrorKind::Memory);
    QVERIFY(error.summary.find("GB") != std::string::npos);
}

void TestWeightRejections::refusesPyTorchWeightsAlone() {
    const ModelFolder folder("gpt2-lm");
    std::filesystem::rename(folder.path() / "model.safetensors", folder.path() / "pytorch_model.bin");
    QVERIFY(loadError(folder).message().find("pytorch_model.bin") != std::string::npos);
}

void TestWeightRejections::warnsOfNaN() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) { tensors["transformer.ln_f.bias"].data()[3] = std::nanf(""); });
    const auto model = folder.load();
    QVERIFY(model.ok());
    QVERIFY(!model.value()->warnings().empty());
    QVERIFY(model.value()->warnings().front().find("transformer.ln_f.bias") != std::string::npos);
    QVERIFY(model.value()->run(model.value()->prepareIds({1, 2}).value()).ok());
}

void TestWeightRejections::stopsWhenAsked() {
    std::stop_source stop;
    stop.request_stop();
    const auto model = ModelFolder("gpt2-lm").load({.stop = stop.get_token(), .progress = {}});
    QVERIFY(!model.ok());
    QVERIFY(model.error().cancelled());
}

void TestWeightRejections::reportsProgressByBytes() {
    std::vector<double> fractions;
    const auto model = ModelFolder("gpt2-lm").load({.stop = {}, .progress = [&](double fraction, std::string_view) {
                                                        fractions.push_back(fraction);
                                                    }});
    QVERIFY(model.ok());
    QVERIFY(fractions.size() > 5);
    QVERIFY(std::is_sorted(fractions.begin(), fractions.end()));
    QCOMPARE(fractions.back(), 1.0);
}

void TestWeightRejections::readsGpt2WithoutPrefix() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) { rename(tensors, [](const std::string& name) { return replaced(name, "transformer.", ""); }); });
    verifySameModel(folder, "gpt2-lm");
}

void TestWeightRejections::ignoresGpt2MaskBuffersAndTiedHead() {
    const ModelFolder folder("gpt2-lm");
    folder.editTensors([](Tensors& tensors) {
        tensors["transformer.h.0.attn.bias"] = filled({1, 1, 24, 24}, 1.0f);
        tensors["transformer.h.0.attn.masked_bias"] = filled({}, -1e4f);
        tensors["lm_head.weight"] = tensors["transformer.wte.weight"].clone();
    });
    verifySameModel(folder, "gpt2-lm");
}

void TestWeightRejections::readsOldNormNames() {
    const ModelFolder folder("bert-mlm");
    folder.editTensors([](Tensors& tensors) {
        rename(tensors, [](const std::string& name) {
            return replaced(replaced(name, "LayerNorm.weight", "LayerNorm.gamma"), "LayerNorm.bias", "LayerNorm.beta");
        });
    });
    verifySameModel(folder, "bert-mlm");
}

void TestWeightRejections::ignoresBertPoolerAndNextSentenceHead() {
    const ModelFolder folder("bert-mlm");
    folder.editTensors([](Tensors& tensors) {
        tensors["bert.pooler.dense.weight"] = filled({32, 32}, 1.0f);
        tensors["bert.pooler.dense.bias"] = filled({32}, 1.0f);
        tensors["bert.embeddings.position_ids"] = filled({1, 24}, 1.0f);
        tensors["cls.seq_relationship.weight"] = filled({2, 32}, 1.0f);
        tensors["cls.seq_relationship.bias"] = filled({2}, 1.0f);
        tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone();
        tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"].clone();
    });
    verifySameModel(folder, "bert-mlm");
}

void TestWeightRejections::readsBertPreTrainingAsMaskedLanguageModel() {
    const ModelFolder folder("bert-mlm");
    folder.editConfig([](Json& config) { config["architectures"] = {"BertForPreTraining"}; });
    verifySameModel(folder, "bert-mlm");
}

void TestWeightRejections::readsMarianTiedCopies() {
    const ModelFolder folder("marian-swish");
    folder.editTensors([](Tensors& tensors) {
        for (const char* name : {"model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "lm_head.weight"})
            tensors[name] = tensors["model.shared.weight"].clone();
    });
    verifySameModel(folder, "marian-swish");
}

void TestWeightRejections::readsMarianUntiedMatrices() {
    const ModelFolder same("marian-swish");
    same.editConfig([](Json& config) { config["tie_word_embeddings"] = false; });
    same.editTensors([](Tensors& tensors) { tensors["lm_head.weight"] = tensors["model.shared.weight"].clone(); });
    verifySameModel(same, "marian-swish");
    const ModelFolder other("marian-swish");
    other.editConfig([](Json& config) { config["tie_word_embeddings"] = false; });
    other.editTensors([](Tensors& tensors) {
        for (const char* name : {"model.encoder.embed_tokens.weight", "lm_head.weight"})
            tensors[name] = tensors["model.shared.weight"].clone();
        tensors["model.decoder.embed_tokens.weight"] = filled({90, 24}, 0.25f);
    });
    const auto model = other.load();
    QVERIFY(model.ok());
    const auto run = model.value()->run(model.value()->prepareIds({5, 6, 0}, {89, 3}).value());
    const auto usual = loadGolden("marian-swish")->run(loadGolden("marian-swish")->prepareIds({5, 6, 0}, {89, 3}).value());
    QVERIFY(largestDifference(run.value().trace->embedding(StackKind::Encoder), usual.value().trace->embedding(StackKind::Encoder)) == 0.0);
    QVERIFY(largestDifference(run.value().trace->embedding(StackKind::Decoder), usual.value().trace->embedding(StackKind::Decoder)) > 0.1);
}

void TestWeightRejections::readsBertUntiedBias() {
    const ModelFolder folder("bert-mlm");
    folder.editConfig([](Json& config) { config["tie_word_embeddings"] = false; });
    folder.editTensors([](Tensors& tensors) {
        tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone();
        tensors["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"].clone();
        tensors["cls.predictions.bias"] = filled({101}, 7.0f); // the linear layer's own bias counts
    });
    verifySameModel(folder, "bert-mlm");
}

void TestWeightRejections::takesMarianPositionsFromTheCheckpoint() {
    const ModelFolder folder("marian-swish");
    folder.editTensors([](Tensors& tensors) { tensors["model.encoder.embed_positions.weight"] = filled({32, 24}, 0.0f); });
    const auto model = folder.load();
    QVERIFY(model.ok());
    QVERIFY(largestDifference(someLogits(*model.value()), someLogits(*loadGolden("marian-swish"))) > 1e-3);
}

void TestWeightRejections::namesClasses() {
    const ModelFolder folder("bert-classifier");
    folder.editConfig([](Json& config) { config["id2label"] = {{"0", "bad"}, {"1", "so-so"}, {"2", "good"}}; });
    const auto model = folder.load();
    QVERIFY(model.ok());
    QCOMPARE(model.value()->spec().class_names, (std::vector<std::string>{"bad", "so-so", "good"}));
}

QTEST_APPLESS_MAIN(TestWeightRejections)
#include "tst_weight_rejections.moc"
