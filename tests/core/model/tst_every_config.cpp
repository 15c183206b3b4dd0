// What RELIABILITY asks of config.json, asked of every family: each golden checkpoint's configuration with one value spoilt.
#include "core/model/families/registry.h"
#include "tests/support/golden_case.h"

#include <QtTest>

#include <functional>
#include <set>

using namespace headlight;
using namespace headlight::test;
using Json = nlohmann::json;

namespace {

using Keys = std::vector<const char*>;
const Keys kLayers = {"n_layer", "n_layers", "num_layers", "num_hidden_layers", "encoder_layers", "decoder_layers"};
const Keys kHeads = {"n_head", "n_heads", "num_heads", "num_attention_heads", "encoder_attention_heads", "decoder_attention_heads"};
const Keys kWidths = {"n_embd", "hidden_size", "d_model", "dim"};
const Keys kEpsilons = {"layer_norm_eps", "layer_norm_epsilon", "rms_norm_eps"};

Json goldenConfig(const QString& name) { return Json::parse(std::ifstream(goldenRoot() / name.toStdString() / "config.json")); }

Result<ModelSpec> specOf(const Json& json) {
    HEADLIGHT_ASSIGN(const ConfigReader file, ConfigReader::fromJson(json, "config.json"));
    HEADLIGHT_ASSIGN(const FamilyChoice choice, chooseFamily(file));
    HEADLIGHT_ASSIGN(const ConfigReader config, withDefaults(file, *choice.family));
    return choice.family->readSpec(config, choice.architecture);
}

Result<ModelSpec> with(Json config, const std::string& key, const Json& value) {
    config[key] = value.is_number_integer() ? Json::parse(value.dump()) : value; // as a file gives it: 7 without a sign
    return specOf(config);
}

/// Keys of these that the family reads: a text in their place is refused by their name.
std::vector<std::string> readKeys(const Json& config, const Keys& keys) {
    std::vector<std::string> read;
    for (const char* key : keys)
        if (const auto spec = with(config, key, "a text"); !spec.ok() && spec.error().item == key)
            read.emplace_back(key);
    return read;
}

/// A row for each golden configuration the rule speaks of.
void addRows(const std::function<bool(const Json&)>& concerned) {
    QTest::addColumn<QString>("name");
    for (const std::string& name : goldenNames())
        if (concerned(goldenConfig(QString::fromStdString(name))))
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
}

/// Without a head size of its own, which need not divide anything.
Json withoutHeadSize(Json config) {
    for (const char* key : {"head_dim", "num_key_value_heads", "num_kv_heads"})
        config.erase(key);
    return config;
}

bool dividesByHeads(const Json& config) { return !config.contains("d_kv") && specOf(withoutHeadSize(config)).ok(); }

/// Keys of key/value heads that decide something: Falcon's multi_query overrules its own.
std::vector<std::string> decisiveKeyValueHeads(const Json& config) {
    std::vector<std::string> keys = readKeys(config, {"num_key_value_heads", "num_kv_heads"});
    const auto spec = specOf(config);
    std::erase_if(keys, [&](const std::string& key) {
        return !spec.ok() || !config.contains(key) || config.at(key) != spec.value().decoder->n_kv_heads;
    });
    return keys;
}

void verifyRefused(const Json& config, const std::string& key, const Json& value) {
    const auto spec = with(config, key, value);
    QVERIFY2(!spec.ok(), (key + " " + value.dump() + " is accepted").c_str());
    const Error& error = spec.error();
    QVERIFY2(error.kind == ErrorKind::Config && !error.summary.empty() && !error.found.empty() && error.file == "config.json",
             (key + " " + value.dump() + ": " + error.message()).c_str());
}

} // namespace

