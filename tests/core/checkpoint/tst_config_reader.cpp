// Typed access to config.json: each wrong value is refused with key, expectation and finding.
#include "core/checkpoint/config_reader.h"
#include "core/checkpoint/json_file.h"
#include "tests/support/files.h"

#include <QTest>

#include <cmath>

using namespace headlight;
using namespace headlight::testing;

namespace {
ConfigReader reader(const std::string& text) {
    auto config = ConfigReader::fromJson(Json::parse(text), "config.json");
    if (!config.ok())
        qFatal("test configuration is no object");
    return std::move(config).value();
}
} // namespace

class TestConfigReader : public QObject {
    Q_OBJECT

    static void refuses(const auto& result, const std::string& item, const std::string& found) {
        QVERIFY2(!result.ok(), "was accepted");
        const Error& error = result.error();
        QVERIFY(error.kind == ErrorKind::Config);
        QCOMPARE(error.file, std::string("config.json"));
        QCOMPARE(error.item, item);
        QCOMPARE(error.found, found);
        QVERIFY(!error.expected.empty() && !error.cause.empty() && !error.next_step.empty());
    }

private slots:
    void readsEveryType() {
        const auto config = reader(
            R"({"n":12,"z":0,"x":1e-5,"b":true,"t":"gelu","l":["A","B"],"o":{"f":2},"i":[1,2],"e":50256})");
        QCOMPARE(*config.positiveSize("n"), std::size_t{12});
        QCOMPARE(*config.size("z"), std::size_t{0});
        QCOMPARE(*config.number("x"), 1e-5);
        QCOMPARE(*config.number("n"), 12.0);
        QVERIFY(*config.boolean("b"));
        QCOMPARE(*config.text("t"), std::string("gelu"));
        QVERIFY(*config.textList("l") == (std::vector<std::string>{"A", "B"}));
        QVERIFY(*config.tokenIds("i") == (std::vector<std::int32_t>{1, 2}));
        QVERIFY(*config.tokenIds("e") == std::vector<std::int32_t>{50256});
        QCOMPARE(*config.object("o")->positiveSize("f"), std::size_t{2});
    }

    void triesOtherSpellingsInOrder() {
        const auto config = reader(R"({"hidden_size":7,"n_embd":null})");
        QCOMPARE(*config.positiveSize({"n_embd", "hidden_size"}), std::size_t{7});
        QVERIFY(config.has({"n_embd", "hidden_size"}));
        QVERIFY(!config.has("n_embd"));
        QVERIFY(config.positiveSize({"d_model", "dim"}).error().cause.find("also looked for dim") !=
                std::string::npos);
    }

    void defaultsStandInForAbsentAndNullOnly() {
        const auto config = reader(R"({"a":null,"wrong":"x"})");
        QCOMPARE(*config.positiveSizeOr("a", 5), std::size_t{5});
        QCOMPARE(*config.sizeOr("none", 0), std::size_t{0});
        QCOMPARE(*config.numberOr("none", 0.5), 0.5);
        QVERIFY(*config.booleanOr("none", true));
        QCOMPARE(*config.textOr("a", "relu"), std::string("relu"));
        QVERIFY(config.textList("none")->empty());
        QVERIFY(config.tokenIds("a")->empty());
        refuses(config.positiveSizeOr("wrong", 5), "wrong", "the text \"x\"");
        refuses(config.numberOr("wrong", 5), "wrong", "the text \"x\"");
        refuses(config.booleanOr("wrong", true), "wrong", "the text \"x\"");
    }

    void rejectsMissingKeys() {
        const auto config = reader("{}");
        refuses(config.positiveSize("d_model"), "d_model", "nothing");
        refuses(config.number("eps"), "eps", "nothing");
        refuses(config.boolean("flag"), "flag", "nothing");
        refuses(config.text("model_type"), "model_type", "nothing");
        refuses(config.object("rope_scaling"), "rope_scaling", "nothing");
    }

    void rejectsSizesThatAreNone_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("found");
        QTest::newRow("zero") << QByteArray("0") << QByteArray("the number 0");
        QTest::newRow("negative") << QByteArray("-3") << QByteArray("the number -3");
        QTest::newRow("fraction") << QByteArray("2.5") << QByteArray("the number 2.5");
        QTest::newRow("text") << QByteArray("\"12\"") << QByteArray("the text \"12\"");
        QTest::newRow("true") << QByteArray("true") << QByteArray("true");
        QTest::newRow("list") << QByteArray("[12]") << QByteArray("a list of 1");
        QTest::newRow("object") << QByteArray("{}") << QByteArray("an object");
        QTest::newRow("beyond the limit") << QByteArray("10001") << QByteArray("the number 10001");
        QTest::newRow("2^40") << QByteArray("1099511627776") << QByteArray("the number 1099511627776");
        QTest::newRow("beyond 64 bits") << QByteArray("1e30") << QByteArray("the number 1e+30");
    }
    void rejectsSizesThatAreNone() {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, found);
        refuses(reader("{\"n_layer\":" + value.toStdString() + "}").positiveSize("n_layer", kMaxLayers),
                "n_layer", found.toStdString());
    }

    void rejectsNumbersOutOfRange() {
        const auto config = reader(R"({"p":1.5,"q":-0.1,"t":"0.1","b":false})");
        refuses(config.number("p", {0.0, 1.0}), "p", "the number 1.5");
        refuses(config.number("q", {0.0, 1.0}), "q", "the number -0.1");
        refuses(config.number("t"), "t", "the text \"0.1\"");
        refuses(config.number("b"), "b", "false");
        QVERIFY(config.number("p", {0.0, 1.0}).error().expected.find("at most 1") != std::string::npos);
    }
    void rejectsNumbersThatAreNotFinite() {
        for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
            Json json = Json::object();
            json["eps"] = value; // a parser lets none through; a caller might
            QVERIFY(!ConfigReader::fromJson(json, "config.json")->number("eps").ok());
        }
    }

    void rejectsListsOfTheWrongKind() {
        const auto config =
            reader(R"({"architectures":"A","mixed":["A",1],"ids":[1,-1],"id":"</s>","large":4294967296})");
        refuses(config.textList("architectures"), "architectures", "the text \"A\"");
        refuses(config.textList("mixed"), "mixed", "the number 1");
        refuses(config.tokenIds("ids"), "ids", "the number -1");
        refuses(config.tokenIds("id"), "id", "the text \"</s>\"");
        refuses(config.tokenIds("large"), "large", "the number 4294967296");
    }

    void namesKeysOfNestedObjectsInFull() {
        const auto config = reader(R"({"rope_scaling":{"factor":"2"},"plain":3})");
        refuses(config.object("rope_scaling")->number("factor"), "rope_scaling.factor", "the text \"2\"");
        refuses(config.object("plain"), "plain", "the number 3");
    }

    void aNestedReaderOutlivesItsParent() {
        auto parent = std::make_unique<ConfigReader>(reader(R"({"o":{"n":4}})"));
        const ConfigReader nested = *parent->object("o");
        parent.reset();
        QCOMPARE(*nested.positiveSize("n"), std::size_t{4});
    }

    void rejectsConfigurationsThatAreNoObject() {
        QVERIFY(ConfigReader::fromJson(Json::array(), "config.json").error().found == "a list of 0");
        const TemporaryFolder folder;
        QVERIFY(!ConfigReader::fromFile(folder.file("config.json")).ok());
        QVERIFY(ConfigReader::fromFile(folder.write("config.json", "{\"n\":1}"))->positiveSize("n").ok());
    }
};

QTEST_APPLESS_MAIN(TestConfigReader)
#include "tst_config_reader.moc"
