// --lines: one text a line in, one result a line out, the model loaded once.
#include "tests/app/program.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

using namespace headlight::test;

namespace {

QList<QByteArray> linesOf(const QByteArray& output) {
    QList<QByteArray> lines = output.split('\n');
    if (!lines.isEmpty() && lines.back().isEmpty())
        lines.removeLast();
    return lines;
}

QJsonObject object(const QByteArray& line) { return QJsonDocument::fromJson(line).object(); }

} // namespace

class TestLines : public QObject {
    Q_OBJECT

private slots:
    void answersAThousandLines() {
        QByteArray input;
        for (int i = 0; i < 1000; ++i)
            input += "The cat number " + QByteArray::number(i) + " sleeps.\n";
        const ProgramRun run = runProgram({"tokenize", "--model", "en-fr", "--text", "-", "--lines", "--json"}, input);
        QVERIFY2(run.exit_code == 0, run.error);
        const QList<QByteArray> lines = linesOf(run.output);
        QCOMPARE(lines.size(), 1000);
        for (int i = 0; i < 1000; ++i) {
            QCOMPARE(object(lines[i])["line"].toInt(), i + 1);
            QVERIFY(object(lines[i])["ids"].toArray().size() > 3);
        }
        const ProgramRun alone = runProgram({"tokenize", "--model", "en-fr", "--text", "The cat number 999 sleeps.", "--json"});
        QCOMPARE(object(lines[999])["ids"], alone.json()["ids"]);
    }

    void translatesEachLineAsItWouldAlone() {
        const ProgramRun run = runProgram({"generate", "--model", "en-fr", "--text", "-", "--lines"}, "The cat sleeps.\nI am happy.\n");
        QVERIFY2(run.exit_code == 0, run.error);
        const QList<QByteArray> lines = linesOf(run.output);
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[1] + "\n", runProgram({"generate", "--model", "en-fr", "--text", "I am happy."}).output);
    }

    void givesAnEmptyLineForAnEmptyLine() {
        const ProgramRun plain = runProgram({"generate", "--model", "en-fr", "--text", "-", "--lines"}, "\nYes.\n\n");
        QVERIFY2(plain.exit_code == 0, plain.error);
        const QList<QByteArray> lines = plain.output.split('\n');
        QCOMPARE(lines.size(), 4);
        QVERIFY(lines[0].isEmpty() && !lines[1].isEmpty() && lines[2].isEmpty());
        const ProgramRun json = runProgram({"generate", "--model", "en-fr", "--text", "-", "--lines", "--json"}, "\n");
        QCOMPARE(object(json.output)["text"].toString(), QString());
        QVERIFY(object(json.output)["ids"].toArray().isEmpty());
    }

    void readsALastLineWithoutLineBreakAndWindowsLineEnds() {
        const ProgramRun unix_lines = runProgram({"tokenize", "--model", "en-fr", "--text", "-", "--lines"}, "One.\nTwo.\n");
        const ProgramRun windows_lines = runProgram({"tokenize", "--model", "en-fr", "--text", "-", "--lines"}, "One.\r\nTwo.");
        QCOMPARE(linesOf(unix_lines.output).size(), 2);
        QCOMPARE(windows_lines.output, unix_lines.output);
    }

    void answersNothingForNoLines() {
        const ProgramRun run = runProgram({"tokenize", "--model", "en-fr", "--text", "-", "--lines"});
        QCOMPARE(run.exit_code, 0);
        QVERIFY(run.output.isEmpty());
    }

    void goesOnAfterABadLineAndNamesIt() {
        const QByteArray input = "The cat sleeps.\ncaf\xe9\nI am happy.\n";
        for (const char* command : {"tokenize", "generate"}) {
            const ProgramRun plain = runProgram({command, "--model", "en-fr", "--text", "-", "--lines"}, input);
            QCOMPARE(plain.exit_code, 1);
            QVERIFY2(plain.hasOneErrorLine() && plain.error.contains("line 2"), plain.error);
            const QList<QByteArray> lines = linesOf(plain.output);
            QCOMPARE(lines.size(), 3);
            QVERIFY(!lines[0].isEmpty() && lines[1].isEmpty() && !lines[2].isEmpty());
            const ProgramRun json = runProgram({command, "--model", "en-fr", "--text", "-", "--lines", "--json"}, input);
            QCOMPARE(json.exit_code, 1);
            const QList<QByteArray> objects = linesOf(json.output);
            QCOMPARE(objects.size(), 3);
            QCOMPARE(object(objects[1])["line"].toInt(), 2);
            QVERIFY(object(objects[1])["error"].toString().contains("UTF-8"));
            QVERIFY(!object(objects[2]).contains("error"));
        }
    }

    void answersBeforeTheInputEnds() {
        QProcess process;
        process.start(HEADLIGHT_PROGRAM, {"tokenize", "--model", "en-fr", "--text", "-", "--lines"});
        QVERIFY(process.waitForStarted());
        for (const char* line : {"One.\n", "Two.\n"}) {
            process.write(line);
            QVERIFY(process.waitForReadyRead(30'000));
            QVERIFY(process.readAllStandardOutput().endsWith('\n'));
        }
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(TestLines)
#include "tst_lines.moc"
