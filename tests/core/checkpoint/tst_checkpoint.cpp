// A model folder's weights: one file or shards with an index, and every way either can be wrong.
#include "core/checkpoint/checkpoint.h"
#include "tests/support/files.h"

#include <QTest>

#include <sys/stat.h>

#include <atomic>
#include <limits>
#include <set>
#include <thread>

using namespace headlight;
using namespace headlight::testing;
namespace fs = std::filesystem;

namespace {

std::string floats(std::initializer_list<std::pair<std::string, std::vector<float>>> tensors) {
    const TemporaryFolder folder;
    std::vector<SafetensorsItem> items;
    for (const auto& [name, values] : tensors)
        items.push_back({name, {values.size()}, values});
    if (!writeSafetensors(folder.file("f"), items, {}).ok())
        qFatal("cannot write a test file");
    return readBytes(folder.file("f"));
}

const std::string kFirst = "model-00001-of-00002.safetensors";
const std::string kSecond = "model-00002-of-00002.safetensors";

std::string indexText(const std::string& weight_map) {
    return "{\"metadata\":{\"total_size\":12},\"weight_map\":" + weight_map + "}";
}

/// Two shards with a, b | c and their index.
void writeShards(const TemporaryFolder& folder) {
    folder.write(kFirst, floats({{"a", {1}}, {"b", {2}}}));
    folder.write(kSecond, floats({{"c", {3}}}));
    folder.write("model.safetensors.index.json",
                 indexText("{\"a\":\"" + kFirst + "\",\"b\":\"" + kFirst + "\",\"c\":\"" + kSecond + "\"}"));
}

} // namespace

class TestCheckpoint : public QObject {
    Q_OBJECT

    static void refuses(const Result<std::shared_ptr<const Checkpoint>>& result, const char* summary,
                        const std::string& item) {
        QVERIFY2(!result.ok(), "was accepted");
        QCOMPARE(result.error().summary.c_str(), summary);
        QCOMPARE(result.error().item, item);
        QVERIFY(!result.error().file.empty() && !result.error().expected.empty() &&
                !result.error().found.empty());
        QVERIFY(!result.error().cause.empty() && !result.error().next_step.empty());
    }

private slots:
    void opensASingleFile() {
        const TemporaryFolder folder;
        folder.write("model.safetensors", floats({{"b", {2, 3}}, {"a", {1}}}));
        const auto checkpoint = Checkpoint::open(folder.path());
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        QVERIFY((*checkpoint)->names() == (std::vector<std::string>{"a", "b"}));
        QCOMPARE((*checkpoint)->totalBytes(), std::uint64_t{12});
        QVERIFY((*checkpoint)->mostCommonDType() == DType::F32);
        QCOMPARE((*checkpoint)->fileOf("a"), std::string("model.safetensors"));
        QCOMPARE((*checkpoint)->read("b")->data()[1], 3.0f);
        QVERIFY((*checkpoint)->warnings().empty());
    }

