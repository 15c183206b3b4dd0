// What is said about memory: the figures follow what the process really takes.
#include "core/base/memory.h"

#include <QTest>

#include <cstring>
#include <memory>

using namespace headlight;

class TestMemory : public QObject {
    Q_OBJECT
private slots:
    void usedMemoryGrowsWithWhatIsTouched();
    void tooMuchIsAnErrorWithBothFigures();
    void bytesReadWell();
    void failedAllocationsBecomeErrors();
};

void TestMemory::usedMemoryGrowsWithWhatIsTouched() {
    const auto before = usedMemory();
    if (!before)
        QSKIP("this system does not say how much memory a process uses");
    QVERIFY(*before > 1'000'000);
    constexpr std::size_t kBytes = std::size_t{64} << 20;
    const auto block = std::make_unique<unsigned char[]>(kBytes);
    std::memset(block.get(), 1, kBytes);
    const auto during = usedMemory();
    QVERIFY(block[kBytes / 2] == 1);
    QVERIFY(during && *during - *before > kBytes * 9 / 10);
    const auto available = availableMemory();
    QVERIFY(available && *available > 0);
}

void TestMemory::tooMuchIsAnErrorWithBothFigures() {
    QVERIFY(checkMemory(1e3, "a run"));
    const auto refused = checkMemory(1e18, "this model", "Choose a smaller one");
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, ErrorKind::Memory);
    QVERIFY(refused.error().summary.find("this model needs 1000 PB") != std::string::npos ||
            refused.error().summary.find("this model needs 1.0 EB") != std::string::npos);
    QVERIFY(refused.error().summary.find("are free") != std::string::npos);
}

void TestMemory::bytesReadWell() {
    QCOMPARE(byteText(12), std::string("12 bytes"));
    QCOMPARE(byteText(1200), std::string("1.2 KB"));
    QCOMPARE(byteText(310e6), std::string("310 MB"));
    QCOMPARE(byteText(2.44e9), std::string("2.4 GB"));
}

void TestMemory::failedAllocationsBecomeErrors() {
    const auto nothing = guardMemory([]() -> Result<int> { throw std::bad_alloc(); });
    QVERIFY(!nothing);
    QCOMPARE(nothing.error().kind, ErrorKind::Memory);
    const auto device = guardMemory(
        []() -> Result<int> { throw BackendFailure(makeError(ErrorKind::Backend, "the device is gone")); });
    QVERIFY(!device);
    QCOMPARE(device.error().summary, std::string("the device is gone"));
}

QTEST_APPLESS_MAIN(TestMemory)
#include "tst_memory.moc"
