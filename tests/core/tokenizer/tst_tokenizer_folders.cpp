// Model folders of every tokenizer class give what transformers' AutoTokenizer gives
// (make_folder_goldens.py).
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/tokenizer/digest.h"
#include "tests/support/files.h"

#include <QTest>

using namespace headlight;
using headlight::testing::fnvDigest;
using headlight::testing::TemporaryFolder;

class TestTokenizerFolders : public QObject {
    Q_OBJECT

    static std::string digest(const Json& test_case, const Encoding& encoding) {
        return fnvDigest(test_case["ids_only"].get<bool>() ? testing::spelledIds(encoding)
                                                           : testing::spelled(encoding),
                         32);
    }
    /// Digests stand one behind the other, eight digits each.
    static std::string at(const Json& test_case, const char* key, std::size_t i) {
        return test_case[key].get_ref<const std::string&>().substr(i * 8, 8);
    }

    void write(const Json& test_case, const TemporaryFolder& folder) const {
        for (const auto& [name, key] : test_case["files"].items()) {
            const Json& file = golden_["files"][key.get<std::string>()];
            if (file.contains("json"))
                folder.write(name, file["json"].dump());
            else if (file.contains("text"))
                folder.write(name, file["text"].get_ref<const std::string&>());
            else
                folder.write(
                    name, QByteArray::fromBase64(QByteArray::fromStdString(file["base64"].get<std::string>()))
                              .toStdString());
        }
    }
    void compare(const Json& test_case, const Tokenizer& tokenizer, TextSide side, const char* key) const {
        for (std::size_t i = 0; i < golden_["strings"].size(); ++i) {
            const auto& text = golden_["strings"][i].get_ref<const std::string&>();
            const auto encoding = tokenizer.encode(text, {.side = side});
            QVERIFY2(encoding.ok(), encoding.ok() ? "" : encoding.error().message().c_str());
            QVERIFY2(digest(test_case, *encoding) == at(test_case, key, i), ("differs for: " + text).c_str());
        }
    }

private slots:
    void initTestCase() {
        auto golden = readJsonFile(std::string(HEADLIGHT_GOLDEN_DIR) + "/tokenizer/folders.json");
        QVERIFY2(golden.ok(), golden.ok() ? "" : golden.error().message().c_str());
        golden_ = std::move(golden).value();
        QVERIFY(golden_["cases"].size() > 50);
    }

    void matchesTransformers_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < golden_["cases"].size(); ++i)
            QTest::newRow(golden_["cases"][i]["name"].get<std::string>().c_str()) << static_cast<int>(i);
    }
    void matchesTransformers() {
        QFETCH(int, index);
        const Json& test_case = golden_["cases"][static_cast<std::size_t>(index)];
        const TemporaryFolder folder;
        write(test_case, folder);
        const auto opened = Tokenizer::fromFolder(folder.path());
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().message().c_str());
        const Tokenizer& tokenizer = **opened;
        compare(test_case, tokenizer, TextSide::Source, "digests");
        const bool has_target = test_case.contains("target");
        if (has_target)
            compare(test_case, tokenizer, TextSide::Target, "target");
        for (std::size_t i = 0; i < golden_["pairs"].size(); ++i) {
            const Json& pair = golden_["pairs"][i];
            const auto encoding =
                tokenizer.encodePair(pair[0].get<std::string>(), pair[1].get<std::string>());
            QVERIFY(encoding.ok());
            QCOMPARE(digest(test_case, *encoding), at(test_case, "pairs", i));
        }
        for (std::size_t i = 0; i * 16 < test_case["decoded"].get_ref<const std::string&>().size(); ++i) {
            const auto& text = golden_["strings"][i].get_ref<const std::string&>();
            const auto encoding =
                tokenizer.encode(text, {.side = has_target ? TextSide::Target : TextSide::Source});
            QVERIFY2(fnvDigest(tokenizer.decode(encoding->ids, true), 32) == at(test_case, "decoded", 2 * i),
                     ("decoded differently: " + text).c_str());
            QVERIFY2(fnvDigest(tokenizer.decode(encoding->ids, false), 32) ==
                         at(test_case, "decoded", 2 * i + 1),
                     ("decoded differently with special tokens: " + text).c_str());
        }
    }

    void putsTheChosenLanguageBesideTheText() {
        for (const auto& [name, language, token] :
             {std::tuple("M2M-100", "de", "__de__"), std::tuple("mBART", "ro_RO", "ro_RO"),
              std::tuple("NLLB", "eng_Latn", "eng_Latn")}) {
            const TemporaryFolder folder;
            for (const Json& test_case : golden_["cases"])
                if (test_case["name"] == name)
                    write(test_case, folder);
            const auto tokenizer = Tokenizer::fromFolder(folder.path());
            QVERIFY2(tokenizer.ok(), tokenizer.ok() ? "" : tokenizer.error().message().c_str());
            const auto languages = (*tokenizer)->languages();
            QVERIFY2(std::find(languages.begin(), languages.end(), language) != languages.end(), name);
            const auto id = (*tokenizer)->languageToken(language);
            QVERIFY(id.has_value());
            for (const TextSide side : {TextSide::Source, TextSide::Target}) {
                const auto encoding = (*tokenizer)->encode("light", {.side = side, .language = language});
                QVERIFY(encoding.ok());
                const std::size_t place = std::string(name) == "mBART" ? encoding->size() - 1 : 0;
                QCOMPARE(encoding->ids[place], *id);
                QCOMPARE(encoding->tokens[place], std::string(token));
                QCOMPARE(encoding->sequence[place], std::int8_t{-1});
                // Without one, each side has its own.
                QCOMPARE((*tokenizer)->encode("light", {.side = side})->ids[place],
                         (*tokenizer)->languageToken((*tokenizer)->defaultLanguage(side)).value_or(-1));
            }
            QVERIFY((*tokenizer)->defaultLanguage(TextSide::Source) !=
                    (*tokenizer)->defaultLanguage(TextSide::Target));
            const auto unknown = (*tokenizer)->encode("light", {.language = "tlh"});
            QVERIFY(!unknown.ok());
            QVERIFY2(unknown.error().message().find("tlh") != std::string::npos &&
                         unknown.error().message().find(language) != std::string::npos,
                     unknown.error().message().c_str());
        }
    }

private:
    Json golden_;
};

QTEST_APPLESS_MAIN(TestTokenizerFolders)
#include "tst_tokenizer_folders.moc"
