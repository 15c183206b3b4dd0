// The real CUDA module, found and loaded by the program itself, in front of drivers that cannot serve it
// (tests/support/cuda_driver): what the program says, and that the CPU computes.
#include "tests/app/program.h"

#include <QtTest>

using namespace headlight::test;

class TestCudaDriver : public QObject {
    Q_OBJECT
private slots:
    void cleanup() {
        for (const char* name : {"LD_LIBRARY_PATH", "HEADLIGHT_DRIVER_VERSION", "HEADLIGHT_DRIVER_ANSWERS"})
            qunsetenv(name);
    }
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
};

void TestCudaDriver::saysWhatIsWrong_data() {
    QTest::addColumn<int>("version");
    QTest::addColumn<int>("answers");
    QTest::addColumn<QByteArray>("says");
    QTest::addColumn<bool>("is_news"); ///< something can be mended
    QTest::newRow("old") << 11040 << 0 << QByteArray("the NVIDIA driver is too old: it knows CUDA 11.4")
                         << true;
    QTest::newRow("no GPU") << 99000 << 100 << QByteArray("there is no NVIDIA GPU") << false;
    QTest::newRow("no memory") << 99000 << 2 << QByteArray("memory is taken by others") << true;
    QTest::newRow("broken") << 99000 << 999 << QByteArray("the GPU cannot be used: unknown error") << true;
}

void TestCudaDriver::saysWhatIsWrong() {
#if !defined(HEADLIGHT_CUDA_DRIVER_DIR)
    QSKIP("this build has no CUDA module (there was no nvcc)");
#else
    QFETCH(int, version);
    QFETCH(int, answers);
    QFETCH(QByteArray, says);
    QFETCH(bool, is_news);
    qputenv("LD_LIBRARY_PATH", HEADLIGHT_CUDA_DRIVER_DIR);
    qputenv("HEADLIGHT_DRIVER_VERSION", QByteArray::number(version));
    qputenv("HEADLIGHT_DRIVER_ANSWERS", QByteArray::number(answers));
    const QList<QByteArray> arguments{"run", "--model", golden("gpt2-lm"), "--ids", "5,9,7", "--json"};
    const ProgramRun asked = runProgram(arguments + QList<QByteArray>{"--backend", "cuda"});
    if (asked.error.contains("cannot be loaded"))
        QSKIP(asked.error.constData()); // cuBLAS is not installed here
    QCOMPARE(asked.exit_code, 1);
    QVERIFY2(asked.hasOneErrorLine() && asked.error.contains(says) && asked.error.contains("--backend cpu"),
             asked.error.constData());
    const ProgramRun cpu = runProgram(arguments + QList<QByteArray>{"--backend", "cpu"});
    const ProgramRun automatic = runProgram(arguments);
    QCOMPARE(automatic.exit_code, 0);
    QCOMPARE(automatic.output, cpu.output);
    QCOMPARE(automatic.error.contains(says), is_news);
    QCOMPARE(automatic.error.isEmpty(), !is_news);
#endif
}

QTEST_GUILESS_MAIN(TestCudaDriver)
#include "tst_cuda_driver.moc"
