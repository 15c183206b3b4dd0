// Where models are found: bundled folders, a path, the user's Hugging Face cache.
#include "core/checkpoint/hub_cache.h"
#include "core/checkpoint/model_folder.h"
#include "tests/support/files.h"

#include <QTest>

#include <algorithm>

using namespace headlight;
using namespace headlight::testing;
namespace fs = std::filesystem;

class TestModelFolder : public QObject {
    Q_OBJECT

    std::unique_ptr<TemporaryFolder> folder_;

    static const ModelListing* named(const std::vector<ModelListing>& models, const std::string& name) {
        const auto place = std::ranges::find(models, name, &ModelListing::name);
        return place == models.end() ? nullptr : &*place;
    }

private slots:
    void init() {
        folder_ = std::make_unique<TemporaryFolder>();
        for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"})
            qunsetenv(name);
        qputenv("HOME", folder_->file("home").c_str());
        qputenv("HEADLIGHT_RESOURCES", folder_->file("resources").c_str());
    }

    void resolvesTheCacheAsHuggingFaceDoes() {
        QCOMPARE(huggingFaceCacheRoot(), folder_->file("home/.cache/huggingface/hub"));
        qputenv("XDG_CACHE_HOME", "/x");
        QCOMPARE(huggingFaceCacheRoot(), fs::path("/x/huggingface/hub"));
        qputenv("HF_HOME", "~/hf");
        QCOMPARE(huggingFaceCacheRoot(), folder_->file("home/hf/hub"));
        qputenv("HUGGINGFACE_HUB_CACHE", "/old");
        QCOMPARE(huggingFaceCacheRoot(), fs::path("/old"));
        qputenv("HF_HUB_CACHE", "/new");
        QCOMPARE(huggingFaceCacheRoot(), fs::path("/new"));
    }

    void findsABundledModelByName() {
        folder_->write("resources/models/tiny/config.json", R"({"model_type":"marian"})");
        folder_->write("resources/models/tiny/model.safetensors", "12345");
        folder_->write("resources/models/recipes/readme", "no model");
        const auto model = findModel("tiny");
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        QCOMPARE(model->folder, folder_->file("resources/models/tiny"));
        QVERIFY(model->origin == ModelListing::Origin::Bundled);
        QCOMPARE(model->model_type, std::string("marian"));
        QCOMPARE(model->size_bytes, std::uint64_t{5});
        const auto models = listModels();
        QVERIFY(named(models, "tiny"));
        QVERIFY(!named(models, "recipes"));
    }

    void findsAFolderByPath_data() {
        QTest::addColumn<QString>("suffix");
        QTest::newRow("folder") << QString();
        QTest::newRow("with slash") << QString("/");
        QTest::newRow("config.json given") << QString("/config.json");
        QTest::newRow("weights given") << QString("/model.safetensors");
    }
    void findsAFolderByPath() {
        QFETCH(QString, suffix);
        folder_->write("mine/config.json", "{}");
        folder_->write("mine/model.safetensors", "x");
        const auto model = findModel(folder_->file("mine").string() + suffix.toStdString());
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        QVERIFY(fs::equivalent(model->folder, folder_->file("mine")));
        QVERIFY(model->origin == ModelListing::Origin::Folder);
    }

    void findsAFolderUnderHome() {
        folder_->write("home/m/config.json", "{}");
        QCOMPARE(findModel("~/m")->folder, folder_->file("home/m"));
    }

