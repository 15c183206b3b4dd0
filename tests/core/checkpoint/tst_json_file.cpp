// Strict JSON: what a stranger's file may not do, with line and column in the answer.
#include "core/checkpoint/json_file.h"
#include "tests/support/files.h"

#include <QTest>

#include <sys/stat.h>

using namespace headlight;
using namespace headlight::testing;

class TestJsonFile : public QObject {
    Q_OBJECT

    static void refuses(const Result<Json>& result, const char* summary) {
        QVERIFY2(!result.ok(), "was accepted");
        QCOMPARE(result.error().summary.c_str(), summary);
        QVERIFY(result.error().kind == ErrorKind::Format);
        QVERIFY(!result.error().file.empty() && !result.error().found.empty() &&
                !result.error().next_step.empty());
    }

private slots:
    void readsEveryKindOfValue() {
        const auto json = parseJson(
            " {\"a\": [1, -2, 2.5, true, null, {\"b\": \"\xc3\xa9\\u00e9\\ud83d\\ude00\"}], \"\": {}}\n",
            "f");
        QVERIFY2(json.ok(), json.ok() ? "" : json.error().message().c_str());
        QVERIFY(*json == Json::parse("{\"a\": [1, -2, 2.5, true, null, {\"b\": "
                                     "\"\xc3\xa9\xc3\xa9\xf0\x9f\x98\x80\"}], \"\": {}}"));
        QCOMPARE(parseJson("3", "f")->get<int>(), 3);
    }

    void rejectsDuplicateKeysByName() {
        const auto json = parseJson(R"({"a":{"b":1,"c":2,"b":3}})", "config.json");
        refuses(json, "duplicate key in JSON");
        QCOMPARE(json.error().item, std::string("b"));
        QCOMPARE(json.error().file, std::string("config.json"));
    }
    void allowsTheSameKeyInDifferentObjects() {
        QVERIFY(parseJson(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})", "f").ok());
    }

    void rejectsDeepNesting() {
        const JsonLimits limits;
        const auto nested = [](std::size_t depth) {
            return std::string(depth, '[') + std::string(depth, ']');
        };
        QVERIFY(parseJson(nested(limits.max_depth), "f").ok());
        refuses(parseJson(nested(limits.max_depth + 1), "f"), "JSON is nested too deeply");
        refuses(parseJson(std::string(1u << 20, '['), "f"), "JSON is nested too deeply");
    }

    void rejectsTooManyValues() {
        JsonLimits limits;
        limits.max_values = 4; // the list is a value too
        QVERIFY(parseJson("[1,2,3]", "f", limits).ok());
        refuses(parseJson("[1,2,3,4]", "f", limits), "JSON file has too many values");
    }

    void rejectsTooManyBytesBeforeReading() {
        JsonLimits limits;
        limits.max_bytes = 10;
        const TemporaryFolder folder;
        refuses(readJsonFile(folder.write("f", "[1,2,3,4,5,6]"), limits), "file is too large for its kind");
        QVERIFY(readJsonFile(folder.write("f", "[1,2,3,4]"), limits).ok());
    }

    void saysWhereTheMistakeIs() {
        const auto json = parseJson("{\n  \"a\": 1,\n  \"b\": x\n}", "f");
        refuses(json, "not valid JSON");
        QCOMPARE(json.error().item, std::string("line 3, column 8"));
    }

