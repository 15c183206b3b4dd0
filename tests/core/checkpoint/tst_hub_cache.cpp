// The Hugging Face cache as huggingface_hub lays it out: refs, snapshots of links, blobs; what is listed and
// what is opened.
#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/hub_cache.h"
#include "core/checkpoint/model_folder.h"
#include "tests/support/files.h"

#include <QTest>

#include <unistd.h>

#include <algorithm>

using namespace headlight;
using namespace headlight::testing;
namespace fs = std::filesystem;

namespace {

const std::string kConfig = R"({"model_type":"gpt2","architectures":["GPT2LMHeadModel"]})";

/// A cache to be filled as huggingface_hub would.
class Cache {
public:
    Cache() {
        for (const char* name : {"HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"})
            qunsetenv(name);
        qputenv("HF_HUB_CACHE", root().c_str());
        qputenv("HEADLIGHT_RESOURCES", folder_.file("none").c_str());
    }
    [[nodiscard]] fs::path root() const { return folder_.file("hub"); }
    [[nodiscard]] fs::path repository(const std::string& id) const {
        std::string name = "models--" + id;
        if (const auto at = name.find('/'); at != std::string::npos)
            name.replace(at, 1, "--");
        return root() / name;
    }
    void ref(const std::string& id, const std::string& name, const std::string& commit) const {
        put(repository(id) / "refs" / name, commit);
    }
    /// A file of a snapshot: a blob and a link to it. Equal contents share their blob.
    void add(const std::string& id, const std::string& commit, const std::string& name,
             const std::string& bytes) const {
        const std::string etag = std::to_string(std::hash<std::string>()(bytes));
        put(repository(id) / "blobs" / etag, bytes);
        const fs::path link = repository(id) / "snapshots" / commit / name;
        fs::create_directories(link.parent_path());
        fs::create_symlink(fs::path("../../blobs") / etag, link);
    }
    /// A whole little model.
    void model(const std::string& id, const std::string& commit = "c0ffee01",
               const std::string& config = kConfig) const {
        add(id, commit, "config.json", config);
        add(id, commit, "model.safetensors",
            safetensorsBytes(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234"));
        ref(id, "main", commit);
    }
    void put(const fs::path& path, const std::string& bytes) const {
        folder_.write(path.lexically_relative(folder_.path()).string(), bytes);
    }

private:
    TemporaryFolder folder_;
};

const ModelListing* named(const std::vector<ModelListing>& models, const std::string& name) {
    const auto place = std::ranges::find(models, name, &ModelListing::name);
    return place == models.end() ? nullptr : &*place;
}

std::vector<ModelListing> cached() {
    std::vector<ModelListing> models = listModels();
    std::erase_if(models, [](const ModelListing& model) {
        return model.origin != ModelListing::Origin::HuggingFaceCache;
    });
    return models;
}

} // namespace

class TestHubCache : public QObject {
    Q_OBJECT

    std::unique_ptr<Cache> cache_;

private slots:
    void aStrangersWordsStayOnOneLine() {
        const Cache cache;
        cache.model("org/a", "c0ffee01", "{\"model_type\":\"no\\nsuch\\tmodel\",\"architectures\":[\"A\\nB\"]}");
        const auto judge = [](const ConfigReader& config) { return "cannot run " + *config.textOr("model_type", ""); };
        const std::vector<ModelListing> models = listModels(judge);
        const auto listed = std::find_if(models.begin(), models.end(), [](const ModelListing& model) { return model.name == "org/a"; });
        QVERIFY(listed != models.end());
        QCOMPARE(listed->obstacle, std::string("cannot run no such model"));
        QVERIFY(listed->model_type.find('\n') == std::string::npos);
    }

    void init() { cache_ = std::make_unique<Cache>(); }