    void findsASnapshotInTheCache_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("cache_name");
        QTest::newRow("with organisation")
            << QString("openai-community/gpt2") << QString("models--openai-community--gpt2");
        QTest::newRow("without") << QString("gpt2") << QString("models--gpt2");
    }
    void findsASnapshotInTheCache() {
        QFETCH(QString, id);
        QFETCH(QString, cache_name);
        const std::string repository = "home/.cache/huggingface/hub/" + cache_name.toStdString();
        folder_->write(repository + "/refs/main", "abc123\n");
        folder_->write(repository + "/snapshots/abc123/config.json", R"({"model_type":"gpt2"})");
        folder_->write(repository + "/snapshots/older/config.json", "{}");
        const auto model = findModel(id.toStdString());
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        QCOMPARE(model->folder, folder_->file(repository + "/snapshots/abc123"));
        const auto models = listModels();
        const ModelListing* listed = named(models, id.toStdString());
        QVERIFY(listed);
        QVERIFY(listed->origin == ModelListing::Origin::HuggingFaceCache);
        QCOMPARE(listed->model_type, std::string("gpt2"));
    }

    void aRefNeverLeavesTheSnapshots() {
        folder_->write("home/.cache/huggingface/hub/models--x/refs/main", "../../../../../../mine");
        folder_->write("mine/config.json", "{}");
        QVERIFY(!findModel("x").ok());
    }

    void anIncompleteSnapshotSaysSo() {
        folder_->write("home/.cache/huggingface/hub/models--org--x/refs/main", "abc");
        folder_->write("home/.cache/huggingface/hub/models--org--x/snapshots/abc/README.md", "");
        const auto model = findModel("org/x");
        QVERIFY(!model.ok());
        QCOMPARE(model.error().summary.c_str(), "model is in the Hugging Face cache, but incomplete");
        QVERIFY(model.error().next_step.find("hf download org/x") != std::string::npos);
    }

    void aTokenizerAloneIsEnoughToTokenize() {
        folder_->write("words/tokenizer.json", "{}");
        const std::string path = folder_->file("words").string();
        QVERIFY(findModel(path, ModelNeed::Tokenizer).ok());
        QVERIFY(!findModel(path).ok());
        QVERIFY(findModel(path).error().cause.find("Only the tokenizer") != std::string::npos);
    }

    void anUnknownNameListsWhatWasLookedFor() {
        folder_->write("resources/models/tiny/config.json", "{}");
        const auto model = findModel("org/unknown");
        QVERIFY(!model.ok());
        QVERIFY(model.error().expected.find("tiny") != std::string::npos);
        QVERIFY(model.error().cause.find("models--org--unknown") != std::string::npos);
        QVERIFY(!findModel("").ok());
        QVERIFY(!findModel(std::string("a\0b", 3)).ok());
        QVERIFY(!findModel("/no/such/folder").ok());
        QVERIFY(!findModel("../..//x y").ok());
    }

    void aFolderWithoutModelSaysWhereModelsAre() {
        folder_->write("above/child/config.json", "{}");
        const auto model = findModel(folder_->file("above").string());
        QVERIFY(!model.ok());
        QVERIFY(model.error().next_step.find("child") != std::string::npos);
    }

    void aFileThatIsNoModelSaysSo() {
        const auto model = findModel(folder_->write("notes.txt", "x").string());
        QVERIFY(!model.ok());
        QCOMPARE(model.error().summary.c_str(), "not a model folder");
    }

    void aFileSaysWhatItReallyIs_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("found");
        QTest::addColumn<QByteArray>("next_step");
        QTest::newRow("GGUF") << QByteArray("m.gguf") << QByteArray("GGUF\x03") << QByteArray("a GGUF file")
                              << QByteArray("safetensors");
        QTest::newRow("PyTorch") << QByteArray("pytorch_model.bin") << QByteArray("PK\x03\x04")
                                 << QByteArray("a ZIP archive") << QByteArray("save_pretrained");
        QTest::newRow("TensorFlow") << QByteArray("tf_model.h5") << QByteArray("\x89HDF\r\n\x1a\n")
                                    << QByteArray("an HDF5 file") << QByteArray("safetensors");
    }
    void aFileSaysWhatItReallyIs() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, found);
        QFETCH(QByteArray, next_step);
        const auto model = findModel(folder_->write(name.toStdString(), bytes.toStdString()).string());
        QVERIFY(!model.ok());
        QVERIFY2(model.error().found.starts_with(found.toStdString()), model.error().message().c_str());
        QVERIFY2(model.error().next_step.find(next_step.toStdString()) != std::string::npos,
                 model.error().message().c_str());
    }

    void aFolderWithoutConfigSaysWhatItIs_data() {
        QTest::addColumn<QStringList>("files");
        QTest::addColumn<QByteArray>("found");
        QTest::addColumn<QByteArray>("next_step");
        QTest::newRow("adapter") << QStringList{"adapter_config.json", "adapter_model.safetensors"}
                                 << QByteArray("an adapter for openai-community/gpt2, not a whole model")
                                 << QByteArray("merge_and_unload");
        QTest::newRow("pipeline") << QStringList{"model_index.json"} << QByteArray("a diffusion pipeline")
                                  << QByteArray("text model");
        QTest::newRow("Meta's") << QStringList{"params.json", "consolidated.00.pth", "tokenizer.model"}
                                << QByteArray("Llama weights as Meta publishes them")
                                << QByteArray("convert_llama_weights_to_hf.py");
        QTest::newRow("GGUF") << QStringList{"m.Q4_K_M.gguf"} << QByteArray("a GGUF file")
                              << QByteArray("original safetensors");
        QTest::newRow("ONNX") << QStringList{"model.onnx"} << QByteArray("an ONNX model")
                              << QByteArray("safetensors");
        QTest::newRow("tokenizer") << QStringList{"tokenizer.json"} << QByteArray("a tokenizer")
                                   << QByteArray("config.json");
        QTest::newRow("interrupted") << QStringList{"model.safetensors.incomplete"}
                                     << QByteArray("an interrupted download") << QByteArray("again");
        QTest::newRow("nothing") << QStringList{"README.md"} << QByteArray("none")
                                 << QByteArray("config.json");
    }
    void aFolderWithoutConfigSaysWhatItIs() {
        QFETCH(QStringList, files);
        QFETCH(QByteArray, found);
        QFETCH(QByteArray, next_step);
        for (const QString& name : files)
            folder_->write("mine/" + name.toStdString(),
                           name == "adapter_config.json"
                               ? R"({"base_model_name_or_path":"openai-community/gpt2"})"
                               : "x");
        const auto model = findModel(folder_->file("mine").string());
        QVERIFY(!model.ok());
        QCOMPARE(model.error().found.c_str(), found.constData());
        QVERIFY2(model.error().next_step.find(next_step.toStdString()) != std::string::npos,
                 model.error().message().c_str());
    }

    void listingsSayWhyAModelCannotBeRun_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("obstacle");
        const QByteArray plain = R"({"model_type":"bert"})";
        QTest::newRow("it can") << plain << QByteArray("model.safetensors") << QByteArray();
        QTest::newRow("PyTorch") << plain << QByteArray("pytorch_model.bin")
                                 << QByteArray("PyTorch weights only");
        QTest::newRow("PyTorch shards")
            << plain << QByteArray("pytorch_model.bin.index.json") << QByteArray("PyTorch weights only");
        QTest::newRow("TensorFlow") << plain << QByteArray("tf_model.h5")
                                    << QByteArray("TensorFlow weights only");
        QTest::newRow("Flax") << plain << QByteArray("flax_model.msgpack") << QByteArray("Flax weights only");
        QTest::newRow("ONNX") << plain << QByteArray("model.onnx") << QByteArray("ONNX weights only");
        QTest::newRow("GGUF") << plain << QByteArray("m.gguf") << QByteArray("GGUF weights only");
        QTest::newRow("nothing") << plain << QByteArray("README.md") << QByteArray("no weights");
        QTest::newRow("family") << QByteArray(R"({"model_type":"mamba"})") << QByteArray("model.safetensors")
                                << QByteArray("no mamba here");
        QTest::newRow("quantized")
            << QByteArray(R"({"model_type":"bert","quantization_config":{"quant_method":"awq","bits":4}})")
            << QByteArray("model.safetensors") << QByteArray("quantized (AWQ 4-bit)");
        QTest::newRow("config") << QByteArray("{") << QByteArray("model.safetensors")
                                << QByteArray("config.json: not valid JSON");
    }
    void listingsSayWhyAModelCannotBeRun() {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, obstacle);
        folder_->write("resources/models/m/config.json", config.toStdString());
        folder_->write("resources/models/m/" + file.toStdString(), "weights");
        const ConfigJudge judge = [](const ConfigReader& reader) {
            const auto type = reader.textOr("model_type", "");
            return type.ok() && *type == "mamba" ? std::string("no mamba here") : std::string();
        };
        const auto models = listModels(judge);
        const ModelListing* listed = named(models, "m");
        QVERIFY(listed);
        QCOMPARE(listed->obstacle.c_str(), obstacle.constData());
        QCOMPARE(listed->disk_bytes, std::uint64_t(config.size() + 7));
        QCOMPARE(listed->size_bytes, std::uint64_t(file == "README.md" ? 0 : 7));
    }

    void theArchitectureStandsInForTheType() {
        folder_->write("resources/models/m/config.json", R"({"architectures":["GPT2LMHeadModel"]})");
        QCOMPARE(named(listModels(), "m")->model_type, std::string("GPT2LMHeadModel"));
    }

    void hardLinksCountOnce() {
        folder_->write("resources/models/m/config.json", "{}");
        folder_->write("resources/models/m/model.safetensors", std::string(1000, 'x'));
        fs::create_hard_link(folder_->file("resources/models/m/model.safetensors"),
                             folder_->file("resources/models/m/copy.safetensors"));
        QCOMPARE(named(listModels(), "m")->disk_bytes, std::uint64_t{1002});
    }

    void damagedEntriesDoNotHideTheOthers() {
        folder_->write("resources/models/bad/config.json", "{");
        folder_->write("resources/models/good/config.json", R"({"model_type":"bert"})");
        const auto models = listModels();
        QVERIFY(named(models, "good"));
        QCOMPARE(named(models, "bad")->model_type, std::string());
    }
};

QTEST_APPLESS_MAIN(TestModelFolder)
#include "tst_model_folder.moc"
