// The text that stands in the window while nobody has written one: each model's own example.
#include "ui/document/document.h"
#include "ui/document/example_text.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace headlight;
using namespace headlight::ui;

namespace {
const QString kModels = QStringLiteral(HEADLIGHT_RESOURCES_DIR "/models/");
constexpr int kPatience = 60000; // a machine that builds at the same time is slow

void open(Document& document, const QString& folder) {
    QSignalSpy models(&document, &Document::modelChanged);
    document.openModel(folder);
    QVERIFY(models.wait(kPatience));
}
} // namespace

class TestExampleText : public QObject {
    Q_OBJECT
private slots:
    void everyBundledModelBringsOne();
    void eachModelShowsItsOwn();
    void ownTextStays();
    void folderWithoutOneGetsASentence_data();
    void folderWithoutOneGetsASentence();
};

void TestExampleText::everyBundledModelBringsOne() {
    for (const QString& name : QDir(kModels).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        if (name != QStringLiteral("recipes"))
            QVERIFY2(QFile::exists(kModels + name + QStringLiteral("/example.txt")), qPrintable(name));
    }
    QVERIFY(exampleText((kModels + QStringLiteral("mini-bert")).toStdString()).contains(QStringLiteral("[MASK]")));
}

void TestExampleText::eachModelShowsItsOwn() {
    Document document;
    QSignalSpy replaced(&document, &Document::textReplaced);
    for (const char* name : {"en-fr", "mini-bert", "books-gpt"}) {
        const QString folder = kModels + QString::fromLatin1(name);
        open(document, folder);
        QCOMPARE(document.text(), exampleText(folder.toStdString()));
    }
    QCOMPARE(replaced.count(), 3);
    QTRY_VERIFY_WITH_TIMEOUT(document.snapshot() && document.snapshot()->request.text == document.text(), kPatience);
    QVERIFY(!document.problem());
}

void TestExampleText::ownTextStays() {
    Document document;
    const QString own = QStringLiteral("The dog sleeps.");
    document.setText(own);
    open(document, kModels + QStringLiteral("en-fr"));
    open(document, kModels + QStringLiteral("mini-bert"));
    QCOMPARE(document.text(), own);
}

void TestExampleText::folderWithoutOneGetsASentence_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("blank") << QByteArray("  \nsecond line\n");
    QTest::newRow("not UTF-8") << QByteArray("caf\xe9\n");
}

void TestExampleText::folderWithoutOneGetsASentence() {
    QFETCH(QByteArray, content);
    const QTemporaryDir folder;
    const QString without = exampleText(folder.path().toStdString());
    QVERIFY(!without.isEmpty());
    QFile file(folder.filePath(QStringLiteral("example.txt")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    QCOMPARE(exampleText(folder.path().toStdString()), without);
}

QTEST_GUILESS_MAIN(TestExampleText)
#include "tst_example_text.moc"