    void expandsVariablesInPathsAsAShellDoes_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("expected");
        QTest::newRow("variable") << "$HEADLIGHT_PLACE/hub"
                                  << "/there/hub";
        QTest::newRow("in braces") << "/a/${HEADLIGHT_PLACE}b"
                                   << "/a//thereb";
        QTest::newRow("unset") << "/a/$HEADLIGHT_UNSET/b"
                               << "/a/$HEADLIGHT_UNSET/b";
        QTest::newRow("unclosed") << "/a/${HEADLIGHT_PLACE"
                                  << "/a/${HEADLIGHT_PLACE";
        QTest::newRow("a lone sign") << "/a/$"
                                     << "/a/$";
    }
    void expandsVariablesInPathsAsAShellDoes() {
        QFETCH(QString, given);
        QFETCH(QString, expected);
        qputenv("HEADLIGHT_PLACE", "/there");
        qputenv("HF_HUB_CACHE", given.toUtf8());
        QCOMPARE(QString::fromStdString(huggingFaceCacheRoot().string()), expected);
    }

    void countsBlobsOnce() {
        cache_->model("org/a", "c0ffee01");
        const std::uint64_t one =
            fs::file_size(cache_->repository("org/a") / "snapshots/c0ffee01/config.json") +
            fs::file_size(cache_->repository("org/a") / "snapshots/c0ffee01/model.safetensors");
        QCOMPARE(cached().at(0).disk_bytes, one);
        cache_->model("org/a", "c0ffee02"); // another revision of the same files
        cache_->add("org/a", "c0ffee02", "pytorch_model.bin", std::string(1000, 'x'));
        const auto models = cached();
        QCOMPARE(models.size(), std::size_t{1});
        QCOMPARE(models[0].disk_bytes, one + 1000);
        QCOMPARE(models[0].size_bytes, std::uint64_t(fs::file_size(models[0].folder / "model.safetensors")));
        QCOMPARE(models[0].obstacle, std::string());
    }

    void countsFilesWhereTheDiskKnowsNoLinks() {
        cache_->put(cache_->repository("a") / "snapshots/c0ffee01/config.json", kConfig);
        cache_->put(cache_->repository("a") / "snapshots/c0ffee01/model.safetensors", std::string(2000, 'x'));
        QCOMPARE(cached().at(0).disk_bytes, std::uint64_t(2000 + kConfig.size()));
    }

    void listsOnlyModels() {
        cache_->model("org/a");
        cache_->put(cache_->root() / "datasets--org--a/snapshots/c/config.json", kConfig);
        cache_->put(cache_->root() / "spaces--org--a/snapshots/c/config.json", kConfig);
        cache_->put(cache_->root() / ".locks/models--org--a/x.lock", "");
        cache_->put(cache_->root() / "models--a-file", "");
        cache_->put(cache_->root() / "version.txt", "1");
        cache_->put(cache_->repository("org/asked-for") / ".no_exist/c0ffee/tokenizer.json",
                    ""); // looked for, not there
        cache_->put(cache_->repository("org/asked-too") / "refs/main", "c0ffee");
        const auto models = cached();
        QCOMPARE(models.size(), std::size_t{1});
        QCOMPARE(models[0].name, std::string("org/a"));
        QCOMPARE(models[0].model_type, std::string("gpt2"));
    }

    void mainComesFirst() {
        cache_->model("org/a", "c0ffee02");
        cache_->model("org/a", "c0ffee01"); // main again
        QCOMPARE(findModel("org/a")->folder.filename(), fs::path("c0ffee01"));
        cache_->ref("org/a", "main", "c0ffee02");
        QCOMPARE(findModel("org/a")->folder.filename(), fs::path("c0ffee02"));
    }

    void withoutMainTheNewestIsTaken() {
        cache_->model("org/a", "c0ffee02");
        cache_->model("org/a", "c0ffee01");
        fs::remove(cache_->repository("org/a") / "refs/main");
        const auto now = fs::file_time_type::clock::now();
        fs::last_write_time(cache_->repository("org/a") / "snapshots/c0ffee02", now);
        fs::last_write_time(cache_->repository("org/a") / "snapshots/c0ffee01", now - std::chrono::hours(1));
        QCOMPARE(findModel("org/a")->folder.filename(), fs::path("c0ffee02"));
    }

