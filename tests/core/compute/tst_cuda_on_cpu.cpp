// The stand-in for a GPU itself: barriers, shuffles, limits, and that it shows a kernel's mistakes.
#include "tests/support/cuda_on_cpu/platform.h"
#include "tests/support/cuda_on_cpu/tensor_instructions.h"

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

/// Whole matrices through the fragments of mma.m16n8k16 and m16n8k8 as the PTX ISA lists them: of element i
/// of lane (groupID g = lane / 4, threadID_in_group t = lane % 4), its row and column.
struct Multiplied {
    const float* left;  ///< [16, depth]
    const float* right; ///< [depth, 8]
    float* sum;         ///< [16, 8]
};
template <Number kNumber>
void multiplyMatrices(Multiplied m) {
    const unsigned g = threadIdx.x >> 2;
    const unsigned t = threadIdx.x % 4;
    std::uint32_t a[4] = {};
    std::uint32_t b[2] = {};
    if constexpr (kNumber == Number::TF32) {
        for (unsigned i = 0; i < 4;
             ++i) // "row = groupID for a0 and a2, groupID + 8 for a1 and a3; col = t, or t + 4"
            a[i] = floatBits(m.left[(i == 0 || i == 2 ? g : g + 8) * 8 + (i < 2 ? t : t + 4)]);
        for (unsigned i = 0; i < 2; ++i)
            b[i] = floatBits(m.right[(i == 0 ? t : t + 4) * 8 + g]);
    } else {
        const auto bits = [](float x) { return static_cast<std::uint32_t>(headlight::f32ToF16(x)); };
        for (unsigned i = 0; i < 8;
             ++i) { // "row = groupID for i in 0, 1, 4, 5, else + 8; col = t * 2 + (i & 1), + 8 for i >= 4"
            const bool upper = i == 0 || i == 1 || i == 4 || i == 5;
            a[i / 2] |= bits(m.left[(upper ? g : g + 8) * 16 + t * 2 + (i & 1) + (i >= 4 ? 8 : 0)])
                        << (16 * (i % 2));
        }
        for (unsigned i = 0; i < 4; ++i)
            b[i / 2] |= bits(m.right[(t * 2 + (i & 1) + (i >= 2 ? 8 : 0)) * 8 + g]) << (16 * (i % 2));
    }
    float c[4];
    for (unsigned i = 0; i < 4; ++i)
        c[i] = m.sum[(i < 2 ? g : g + 8) * 8 + t * 2 + (i & 1)];
    multiplyFragments<kNumber>(c, a, b);
    for (unsigned i = 0; i < 4; ++i)
        m.sum[(i < 2 ? g : g + 8) * 8 + t * 2 + (i & 1)] = c[i];
}

/// ldmatrix.x4.trans of four 8 x 8 matrices of 16-bit numbers, the number of each being 100 matrix + 10 row +
/// column.
void loadMatricesTransposed(Numbers a) {
    auto* const words = sharedMemory<std::uint32_t>();
    if (threadIdx.x == 0)
        for (std::uint32_t i = 0; i < 128; ++i) {
            const std::uint32_t first = i / 32 * 100 + i % 32 / 4 * 10 + i % 4 * 2;
            words[i] = first | (first + 1) << 16;
        }
    __syncthreads();
    std::uint32_t matrices[4];
    loadTransposed(words + threadIdx.x / 8 * 32 + threadIdx.x % 8 * 4, matrices);
    for (unsigned matrix = 0; matrix < 4; ++matrix)
        for (unsigned half = 0; half < 2; ++half)
            a.out[threadIdx.x * 8 + matrix * 2 + half] =
                static_cast<float>(matrices[matrix] >> (16 * half) & 0xffffu);
}

/// The same, each as it lies there.
void loadMatricesAsTheyLie(Numbers a) {
    auto* const words = sharedMemory<std::uint32_t>();
    if (threadIdx.x == 0)
        for (std::uint32_t i = 0; i < 128; ++i)
            words[i] = i / 32 * 100 + i % 32 / 4 * 10 + i % 4;
    __syncthreads();
    std::uint32_t matrices[4];
    loadMatrices(words + threadIdx.x / 8 * 32 + threadIdx.x % 8 * 4, matrices);
    for (unsigned matrix = 0; matrix < 4; ++matrix)
        a.out[threadIdx.x * 4 + matrix] = static_cast<float>(matrices[matrix]);
}

/// Two groups of copies into shared memory, the second of which may be zeros; mistake: one is not waited for.
struct Copied {
    const float* from; ///< 8 floats
    float* out;
    int pending;
    bool there;
};
void copyTwice(Copied a) {
    float* const shared = sharedMemory<float>() + 8 * threadIdx.x;
    copyAside(shared, a.from, true);
    commitCopies();
    copyAside(shared + 4, a.from + 4, a.there);
    commitCopies();
    if (a.pending == 0)
        waitForCopies<0>();
    else
        waitForCopies<1>();
    for (int i = 0; i < 8; ++i)
        a.out[8 * threadIdx.x + static_cast<unsigned>(i)] = shared[i];
    waitForCopies<0>();
}

