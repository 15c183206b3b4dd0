// Finding, loading and losing the CUDA module: every way it can fail is a sentence, and `auto` goes on with
// the CPU.
#include "compute_support.h"

#include "core/base/memory.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

using namespace headlight;
using namespace headlight::test;

namespace {

/// An environment variable while it lives.
class Environment {
public:
    Environment(const char* name, const QByteArray& value)
        : name_(name) {
        qputenv(name, value);
    }
    ~Environment() { qunsetenv(name_); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    const char* name_;
};

constexpr char kModule[] = "HEADLIGHT_CUDA_MODULE";
constexpr char kTold[] = "HEADLIGHT_CUDA_ON_CPU";

QByteArray moduleFile(const char* name) {
    return QByteArray(HEADLIGHT_TEST_MODULES_DIR "/lib") + name + ".so";
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

MatrixView placed(const ComputeBackend& compute, std::size_t rows, std::size_t columns) {
    return {compute.allocate(rows * columns).value(), 0, rows, columns, columns};
}

} // namespace

class TestCudaModule : public QObject {
    Q_OBJECT
private slots:
    void whatCannotBeLoadedSaysWhy_data();
    void whatCannotBeLoadedSaysWhy();
    void devicesThatCannotBeOpenedSayWhy_data();
    void devicesThatCannotBeOpenedSayWhy();
    void aDeviceIsTaken();
    void withoutAModuleNextToTheProgramTheCpuComputes();
    void askedForMemoryThatIsNotThere();
    void anyAllocationMayFail();
    void aLostDeviceStaysLost_data();
    void aLostDeviceStaysLost();
    void piecesOfWorkChangeNothing();
    void aPieceEndsWhereSomethingIsNeededFromIt();
    void aPieceOfALostDeviceFails();
    void blocksAreKeptAndGivenBack();
    void buffersOutliveTheirBackend();
};

void TestCudaModule::whatCannotBeLoadedSaysWhy_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("not there") << QByteArray("/nowhere/libheadlight_cuda.so") << QByteArray("is not there");
    QTest::newRow("no library") << QByteArray() << QByteArray("cannot be loaded");
    QTest::newRow("needs a library that is missing")
        << moduleFile("headlight_cuda_needs_library") << QByteArray("libheadlight_cuda_missing_library.so");
    QTest::newRow("another library") << moduleFile("headlight_cuda_no_entry")
                                     << QByteArray("no CUDA module of Headlight");
    QTest::newRow("another version") << moduleFile("headlight_cuda_other_version")
                                     << QByteArray("another version of Headlight");
}

void TestCudaModule::whatCannotBeLoadedSaysWhy() {
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, says);
    QTemporaryDir folder;
    if (file.isEmpty()) {
        file = folder.filePath("libheadlight_cuda.so").toLocal8Bit();
        std::ofstream(file.toStdString()) << "this is no library";
    }
    const Environment module(kModule, file);
    const auto asked = selectBackend({.choice = BackendChoice::Cuda});
    QVERIFY(!asked.ok());
    QCOMPARE(asked.error().kind, ErrorKind::Backend);
    QVERIFY2(mentions(asked.error().message(), says.toStdString()), asked.error().message().c_str());
    QVERIFY2(mentions(asked.error().message(), file.toStdString()), asked.error().message().c_str());
    QVERIFY(mentions(asked.error().message(), "--backend cpu"));
    const auto automatic = selectBackend({});
    QVERIFY(automatic.ok());
    QCOMPARE(automatic.value().backend->name(), std::string_view("cpu"));
    QVERIFY2(mentions(automatic.value().reason, "so the CPU computes"), automatic.value().reason.c_str());
}

void TestCudaModule::devicesThatCannotBeOpenedSayWhy_data() {
    QTest::addColumn<QByteArray>("told");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no driver") << QByteArray("no-driver") << QByteArray("no NVIDIA driver is installed");
    QTest::newRow("old driver") << QByteArray("old-driver") << QByteArray("driver is too old");
    QTest::newRow("no device") << QByteArray("no-device") << QByteArray("no NVIDIA GPU");
}

void TestCudaModule::devicesThatCannotBeOpenedSayWhy() {
    QFETCH(QByteArray, told);
    QFETCH(QByteArray, says);
    const Environment module(kModule, HEADLIGHT_CUDA_ON_CPU_MODULE);
    const Environment words(kTold, told);
    const auto asked = selectBackend({.choice = BackendChoice::Cuda});
    QVERIFY(!asked.ok());
    QCOMPARE(asked.error().kind, ErrorKind::Backend);
    QVERIFY2(mentions(asked.error().message(), says.toStdString()), asked.error().message().c_str());
    const auto automatic = selectBackend({});
    QVERIFY(automatic.ok());
    QCOMPARE(automatic.value().backend->name(), std::string_view("cpu"));
    QCOMPARE(automatic.value().reason,
             says.toStdString().insert(0, told == "old-driver"  ? "the NVIDIA "
                                          : told == "no-device" ? "there is "
                                                                : "") +
                 (told == "old-driver" ? ": it knows CUDA 11.8, this build needs 13.0" : "") +
                 ", so the CPU computes");
    // What can be mended is news, that there is nothing is none.
    QCOMPARE(mentions(automatic.value().notice, "Install a newer NVIDIA driver"), told == "old-driver");
    QCOMPARE(automatic.value().notice.empty(), told != "old-driver");
}

