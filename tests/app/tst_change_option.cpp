// --change of run, generate, export and dump, through the real binary: what is shown is the run with the
// changes, and a line that cannot be read or made says why.
#include "tests/app/program.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

using namespace headlight::test;

namespace {

const QList<QByteArray> kInput{"--model", "en-fr", "--text", "The black cat sleeps under the table."};

QList<QByteArray> command(const char* name, const QList<QByteArray>& more) {
    return QList<QByteArray>{name} + kInput + more;
}

/// The predictions of `headlight run --json`, as text to compare.
QByteArray predictions(const ProgramRun& run) {
    return QJsonDocument(run.json().object()["predictions"].toArray()).toJson(QJsonDocument::Compact);
}

} // namespace

class TestChangeOption : public QObject {
    Q_OBJECT

private slots:
    void runShowsTheChangedRun() {
        const ProgramRun usual = runProgram(command("run", {"--json"}));
        const ProgramRun changed = runProgram(command(
            "run", {"--json", "--change", "score cross 2.1 [3,3] = -20", "--change=head cross 1.1 off"}));
        QVERIFY2(changed.exit_code == 0, changed.error);
        QVERIFY(predictions(usual) != predictions(changed));
        const QJsonObject json = changed.json().object();
        QCOMPARE(json["changes"].toArray(),
                 (QJsonArray{"score cross 2.1 [3,3] = -20", "head cross 1.1 off"}));
        QCOMPARE(json["target"].toObject()["ids"].toArray(),
                 usual.json().object()["target"].toObject()["ids"].toArray());
        QVERIFY(!usual.json().object().contains("changes"));
        const ProgramRun text = runProgram(command("run", {"--change", "positions off"}));
        QVERIFY(text.output.contains("With these changes inside the model\n  positions off"));
        // A change to what is there already changes nothing.
        const ProgramRun same = runProgram(command("run", {"--json", "--change", "temperature cross 1 = 1"}));
        QCOMPARE(same.json().object()["predictions"].toArray().size(),
                 usual.json().object()["predictions"].toArray().size());
    }

    void generateWritesWithThem() {
        const ProgramRun usual = runProgram(command("generate", {}));
        const ProgramRun swapped = runProgram(command("generate", {"--change", "swap encoder 3 7"}));
        QVERIFY2(swapped.exit_code == 0, swapped.error);
        QVERIFY(swapped.output != usual.output && swapped.output.contains("chat"));
        const ProgramRun json = runProgram(command("generate", {"--json", "--change", "swap encoder 3 7"}));
        QCOMPARE(json.json().object()["text"].toString().toUtf8() + "\n", swapped.output);
        QCOMPARE(json.json().object()["changes"].toArray(), QJsonArray{"swap encoder 3 7"});
        QVERIFY(!json.json().object().contains("steps"));
        const ProgramRun lines = runProgram(
            {"generate", "--model", "en-fr", "--text", "-", "--lines", "--change", "swap encoder 3 7"},
            kInput.last() + "\n");
        QCOMPARE(lines.output, swapped.output);
    }

    /// Without a change that does anything, greedy generation is what comes; a decoder alone goes on from its
    /// prompt.
    void aDecoderWritesOnToo() {
        const QList<QByteArray> prompt{"generate",         "--model",          "books-gpt", "--text",
                                       "Once upon a time", "--max-new-tokens", "6"};
        const ProgramRun greedy = runProgram(prompt + QList<QByteArray>{"--temperature", "0"});
        const ProgramRun same =
            runProgram(prompt + QList<QByteArray>{"--change", "temperature decoder 1 = 1"});
        QVERIFY2(same.exit_code == 0, same.error);
        QCOMPARE(same.output, greedy.output);
        const ProgramRun blind = runProgram(prompt + QList<QByteArray>{"--change", "positions off"});
        QVERIFY(blind.exit_code == 0 && blind.output != greedy.output);
        // Token 5 is the first that is written: the change holds from there on.
        const ProgramRun later =
            runProgram(prompt + QList<QByteArray>{"--change", "mask decoder 1.1 [6,5] hidden"});
        QVERIFY2(later.exit_code == 0, later.error);
        const ProgramRun never =
            runProgram(prompt + QList<QByteArray>{"--change", "mask decoder 1.1 [50,5] hidden"});
        QVERIFY(never.exit_code != 0 && never.hasOneErrorLine() && never.output.isEmpty());
    }