void reduceLanes(Numbers a) {
    const unsigned value = (threadIdx.x * 7919u) % 97u;
    a.out[threadIdx.x] = static_cast<float>(__reduce_max_sync(0xffffffffu, value));
    a.out[64 + threadIdx.x] = static_cast<float>(__reduce_min_sync(0xffffffffu, value));
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
    void fragmentsAreThoseOfTensorCores();
    void matricesAreLoadedTransposed();
    void matricesAreLoaded();
    void copiesArriveWhenWaitedFor();
    void reductionsStayInTheirWarps();
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

template <Number kNumber, std::size_t kDepth>
void compareProduct() {
    std::vector<float> left(16 * kDepth);
    std::vector<float> right(kDepth * 8);
    std::vector<float> sum(16 * 8);
    for (std::size_t i = 0; i < left.size(); ++i)
        left[i] = static_cast<float>(i * 37 % 29) - 14.0f;
    for (std::size_t i = 0; i < right.size(); ++i)
        right[i] = static_cast<float>(i * 53 % 31) - 15.0f;
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = static_cast<float>(i);
    QCOMPARE(launch(*opened(), multiplyMatrices<kNumber>, {1, 32, 0},
                    Multiplied{left.data(), right.data(), sum.data()}),
             Status::Ok);
    for (std::size_t row = 0; row < 16; ++row)
        for (std::size_t column = 0; column < 8; ++column) {
            float expected = static_cast<float>(row * 8 + column);
            for (std::size_t k = 0; k < kDepth; ++k)
                expected += left[row * kDepth + k] * right[k * 8 + column];
            QCOMPARE(sum[row * 8 + column], expected); // whole numbers: no rounding anywhere
        }
}

void TestCudaOnCpu::fragmentsAreThoseOfTensorCores() {
    compareProduct<Number::F16, 16>();
    compareProduct<Number::TF32, 8>();
}

void TestCudaOnCpu::matricesAreLoadedTransposed() {
    std::vector<float> out(32 * 8, -1.0f);
    QCOMPARE(launch(*opened(), loadMatricesTransposed, {1, 32, 512}, Numbers{out.data(), 0}), Status::Ok);
    for (std::size_t lane = 0; lane < 32; ++lane)
        for (std::size_t matrix = 0; matrix < 4; ++matrix)
            for (std::size_t half = 0; half < 2; ++half) // row 2 t + half, column g
                QCOMPARE(out[lane * 8 + matrix * 2 + half],
                         static_cast<float>(matrix * 100 + (lane % 4 * 2 + half) * 10 + lane / 4));
}

void TestCudaOnCpu::matricesAreLoaded() {
    std::vector<float> out(128, -1.0f);
    QCOMPARE(launch(*opened(), loadMatricesAsTheyLie, {1, 32, 512}, Numbers{out.data(), 0}), Status::Ok);
    for (std::size_t lane = 0; lane < 32; ++lane)
        for (std::size_t matrix = 0; matrix < 4; ++matrix) // word t of row g
            QCOMPARE(out[lane * 4 + matrix], static_cast<float>(matrix * 100 + lane / 4 * 10 + lane % 4));
}

void TestCudaOnCpu::copiesArriveWhenWaitedFor() {
    alignas(16) const float from[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (const bool there : {true, false})
        for (const int pending : {0, 1}) {
            std::vector<float> out(8 * 32);
            QCOMPARE(launch(*opened(), copyTwice, {1, 32, 32 * 32}, Copied{from, out.data(), pending, there}),
                     Status::Ok);
            for (std::size_t i = 0; i < out.size(); ++i)
                if (i % 8 >= 4 && pending == 1)
                    QVERIFY(std::isnan(out[i])); // under way still
                else
                    QCOMPARE(out[i], i % 8 < 4 || there ? from[i % 8] : 0.0f);
        }
}

void TestCudaOnCpu::reductionsStayInTheirWarps() {
    std::vector<float> out(128, -1.0f);
    QCOMPARE(launch(*opened(), reduceLanes, {1, 64, 0}, Numbers{out.data(), 0}), Status::Ok);
    for (unsigned thread = 0; thread < 64; ++thread) {
        unsigned largest = 0;
        unsigned smallest = 97;
        for (unsigned lane = thread / 32 * 32; lane < thread / 32 * 32 + 32; ++lane) {
            largest = std::max(largest, lane * 7919u % 97u);
            smallest = std::min(smallest, lane * 7919u % 97u);
        }
        QCOMPARE(out[thread], static_cast<float>(largest));
        QCOMPARE(out[64 + thread], static_cast<float>(smallest));
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
