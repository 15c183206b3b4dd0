#include "tests/support/files.h"
#include "tests/ui/session/session_samples.h"
#include "ui/session/base64.h"
#include "ui/session/session_format.h"

#include <QTest>

#include <sys/resource.h>

#include <csignal>
#include <functional>

using namespace headlight;
using namespace headlight::session;
using headlight::session::test::sampleSession;

namespace {

using Change = std::function<void(Json&)>;

/// No file may grow beyond `bytes` while it lives: the nearest thing to a full disk that needs no disk.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes)
        : previous_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &previous_);
        const rlimit limit{bytes, previous_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &previous_);
        std::signal(SIGXFSZ, previous_handler_);
    }

private:
    rlimit previous_{};
    void (*previous_handler_)(int);
};

std::string edited(const Change& change) {
    Json json = Json::parse(writeSession(sampleSession()));
    change(json);
    return json.dump();
}

Error errorOf(const std::string& text) {
    const auto session = readSession(text, "cat.headlight");
    return session.ok() ? Error() : session.error();
}

} // namespace

Q_DECLARE_METATYPE(Change)

class TestSessionFormat : public QObject {
    Q_OBJECT
private slots:
    void everythingComesBack();
    void emptySessionComesBack();
    void isWrittenAlikeEachTime();
    void unknownMembersAreIgnored();
    void invalidUtf8IsReplacedWhenWritten();
    void rejects_data();
    void rejects();
    void rejectsBytes_data();
    void rejectsBytes();
    void rejectsEveryTruncation();
    void rejectsAHugeFileWithoutReadingIt();
    void saveReplacesTheFile();
    void folderThatIsNotWritableKeepsTheOldFile();
    void fullDiskKeepsTheOldFile();
    void folderAsTargetIsRefused();
    void base64IsStrict();
};

void TestSessionFormat::everythingComesBack() {
    const Session session = sampleSession();
    const auto read = readSession(writeSession(session), "cat.headlight");
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message().c_str());
    QVERIFY(*read == session);
}

void TestSessionFormat::emptySessionComesBack() {
    const auto read = readSession(writeSession({}), "empty.headlight");
    QVERIFY(read.ok());
    QVERIFY(*read == Session());
}

void TestSessionFormat::isWrittenAlikeEachTime() {
    const std::string text = writeSession(sampleSession());
    QCOMPARE(writeSession(*readSession(text, "a")), text);
    QVERIFY(text.starts_with("{\n \"format\": \"headlight-session\",\n \"version\": 1,"));
}

void TestSessionFormat::unknownMembersAreIgnored() {
    const auto read = readSession(edited([](Json& json) {
                                      json["future"] = {{"a", 1}};
                                      json["model"]["colour"] = "blue";
                                      json["run"]["head"]["note"] = {1, 2};
                                  }),
                                  "a");
    QVERIFY(read.ok());
    QVERIFY(*read == sampleSession());
}

void TestSessionFormat::invalidUtf8IsReplacedWhenWritten() {
    Session session = sampleSession();
    session.state.texts.text = "caf\xe9";
    const auto read = readSession(writeSession(session), "a");
    QVERIFY(read.ok());
    QCOMPARE(read->state.texts.text, std::string("caf\xef\xbf\xbd"));
}

