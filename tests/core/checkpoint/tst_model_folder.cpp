// Where models are found: bundled folders, a path, the user's Hugging Face cache.
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
        QVERIFY(model.error().next_step.find("huggingface-cli download org/x") != std::string::npos);
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