    void rejectsBrokenJson_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text : {"{",       "[1,]",     "{\"a\":1,}", "{\"a\" 1}", "{a:1}",
                                 "{'a':1}", "[1] 2",    "{} {}",      "[01]",      "[+1]",
                                 "[.5]",    "[1.]",     "[0x1]",      "// c\n{}",  "{\"a\":undefined}",
                                 "\"\\x\"", "\"a\nb\"", "tru",        "[1e999]",   "]"})
            QTest::newRow(text) << QByteArray(text);
    }
    void rejectsBrokenJson() {
        QFETCH(QByteArray, text);
        refuses(parseJson(text.toStdString(), "f"), "not valid JSON");
    }

    void rejectsInvalidUtf8_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("Latin-1") << QByteArray("\"caf\xe9\"");
        QTest::newRow("overlong") << QByteArray("\"\xc0\x80\"");
        QTest::newRow("encoded surrogate") << QByteArray("\"\xed\xa0\x80\"");
        QTest::newRow("beyond Unicode") << QByteArray("\"\xf5\x80\x80\x80\"");
        QTest::newRow("as a key") << QByteArray("{\"\xff\":1}");
    }
    void rejectsInvalidUtf8() {
        QFETCH(QByteArray, text);
        const auto json = parseJson(text.toStdString(), "f");
        refuses(json, "not valid JSON");
        QCOMPARE(json.error().next_step, std::string("Save it as UTF-8 or fetch it again"));
    }
    void rejectsLoneSurrogateEscapes() {
        refuses(parseJson(R"("\ud800")", "f"), "not valid JSON");
        refuses(parseJson(R"("\udc00\ud800")", "f"), "not valid JSON");
    }

    void explainsNaNAndInfinity_data() {
        QTest::addColumn<QByteArray>("literal");
        for (const char* literal : {"NaN", "Infinity", "-Infinity"})
            QTest::newRow(literal) << QByteArray(literal);
    }
    void explainsNaNAndInfinity() {
        QFETCH(QByteArray, literal);
        const auto json = parseJson("{\"layer_norm_eps\": " + literal.toStdString() + "}", "config.json");
        QVERIFY(!json.ok());
        QCOMPARE(json.error().summary.c_str(), "NaN and Infinity are not JSON");
        QVERIFY(json.error().item.starts_with("line 1, column "));
    }

    void rejectsTextBehindNul() {
        using namespace std::string_literals;
        refuses(parseJson("{}\0{}"s, "f"), "NUL byte in JSON");
        refuses(parseJson("{\0}"s, "f"), "NUL byte in JSON");
    }
    void rejectsAByteOrderMark() {
        refuses(parseJson("\xef\xbb\xbf{}", "f"), "JSON starts with a byte order mark");
    }
    void rejectsEmptyFiles() {
        refuses(parseJson("", "f"), "file is empty");
        refuses(parseJson(" \n\t", "f"), "file is empty");
    }

    void saysWhatAForeignFileIs() {
        const auto pointer =
            parseJson("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "tokenizer.json");
        refuses(pointer, "not a JSON file");
        QCOMPARE(pointer.error().found, std::string("a Git LFS pointer"));
        QCOMPARE(parseJson("<!doctype html>", "f").error().found, std::string("an HTML page"));
    }

    void readsRegularFilesOnly() {
        const TemporaryFolder folder;
        QCOMPARE(readTextFile(folder.write("f", "text"), 10).value(), std::string("text"));
        QCOMPARE(readTextFile(folder.write("empty", ""), 10).value(), std::string());
        QCOMPARE(readTextFile(folder.path(), 10).error().found, std::string("a folder"));
        QCOMPARE(readTextFile("/dev/zero", 10).error().found, std::string("a device"));
        QCOMPARE(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
        QCOMPARE(readTextFile(folder.file("pipe"), 10).error().found, std::string("a named pipe"));
        QCOMPARE(readTextFile(folder.file("none"), 10).error().summary, std::string("file does not exist"));
        QVERIFY(!readTextFile(std::string("a\0b", 3), 10).ok());
    }

    void describesValuesForMessages() {
        QCOMPARE(describeJson(Json("gelu")), std::string("the text \"gelu\""));
        QCOMPARE(describeJson(Json(-3)), std::string("the number -3"));
        QCOMPARE(describeJson(Json::array({1, 2})), std::string("a list of 2"));
        QCOMPARE(describeJson(Json()), std::string("null"));
        QVERIFY(describeJson(Json(std::string(1000, 'x'))).size() < 120);
    }
};

QTEST_APPLESS_MAIN(TestJsonFile)
#include "tst_json_file.moc"
