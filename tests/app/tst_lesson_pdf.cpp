// headlight lessons LESSON --pdf: a lesson on paper without a display, of its own sentence or of another.
#include "tests/app/program.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace headlight::test;

namespace {

QByteArray bytesOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestLessonPdf : public QObject {
    Q_OBJECT

private slots:
    void writesTheLesson() {
        const QTemporaryDir folder;
        const QString first = folder.filePath("first.pdf"), again = folder.filePath("again.PDF"),
                      own = folder.filePath("own.pdf");
        const ProgramRun run = runProgram({"lessons", "04-softmax", "--pdf", first.toUtf8()});
        QVERIFY2(run.exit_code == 0, run.error);
        QVERIFY2(run.error.isEmpty() && run.output.isEmpty(), run.error);
        QVERIFY(bytesOf(first).startsWith("%PDF-") && bytesOf(first).size() > 50'000); // figures too
        QVERIFY(runProgram({"lessons", "softmax", "--pdf", again.toUtf8()}).exit_code ==
                0); // without its number
        QCOMPARE(bytesOf(again), bytesOf(first));
        const ProgramRun mine = runProgram({"lessons", "softmax", "--pdf", own.toUtf8(), "--text", "-"},
                                           "The small dog eats the bread.\n");
        QVERIFY2(mine.exit_code == 0, mine.error);
        QVERIFY(bytesOf(own).startsWith("%PDF-") && bytesOf(own) != bytesOf(first));
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 3);
    }

    void anotherModelsNumbers() {
        const QTemporaryDir folder;
        const QString path = folder.filePath("token.pdf");
        const ProgramRun run = runProgram({"lessons", "what-is-a-token", "--pdf", path.toUtf8(), "--model",
                                           "mini-bert", "--text", "Cats sleep."});
        QVERIFY2(run.exit_code == 0, run.error);
        QVERIFY(bytesOf(path).startsWith("%PDF-"));
    }

    void whatCannotBeWrittenSaysWhy_data() {
        QTest::addColumn<QList<QByteArray>>("arguments");
        QTest::addColumn<int>("exit_code");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QList<QByteArray>& arguments, int code,
                            const char* says) {
            QTest::newRow(name) << arguments << code << QByteArray(says);
        };
        row("no such lesson", {"softmx", "--pdf", "x.pdf"}, 1, "Did you mean “softmax”?");
        row("no such file", {"missing.md", "--pdf", "x.pdf"}, 1, "missing.md");
        row("no such model", {"softmax", "--pdf", "x.pdf", "--model", "en-fx"}, 1, "en-fx");
        row("no such folder", {"softmax", "--pdf", "/nowhere/at/all/x.pdf"}, 1, "/nowhere/at/all/x.pdf");
        row("two lessons", {"softmax", "positions", "--pdf", "x.pdf"}, 2, "--pdf writes one lesson");
        row("no lesson", {"--pdf", "x.pdf"}, 2, "--pdf writes one lesson");
        row("not a PDF", {"softmax", "--pdf", "x.png"}, 2, "does not end in .pdf");
        row("listing and PDF", {"softmax", "--pdf", "x.pdf", "--json"}, 2, "excludes --show and --json");
        row("text without PDF", {"softmax", "--text", "Cats."}, 2, "Add --pdf");
        row("an option misspelt", {"softmax", "--pdff", "x.pdf"}, 2, "did you mean --pdf?");
    }

    void whatCannotBeWrittenSaysWhy() {
        QFETCH(const QList<QByteArray>, arguments);
        QFETCH(const int, exit_code);
        QFETCH(const QByteArray, says);
        const QTemporaryDir folder;
        const ProgramRun run = runProgram(QList<QByteArray>{"lessons"} + arguments, {}, folder.path());
        QCOMPARE(run.exit_code, exit_code);
        QVERIFY2(run.hasOneErrorLine() && run.error.contains(says) && run.output.isEmpty(), run.error);
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    /// Qt leaves what is moved to another page without lines where the text is not laid out anew: here from step 3 on.
    void nothingIsLeftOut() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("lesson.pdf"));
        const ProgramRun run = runProgram({"lessons", "02-query-key-value", "--pdf", path.toUtf8()});
        QVERIFY2(run.exit_code == 0, run.error);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().count("/Type /Page\n") >= 6); // four where half of it was missing
    }

    /// What only the run can tell has the line of the directive it stands in, not of the step's heading.
    void faultsOfTheRunHaveTheirLine() {
        const QTemporaryDir folder;
        const auto said = [&folder](const QByteArray& directives) {
            QFile file(folder.filePath(QStringLiteral("mine.md")));
            if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
                return QByteArray("not written");
            file.write("# T\nabout: x\nmodel: en-fr\ntext: Hi there.\n\n## look: A\npage: heatmap\n" + directives + "\n\nText.\n\nquestion: Q?\n- [x] a\n- [ ] b\n");
            file.close();
            return runProgram({"lessons", file.fileName().toUtf8()}).error;
        };
        QVERIFY2(said("head: cross 9.1").contains("no head cross 9.1: line 8"), said("head: cross 9.1"));
        QVERIFY2(said("head: cross 1.1\nquery: zebra").contains(": line 9"), said("head: cross 1.1\nquery: zebra"));
        QVERIFY2(said("head: cross 1.1\nquery: #2\nkey: zebra").contains(": line 10"), said("head: cross 1.1\nquery: #2\nkey: zebra"));
        QVERIFY2(said("head: cross 1.1\nchange: head cross 9.9 off").contains(": line 9"), said("head: cross 1.1\nchange: head cross 9.9 off"));
    }

    void checksLessonsByName() {
        const ProgramRun run = runProgram({"lessons", "softmax", "07-positions"});
        QVERIFY2(run.exit_code == 0, run.error);
        QCOMPARE(run.output.count("all well"), 2);
    }
};

QTEST_APPLESS_MAIN(TestLessonPdf)
#include "tst_lesson_pdf.moc"
