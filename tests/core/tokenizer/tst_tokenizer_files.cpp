// The files of real models give what Hugging Face gives, for more than 2,000 hard strings
// (make_file_goldens.py). HEADLIGHT_TOKENIZER_FILES names the folder they are in; otherwise they are looked
// for beside the checkout.
#include "core/checkpoint/json_file.h"
#include "core/tokenizer/tokenizer.h"
#include "tests/core/tokenizer/digest.h"
#include "tests/support/files.h"

#include <QTest>

using namespace headlight;
using headlight::testing::fnvDigest;
using headlight::testing::TemporaryFolder;

namespace {

namespace fs = std::filesystem;

fs::path checkout() {
    return fs::path(HEADLIGHT_RESOURCES_DIR).parent_path();
}

fs::path realFiles() {
    const QByteArray named = qgetenv("HEADLIGHT_TOKENIZER_FILES");
    return named.isEmpty() ? checkout().parent_path() / "shared" / "tokenizers"
                           : fs::path(named.toStdString());
}

/// A text, or [text, how often it stands in a row].
std::string expanded(const Json& string) {
    if (string.is_string())
        return string.get<std::string>();
    std::string out;
    for (int i = 0; i < string[1].get<int>(); ++i)
        out += string[0].get_ref<const std::string&>();
    return out;
}

} // namespace

class TestTokenizerFiles : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        auto golden = readJsonFile(std::string(HEADLIGHT_GOLDEN_DIR) + "/tokenizer/real_files.json");
        QVERIFY2(golden.ok(), golden.ok() ? "" : golden.error().message().c_str());
        golden_ = std::move(golden).value();
        QVERIFY(golden_["strings"].size() >= 2000);
    }

    void matchesHuggingFace_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < golden_["cases"].size(); ++i)
            QTest::newRow(golden_["cases"][i]["name"].get<std::string>().c_str()) << static_cast<int>(i);
    }
    void matchesHuggingFace() {
        QFETCH(int, index);
        const Json& test_case = golden_["cases"][static_cast<std::size_t>(index)];
        const TemporaryFolder folder;
        for (const auto& [name, content] : test_case["files"].items()) {
            if (!content.is_string()) {
                folder.write(name, content.dump());
                continue;
            }
            const fs::path own = checkout() / content.get<std::string>(),
                           real = realFiles() / content.get<std::string>();
            const fs::path source = fs::exists(own) ? own : real;
            if (!fs::exists(source))
                QSKIP(("the model's files are not here: " + source.string()).c_str());
            fs::create_symlink(fs::canonical(source), folder.file(name));
        }
        const auto tokenizer = Tokenizer::fromFolder(folder.path());
        QVERIFY2(tokenizer.ok(), tokenizer.ok() ? "" : tokenizer.error().message().c_str());
        compare(test_case, **tokenizer, TextSide::Source, "digests");
        if (test_case.contains("target"))
            compare(test_case, **tokenizer, TextSide::Target, "target");
    }

private:
    void compare(const Json& test_case, const Tokenizer& tokenizer, TextSide side, const char* key) const {
        const auto& digests = test_case[key].get_ref<const std::string&>();
        int n_different = 0;
        for (std::size_t i = 0; i < golden_["strings"].size(); ++i) {
            const std::string text = expanded(golden_["strings"][i]);
            const auto encoding = tokenizer.encode(text, {.side = side});
            QVERIFY2(encoding.ok(), encoding.ok() ? "" : encoding.error().message().c_str());
            const std::string digest =
                fnvDigest(test_case["ids_only"].get<bool>() ? testing::spelledIds(*encoding)
                                                            : testing::spelled(*encoding),
                          32);
            if (digest == digests.substr(i * 8, 8))
                continue;
            if (++n_different <= 5)
                qWarning("differs: %s", golden_["strings"][i].dump().c_str());
        }
        QCOMPARE(n_different, 0);
    }

    Json golden_;
};

QTEST_APPLESS_MAIN(TestTokenizerFiles)
#include "tst_tokenizer_files.moc"
