// The program with a GPU that fails, and without one. The GPU is the CUDA module with the processor for a
// device (tests/support/cuda_on_cpu); what is said on standard error and how the program ends is the
// program's own.
#include "tests/app/program.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

using namespace headlight::test;

namespace {

ProgramRun continued(const QList<QByteArray>& more) {
    return runProgram(QList<QByteArray>{"generate", "--model", golden("gpt2-lm"), "--ids", "5,9,7,3",
                                        "--max-new-tokens", "4", "--json"} +
                      more);
}

QByteArray fileContents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestGpu : public QObject {
    Q_OBJECT
private slots:
    void init() { qputenv("HEADLIGHT_CUDA_MODULE", HEADLIGHT_CUDA_ON_CPU_MODULE); }
    void cleanup() {
        qunsetenv("HEADLIGHT_CUDA_MODULE");
        qunsetenv("HEADLIGHT_CUDA_ON_CPU");
    }
    void askedForWithoutOneIsAnError_data();
    void askedForWithoutOneIsAnError();
    void automaticDoesWithoutOne();
    void computesTheSame();
    void lostWhileGeneratingGivesTheSameText();
    void lostInADumpGivesTheSameNumbers();
    void lostBetweenLinesIsSaidOnce();
    void askedForAndLostIsAnError();
};

void TestGpu::askedForWithoutOneIsAnError_data() {
    QTest::addColumn<QByteArray>("told");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no module") << QByteArray("/nowhere") << QByteArray("CUDA module");
    QTest::newRow("no driver") << QByteArray("no-driver") << QByteArray("no NVIDIA driver");
    QTest::newRow("old driver") << QByteArray("old-driver") << QByteArray("too old");
    QTest::newRow("no device") << QByteArray("no-device") << QByteArray("no NVIDIA GPU");
    QTest::newRow("no memory") << QByteArray("memory=10000") << QByteArray("memory");
}

void TestGpu::askedForWithoutOneIsAnError() {
    QFETCH(QByteArray, told);
    QFETCH(QByteArray, says);
    if (told.startsWith('/'))
        qputenv("HEADLIGHT_CUDA_MODULE", told);
    else
        qputenv("HEADLIGHT_CUDA_ON_CPU", told);
    const ProgramRun run = continued({"--backend", "cuda"});
    QCOMPARE(run.exit_code, 1);
    QVERIFY(run.output.isEmpty());
    QVERIFY2(run.hasOneErrorLine(), run.error.constData());
    QVERIFY2(run.error.contains(says), run.error.constData());
    QVERIFY2(run.error.contains("--backend cpu"), run.error.constData());
}

void TestGpu::automaticDoesWithoutOne() {
    const ProgramRun cpu = continued({"--backend", "cpu"});
    QCOMPARE(cpu.exit_code, 0);
    for (const char* told : {"no-driver", "no-device"}) {
        qputenv("HEADLIGHT_CUDA_ON_CPU", told);
        const ProgramRun run = continued({});
        QCOMPARE(run.exit_code, 0);
        QCOMPARE(run.output, cpu.output);
        QVERIFY2(run.error.isEmpty(), run.error.constData()); // most machines have none: no news
    }
    qputenv("HEADLIGHT_CUDA_ON_CPU", "old-driver"); // there is one, and it could compute
    const ProgramRun old = continued({});
    QCOMPARE(old.exit_code, 0);
    QCOMPARE(old.output, cpu.output);
    QVERIFY2(old.error.startsWith("headlight: warning: the NVIDIA driver is too old") &&
                 old.error.contains("Install a newer NVIDIA driver") && old.error.count('\n') == 1,
             old.error.constData());
    qputenv("HEADLIGHT_CUDA_ON_CPU", "memory=10000"); // there is one, and the model does not fit
    const ProgramRun run = continued({});
    QCOMPARE(run.exit_code, 0);
    QCOMPARE(run.output, cpu.output);
    QVERIFY2(run.error.contains("warning: The CPU computes") && run.error.contains("GPU"),
             run.error.constData());
}

void TestGpu::computesTheSame() {
    const QJsonObject cpu = continued({"--backend", "cpu"}).json().object();
    const QJsonObject gpu = continued({"--backend", "cuda"}).json().object();
    QCOMPARE(cpu["backend"].toString(), QStringLiteral("cpu"));
    QCOMPARE(gpu["backend"].toString(), QStringLiteral("cuda"));
    QVERIFY(!gpu["ids"].toArray().isEmpty());
    QCOMPARE(gpu["ids"], cpu["ids"]);
    QCOMPARE(gpu["text"], cpu["text"]);
}

void TestGpu::lostWhileGeneratingGivesTheSameText() {
    const ProgramRun cpu = continued({"--backend", "cpu"});
    qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=120");
    const ProgramRun run = continued({});
    QCOMPARE(run.exit_code, 0);
    QCOMPARE(run.output, cpu.output);
    QVERIFY2(run.error.contains("so the CPU did: the GPU has stopped working"), run.error.constData());
    QCOMPARE(run.error.count('\n'), 1);
}

/// Whether it is lost in the pass or while its trace is read: the file is the CPU's.
void TestGpu::lostInADumpGivesTheSameNumbers() {
    const QTemporaryDir folder;
    const auto dump = [&](const QString& name, const QList<QByteArray>& more) {
        return runProgram(QList<QByteArray>{"dump", "--model", golden("gpt2-lm"), "--ids", "5,9,7,3", "--out",
                                            folder.filePath(name).toLocal8Bit()} +
                          more);
    };
    QCOMPARE(dump("cpu", {"--backend", "cpu"}).exit_code, 0);
    int n_lost = 0;
    for (int at = 20; at < 400; at += 19) {
        qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=" + QByteArray::number(at));
        const ProgramRun run = dump("gpu", {});
        QVERIFY2(run.exit_code == 0, run.error.constData());
        if (run.error.isEmpty())
            continue; // it was never lost
        ++n_lost;
        QVERIFY2(run.error.contains("has stopped working"), run.error.constData());
        QCOMPARE(fileContents(folder.filePath("gpu")), fileContents(folder.filePath("cpu")));
    }
    QVERIFY(n_lost > 5);
}

void TestGpu::lostBetweenLinesIsSaidOnce() {
    const QByteArray lines = "Good morning.\nThe dog eats.\n";
    const QList<QByteArray> words{"generate", "--model", "en-fr", "--text", "-", "--lines"};
    const ProgramRun cpu = runProgram(words + QList<QByteArray>{"--backend", "cpu"}, lines);
    qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=600");
    const ProgramRun run = runProgram(words, lines);
    QCOMPARE(run.exit_code, 0);
    QCOMPARE(run.output, cpu.output);
    QCOMPARE(run.error.count("has stopped working"), 1);
}

void TestGpu::askedForAndLostIsAnError() {
    qputenv("HEADLIGHT_CUDA_ON_CPU", "lose-at=120");
    const ProgramRun run = continued({"--backend", "cuda"});
    QCOMPARE(run.exit_code, 1);
    QVERIFY2(run.hasOneErrorLine(), run.error.constData());
    QVERIFY(run.error.contains("has stopped working"));
}

QTEST_GUILESS_MAIN(TestGpu)
#include "tst_gpu.moc"
