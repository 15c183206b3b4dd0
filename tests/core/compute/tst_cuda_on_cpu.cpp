// The stand-in for a GPU itself: barriers, shuffles, limits, and that it shows a kernel's mistakes.
#include "tests/support/cuda_on_cpu/platform.h"

#include <QtTest>

#include <numeric>
#include <vector>

using namespace headlight::cuda;

namespace {

struct Numbers {
    float* out;
    int mistake; ///< leaves a barrier out
};

/// out[thread] = what the thread beside it has put into shared memory.
void turn(Numbers a) {
    float* const shared = sharedMemory<float>();
    shared[threadIdx.x] = static_cast<float>(threadIdx.x + 1000 * blockIdx.x);
    if (a.mistake == 0)
        __syncthreads();
    a.out[blockIdx.x * blockDim.x + threadIdx.x] = shared[(threadIdx.x + 1) % blockDim.x];
}

/// out[thread] = sum over the thread's warp, or over 16 lanes of it.
void addLanes(Numbers a) {
    float value = static_cast<float>(threadIdx.x);
    for (int apart = a.mistake / 2; apart > 0; apart /= 2)
        value += __shfl_xor_sync(0xffffffffu, value, apart, a.mistake);
    a.out[threadIdx.x] = value;
}

class Schedule {
public:
    explicit Schedule(const char* words) { qputenv("HEADLIGHT_CUDA_ON_CPU", words); }
    ~Schedule() { qunsetenv("HEADLIGHT_CUDA_ON_CPU"); }
    Schedule(const Schedule&) = delete;
    Schedule& operator=(const Schedule&) = delete;
};

std::unique_ptr<RawDevice> opened() {
    std::unique_ptr<RawDevice> device;
    DeviceInfo info{};
    if (RawDevice::open(0, device, info) != Status::Ok)
        qFatal("%s", failureText());
    return device;
}

std::vector<float> turned(const char* schedule, int mistake) {
    const Schedule asked(schedule);
    std::vector<float> out(3 * 96, -1.0f);
    if (launch(*opened(), turn, {3, 96, 96 * sizeof(float)}, Numbers{out.data(), mistake}) != Status::Ok)
        qFatal("%s", failureText());
    return out;
}

} // namespace

class TestCudaOnCpu : public QObject {
    Q_OBJECT
private slots:
    void barriersHoldInEverySchedule();
    void aMissingBarrierShows();
    void shufflesStayInTheirGroups();
    void limitsAreThoseOfGpus_data();
    void limitsAreThoseOfGpus();
    void memoryIsFullOfNothing();
};

void TestCudaOnCpu::barriersHoldInEverySchedule() {
    for (const char* schedule : {"", "schedule=reverse", "schedule=random"}) {
        const std::vector<float> out = turned(schedule, 0);
        for (std::size_t block = 0; block < 3; ++block)
            for (std::size_t thread = 0; thread < 96; ++thread)
                QCOMPARE(out[block * 96 + thread], static_cast<float>((thread + 1) % 96 + 1000 * block));
    }
}

void TestCudaOnCpu::aMissingBarrierShows() {
    const std::vector<float> right = turned("", 0);
    QVERIFY(turned("", 1) != right);                 // the neighbour has not written yet
    QVERIFY(turned("schedule=reverse", 1) != right); // in this order only the last has not
}

void TestCudaOnCpu::shufflesStayInTheirGroups() {
    const auto device = opened();
    for (const int width : {32, 16}) {
        std::vector<float> out(64, -1.0f);
        QCOMPARE(launch(*device, addLanes, {1, 64, 0}, Numbers{out.data(), width}), Status::Ok);
        for (std::size_t thread = 0; thread < 64; ++thread) {
            const std::size_t first =
                thread / static_cast<std::size_t>(width) * static_cast<std::size_t>(width);
            const float expected =
                static_cast<float>(width) * (static_cast<float>(first) + static_cast<float>(width - 1) / 2);
            QCOMPARE(out[thread], expected);
        }
    }
}

void TestCudaOnCpu::limitsAreThoseOfGpus_data() {
    QTest::addColumn<qulonglong>("blocks");
    QTest::addColumn<unsigned>("threads");
    QTest::addColumn<qulonglong>("shared");
    QTest::newRow("blocks") << (qulonglong(1) << 31) << 32u << qulonglong(0);
    QTest::newRow("threads") << qulonglong(1) << 1056u << qulonglong(0);
    QTest::newRow("half a warp") << qulonglong(1) << 48u << qulonglong(0);
    QTest::newRow("shared memory") << qulonglong(1) << 32u << qulonglong(102400);
}

void TestCudaOnCpu::limitsAreThoseOfGpus() {
    QFETCH(qulonglong, blocks);
    QFETCH(unsigned, threads);
    QFETCH(qulonglong, shared);
    QCOMPARE(launch(*opened(), turn, {blocks, threads, shared}, Numbers{nullptr, 0}), Status::Unsupported);
}

void TestCudaOnCpu::memoryIsFullOfNothing() {
    const auto device = opened();
    void* memory = nullptr;
    QCOMPARE(device->allocate(64, &memory), Status::Ok);
    for (int i = 0; i < 16; ++i)
        QVERIFY(std::isnan(static_cast<const float*>(memory)[i]));
}

QTEST_APPLESS_MAIN(TestCudaOnCpu)
#include "tst_cuda_on_cpu.moc"
