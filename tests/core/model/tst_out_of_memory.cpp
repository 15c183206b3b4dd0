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

void* operator new(std::size_t size) {
    return allocated(size);
}
// The library's own, which a sanitizer would see freed by the ones below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    try {
        return allocated(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
void operator delete(void* pointer) noexcept {
    std::free(pointer);
}
void operator delete(void* pointer, std::size_t) noexcept {
    std::free(pointer);
}

using namespace headlight;
using namespace headlight::test;

namespace {

/// While it lives, the allocation after `n` others fails.
class FailingAllocation {
public:
    explicit FailingAllocation(long n) { allocations_left = n; }
    ~FailingAllocation() { allocations_left = -1; }
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;
};

/// Calls `work` with 0, 1, 2, ... for the allocation that is to fail in it, until none does. Every failure
/// must come back as a Memory Error. Returns how many did.
template <class Work>
int failEveryAllocation(const Work& work) {
    for (int n = 0;; ++n) {
        has_failed = false;
        auto result = work(n);
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
    const int n_failed = failEveryAllocation([&](int n) {
        ModelInput copy = input; // what a caller copies is the caller's
        const FailingAllocation failing(n);
        return model->run(std::move(copy));
    });
    QVERIFY(n_failed > 10);
}

void TestOutOfMemory::anyAllocationOfLogits() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    QVERIFY(run.ok());
    const int n_failed = failEveryAllocation([&](int n) {
        const FailingAllocation failing(n);
        return model->logits(*run.value().trace, {0, 3});
    });
    QVERIFY(n_failed > 0);
}

void TestOutOfMemory::anyAllocationOfGenerating() {
    const auto model = loadGolden("marian-relu");
    const ModelInput input = model->prepareIds({5, 9, 7, 3, 8, 0}).value();
    for (const std::size_t n_beams : {1, 3}) {
        GenerateOptions options;
        options.max_new_tokens = 3;
        options.n_beams = n_beams;
        const int n_failed = failEveryAllocation([&](int n) {
            const FailingAllocation failing(n);
            return generate(*model, input, options);
        });
        QVERIFY(n_failed > 10);
    }
}

void TestOutOfMemory::anyAllocationOfMeasuring() {
    const auto model = loadGolden("gpt2-lm");
    const auto run = model->run(model->prepareIds({5, 9, 7}).value());
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    const int n_failed = failEveryAllocation([&](int n) {
        const FailingAllocation failing(n);
        return measureHead(*run.value().trace, head);
    });
    QVERIFY(n_failed > 0);
}

QTEST_APPLESS_MAIN(TestOutOfMemory)
#include "tst_out_of_memory.moc"