    void revisionsAreFoundByNameAndCommit() {
        cache_->model("org/a", "c0ffee02");
        cache_->model("org/a", "c0ffee01");
        cache_->model("org/a", "abcdef99");
        cache_->ref("org/a", "v1.0", "c0ffee02");
        cache_->ref("org/a", "refs/pr/1", "c0ffee01");
        cache_->ref("org/a", "same", "abcdef99");
        const auto commitOf = [](const char* name) {
            const auto model = findModel(name);
            return model.ok() ? model->folder.filename().string() : model.error().message();
        };
        QCOMPARE(commitOf("org/a"), std::string("abcdef99"));
        QCOMPARE(commitOf("org/a@main"), std::string("abcdef99"));
        QCOMPARE(commitOf("org/a@v1.0"), std::string("c0ffee02"));
        QCOMPARE(commitOf("org/a@refs/pr/1"), std::string("c0ffee01"));
        QCOMPARE(commitOf("org/a@abcdef99"), std::string("abcdef99"));
        QCOMPARE(commitOf("org/a@c0ffee01"), std::string("c0ffee01"));
        QCOMPARE(commitOf("a@abcd"), std::string("abcdef99"));
        const auto ambiguous = findModel("org/a@c0ffee");
        QVERIFY(!ambiguous.ok());
        QVERIFY(ambiguous.error().cause.find("v1.0") != std::string::npos);
        QVERIFY(!findModel("org/a@abc").ok()); // too short to be meant
        QVERIFY(!findModel("org/a@../../c0ffee01").ok());
        // Listed: main, and what else has a name of its own.
        const auto models = cached();
        QCOMPARE(models.size(), std::size_t{3});
        QVERIFY(named(models, "org/a") && named(models, "org/a@v1.0") && named(models, "org/a@refs/pr/1"));
    }

    void theEndOfOneIdIsEnough() {
        cache_->model("openai-community/gpt2");
        cache_->model("someone/distilgpt2");
        const auto model = findModel("gpt2");
        QVERIFY2(model.ok(), model.ok() ? "" : model.error().message().c_str());
        QCOMPARE(model->name, std::string("openai-community/gpt2"));
        cache_->model("other/gpt2");
        const auto several = findModel("gpt2");
        QVERIFY(!several.ok());
        QVERIFY2(several.error().found.find("openai-community/gpt2, other/gpt2") != std::string::npos,
                 several.error().message().c_str());
        cache_->model("gpt2"); // the whole id wins
        QCOMPARE(findModel("gpt2")->name, std::string("gpt2"));
        QVERIFY(!findModel("2").ok());
        QVERIFY(!findModel("community/gpt2").ok());
    }