    void opensShards() {
        const TemporaryFolder folder;
        writeShards(folder);
        const auto checkpoint = Checkpoint::open(folder.path());
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        QVERIFY((*checkpoint)->names() == (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE((*checkpoint)->fileOf("c"), kSecond);
        QCOMPARE((*checkpoint)->read("c")->data()[0], 3.0f);
    }

    void prefersTheSingleFileAsHuggingFaceDoes() {
        const TemporaryFolder folder;
        writeShards(folder);
        folder.write("model.safetensors", floats({{"only", {1}}}));
        QVERIFY((*Checkpoint::open(folder.path()))->names() == std::vector<std::string>{"only"});
    }

    void aMissingTensorIsNamed() {
        const TemporaryFolder folder;
        folder.write("model.safetensors", floats({{"a", {1}}}));
        const auto tensor = (*Checkpoint::open(folder.path()))->read("b");
        QVERIFY(!tensor.ok());
        QCOMPARE(tensor.error().item, std::string("b"));
        QVERIFY(tensor.error().file.ends_with("model.safetensors"));
    }

    void nanAndInfinityLoadWithAWarning() {
        const TemporaryFolder folder;
        folder.write("model.safetensors",
                     floats({{"a", {1, std::numeric_limits<float>::quiet_NaN()}}, {"b", {1}}}));
        const auto checkpoint = Checkpoint::open(folder.path());
        QVERIFY((*checkpoint)->read("a").ok() && (*checkpoint)->read("a").ok() &&
                (*checkpoint)->read("b").ok());
        QCOMPARE((*checkpoint)->warnings().size(), std::size_t{1});
        QVERIFY((*checkpoint)->warnings().front().starts_with("a in model.safetensors"));
    }

    void severalThreadsReadAtOnce() {
        const TemporaryFolder folder;
        writeShards(folder);
        const auto checkpoint = Checkpoint::open(folder.path());
        std::atomic<int> wrong{0};
        {
            std::vector<std::jthread> threads;
            for (const auto& [name, value] : {std::pair{"a", 1.0f}, {"b", 2.0f}, {"c", 3.0f}, {"c", 3.0f}})
                threads.emplace_back([&, name, value] {
                    for (int round = 0; round < 200; ++round)
                        if (const auto tensor = (*checkpoint)->read(name);
                            !tensor.ok() || tensor->data()[0] != value)
                            ++wrong;
                });
        }
        QCOMPARE(wrong.load(), 0);
    }

    void aFileCutShortAfterOpeningIsAnError() {
        const TemporaryFolder folder;
        const auto path =
            folder.write("model.safetensors", floats({{"a", std::vector<float>(100'000, 1.0f)}}));
        const auto checkpoint = Checkpoint::open(folder.path());
        QVERIFY(checkpoint.ok());
        fs::resize_file(path, 5000);
        const auto tensor = (*checkpoint)->read("a");
        QVERIFY(!tensor.ok());
        QVERIFY(tensor.error().kind == ErrorKind::File);
        folder.write("good/model.safetensors", floats({{"a", {1}}})); // and the next good model loads
        QVERIFY((*Checkpoint::open(folder.file("good")))->read("a").ok());
    }

    // Identity

    void theSameFilesElsewhereHaveTheSameHash() {
        const TemporaryFolder one;
        const TemporaryFolder other;
        for (const TemporaryFolder* folder : {&one, &other}) {
            writeShards(*folder);
            folder->write("config.json", "{}");
        }
        const auto hash = (*Checkpoint::open(one.path()))->identityHash();
        QVERIFY(hash.ok());
        QCOMPARE(hash->size(), std::size_t{64});
        QCOMPARE(*hash, *(*Checkpoint::open(other.path()))->identityHash());
    }
    void anyChangeOfConfigNamesOrValuesChangesTheHash() {
        std::set<std::string> hashes;
        const TemporaryFolder folder;
        const auto hashOf = [&](const std::string& config, const std::string& weights) {
            folder.write("config.json", config);
            folder.write("model.safetensors", weights);
            return *(*Checkpoint::open(folder.path()))->identityHash();
        };
        hashes.insert(hashOf("{}", floats({{"a", {1}}})));
        hashes.insert(hashOf("{ }", floats({{"a", {1}}})));
        hashes.insert(hashOf("{}", floats({{"b", {1}}})));
        hashes.insert(hashOf("{}", floats({{"a", {2}}})));
        QCOMPARE(hashes.size(), std::size_t{4});
    }

    // Folders without usable weights

    void aMissingFolderIsNamed() {
        const auto result = Checkpoint::open("/nowhere/at/all");
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary.c_str(), "model folder cannot be opened");
        QCOMPARE(result.error().file, std::string("/nowhere/at/all"));
    }
    void anEmptyFolderSaysWhatIsMissing() {
        const TemporaryFolder folder;
        refuses(Checkpoint::open(folder.path()), "no safetensors weights", "");
    }

    void pytorchWeightsAloneSayHowToConvert_data() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name :
             {"pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.ckpt"})
            QTest::newRow(name) << QByteArray(name);
    }
    void pytorchWeightsAloneSayHowToConvert() {
        QFETCH(QByteArray, name);
        const TemporaryFolder folder;
        folder.write(name.toStdString(), "PK\3\4");
        const auto result = Checkpoint::open(folder.path());
        refuses(result, "weights are in a format that can run code when opened", name.toStdString());
        QVERIFY(result.error().next_step.find("safe_serialization=True") != std::string::npos);
        QVERIFY(result.error().next_step.find(folder.path().string()) != std::string::npos);
    }

    void otherFormatsAreNamed_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("found");
        QTest::newRow("GGUF") << QByteArray("gpt2.Q4.gguf") << QByteArray("a GGUF file");
        QTest::newRow("TensorFlow") << QByteArray("tf_model.h5")
                                    << QByteArray("TensorFlow weights (tf_model.h5)");
        QTest::newRow("Flax") << QByteArray("flax_model.msgpack") << QByteArray("Flax weights");
        QTest::newRow("ONNX") << QByteArray("model.onnx") << QByteArray("an ONNX model");
        QTest::newRow("adapter") << QByteArray("adapter_model.safetensors")
                                 << QByteArray("an adapter's weights (adapter_model.safetensors)");
        QTest::newRow("old adapter") << QByteArray("adapter_model.bin")
                                     << QByteArray("an adapter's weights (adapter_model.bin)");
        QTest::newRow("shards without index") << QByteArray("model-00001-of-00002.safetensors")
                                              << QByteArray("shards without their index");
        QTest::newRow("other name") << QByteArray("weights.safetensors")
                                    << QByteArray("a safetensors file of another name");
    }
    void otherFormatsAreNamed() {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, found);
        const TemporaryFolder folder;
        folder.write(name.toStdString(), "x");
        const auto result = Checkpoint::open(folder.path());
        QVERIFY(!result.ok());
        QCOMPARE(result.error().found.c_str(), found.constData());
        QVERIFY(!result.error().next_step.empty());
    }

    void anAdapterSaysHowToMergeIt() {
        const TemporaryFolder folder;
        folder.write("config.json", "{}");
        folder.write("adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":"openai-community/gpt2"})");
        folder.write("adapter_model.safetensors", "x");
        const auto result = Checkpoint::open(folder.path());
        refuses(result, "the folder holds an adapter, not a whole model", "adapter_model.safetensors");
        QVERIFY(result.error().next_step.find("merge_and_unload") != std::string::npos);
        QVERIFY(result.error().next_step.find("openai-community/gpt2") != std::string::npos);
    }

    void tensorFlowWeightsAloneSayHowToConvert() {
        const TemporaryFolder folder;
        folder.write("tf_model.h5", "\x89HDF");
        QVERIFY(Checkpoint::open(folder.path()).error().next_step.find("from_tf=True") != std::string::npos);
    }

    void shardsWithoutIndexNameTheIndex() {
        const TemporaryFolder folder;
        folder.write("model-00001-of-00002.safetensors", "x");
        const auto result = Checkpoint::open(folder.path());
        refuses(result, "shards lack their index", "model.safetensors.index.json");
        QVERIFY(result.error().next_step.find("model.safetensors.index.json") != std::string::npos);
    }

    void aBrokenLinkIsNotMistakenForNoWeights() {
        const TemporaryFolder folder;
        fs::create_symlink("gone", folder.file("model.safetensors"));
        const auto result = Checkpoint::open(folder.path());
        QVERIFY(!result.ok());
        QCOMPARE(result.error().summary.c_str(), "file does not exist");
        QVERIFY(result.error().file.ends_with("model.safetensors"));
    }

    // The index

    void rejectsAnIndexThatIsNoObject() {
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json", "[]");
        refuses(Checkpoint::open(folder.path()), "shard index is not a JSON object", "index");
    }
    void rejectsAnIndexWithoutMap_data() {
        QTest::addColumn<QByteArray>("index");
        for (const char* index :
             {"{}", R"({"weight_map":null})", R"({"weight_map":[]})", R"({"weight_map":"a"})"})
            QTest::newRow(index) << QByteArray(index);
    }
    void rejectsAnIndexWithoutMap() {
        QFETCH(QByteArray, index);
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json", index.toStdString());
        refuses(Checkpoint::open(folder.path()), "shard index lacks its map", "weight_map");
    }
    void rejectsAnEmptyMap() {
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json", indexText("{}"));
        refuses(Checkpoint::open(folder.path()), "shard index lists no tensor", "weight_map");
    }
    void rejectsMapValuesThatAreNoText_data() {
        QTest::addColumn<QByteArray>("value");
        for (const char* value : {"1", "null", "[]", "{}", "true"})
            QTest::newRow(value) << QByteArray(value);
    }
    void rejectsMapValuesThatAreNoText() {
        QFETCH(QByteArray, value);
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json", indexText("{\"a\":" + value.toStdString() + "}"));
        refuses(Checkpoint::open(folder.path()), "weight_map value is not a file name", "a");
    }
    void rejectsATensorListedTwice() {
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json",
                     indexText(R"({"a":"x.safetensors","a":"y.safetensors"})"));
        refuses(Checkpoint::open(folder.path()), "duplicate key in JSON", "a");
    }
    void rejectsAMissingShard() {
        const TemporaryFolder folder;
        writeShards(folder);
        fs::remove(folder.file(kSecond));
        refuses(Checkpoint::open(folder.path()), "shard is missing", kSecond);
    }
    void rejectsATensorThatIsNotInItsShard() {
        const TemporaryFolder folder;
        writeShards(folder);
        folder.write("model.safetensors.index.json",
                     indexText("{\"a\":\"" + kFirst + "\",\"c\":\"" + kFirst + "\"}"));
        refuses(Checkpoint::open(folder.path()), "tensor is not in the shard the index names", "c");
    }
    void rejectsATensorInTwoShards() {
        const TemporaryFolder folder;
        writeShards(folder);
        folder.write(kSecond, floats({{"c", {3}}, {"a", {1}}}));
        refuses(Checkpoint::open(folder.path()), "tensor is in two shards", "a");
    }
    void anUnlistedTensorLoadsWithAWarning() {
        const TemporaryFolder folder;
        writeShards(folder);
        folder.write(kSecond, floats({{"c", {3}}, {"d", {4}}}));
        const auto checkpoint = Checkpoint::open(folder.path());
        QVERIFY((*checkpoint)->contains("d"));
        QVERIFY((*checkpoint)->warnings().front().starts_with("d in " + kSecond));
    }
    void rejectsADamagedShard() {
        const TemporaryFolder folder;
        writeShards(folder);
        fs::resize_file(folder.file(kSecond), fs::file_size(folder.file(kSecond)) - 1);
        refuses(Checkpoint::open(folder.path()), "file is cut short", "c");
    }

    void rejectsShardNamesThatLeaveTheFolder_data() {
        QTest::addColumn<QByteArray>("shard");
        for (const char* shard : {"../outside.safetensors", "/etc/passwd", "sub/../../outside.safetensors",
                                  "..", "link.safetensors", "folder_link/outside.safetensors"})
            QTest::newRow(shard) << QByteArray(shard);
    }
    void rejectsShardNamesThatLeaveTheFolder() {
        QFETCH(QByteArray, shard);
        const TemporaryFolder folder;
        folder.write("outside.safetensors", floats({{"a", {1}}}));
        folder.write("model/sub/placeholder", "");
        fs::create_symlink("../outside.safetensors", folder.file("model/link.safetensors"));
        fs::create_symlink("..", folder.file("model/folder_link"));
        folder.write("model/model.safetensors.index.json",
                     indexText("{\"a\":\"" + shard.toStdString() + "\"}"));
        refuses(Checkpoint::open(folder.file("model")), "shard lies outside the model's folder",
                shard.toStdString());
    }
    void rejectsShardNamesThatAreNone() {
        const TemporaryFolder folder;
        for (const char* name : {"", "a\\u0000b"}) {
            folder.write("model.safetensors.index.json", indexText(std::string("{\"a\":\"") + name + "\"}"));
            const auto result = Checkpoint::open(folder.path());
            QVERIFY(!result.ok());
            QCOMPARE(result.error().summary.c_str(), "shard has no usable name");
        }
    }
    void rejectsShardsThatAreNoRegularFile() {
        const TemporaryFolder folder;
        folder.write("model.safetensors.index.json", indexText(R"({"a":"shard"})"));
        fs::create_directory(folder.file("shard"));
        refuses(Checkpoint::open(folder.path()), "shard is not a regular file", "shard");
        fs::remove(folder.file("shard"));
        QCOMPARE(::mkfifo(folder.file("shard").c_str(), 0600), 0);
        refuses(Checkpoint::open(folder.path()), "shard is not a regular file", "shard");
    }

    void acceptsShardsInAFolderBelowAndLinksInside() {
        const TemporaryFolder folder;
        folder.write("parts/real.safetensors", floats({{"a", {1}}}));
        fs::create_symlink("parts/real.safetensors", folder.file("link.safetensors"));
        folder.write("model.safetensors.index.json", indexText(R"({"a":"link.safetensors"})"));
        QVERIFY(Checkpoint::open(folder.path()).ok());
    }
    void acceptsTheHuggingFaceCachesOwnBlobs() {
        const TemporaryFolder cache;
        const std::string repository = "models--org--name/";
        cache.write(repository + "blobs/0123", floats({{"a", {1}}}));
        cache.write(repository + "snapshots/commit/model.safetensors.index.json",
                    indexText(R"({"a":"part.safetensors"})"));
        fs::create_symlink("../../blobs/0123", cache.file(repository + "snapshots/commit/part.safetensors"));
        const auto checkpoint = Checkpoint::open(cache.file(repository + "snapshots/commit"));
        QVERIFY2(checkpoint.ok(), checkpoint.ok() ? "" : checkpoint.error().message().c_str());
        // but not the blobs of another repository
        cache.write("models--org--other/blobs/4567", floats({{"a", {1}}}));
        fs::remove(cache.file(repository + "snapshots/commit/part.safetensors"));
        fs::create_symlink("../../../models--org--other/blobs/4567",
                           cache.file(repository + "snapshots/commit/part.safetensors"));
        refuses(Checkpoint::open(cache.file(repository + "snapshots/commit")),
                "shard lies outside the model's folder", "part.safetensors");
    }
};

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "tst_checkpoint.moc"
