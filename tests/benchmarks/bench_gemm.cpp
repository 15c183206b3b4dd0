// Matrix products of linear layers: every candidate library on the shapes our models have.
// Usage: bench_gemm [threads [best|median [f32]]]; `best` prints the fastest run instead of the median, for a busy machine;
// `f32` runs only our own F32 products, by multiply-adds and by integers.
#include "benchmark_support.h"
#include "core/compute/cpu/processor.h"
#include "product_candidates.h"

#include <cstdio>
#include <cstdlib>

using namespace headlight;
using namespace headlight::bench;

namespace {

struct NamedShape {
    const char* name;
    std::size_t n_in;
    std::size_t n_out;
};
constexpr NamedShape kShapes[] = {
    {"GPT-2 small qkv", 768, 2304},      {"GPT-2 small attention out", 768, 768}, {"GPT-2 small up", 768, 3072},
    {"GPT-2 small down", 3072, 768},     {"Marian base projection", 512, 512},    {"Marian base up", 512, 2048},
    {"Marian base down", 2048, 512},
};
constexpr std::size_t kRows[] = {1, 8, 16, 64, 128, 512, 1024};

double gigaflops(const ProductShape& s, double seconds) {
    return 2e-9 * static_cast<double>(s.n_rows * s.n_in * s.n_out) / seconds;
}

/// The best product of all: a large square one, by whichever candidate does it fastest.
double machineBest(std::size_t n_threads, bool best_run) {
    const ProductShape square{1024, 1024, 1024};
    std::vector<ProductCandidate> candidates = productCandidates(square, n_threads);
    std::erase_if(candidates, [](const ProductCandidate& c) { return c.name.starts_with("Eigen") || c.name.ends_with("BF16"); });
    std::vector<std::function<void()>> runs;
    for (const ProductCandidate& candidate : candidates)
        runs.push_back(candidate.run);
    const std::vector<Timing> timings = timeInterleaved(runs, 1.0);
    double best = 0.0;
    for (std::size_t i = 0; i < timings.size(); ++i) {
        const double rate = gigaflops(square, best_run ? timings[i].best : timings[i].median);
        std::printf("1024 x 1024 x 1024 %-20s %8.1f GFLOP/s\n", candidates[i].name.c_str(), rate);
        best = std::max(best, rate);
    }
    return best;
}

std::size_t bytesPerWeight(const std::string& candidate) {
    return candidate.ends_with("BF16") ? 2 : candidate.ends_with("integers") ? 3 : 4;
}

struct Settings {
    std::size_t n_threads;
    bool best_run;
    bool our_f32_only;
};

void printShape(const NamedShape& named, std::size_t n_rows, const Settings& settings, double machine_best) {
    const ProductShape shape{n_rows, named.n_in, named.n_out};
    std::vector<ProductCandidate> candidates = productCandidates(shape, settings.n_threads);
    if (settings.our_f32_only)
        std::erase_if(candidates, [](const ProductCandidate& c) { return !c.name.starts_with("ours F32"); });
    std::vector<std::function<void()>> runs;
    for (const ProductCandidate& candidate : candidates)
        runs.push_back(candidate.run);
    const std::vector<Timing> timings = timeInterleaved(runs, 0.05);
    std::printf("%-26s %5zu rows", named.name, n_rows);
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const double seconds = settings.best_run ? timings[i].best : timings[i].median;
        const double rate = gigaflops(shape, seconds);
        const double bytes = static_cast<double>(named.n_in * named.n_out * bytesPerWeight(candidates[i].name));
        if (n_rows <= 16)
            std::printf(" | %s %.1f GFLOP/s, weights at %.1f GB/s", candidates[i].name.c_str(), rate, 1e-9 * bytes / seconds);
        else
            std::printf(" | %s %.1f GFLOP/s, %.0f %%", candidates[i].name.c_str(), rate, 100.0 * rate / machine_best);
    }
    std::printf("\n");
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const Settings settings{.n_threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : cpu::usableCpuCount(),
                            .best_run = argc > 2 && std::string(argv[2]) == "best",
                            .our_f32_only = argc > 3 && std::string(argv[3]) == "f32"};
    const double best = machineBest(settings.n_threads, settings.best_run);
    for (const NamedShape& shape : kShapes)
        for (const std::size_t n_rows : kRows)
            printShape(shape, n_rows, settings, best);
    return 0;
}