void TestCudaModule::aDeviceIsTaken() {
    const Environment module(kModule, HEADLIGHT_CUDA_ON_CPU_MODULE);
    const auto automatic = selectBackend({});
    QVERIFY(automatic.ok());
    QCOMPARE(automatic.value().backend->name(), std::string_view("cuda"));
    QVERIFY(automatic.value().backend->fallback() != nullptr);
    QVERIFY(mentions(automatic.value().reason, "GPU"));
    QVERIFY(mentions(automatic.value().backend->description(), "4.3 GB"));
    const auto asked = selectBackend({.choice = BackendChoice::Cuda});
    QVERIFY(asked.ok());
    QVERIFY(asked.value().backend->fallback() == nullptr); // who asks for the GPU gets no other
    const auto cpu = selectBackend({.choice = BackendChoice::Cpu});
    QVERIFY(cpu.ok());
    QCOMPARE(cpu.value().backend->name(), std::string_view("cpu"));
}

void TestCudaModule::withoutAModuleNextToTheProgramTheCpuComputes() {
    qunsetenv(kModule);
    for (const auto& candidate : cuda::moduleCandidates())
        QVERIFY(candidate.is_absolute() && candidate.filename() == cuda::kModuleFile);
    const auto automatic = selectBackend({});
    QVERIFY(automatic.ok());
    QVERIFY(!automatic.value().reason.empty());
}

void TestCudaModule::askedForMemoryThatIsNotThere() {
    const Environment words(kTold, "memory=100000000");
    const BackendPtr compute = cudaOnCpu();
    QCOMPARE(compute->freeMemory().value(), std::uint64_t{100000000});
    QVERIFY(compute->checkRoom(99e6, "this model", "").ok());
    const auto room = compute->checkRoom(101e6, "this model", "Choose a smaller model");
    QVERIFY(!room.ok());
    QCOMPARE(room.error().message(),
             std::string(
                 "this model needs 101 MB of the GPU's memory and 100 MB are free. Choose a smaller model"));
    const auto buffer = compute->allocate(30'000'000);
    QVERIFY(!buffer.ok());
    QCOMPARE(buffer.error().kind, ErrorKind::Memory);
    QVERIFY2(mentions(buffer.error().message(), "120 MB are needed"), buffer.error().message().c_str());
    QVERIFY(compute->allocate(1000).ok());
}

/// One allocation after the other fails: an Error or a BackendFailure of kind Memory each time, and the
/// device goes on.
void TestCudaModule::anyAllocationMayFail() {
    int n_failed = 0;
    for (int n = 1; n < 100; ++n) {
        const Environment words(kTold, "fail-allocation=" + QByteArray::number(n));
        const BackendPtr compute = cudaOnCpu(ComputePrecision::BF16);
        const auto work = [&]() -> Result<float> {
            HEADLIGHT_ASSIGN(const BufferPtr buffer, compute->allocate(4000));
            const MatrixView input{buffer, 0, 10, 40, 40};
            const MatrixView output{buffer, 400, 10, 40, 40};
            compute->upload(randomFloats(400, 1), input);
            HEADLIGHT_ASSIGN(const LinearWeightsPtr weights,
                             compute->prepareLinear(Tensor::fromVector({40, 40}, randomFloats(1600, 2)),
                                                    WeightLayout::InOut,
                                                    Tensor::fromVector({40}, randomFloats(40, 3))));
            compute->linear(*weights, input, output, Activation::Gelu, true);
            const std::vector<std::int32_t> ids(10, 3);
            compute->embed(input, ids, 1.0f, false, output);
            std::vector<float> host(400);
            compute->linearToHost(*weights, input, host);
            return host[0];
        };
        const auto result = guardMemory(work);
        if (result.ok()) {
            QVERIFY(n_failed >= 5);
            return;
        }
        QCOMPARE(result.error().kind, ErrorKind::Memory);
        QVERIFY(mentions(result.error().message(), "the GPU has not enough memory left"));
        (void)guardMemory(work);
        QVERIFY(guardMemory(work).ok()); // no more than two allocations failed
        ++n_failed;
    }
    QFAIL("there is no end of allocations");
}

void TestCudaModule::aLostDeviceStaysLost_data() {
    QTest::addColumn<int>("at");
    for (const int at : {1, 2, 3, 5})
        QTest::addRow("at operation %d", at) << at;
}

