// Every combination of components gives what Hugging Face tokenizers gives (make_tokenizer_goldens.py).
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/tokenizer/digest.h"

#include <QTest>

using headlight::Encoding;
using headlight::Json;
using headlight::Tokenizer;

namespace {

/// As digest() in make_tokenizer_goldens.py.
std::string digest(const Encoding& encoding) { return headlight::testing::fnvDigest(headlight::testing::spelled(encoding), 48); }

/// [ids, offsets, tokens], as the golden file spells an answer in full.
Json inFull(const Encoding& encoding) {
    Json offsets = Json::array();
    for (const auto& range : encoding.offsets)
        offsets.push_back({range.begin, range.end});
    return Json::array({encoding.ids, std::move(offsets), encoding.tokens});
}

std::string tokenizerJson(const Json& golden, const Json& test_case) {
    Json document = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"added_tokens", Json::array()}};
    for (const char* key : {"normalizer", "pre_tokenizer", "post_processor", "decoder"})
        document[key] = test_case.value(key, Json());
    for (const Json& token : test_case.value("added", Json::array())) {
        Json with_id = token;
        with_id["id"] = document["added_tokens"].size();
        document["added_tokens"].push_back(std::move(with_id));
    }
    document["model"] = golden["models"][test_case["model"].get<std::string>()];
    return document.dump();
}

} // namespace

class TestTokenizerGoldens : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        auto golden = headlight::readJsonFile(std::string(HEADLIGHT_GOLDEN_DIR) + "/tokenizer/tokenizers.json");
        QVERIFY2(golden.ok(), golden.ok() ? "" : golden.error().message().c_str());
        golden_ = std::move(golden).value();
    }

    void matchesHuggingFace_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < golden_["cases"].size(); ++i)
            QTest::newRow(golden_["cases"][i]["name"].get<std::string>().c_str()) << static_cast<int>(i);
    }
    void matchesHuggingFace() {
        QFETCH(int, index);
        const Json& test_case = golden_["cases"][static_cast<std::size_t>(index)];
        const auto tokenizer = Tokenizer::fromJson(tokenizerJson(golden_, test_case), "golden");
        QVERIFY2(tokenizer.ok(), tokenizer.ok() ? "" : tokenizer.error().message().c_str());
        const std::size_t n_full = test_case["full"].size();
        for (std::size_t i = 0; i < golden_["strings"].size(); ++i) {
            const auto& text = golden_["strings"][i].get_ref<const std::string&>();
            const auto encoding = tokenizer.value()->encode(text);
            QVERIFY2(encoding.ok(), encoding.ok() ? "" : encoding.error().message().c_str());
            if (i < n_full)
                QCOMPARE(inFull(encoding.value()).dump(), test_case["full"][i].dump());
            else
                QVERIFY2(digest(encoding.value()) == test_case["digests"][i - n_full].get<std::string>(), ("differs for: " + text).c_str());
            if (test_case.contains("decoded") && i < test_case["decoded"].size())
                QCOMPARE(tokenizer.value()->decode(encoding.value().ids, false), test_case["decoded"][i].get<std::string>());
        }
        for (std::size_t i = 0; i < golden_["pairs"].size(); ++i) {
            const Json& pair = golden_["pairs"][i];
            const auto encoding = tokenizer.value()->encodePair(pair[0].get<std::string>(), pair[1].get<std::string>());
            QVERIFY(encoding.ok());
            QCOMPARE(digest(encoding.value()), test_case["pairs"][i].get<std::string>());
        }
    }

private:
    Json golden_;
};

QTEST_APPLESS_MAIN(TestTokenizerGoldens)
#include "tst_tokenizer_goldens.moc"
