// Every bad input ends with the right exit code and one clear line on standard error.
#include "tests/app/program.h"

#include <QtTest>

using namespace headlight::test;

using Words = QList<QByteArray>;
Q_DECLARE_METATYPE(Words)

class TestBadInput : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    QByteArray inFolder(const char* name) const { return folder_.filePath(name).toUtf8(); }
    void write(const char* name, const QByteArray& contents) const {
        QFile file(folder_.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(contents), contents.size());
    }

private slots:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        QVERIFY(QDir(folder_.path()).mkpath("empty"));
        QVERIFY(QDir(folder_.path()).mkpath("broken"));
        QVERIFY(QDir(folder_.path()).mkpath("folder.png"));
        QVERIFY(QDir(folder_.path()).mkpath("folder.safetensors"));
        write("broken/config.json", "{\"model_type\": ");
        write("file.txt", "text");
    }

    void endsWithOneClearLine_data() {
        QTest::addColumn<Words>("words");
        QTest::addColumn<int>("exit_code");
        QTest::addColumn<QByteArray>("expected"); // a part of the message
        const QByteArray gpt2 = golden("gpt2-lm");
        const QByteArray marian = golden("marian-f16");
        const Words ids{"--ids", "1,2"};

        QTest::newRow("unknown command") << Words{"translate"} << 2 << QByteArray("translate");
        QTest::newRow("misspelt command") << Words{"tokenise"} << 2 << QByteArray("tokenize");
        QTest::newRow("unknown option") << Words{"run", "--modle", "x"} << 2 << QByteArray("--model");
        QTest::newRow("session file") << Words{inFolder("a.headlight")} << 1 << QByteArray("no such session file");
        QTest::newRow("missing model") << Words{"run", "--model", "no-such-model", "--text", "t"} << 1 << QByteArray("no-such-model");
        QTest::newRow("model name with control characters") << Words{"run", "--model", "a\nb\x1b[31m", "--text", "t"} << 1 << QByteArray("a");
        QTest::newRow("model name not UTF-8") << Words{"run", "--model", "\xff\xfe", "--text", "t"} << 1 << QByteArray("\\xFF");
        QTest::newRow("model empty folder") << Words{"run", "--model", inFolder("empty"), "--text", "t"} << 1 << QByteArray("config.json");
        QTest::newRow("model broken config") << Words{"run", "--model", inFolder("broken"), "--text", "t"} << 1 << QByteArray("config.json");
        QTest::newRow("model a text file") << Words{"run", "--model", inFolder("file.txt"), "--text", "t"} << 1 << QByteArray("file.txt");
        QTest::newRow("models in a missing folder") << Words{"models", inFolder("nowhere")} << 1 << QByteArray("nowhere");
        QTest::newRow("text without tokenizer") << Words{"run", "--model", gpt2, "--text", "t"} << 1 << QByteArray("tokenizer");
        QTest::newRow("tokenize without tokenizer") << Words{"tokenize", "--model", gpt2, "--text", "t"} << 1 << QByteArray("tokenizer");
        QTest::newRow("text not UTF-8") << Words{"run", "--model", "en-fr", "--text", "caf\xe9"} << 1 << QByteArray("UTF-8");
        QTest::newRow("tokenize text not UTF-8") << Words{"tokenize", "--model", "en-fr", "--text", "caf\xe9"} << 1 << QByteArray("UTF-8");
        QTest::newRow("text empty") << Words{"run", "--model", "en-fr", "--text", ""} << 1 << QByteArray("empty");
        QTest::newRow("generate from empty text") << Words{"generate", "--model", "en-fr", "--text", ""} << 1 << QByteArray("empty");
        QTest::newRow("text too long") << Words{"run", "--model", "en-fr", "--text", QByteArray("cat ").repeated(5000)} << 1 << QByteArray("token");
        QTest::newRow("ids outside the vocabulary") << Words{"run", "--model", gpt2, "--ids", "1,4000000"} << 1 << QByteArray("4000000");
        QTest::newRow("target ids outside the vocabulary") << (Words{"run", "--model", marian, "--target-ids", "4000000"} + ids) << 1 << QByteArray("4000000");
        QTest::newRow("type ids outside the table") << Words{"run", "--model", golden("bert-mlm"), "--ids", "1,2", "--type-ids", "0,9"} << 1 << QByteArray("9");
        QTest::newRow("type ids of a model without") << (Words{"run", "--model", marian, "--type-ids", "0,0"} + ids) << 1 << QByteArray("segment");
        QTest::newRow("target for a decoder alone") << (Words{"run", "--model", gpt2, "--target-ids", "1"} + ids) << 1 << QByteArray("--target-ids");
        QTest::newRow("generate with an encoder alone") << (Words{"generate", "--model", golden("bert-mlm")} + ids) << 1 << QByteArray("generate");
        QTest::newRow("dump layer out of range") << (Words{"dump", "--model", gpt2, "--out", inFolder("x"), "--layers", "99"} + ids) << 1 << QByteArray("99");
        QTest::newRow("dump bad layers") << (Words{"dump", "--model", gpt2, "--out", inFolder("x"), "--layers", "1-x"} + ids) << 2 << QByteArray("1-x");
        QTest::newRow("dump into a missing folder") << (Words{"dump", "--model", gpt2, "--out", inFolder("no/x.safetensors")} + ids) << 1 << QByteArray("/no does not exist");
        QTest::newRow("dump where no file can be made") << (Words{"dump", "--model", gpt2, "--out", "/proc/x.safetensors"} + ids) << 1 << QByteArray("No file can be made there");
        QTest::newRow("dump onto a folder") << (Words{"dump", "--model", gpt2, "--out", inFolder("folder.safetensors")} + ids) << 1 << QByteArray("It is a folder");
        QTest::newRow("dump onto a device") << (Words{"dump", "--model", gpt2, "--out", "/dev/null"} + ids) << 1 << QByteArray("device");
        QTest::newRow("dump logits of a headless model") << (Words{"dump", "--model", golden("gpt2-headless"), "--what", "logits", "--out", inFolder("x")} + ids) << 1 << QByteArray("no head");
        const Words picture{"export", "--model", gpt2, "--ids", "1,2"};
        QTest::newRow("export layer out of range") << (picture + Words{"--layer", "99", "--head", "0", "--out", inFolder("x.png")}) << 1 << QByteArray("layer 99");
        QTest::newRow("export head out of range") << (picture + Words{"--layer", "0", "--head", "99", "--out", inFolder("x.png")}) << 1 << QByteArray("head 99");
        QTest::newRow("export attention the model lacks") << (picture + Words{"--attention", "cross", "--layer", "0", "--head", "0", "--out", inFolder("x.png")}) << 1 << QByteArray("cross");
        QTest::newRow("export onto a folder") << (picture + Words{"--layer", "0", "--head", "0", "--out", inFolder("folder.png")}) << 1 << QByteArray("folder");
        QTest::newRow("export into a missing folder") << (picture + Words{"--layer", "0", "--head", "0", "--out", inFolder("no/x.png")}) << 1 << QByteArray("no");
        QTest::newRow("export numbers into a missing folder") << (picture + Words{"--all", "--out", inFolder("no/x.npy")}) << 1 << QByteArray("no");
        QTest::newRow("export format unknown") << (picture + Words{"--all", "--out", inFolder("x.bmp")}) << 2 << QByteArray(".bmp");
    }
    void endsWithOneClearLine() {
        QFETCH(Words, words);
        QFETCH(int, exit_code);
        QFETCH(QByteArray, expected);
        const ProgramRun run = runProgram(words);
        QVERIFY2(run.finished, run.error);
        QVERIFY2(run.hasOneErrorLine(), run.error);
        QVERIFY2(run.error.contains(expected), run.error);
        QCOMPARE(run.exit_code, exit_code);
        QVERIFY2(run.output.isEmpty(), run.output);
    }

    void asksForADisplay() {
        if (qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY"))
            QSKIP("there is a display here");
        const QByteArray platform = qgetenv("QT_QPA_PLATFORM");
        qunsetenv("QT_QPA_PLATFORM");
        const ProgramRun run = runProgram({});
        qputenv("QT_QPA_PLATFORM", platform);
        QCOMPARE(run.exit_code, 1);
        QVERIFY2(run.hasOneErrorLine() && run.error.contains("display"), run.error);
    }

    void rejectsWindowTextThatIsNotUtf8() {
        for (const char* option : {"--text", "--text-pair"}) {
            const ProgramRun run = runProgram({option, "caf\xe9"});
            QCOMPARE(run.exit_code, 1);
            QVERIFY2(run.hasOneErrorLine() && run.error.contains("UTF-8") && run.error.contains(option), run.error);
        }
    }

    void leavesNoFileBehindAFailedExport() {
        const QTemporaryDir target;
        const QByteArray out = target.filePath("x.png").toUtf8();
        QCOMPARE(runProgram({"export", "--model", golden("gpt2-lm"), "--ids", "1,2", "--layer", "0", "--head", "99", "--out", out}).exit_code, 1);
        QVERIFY(QDir(target.path()).isEmpty());
    }

    void saysWhenStandardOutputIsFull() {
        if (!QFile::exists("/dev/full"))
            QSKIP("no /dev/full here");
        QProcess process;
        process.setStandardOutputFile("/dev/full");
        process.start(HEADLIGHT_PROGRAM, {"models"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
        const QByteArray error = process.readAllStandardError();
        QVERIFY2(error.contains("standard output") && error.contains("disk") && error.contains("another file"), error);
    }

    void saysWhichTokenIdsThereAre() {
        const ProgramRun run = runProgram({"run", "--model", golden("gpt2-lm"), "--ids", "1,99999"});
        QCOMPARE(run.exit_code, 1);
        QVERIFY2(run.hasOneErrorLine() && run.error.contains("expected 0 to ") && run.error.contains("found 99999") &&
                     run.error.contains("Use the tokenizer files of this model"), run.error);
    }
};

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
