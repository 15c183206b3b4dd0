// Whichever allocation fails inside the engine, in whichever thread: a Memory Error, and the next call works.
#include "core/analysis/head_measures.h"
#include "core/generate/generate.h"
#include "tests/support/golden_case.h"
#include "tests/support/model_folder.h"

#include <QtTest>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
/// Allocations left before one fails; negative: none fails.
std::atomic<long> allocations_left{-1};
std::atomic<bool> has_failed{false};

void* allocated(std::size_t size) {
    if (allocations_left.load() >= 0 && allocations_left.fetch_sub(1) == 0) {
        has_failed = true;
        throw std::bad_alloc();
    }
    if (void* const memory = std::malloc(size ? size : 1))
        return memory;
    throw std::bad_alloc();
}
} // namespace

void* operator new(std::size_t size) { return allocated(size); }
void operator delete(void* pointer) noexcept { std::free(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { std::free(pointer); }

using namespace headlight;
using namespace headlight::test;

namespace {

/// Calls `work` with its first allocation failing, then its second, ... until none fails. Every failure must come back
/// as a Memory Error. Returns how many did.
template <class Work>
int failEveryAllocation(const Work& work) {
    for (int n = 0;; ++n) {
        has_failed = false;
        allocations_left = n;
        auto result = work();
        allocations_left = -1;
        if (!has_failed.load()) {
            if (!result.ok())
                qFatal("without a failing allocation: %s", result.error().message().c_str());
            return n;
        }
        if (result.ok())
            continue; // a buffer that is only kept for later did not come about: nothing is lost
        if (result.error().kind != ErrorKind::Memory)
            qFatal("allocation %d: %s", n, result.error().message().c_str());
    }
}

} // namespace

class TestOutOfMemory : public QObject {
    Q_OBJECT
private slots:
    void anyAllocationOfAPass();
    void anyAllocationOfLogits();
    void anyAllocationOfGenerating();
    void anyAllocationOfMeasuring();
};

void TestOutOfMemory::anyAllocationOfAPass() {
    const auto model = loadGolden("marian-swish");
    const ModelInput input = model->prepareIds({5, 9, 7, 3, 8, 0}, {89, 4, 5, 6}).value();
    QVERIFY(failEveryAllocation([&] { return model->run(input); }) > 10);
}

void TestOutOfMemory::anyAllocationOfLogits() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    QVERIFY(run.ok());
    QVERIFY(failEveryAllocation([&] { return model->logits(*run.value().trace, {0, 3}); }) > 0);
}

void TestOutOfMemory::anyAllocationOfGenerating() {
    const auto model = loadGolden("marian-relu");
    const ModelInput input = model->prepareIds({5, 9, 7, 3, 8, 0}).value();
    for (const std::size_t n_beams : {1, 3}) {
        GenerateOptions options;
        options.max_new_tokens = 3;
        options.n_beams = n_beams;
        QVERIFY(failEveryAllocation([&] { return generate(*model, input, options); }) > 10);
    }
}

void TestOutOfMemory::anyAllocationOfMeasuring() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    QVERIFY(failEveryAllocation([&] { return measureHead(*run.value().trace, head); }) > 0);
}

QTEST_APPLESS_MAIN(TestOutOfMemory)
#include "tst_out_of_memory.moc"
