// Attention: forward pass, tiles of one head, pooled overview of a very long one.
// Usage: bench_attention [threads [best]]; `best` prints the fastest run instead of the median, for a busy machine.
#include "benchmark_support.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/compute/cpu/processor.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace headlight;
using namespace headlight::bench;

namespace {

/// Self-attention of one GPT-2-like layer with random queries, keys and values in one fused buffer.
struct Layer {
    BackendPtr backend;
    AttentionProblem problem;
    MatrixView output;
    SoftmaxRows softmax;

    Layer(BackendPtr compute, std::size_t n, std::size_t n_heads, std::size_t head_dim, bool causal) : backend(std::move(compute)) {
        const std::size_t d_model = n_heads * head_dim;
        const MatrixView fused = matrix(n, 3 * d_model);
        backend->upload(randomFloats(n * 3 * d_model, 1), fused);
        const auto heads = [&](std::size_t part) {
            return HeadsView{fused.buffer, part * d_model, n, n_heads, head_dim, 3 * d_model, head_dim};
        };
        problem.query = heads(0);
        problem.key = heads(1);
        problem.value = heads(2);
        problem.scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
        problem.mask.causal = causal;
        output = matrix(n, d_model);
        softmax = {matrix(n, n_heads), matrix(n, n_heads)};
    }
    [[nodiscard]] MatrixView matrix(std::size_t rows, std::size_t columns) const {
        return {backend->allocate(rows * columns).value(), 0, rows, columns, columns};
    }
    void forward() const { backend->attention(problem, output, softmax); }
};

struct Settings {
    BackendPtr backend;
    bool best_run;
    [[nodiscard]] double seconds(const std::function<void()>& run) const {
        const Timing timing = timeInterleaved({run}, 0.5).front();
        return best_run ? timing.best : timing.median;
    }
};

void benchForward(const Settings& settings) {
    for (const bool causal : {true, false}) {
        for (const std::size_t n : {16u, 128u, 512u, 1024u, 4096u}) {
            const Layer layer(settings.backend, n, 12, 64, causal);
            const double seconds = settings.seconds([&] { layer.forward(); });
            const double cells = 12.0 * static_cast<double>(n) * static_cast<double>(causal ? n + 1 : 2 * n) / 2.0;
            std::printf("forward, 12 heads x 64, %4zu tokens, %-6s %9.3f ms  %6.1f GFLOP/s  %5.2f G weights/s\n", n,
                        causal ? "causal" : "full", 1e3 * seconds, 256e-9 * cells / seconds, 1e-9 * cells / seconds);
        }
    }
}

void benchTile(const Settings& settings) {
    const Layer layer(settings.backend, 1024, 12, 64, true);
    layer.forward();
    std::vector<float> tile(1024 * 1024);
    const double weights = settings.seconds([&] {
        layer.backend->attentionWeights(layer.problem, layer.softmax, HeadIndex(5), {0, 1024}, {0, 1024}, tile);
    });
    const double scores = settings.seconds([&] {
        layer.backend->attentionScores(layer.problem, HeadIndex(5), {0, 1024}, {0, 1024}, tile);
    });
    std::printf("tile 1,024 x 1,024 causal: weights %.3f ms, scores %.3f ms\n", 1e3 * weights, 1e3 * scores);
    const Layer full(settings.backend, 1024, 12, 64, false);
    full.forward();
    const double all = settings.seconds([&] {
        full.backend->attentionWeights(full.problem, full.softmax, HeadIndex(5), {0, 1024}, {0, 1024}, tile);
    });
    std::printf("tile 1,024 x 1,024 full: weights %.3f ms\n", 1e3 * all);
}

void benchPooled(const Settings& settings) {
    for (const bool causal : {true, false}) {
        const Layer layer(settings.backend, 16384, 1, 64, causal);
        const double forward = settings.seconds([&] { layer.forward(); });
        std::vector<float> map(1024 * 1024);
        for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean}) {
            const double seconds = settings.seconds([&] {
                layer.backend->attentionPooled(layer.problem, layer.softmax, HeadIndex(0), {0, 16384}, {0, 16384}, 1024,
                                               1024, pooling, map);
            });
            std::printf("overview of a 16,384-token head, %s, %s: %.1f ms (forward pass of the head %.1f ms)\n",
                        causal ? "causal" : "full", pooling == Pooling::Maximum ? "maximum" : "mean", 1e3 * seconds, 1e3 * forward);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::size_t n_threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : cpu::usableCpuCount();
    const Settings settings{std::make_shared<const cpu::CpuBackend>(cpu::CpuOptions{.n_threads = n_threads}),
                            argc > 2 && std::string(argv[2]) == "best"};
    std::printf("%s\n", settings.backend->description().c_str());
    benchForward(settings);
    benchTile(settings);
    benchPooled(settings);
    return 0;
}