void TestCudaModule::aLostDeviceStaysLost() {
    QFETCH(int, at);
    const Environment words(kTold, "lose-at=" + QByteArray::number(at));
    const BackendPtr compute = cudaOnCpu();
    const MatrixView view = placed(*compute, 8, 8);
    const auto work = [&]() -> Result<void> {
        compute->upload(randomFloats(64, 1), view);
        for (int i = 0; i < 4; ++i)
            compute->activate(Activation::Tanh, view);
        compute->finish();
        return {};
    };
    for (int repeat = 0; repeat < 2; ++repeat) {
        const auto result = guardMemory(work);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().kind, ErrorKind::Backend);
        QVERIFY2(mentions(result.error().message(), "has stopped working"), result.error().message().c_str());
    }
    const auto buffer = compute->allocate(10);
    QVERIFY(!buffer.ok());
    QCOMPARE(buffer.error().kind, ErrorKind::Backend);
    QVERIFY(!compute->freeMemory());
}

/// A few operations on `view` [8, 8], and what comes of them.
std::vector<float> worked(const ComputeBackend& compute, const MatrixView& view) {
    const std::vector<std::int32_t> ids = {3, 1, 4, 1, 5};
    const MatrixView rows = placed(compute, 5, 8);
    compute.embed(view, ids, 0.5f, false, rows);
    compute.activate(Activation::Tanh, rows);
    compute.copy(rows, view.rowsFrom(2, 5));
    compute.rmsNorm(view, {}, 1.0f, 1e-5f, view);
    std::vector<float> values(64);
    compute.download(view, values);
    return values;
}

void TestCudaModule::piecesOfWorkChangeNothing() {
    const BackendPtr compute = cudaOnCpu();
    const MatrixView plain = placed(*compute, 8, 8);
    const MatrixView recorded = placed(*compute, 8, 8);
    const std::vector<float> start = randomFloats(64, 1);
    compute->upload(start, plain);
    const std::vector<float> expected = worked(*compute, plain);
    compute->upload(start, recorded);
    PieceOfWork outer(*compute);
    {
        PieceOfWork inner(*compute); // a thread beside this one
        const MatrixView gone = placed(*compute, 2, 8);
        compute->upload(std::vector<float>(16, 1.0f), gone);
        compute->add(gone.rowsFrom(0, 1), gone);
        inner.end();
    } // and its memory goes while what uses it is recorded
    QVERIFY(worked(*compute, recorded) == expected);
    outer.end();
    std::vector<float> values(64);
    compute->download(recorded, values);
    QVERIFY(values == expected);
}

void TestCudaModule::aPieceEndsWhereSomethingIsNeededFromIt() {
    const BackendPtr compute = cudaOnCpu();
    const MatrixView view = placed(*compute, 1, 4);
    compute->upload(std::vector<float>(4, 1.0f), view);
    PieceOfWork piece(*compute);
    const MatrixView other = placed(*compute, 1, 4);
    compute->upload(std::vector<float>(4, 2.0f), other);
    compute->add(other, view);
    std::vector<float> values(4);
    compute->download(view, values);
    QCOMPARE(values.front(), 3.0f);
    compute->add(other, view);
    compute->finish();
    compute->add(other, view);
    piece.end();
    compute->download(view, values);
    QCOMPARE(values.front(), 7.0f);
}

void TestCudaModule::aPieceOfALostDeviceFails() {
    const Environment words(kTold, "lose-at=3");
    const BackendPtr compute = cudaOnCpu();
    const MatrixView view = placed(*compute, 1, 4);
    const auto result = guardMemory([&]() -> Result<void> {
        PieceOfWork piece(*compute);
        for (int i = 0; i < 5; ++i)
            compute->activate(Activation::Tanh, view);
        piece.end();
        return {};
    });
    QVERIFY(!result.ok());
    QCOMPARE(result.error().kind, ErrorKind::Backend);
    QVERIFY(compute->lost());
}

void TestCudaModule::blocksAreKeptAndGivenBack() {
    const Environment words(kTold, "memory=1000000");
    const BackendPtr compute = cudaOnCpu();
    for (int repeat = 0; repeat < 3; ++repeat) {
        const BufferPtr most = compute->allocate(200'000).value(); // 800 KB
        QVERIFY(!compute->allocate(60'000).ok());
    }
    for (int repeat = 0; repeat < 3; ++repeat) { // a quarter may be kept: 200 KB
        const BufferPtr some = compute->allocate(50'000).value();
        QCOMPARE(compute->freeMemory().value(), std::uint64_t{800'000});
    }
    QCOMPARE(compute->freeMemory().value(), std::uint64_t{1'000'000}); // kept ones count as free
    QVERIFY(compute->allocate(240'000).ok());                          // and go where they are in the way
}

void TestCudaModule::buffersOutliveTheirBackend() {
    BackendPtr compute = cudaOnCpu();
    MatrixView view = placed(*compute, 3, 3);
    compute.reset();
    view.buffer.reset();
}

QTEST_APPLESS_MAIN(TestCudaModule)
#include "tst_cuda_module.moc"