class TestEveryConfig : public QObject {
    Q_OBJECT
private slots:
    void refusesSizesThatAreNone_data() {
        addRows([](const Json&) { return true; });
    }
    void refusesSizesThatAreNone();
    void refusesHeadsThatDoNotDivide_data() { addRows(dividesByHeads); }
    void refusesHeadsThatDoNotDivide();
    void refusesKeyValueHeadsThatDoNotDivide_data() {
        addRows([](const Json& config) { return !decisiveKeyValueHeads(config).empty(); });
    }
    void refusesKeyValueHeadsThatDoNotDivide();
    void takesAHeadSizeThatIsGiven();
    void refusesEpsilonsThatAreNone_data() {
        addRows([](const Json& config) { return !readKeys(config, kEpsilons).empty(); });
    }
    void refusesEpsilonsThatAreNone();
    void coversEveryFamily();
};

void TestEveryConfig::refusesSizesThatAreNone() {
    QFETCH(const QString, name);
    const Json config = goldenConfig(name);
    const auto whole = specOf(config);
    QVERIFY2(whole.ok(), whole.ok() ? "" : whole.error().message().c_str());
    for (const auto& [what, keys] : {std::pair<const char*, Keys>{"layers", kLayers}, {"heads", kHeads}, {"width", kWidths},
                                     {"vocabulary", {"vocab_size"}}}) {
        const std::vector<std::string> read = readKeys(config, keys);
        QVERIFY2(!read.empty(), what);
        for (const std::string& key : read) {
            for (const Json& value : {Json(0), Json(-4), Json(2.5), Json::array({4}), Json::object(), Json(true), Json(std::int64_t{1} << 40)})
                verifyRefused(config, key, value);
            if (keys == kLayers)
                verifyRefused(config, key, 1'000'000'000);
        }
    }
}

void TestEveryConfig::refusesHeadsThatDoNotDivide() {
    QFETCH(const QString, name);
    const Json config = withoutHeadSize(goldenConfig(name));
    for (const std::string& key : readKeys(config, kHeads))
        verifyRefused(config, key, 11); // divides no golden width
}

void TestEveryConfig::refusesKeyValueHeadsThatDoNotDivide() {
    QFETCH(const QString, name);
    const Json config = goldenConfig(name);
    const auto whole = specOf(config);
    QVERIFY(whole.ok());
    const std::size_t n_heads = whole.value().decoder->n_heads;
    QVERIFY(n_heads > 2);
    for (const std::string& key : decisiveKeyValueHeads(config))
        for (const Json& value : {Json(n_heads - 1), Json(n_heads * 2), Json(0), Json(-1), Json("2")})
            verifyRefused(config, key, value);
}

void TestEveryConfig::takesAHeadSizeThatIsGiven() {
    Json config = goldenConfig("llama-lm");
    config.update(Json::parse(R"({"num_attention_heads": 7, "num_key_value_heads": 7, "head_dim": 6})"));
    const auto spec = specOf(config);
    QVERIFY2(spec.ok(), spec.ok() ? "" : spec.error().message().c_str());
    QCOMPARE(spec.value().decoder->head_dim, std::size_t{6});
}

void TestEveryConfig::refusesEpsilonsThatAreNone() {
    QFETCH(const QString, name);
    const Json config = goldenConfig(name);
    for (const std::string& key : readKeys(config, kEpsilons))
        for (const Json& value : {Json(std::nan("")), Json(HUGE_VAL), Json(-1e-5), Json(0.0), Json(1e300), Json("NaN"), Json::array()})
            verifyRefused(config, key, value);
}

void TestEveryConfig::coversEveryFamily() {
    std::set<std::string> golden;
    for (const std::string& name : goldenNames())
        golden.insert(goldenConfig(QString::fromStdString(name)).at("model_type").get<std::string>());
    for (const Family& family : families())
        QVERIFY2(golden.contains(std::string(family.model_type)), std::string(family.model_type).c_str());
}

QTEST_APPLESS_MAIN(TestEveryConfig)
#include "tst_every_config.moc"
