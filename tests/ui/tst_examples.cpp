// Examples: those beside the bundled models and those by kind read well, and each runs on its model.
#include "ui/document/examples.h"
#include "ui/document/run_snapshot.h"

#include <QFile>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {

BackendPtr cpu() {
    static const BackendPtr backend = selectBackend({.choice = BackendChoice::Cpu}).value().backend;
    return backend;
}

std::shared_ptr<const Model> load(const std::filesystem::path& folder) {
    auto model = Model::load(folder, cpu());
    if (!model)
        qFatal("%s", model.error().message().c_str());
    return model.value();
}

std::filesystem::path bundled(const QString& name) {
    return (QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/") + name).toStdString();
}

/// What makes a list worth having, for every list.
void checkExamples(const Model& model, const std::vector<Example>& examples) {
    QVERIFY(examples.size() >= 7);
    QSet<QString> titles;
    for (const Example& example : examples) {
        QVERIFY2(!example.note.isEmpty(), qPrintable(example.title));
        QVERIFY2(!titles.contains(example.title), qPrintable(example.title));
        titles.insert(example.title);
        RunRequest request{.model = std::shared_ptr<const Model>(std::shared_ptr<void>(), &model),
                           .text = example.text, .text_pair = {}, .own_target = {}};
        if (!example.text_pair.isEmpty())
            request.text_pair = example.text_pair;
        const auto snapshot = makeSnapshot(request);
        QVERIFY2(snapshot.ok(), snapshot.ok() ? "" : snapshot.error().message().c_str());
        QVERIFY2(snapshot.value()->nTokens() >= 5, qPrintable(example.text));
    }
}

} // namespace

class TestExamples : public QObject {
    Q_OBJECT
private slots:
    void bundledModelsBringTheirOwn_data();
    void bundledModelsBringTheirOwn();
    void otherModelsGetThoseOfTheirKind_data();
    void otherModelsGetThoseOfTheirKind();
    void notesSayWhatIsTrue();
    void maskIsTheModelsOwn();
    void otherLanguagesAreLeftOut();
    void badFilesGiveNone();
};

void TestExamples::bundledModelsBringTheirOwn_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"en-fr", "books-gpt", "mini-bert"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestExamples::bundledModelsBringTheirOwn() {
    QFETCH(const QString, name);
    const auto model = load(bundled(name));
    QVERIFY(QFile::exists(QString::fromStdString((bundled(name) / "examples.json").string())));
    checkExamples(*model, examplesFor(*model));
}

void TestExamples::otherModelsGetThoseOfTheirKind_data() {
    bundledModelsBringTheirOwn_data();
}

void TestExamples::otherModelsGetThoseOfTheirKind() {
    QFETCH(const QString, name);
    QTemporaryDir folder;
    const std::filesystem::path copy = folder.filePath(name).toStdString();
    std::filesystem::copy(bundled(name), copy);
    std::filesystem::remove(copy / "examples.json");
    const auto model = load(copy);
    const std::vector<Example> examples = examplesFor(*model);
    checkExamples(*model, examples);
    for (const Example& example : examples)
        QVERIFY(!example.text.contains(QLatin1Char('{')));
}

/// What notes say as a fact is one.
void TestExamples::notesSayWhatIsTrue() {
    const auto gpt = load(bundled(QStringLiteral("books-gpt")));
    for (const Example& example : examplesFor(*gpt)) {
        if (example.title != QStringLiteral("Repetition"))
            continue;
        const auto snapshot = makeSnapshot({gpt, example.text, {}, {}});
        QVERIFY(snapshot.ok());
        const QStringList& words = snapshot.value()->target_axis.words;
        const Tensor weights =
            snapshot.value()->trace().weights({AttentionKind::DecoderSelf, LayerIndex(1), HeadIndex(0)});
        QVERIFY(weights.row(std::size_t(words.size()) -
                            1)[std::size_t(words.indexOf(QStringLiteral("green")))] > 0.9f);
    }
    const auto translator = load(bundled(QStringLiteral("en-fr")));
    const auto snapshot = makeSnapshot({translator, QStringLiteral("I miss you."), {}, {}});
    QVERIFY(snapshot.ok());
    QCOMPARE(snapshot.value()->target_text, QStringLiteral("Tu me manques."));
    const Tensor weights =
        snapshot.value()->trace().weights({AttentionKind::Cross, LayerIndex(1), HeadIndex(0)});
    const QStringList& source = snapshot.value()->source_axis.words;
    QVERIFY(weights.row(1)[std::size_t(source.indexOf(QStringLiteral("you")))] > 0.5f); // "Tu"
    QVERIFY(weights.row(2)[std::size_t(source.indexOf(QStringLiteral("I")))] > 0.5f);   // "me"
}

void TestExamples::maskIsTheModelsOwn() {
    const QByteArray json =
        R"({"examples": [{"title": "Gap", "text": "A {mask} b", "note": "n"}, {"title": "Other", "text": "c"}]})";
    const std::vector<Example> with = readExamples(json, QStringLiteral("<mask>"), {});
    QCOMPARE(with.size(), std::size_t(2));
    QCOMPARE(with.front().text, QStringLiteral("A <mask> b"));
    const std::vector<Example> without = readExamples(json, {}, {});
    QCOMPARE(without.size(), std::size_t(1));
    QCOMPARE(without.front().title, QStringLiteral("Other"));
}

void TestExamples::otherLanguagesAreLeftOut() {
    const QByteArray json =
        R"({"examples": [{"title": "1", "text": "a", "language": "de"}, {"title": "2", "text": "b", "language": "en"},
                                             {"title": "3", "text": "c"}]})";
    QCOMPARE(readExamples(json, {}, QStringLiteral("de")).size(), std::size_t(2));
    QCOMPARE(readExamples(json, {}, {}).size(), std::size_t(3));
}

void TestExamples::badFilesGiveNone() {
    for (const QByteArray& json :
         {QByteArray(), QByteArray("nonsense"), QByteArray("[]"), QByteArray(R"({"examples": 7})"),
          QByteArray(R"({"examples": [7, {}, {"title": "no text"}, {"text": "no title"}]})"),
          QByteArray(R"({"examples": [{"title": "long", "text": ")") + QByteArray(5000, 'x') + R"("}]})"})
        QVERIFY(readExamples(json, {}, {}).empty());
    QByteArray many = R"({"examples": [)";
    for (int i = 0; i < 1000; ++i)
        many += QByteArray(i > 0 ? "," : "") + R"({"title": "t", "text": "x"})";
    QVERIFY(readExamples(many + "]}", {}, {}).size() < 100); // a menu, not a book
}

QTEST_GUILESS_MAIN(TestExamples)
#include "tst_examples.moc"