    void dumpAndExportSayIt() {
        const QTemporaryDir folder;
        const QByteArray dump = folder.filePath("run.safetensors").toUtf8(),
                         svg = folder.filePath("head.svg").toUtf8(),
                         csv = folder.filePath("head.csv").toUtf8();
        const ProgramRun dumped = runProgram(
            command("dump", {"--out", dump, "--what", "weights", "--change", "mask cross 2.1 [3,3] hidden"}));
        QVERIFY2(dumped.exit_code == 0, dumped.error);
        QFile file(dump);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll().contains("mask cross 2.1 [3,3] hidden"));
        const QList<QByteArray> head{"--layer", "1",        "--head",
                                     "0",       "--change", "mask cross 2.1 [3,3] hidden"};
        QVERIFY(runProgram(command("export", head + QList<QByteArray>{"--out", svg})).exit_code == 0);
        QFile picture(svg);
        QVERIFY(picture.open(QIODevice::ReadOnly));
        QVERIFY(picture.readAll().contains("with changes: mask cross 2.1 [3,3] hidden"));
        QVERIFY(runProgram(command("export", head + QList<QByteArray>{"--out", csv})).exit_code == 0);
        QFile numbers(csv);
        QVERIFY(numbers.open(QIODevice::ReadOnly));
        const QList<QByteArray> row =
            numbers.readAll().split('\n')[3].split(','); // a heading, then query rows
        QCOMPARE(row[3].toDouble(), 0.0);
    }

    void badLinesSayWhy_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("exit_code");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* line, int code, const char* says) {
            QTest::newRow(line) << QByteArray(line) << code << QByteArray(says);
        };
        row("scoer cross 2.1 [3,3] = 5", 2, "Did you mean “score”?");
        row("score corss 2.1 [3,3] = 5", 2, "Did you mean “cross”?");
        row("mask cross 2.1 [3,3] hiden", 2, "Did you mean “hidden”?");
        row("swap encodr 1 2", 2, "Did you mean “encoder”?");
        row("head cross 0.1 off", 2, "counted from 1");
        row("", 2, "the end of the line");
        row("head cross 9.1 off", 1, "--change 'head cross 9.1 off': there is no layer 9");
        row("swap encoder 1 99", 1, "there is no encoder token 99");
        row("position encoder 1 -> 9000000", 1, "the model has no position");
    }

    void badLinesSayWhy() {
        QFETCH(const QByteArray, line);
        QFETCH(const int, exit_code);
        QFETCH(const QByteArray, says);
        for (const char* of : {"run", "generate"}) {
            const ProgramRun run = runProgram(command(of, {"--change", line}));
            QCOMPARE(run.exit_code, exit_code);
            QVERIFY2(run.hasOneErrorLine() && run.error.contains(says) && run.output.isEmpty(), run.error);
            QVERIFY2(run.error.contains("--change"), run.error);
        }
    }

    void whatExcludesThem() {
        for (const QList<QByteArray>& more :
             {QList<QByteArray>{"--beams", "2"}, {"--seed", "3"}, {"--repetition-penalty", "1.2"}}) {
            const ProgramRun run =
                runProgram(command("generate", QList<QByteArray>{"--change", "positions off"} + more));
            QCOMPARE(run.exit_code, 2);
            QVERIFY2(run.hasOneErrorLine() && run.error.contains("--change takes the most probable"),
                     run.error);
        }
        QCOMPARE(runProgram(command("tokenize", {"--change", "positions off"})).exit_code,
                 2); // nothing runs there
        for (const char* name : {"run", "generate", "export", "dump"})
            QVERIFY(runProgram({name, "--help"}).output.contains("swap encoder 2 4"));
    }
};

QTEST_APPLESS_MAIN(TestChangeOption)
#include "tst_change_option.moc"
