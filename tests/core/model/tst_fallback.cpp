// A model on a GPU that fails: the CPU computes the same, whenever it happens, and a sentence says why. The
// GPU is the CUDA module with the processor for a device (tests/support/cuda_on_cpu), which fails when it is
// told to.
#include "core/generate/generate.h"
#include "core/model/fallback.h"
#include "tests/support/model_on_device.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace headlight;
using namespace headlight::test;

namespace {

bool sameBits(const Tensor& a, const Tensor& b) {
    return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

class TestFallback : public QObject {
    Q_OBJECT
private slots:
    void aDeviceLostAnywhereInARun();
    void aDeviceLostWhileGenerating();
    void stepsOfGenerationAreOnePieceEach();
    void aTraceOfALostDeviceSaysSo();
    void memoryThatIsMissingAnywhereInARun();
    void aModelThatDoesNotFit();
    void aModelThatCannotFitIsRefusedBeforeItIsRead();
    void whoAsksForTheGpuGetsNoOther();
    void filesThatChangedAreRefused();
};

/// Whichever of the device's operations is its last: the numbers are the CPU's own, bit for bit, and a
/// sentence says why.
void TestFallback::aDeviceLostAnywhereInARun() {
    const auto reference = loaded("marian-swish", cpuBackend());
    const ModelInput input = goldenInput(*reference, goldenJson("marian-swish"));
    const Tensor expected = reference->run(input).value().trace->finalHidden(StackKind::Decoder);
    bool survived = false;
    int n_while_loading = 0;
    for (int at = 1; !survived && at < 2000; at += 1 + at / 7) {
        const auto model = loaded("marian-swish", device("lose-at=" + QByteArray::number(at), cpuBackend()));
        const bool while_loading = model->backend().name() == "cpu";
        n_while_loading += while_loading;
        QCOMPARE(while_loading, !model->warnings().empty());
        if (while_loading)
            QVERIFY2(mentions(model->warnings().back(), "has stopped working"),
                     model->warnings().back().c_str());
        const auto run = model->run(input);
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
        const RunResult& result = run.value();
        survived = result.trace->backend().name() == "cuda";
        if (survived)
            break;
        QCOMPARE(result.notice.empty(), while_loading);
        if (!while_loading)
            QVERIFY2(mentions(result.notice, "the CPU did") && mentions(result.notice, "has stopped working"),
                     result.notice.c_str());
        QVERIFY(sameBits(result.trace->finalHidden(StackKind::Decoder), expected));
        QVERIFY(model->logits(*result.trace, {0, 1}).ok()); // of the model that ran
        const auto again = model->run(input, {}, &result);
        QVERIFY(again.ok() && sameBits(again.value().trace->finalHidden(StackKind::Decoder), expected));
    }
    QVERIFY(survived);
    QVERIFY(n_while_loading > 3);
}

void TestFallback::aDeviceLostWhileGenerating() {
    const auto reference = loaded("gpt2-lm", cpuBackend());
    const ModelInput prompt = goldenInput(*reference, goldenJson("gpt2-lm"));
    for (const std::size_t n_beams : {std::size_t{1}, std::size_t{3}}) {
        GenerateOptions options;
        options.max_new_tokens = 4;
        options.n_beams = n_beams;
        const std::vector<TokenId> expected = generate(*reference, prompt, options).value().new_ids;
        int n_fallen_back = 0;
        for (const int at : {60, 150, 300, 420, 600, 100000}) {
            const auto model = loaded("gpt2-lm", device("lose-at=" + QByteArray::number(at), cpuBackend()));
            const auto generation = generate(*model, prompt, options);
            QVERIFY2(generation.ok(), generation.ok() ? "" : generation.error().message().c_str());
            QCOMPARE(generation.value().new_ids, expected);
            n_fallen_back += !generation.value().run.notice.empty();
        }
        QVERIFY(n_fallen_back >= 2);
    }
}

/// Only the first steps, whose memory is still to be taken, need something before they are through: as many
/// words more need nothing more.
void TestFallback::stepsOfGenerationAreOnePieceEach() {
    const auto reference = loaded("gpt2-lm", cpuBackend());
    const ModelInput prompt = goldenInput(*reference, goldenJson("gpt2-lm"));
    const auto succeeds = [&](std::size_t n_early, std::size_t n_tokens, bool samples) {
        const auto model =
            loaded("gpt2-lm", device("early=" + QByteArray::number(qulonglong(n_early)), nullptr));
        GenerateOptions options;
        options.max_new_tokens = n_tokens;
        options.n_beams = 1;
        options.sample = samples;
        return generate(*model, prompt, options).ok();
    };
    for (const bool samples : {false, true}) {
        std::size_t needed = 0;
        while (!succeeds(needed, 3, samples))
            QVERIFY(++needed < 60);
        QVERIFY(succeeds(needed, 12, samples));
    }
}

void TestFallback::aTraceOfALostDeviceSaysSo() {
    const auto counted = [](int at) {
        return loaded("gpt2-lm", device("lose-at=" + QByteArray::number(at), cpuBackend()));
    };
    const auto reference = loaded("gpt2-lm", cpuBackend());
    const ModelInput input = goldenInput(*reference, goldenJson("gpt2-lm"));
    int last_good = 0; // operations after which the pass is through
    for (int at = 1; last_good == 0; ++at)
        if (counted(at)->run(input).value().trace->backend().name() == "cuda")
            last_good = at;
    const auto model = counted(last_good);
    const RunResult run = model->run(input).value();
    QVERIFY(!run.trace->backend().lost());
    const HeadAddress head{AttentionKind::DecoderSelf, LayerIndex(0), HeadIndex(0)};
    bool failed = false;
    for (int i = 0; i < 3 && !failed; ++i) {
        const auto weights = guardMemory([&]() -> Result<Tensor> { return run.trace->weights(head); });
        failed = !weights.ok() && weights.error().kind == ErrorKind::Backend;
    }
    QVERIFY(failed);
    QVERIFY(run.trace->backend().lost());
    const RunResult again = model->run(input, {}, &run).value(); // nothing of the lost trace is taken over
    QCOMPARE(again.trace->backend().name(), std::string_view("cpu"));
    QVERIFY(sameBits(again.trace->weights(head), reference->run(input).value().trace->weights(head)));
}

void TestFallback::memoryThatIsMissingAnywhereInARun() {
    const auto reference = loaded("marian-swish", cpuBackend());
    const ModelInput input = goldenInput(*reference, goldenJson("marian-swish"));
    const Tensor expected = reference->run(input).value().trace->finalHidden(StackKind::Decoder);
    const auto failing = [&](int n) {
        return loaded("marian-swish", device("fail-allocation=" + QByteArray::number(n), cpuBackend()));
    };
    int last_of_loading = 1; // all of these fail while the model is loaded, which is tested above
    int first_of_running = 4096;
    while (first_of_running - last_of_loading > 1) {
        const int middle = (last_of_loading + first_of_running) / 2;
        (failing(middle)->backend().name() == "cpu" ? last_of_loading : first_of_running) = middle;
    }
    QVERIFY(last_of_loading > 20);
    int n_in_a_run = 0;
    for (int n = first_of_running; n < first_of_running + 20; ++n) {
        const auto model = failing(n);
        const auto run = model->run(input);
        QVERIFY2(run.ok(), run.ok() ? "" : run.error().message().c_str());
        if (run.value().notice.empty())
            continue;
        ++n_in_a_run;
        QVERIFY2(mentions(run.value().notice, "not enough memory"), run.value().notice.c_str());
        QVERIFY(sameBits(run.value().trace->finalHidden(StackKind::Decoder), expected));
        (void)model->run(input);
        const auto next = model->run(input); // the device goes on
        QVERIFY(next.ok());
        QVERIFY(next.value().notice.empty());
        QCOMPARE(next.value().trace->backend().name(), std::string_view("cuda"));
    }
    QVERIFY(n_in_a_run >= 2);
}

void TestFallback::aModelThatDoesNotFit() {
    const auto model = loaded("gpt2-lm", device("memory=2000", cpuBackend()));
    QCOMPARE(model->backend().name(), std::string_view("cpu"));
    QVERIFY2(mentions(model->warnings().back(), "GPU"), model->warnings().back().c_str());
    QVERIFY(model->run(goldenInput(*model, goldenJson("gpt2-lm"))).ok());
}

/// What a model takes is told first, and what cannot fit is not begun.
void TestFallback::aModelThatCannotFitIsRefusedBeforeItIsRead() {
    const std::filesystem::path folder =
        std::filesystem::path(HEADLIGHT_RESOURCES_DIR) / "models" / "books-gpt";
    for (const bool fits : {false, true}) {
        std::vector<std::string> told;
        RunControl control;
        control.progress = [&](double, std::string_view what) { told.emplace_back(what); };
        const auto model =
            Model::load(folder, device(fits ? "memory=200000000" : "memory=15000000", nullptr), control);
        QCOMPARE(model.ok(), fits);
        const std::string memory = fits ? "200 MB that are free" : "15 MB that are free";
        const auto first =
            std::ranges::find_if(told, [&](const std::string& text) { return mentions(text, memory); });
        QVERIFY(first != told.end() && mentions(*first, "this model takes"));
        const bool began = std::ranges::any_of(
            told, [](const std::string& text) { return mentions(text, "loading weights"); });
        QCOMPARE(began, fits);
        if (fits)
            continue;
        QCOMPARE(model.error().kind, ErrorKind::Memory);
        QVERIFY2(mentions(model.error().message(), "of the GPU's memory and 15 MB are free"),
                 model.error().message().c_str());
    }
}

void TestFallback::whoAsksForTheGpuGetsNoOther() {
    const auto refused = Model::load(goldenRoot() / "gpt2-lm", device("memory=2000", nullptr));
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().kind, ErrorKind::Memory);
    for (int at = 1; at < 1000; ++at) {
        const auto model =
            Model::load(goldenRoot() / "gpt2-lm", device("lose-at=" + QByteArray::number(at), nullptr));
        if (!model.ok()) {
            QCOMPARE(model.error().kind, ErrorKind::Backend);
            continue;
        }
        const auto run = model.value()->run(goldenInput(*model.value(), goldenJson("gpt2-lm")));
        QVERIFY(!run.ok());
        QCOMPARE(run.error().kind, ErrorKind::Backend);
        QVERIFY(!model.value()->fallback().ok());
        return;
    }
    QFAIL("the device was never lost");
}

void TestFallback::filesThatChangedAreRefused() {
    const ModelFolder folder("gpt2-lm");
    auto backend = device("memory=4000000", cpuBackend());
    auto opened = Model::load(folder.path(), backend);
    QVERIFY(opened.ok());
    const auto model = opened.value();
    QCOMPARE(model->backend().name(), std::string_view("cuda"));
    folder.editTensors([](ModelFolder::Tensors& tensors) { tensors.begin()->second.data()[0] += 1.0f; });
    const auto other = model->fallback();
    QVERIFY(!other.ok());
    QVERIFY2(mentions(other.error().message(), "have changed"), other.error().message().c_str());
}

QTEST_APPLESS_MAIN(TestFallback)
#include "tst_fallback.moc"