void TestSessionFormat::rejects_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("item");
    QTest::addColumn<QString>("part"); // of the message
    const auto row = [](const char* name, const char* item, const char* part, const Change& change) {
        QTest::newRow(name) << change << QString::fromUtf8(item) << QString::fromUtf8(part);
    };
    row("newer version", "version", "newer Headlight", [](Json& json) { json["version"] = 2; });
    row("version beyond all numbers", "version", "newer Headlight", [](Json& json) { json["version"] = 18446744073709551615u; });
    row("version zero", "version", "from 1", [](Json& json) { json["version"] = 0; });
    row("version as text", "version", "from 1", [](Json& json) { json["version"] = "1"; });
    row("no version", "version", "from 1", [](Json& json) { json.erase("version"); });
    row("another format", "format", "not a Headlight session", [](Json& json) { json["format"] = "gltf"; });
    row("no format", "format", "not a Headlight session", [](Json& json) { json.erase("format"); });
    row("a list", "whole file", "an object", [](Json& json) { json = Json::array({json}); });
    row("model a text", "model", "an object", [](Json& json) { json["model"] = "en-fr"; });
    row("model without name", "model.name", "a text", [](Json& json) { json["model"].erase("name"); });
    row("model name empty", "model.name", "empty", [](Json& json) { json["model"]["name"] = ""; });
    row("hash with a path in it", "model.hash", "SHA-256", [](Json& json) { json["model"]["hash"] = "../../x"; });
    row("layers negative", "model.encoder_layers", "whole number", [](Json& json) { json["model"]["encoder_layers"] = -1; });
    row("layers a billion", "model.decoder_layers", "whole number", [](Json& json) { json["model"]["decoder_layers"] = 1'000'000'000; });
    row("no texts", "texts", "nothing", [](Json& json) { json.erase("texts"); });
    row("text a number", "texts.text", "a text", [](Json& json) { json["texts"]["text"] = 7; });
    row("example a number", "texts.example", "true or false", [](Json& json) { json["texts"]["example"] = 1; });
    row("token id negative", "texts.kept_target[1]", "token id", [](Json& json) { json["texts"]["kept_target"][1] = -5; });
    row("token id beyond 31 bits", "texts.kept_target[0]", "token id", [](Json& json) { json["texts"]["kept_target"][0] = 2147483648u; });
    row("token id a fraction", "texts.kept_target[0]", "token id", [](Json& json) { json["texts"]["kept_target"][0] = 1.5; });
    row("no head", "selection.head", "an object", [](Json& json) { json["selection"].erase("head"); });
    row("attention unknown", "selection.head.attention", "cross", [](Json& json) { json["selection"]["head"]["attention"] = "sideways"; });
    row("head number overflows", "selection.head.head", "whole number", [](Json& json) { json["selection"]["head"]["head"] = 18446744073709551615u; });
    row("companion a number", "selection.companions[0]", "an object", [](Json& json) { json["selection"]["companions"] = {3}; });
    row("companions no list", "selection.companions", "a list", [](Json& json) { json["selection"]["companions"] = true; });
    row("pinned query huge", "selection.query", "whole number", [](Json& json) { json["selection"]["query"] = 10'000'000'000; });
    row("part no object", "parts.heatmap", "an object", [](Json& json) { json["parts"]["heatmap"] = {1, 2}; });
    row("a thousand and one parts", "parts", "1000", [](Json& json) {
        for (int i = 0; i < 1001; ++i)
            json["parts"]["part" + std::to_string(i)] = Json::object();
    });
    row("word a number", "run.source.words[1]", "a text", [](Json& json) { json["run"]["source"]["words"][1] = 3; });
    row("special token behind the last", "run.source.special", "below 3", [](Json& json) { json["run"]["source"]["special"] = {3}; });
    row("probability above 1", "run.predictions[0].top[0].probability", "0.0 to 1.0",
        [](Json& json) { json["run"]["predictions"][0]["top"][0]["probability"] = 1.5; });
    row("probability a text", "run.predictions[0].top[0].probability", "a number",
        [](Json& json) { json["run"]["predictions"][0]["top"][0]["probability"] = "NaN"; });
    row("weights of unknown type", "run.head.type", "F16", [](Json& json) { json["run"]["head"]["type"] = "F64"; });
    row("weights no base64", "run.head.weights", "base64", [](Json& json) { json["run"]["head"]["weights"] = "§§§§"; });
    row("weights too few", "run.head.weights", "12 bytes", [](Json& json) { json["run"]["head"]["weights"] = "AAAA"; });
    row("weights with NaN", "run.head.weights", "weights from 0 to 1", [](Json& json) {
        json["run"]["head"]["weights"] = toBase64(std::vector<std::uint8_t>{0, 0x7e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    });
    row("more queries than words", "run.head.queries", "one a word", [](Json& json) { json["run"]["head"]["queries"] = 3; });
    row("sizes whose product overflows", "run.head.queries", "whole number", [](Json& json) {
        json["run"]["head"]["queries"] = 4294967296u;
        json["run"]["head"]["keys"] = 4294967296u;
    });
}

void TestSessionFormat::rejects() {
    QFETCH(const Change, change);
    QFETCH(const QString, item);
    QFETCH(const QString, part);
    const Error error = errorOf(edited(change));
    QVERIFY(!error.summary.empty());
    QCOMPARE(error.file, std::string("cat.headlight"));
    QVERIFY2(QString::fromStdString(error.item).contains(item), error.item.c_str());
    QVERIFY2(QString::fromStdString(error.message()).contains(part), error.message().c_str());
    QVERIFY(!error.expected.empty() && !error.found.empty() && !error.next_step.empty());
}

void TestSessionFormat::rejectsBytes_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("part");
    const std::string good = writeSession(sampleSession());
    const auto replaced = [&](const std::string& what, const std::string& by) {
        std::string text = good;
        text.replace(text.find(what), what.size(), by);
        return QByteArray::fromStdString(text);
    };
    QTest::newRow("empty") << QByteArray() << "empty";
    QTest::newRow("NaN") << replaced("0.925", "NaN") << "NaN";
    QTest::newRow("infinity by overflow") << replaced("0.925", "1e999") << "number";
    QTest::newRow("invalid UTF-8") << replaced("Le chat", "caf\xe9 ") << "UTF-8";
    QTest::newRow("overlong UTF-8") << replaced("Le chat", "\xc0\xaf") << "UTF-8";
    QTest::newRow("lone surrogate") << replaced("Le chat", "\\ud83d") << "surrogate";
    QTest::newRow("NUL byte") << replaced("Le chat", std::string("a\0b", 3)) << "NUL";
    QTest::newRow("duplicate key") << replaced("\"version\": 1,", "\"version\": 1, \"version\": 1,") << "duplicate";
    QTest::newRow("deep nesting") << replaced("\"parts\": {", "\"parts\": {\"deep\": " + std::string(1000, '[') + std::string(1000, ']') + ", ")
                                  << "nested too deeply";
    QTest::newRow("a page from the web") << QByteArray("<!DOCTYPE html><html></html>") << "HTML";
    QTest::newRow("a ZIP archive") << QByteArray("PK\x03\x04rest", 8) << "ZIP";
    QTest::newRow("something behind the end") << QByteArray::fromStdString(good + "{}") << "JSON";
}

void TestSessionFormat::rejectsBytes() {
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, part);
    const Error error = errorOf(bytes.toStdString());
    QVERIFY(!error.summary.empty());
    QVERIFY2(QString::fromStdString(error.message()).contains(part), error.message().c_str());
}

void TestSessionFormat::rejectsEveryTruncation() {
    const std::string good = writeSession(sampleSession());
    const std::size_t end = good.find_last_of('}');
    for (std::size_t size = 0; size <= end; ++size)
        QVERIFY(!readSession(std::string_view(good).substr(0, size), "a").ok());
}

void TestSessionFormat::rejectsAHugeFileWithoutReadingIt() {
    const testing::TemporaryFolder folder;
    const auto path = folder.write("huge.headlight", "{");
    std::filesystem::resize_file(path, std::uintmax_t{1} << 40); // sparse
    const auto session = loadSession(path);
    QVERIFY(!session.ok());
    QVERIFY(QString::fromStdString(session.error().message()).contains(QStringLiteral("too large")));
}

void TestSessionFormat::saveReplacesTheFile() {
    const testing::TemporaryFolder folder;
    const auto path = folder.write("cat.headlight", "something older");
    QVERIFY(saveSession(path, sampleSession()).ok());
    QVERIFY(*loadSession(path) == sampleSession());
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1); // no temporary file is left
}

void TestSessionFormat::folderThatIsNotWritableKeepsTheOldFile() {
    if (::geteuid() == 0)
        QSKIP("root may write everywhere");
    const testing::TemporaryFolder folder;
    const auto path = folder.write("closed/cat.headlight", "something older");
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    const auto saved = saveSession(path, sampleSession());
    std::filesystem::permissions(path.parent_path(), std::filesystem::perms::owner_all);
    QVERIFY(!saved.ok());
    QVERIFY(!saved.error().next_step.empty());
    QCOMPARE(testing::readBytes(path), std::string("something older"));
}

void TestSessionFormat::fullDiskKeepsTheOldFile() {
    const testing::TemporaryFolder folder;
    const auto path = folder.write("cat.headlight", "something older");
    for (const rlim_t room : {rlim_t{0}, rlim_t{1}, rlim_t{500}, rlim_t{1500}}) {
        const FullDisk full(room);
        const auto saved = saveSession(path, sampleSession());
        QVERIFY(!saved.ok());
        QVERIFY(QString::fromStdString(saved.error().cause).contains(QStringLiteral("full")));
    }
    QCOMPARE(testing::readBytes(path), std::string("something older"));
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

void TestSessionFormat::folderAsTargetIsRefused() {
    const testing::TemporaryFolder folder;
    const auto path = folder.write("cat.headlight/inside", "kept").parent_path();
    const auto saved = saveSession(path, sampleSession());
    QVERIFY(!saved.ok());
    QVERIFY(QString::fromStdString(saved.error().message()).contains(QStringLiteral("folder")));
    QVERIFY(!loadSession(path).ok());
    QCOMPARE(testing::readBytes(path / "inside"), std::string("kept"));
}

void TestSessionFormat::base64IsStrict() {
    const std::vector<std::uint8_t> bytes{0, 1, 2, 253, 254, 255, 62};
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        const std::vector<std::uint8_t> some(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        QCOMPARE(*fromBase64(toBase64(some)), some);
    }
    QCOMPARE(toBase64(std::vector<std::uint8_t>{'M', 'a'}), std::string("TWE="));
    for (const char* wrong : {"TWE", "TWF=", "TW=E", "T===", "====", "TW E", "TWE=TWE=", "TWE\n"})
        QVERIFY2(!fromBase64(wrong), wrong);
}

QTEST_APPLESS_MAIN(TestSessionFormat)
#include "tst_session_format.moc"