    void saysWhatIsIncomplete_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("obstacle");
        QTest::newRow("weights still coming") << "no weights"
                                              << "download incomplete: no weights";
        QTest::newRow("a shard is missing")
            << "shard"
            << "download incomplete: shard is missing: model-00002-of-00002.safetensors";
        QTest::newRow("config still coming") << "nothing"
                                             << "download incomplete";
        QTest::newRow("the blob was deleted") << "broken link"
                                              << "model.safetensors is a broken link";
        QTest::newRow("a pointer") << "pointer"
                                   << "model.safetensors is a Git LFS pointer";
        QTest::newRow("empty") << "empty"
                               << "model.safetensors is empty";
        QTest::newRow("config damaged") << "config"
                                        << "config.json: not valid JSON";
    }
    void saysWhatIsIncomplete() {
        QFETCH(QString, what);
        QFETCH(QString, obstacle);
        const std::string id = "org/a", commit = "c0ffee01";
        cache_->ref(id, "main", commit);
        if (what != "nothing")
            cache_->add(id, commit, "config.json", what == "config" ? "{" : kConfig);
        if (what == "no weights" || what == "shard" || what == "nothing")
            cache_->put(cache_->repository(id) / "blobs/aaaa.1234abcd.incomplete", "half");
        if (what == "shard") {
            cache_->add(
                id, commit, "model.safetensors.index.json",
                R"({"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}})");
            cache_->add(id, commit, "model-00001-of-00002.safetensors", "1234567890");
        }
        if (what == "broken link" || what == "empty" || what == "pointer" || what == "config")
            cache_->add(id, commit, "model.safetensors",
                        what == "empty" ? ""
                        : what == "pointer"
                            ? "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
                            : "gone");
        if (what == "broken link")
            fs::remove(fs::canonical(cache_->repository(id) / "snapshots" / commit / "model.safetensors"));
        const auto models = cached();
        QCOMPARE(models.size(), std::size_t{1});
        QCOMPARE(models[0].name, id);
        QCOMPARE(QString::fromStdString(models[0].obstacle), obstacle);
        QVERIFY(models[0].disk_bytes > 0);
        const auto found = findModel(id);
        QVERIFY(!found.ok() || !Checkpoint::open(found->folder).ok() || what == "config");
    }

    void onlyShardsOfTheIndexCount() {
        const std::string id = "org/a", commit = "c0ffee01";
        cache_->ref(id, "main", commit);
        cache_->add(id, commit, "config.json", kConfig);
        cache_->add(id, commit, "model.safetensors.index.json",
                    R"({"weight_map":{"a":"model-00001-of-00001.safetensors"}})");
        const std::string shard =
            safetensorsBytes(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", "1234");
        cache_->add(id, commit, "model-00001-of-00001.safetensors", shard);
        cache_->add(id, commit, "consolidated.safetensors", std::string(5000, 'x'));
        cache_->add(id, commit, "pytorch_model-00001-of-00001.bin", std::string(7000, 'y'));
        const auto models = cached();
        QCOMPARE(models.at(0).size_bytes, std::uint64_t(shard.size()));
        QCOMPARE(models.at(0).obstacle, std::string());
        QVERIFY(models.at(0).disk_bytes > 12'000);
        QVERIFY(Checkpoint::open(models.at(0).folder).ok());
    }

    void aFolderThatCannotBeReadIsListedWithTheReason() {
        if (::geteuid() == 0)
            QSKIP("the superuser may read everything");
        cache_->model("org/a");
        fs::permissions(cache_->repository("org/a"), fs::perms::none);
        const auto models = cached();
        fs::permissions(cache_->repository("org/a"), fs::perms::owner_all);
        QCOMPARE(models.size(), std::size_t{1});
        QVERIFY(models[0].obstacle.starts_with("cannot be read"));
    }

    void linksThatLeadNowhereOrInCirclesAreNoTrouble() {
        cache_->model("org/a");
        fs::create_directory_symlink(cache_->root() / "gone", cache_->root() / "models--org--gone");
        fs::create_directory_symlink("models--org--circle", cache_->root() / "models--org--circle");
        fs::create_directory_symlink(cache_->repository("org/a"),
                                     cache_->root() / "models--org--moved"); // to another disk, say
        fs::create_directory_symlink("../..", cache_->repository("org/a") / "snapshots/up");
        const auto models = cached();
        QCOMPARE(models.size(), std::size_t{2});
        QVERIFY(named(models, "org/a") && named(models, "org/moved"));
        QVERIFY(!findModel("org/gone").ok());
        QVERIFY(!findModel("org/circle").ok());
    }

    void aThousandModelsAreListed() {
        for (int i = 0; i < 1000; ++i)
            cache_->model("org/model-" + std::to_string(i));
        QCOMPARE(cached().size(), std::size_t{1000});
        QCOMPARE(findModel("model-500")->name, std::string("org/model-500"));
    }
};

QTEST_APPLESS_MAIN(TestHubCache)
#include "tst_hub_cache.moc"
