// Quantized checkpoints are named as such before anything else is wrong with them.
#include "core/checkpoint/quantization.h"

#include <nlohmann/json.hpp>

#include <QTest>

using namespace headlight;

class TestQuantization : public QObject {
    Q_OBJECT

private slots:
    void namesTheMethod_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QByteArray>("name");
        const auto quantized = [](const char* text) {
            return QByteArray("{\"quantization_config\":") + text + "}";
        };
        QTest::newRow("none") << QByteArray("{}") << QByteArray();
        QTest::newRow("null") << quantized("null") << QByteArray();
        QTest::newRow("no object") << quantized("\"gptq\"") << QByteArray();
        QTest::newRow("GPTQ") << quantized(R"({"bits":4,"group_size":128,"quant_method":"gptq"})")
                              << QByteArray("GPTQ 4-bit");
        QTest::newRow("AWQ") << quantized(R"({"bits":4,"quant_method":"AWQ","zero_point":true})")
                             << QByteArray("AWQ 4-bit");
        QTest::newRow("old AWQ") << quantized(R"({"w_bit":4,"quant_method":"awq"})")
                                 << QByteArray("AWQ 4-bit");
        QTest::newRow("bitsandbytes 4")
            << quantized(R"({"load_in_4bit":true,"load_in_8bit":false,"quant_method":"bitsandbytes"})")
            << QByteArray("bitsandbytes 4-bit");
        QTest::newRow("bitsandbytes 8, no method")
            << quantized(R"({"load_in_8bit":true})") << QByteArray("bitsandbytes 8-bit");
        QTest::newRow("FP8") << quantized(R"({"quant_method":"fp8","activation_scheme":"dynamic"})")
                             << QByteArray("FP8");
        QTest::newRow("one we do not know")
            << quantized(R"({"quant_method":"something-new","bits":3})") << QByteArray("something-new 3-bit");
        QTest::newRow("no method") << quantized("{}") << QByteArray("unnamed");
        QTest::newRow("types wrong") << quantized(R"({"quant_method":7,"bits":"four","load_in_4bit":"yes"})")
                                     << QByteArray("unnamed");
        QTest::newRow("compressed") << QByteArray(
                                           R"({"compression_config":{"quant_method":"compressed-tensors"}})")
                                    << QByteArray("compressed-tensors");
    }
    void namesTheMethod() {
        QFETCH(QByteArray, config);
        QFETCH(QByteArray, name);
        const auto reader =
            ConfigReader::fromJson(nlohmann::json::parse(config.toStdString()), "config.json");
        QCOMPARE(quantizationName(*reader).c_str(), name.constData());
        QCOMPARE(refuseQuantized(*reader).ok(), name.isEmpty());
    }

    void saysWhatToOpenInstead() {
        const auto reader = ConfigReader::fromJson(
            nlohmann::json::parse(
                R"({"_name_or_path":"meta-llama/Llama-2-7b-hf","quantization_config":{"quant_method":"gptq","bits":4}})"),
            "config.json");
        const auto refused = refuseQuantized(*reader);
        QVERIFY(!refused.ok());
        QCOMPARE(refused.error().kind, ErrorKind::Unsupported);
        QCOMPARE(refused.error().summary.c_str(), "the weights are quantized (GPTQ 4-bit)");
        QVERIFY(refused.error().next_step.find("meta-llama/Llama-2-7b-hf") != std::string::npos);
        QCOMPARE(refused.error().item.c_str(), "quantization_config");
    }
};

QTEST_APPLESS_MAIN(TestQuantization)
#include "tst_quantization.moc"
