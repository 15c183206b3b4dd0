// Whole forward passes, the full trace kept, of a checkpoint in Hugging Face layout (make_random_checkpoint.py makes one
// of any size). An encoder-decoder reads the given number of tokens on both sides.
#include "benchmark_support.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/model/model.h"

#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

using namespace headlight;

namespace {

constexpr const char* kUsage =
    "bench_forward FOLDER [--tokens 16,128,512] [--rounds 5] [--logits none|last|all] [--backend auto|cpu|cuda] [--precision f32|tf32|f16|bf16] [--products best|panels] [--threads N] [--serve]\n"
    "--serve: answers each line 'TOKENS LOGITS' on standard input with the seconds one pass took.\n";

struct Options {
    std::string folder;
    std::vector<std::size_t> tokens{16, 128, 512, 1024, 4096};
    std::size_t rounds = 5;
    std::string logits = "all";
    BackendOptions backend;
    bool panels = false; ///< the CPU's F32 multiply-adds, also where integer products are faster
    bool serve = false;
};

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
        if (argument == "--serve") {
            options.serve = true;
        } else if (argument == "--precision") {
            const std::string name = value();
            for (const ComputePrecision precision : {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
                if (std::ranges::equal(name, precisionName(precision), {}, [](unsigned char c) { return std::toupper(c); }))
                    options.backend.precision = precision;
        } else if (argument == "--backend") {
            const std::string name = value();
            options.backend.choice = name == "cuda"  ? BackendChoice::Cuda
                                     : name == "cpu" ? BackendChoice::Cpu
                                                     : BackendChoice::Auto;
        } else if (argument == "--products") {
            options.panels = value() == "panels";
        } else if (argument == "--threads") {
            options.backend.n_threads = std::stoul(value());
        } else if (argument == "--rounds") {
            options.rounds = std::stoul(value());
        } else if (argument == "--logits") {
            options.logits = value();
        } else if (argument == "--tokens") {
            options.tokens.clear();
            std::istringstream list(value());
            for (std::string n; std::getline(list, n, ',');)
                options.tokens.push_back(std::stoul(n));
        } else {
            options.folder = argument;
        }
    }
    return options;
}

[[noreturn]] void fail(const Error& error) {
    std::fprintf(stderr, "%s\n", error.message().c_str());
    std::exit(1);
}

BackendPtr backendFor(const Options& options) {
    if (options.panels)
        return std::make_shared<const cpu::CpuBackend>(cpu::CpuOptions{.n_threads = options.backend.n_threads,
                                                                       .precision = options.backend.precision,
                                                                       .products = cpu::F32Products::Panels});
    const Result<SelectedBackend> selected = selectBackend(options.backend);
    if (!selected.ok())
        fail(selected.error());
    return selected.value().backend;
}

std::vector<TokenId> randomIds(std::size_t n, std::size_t vocabulary) {
    std::minstd_rand engine(static_cast<unsigned>(n));
    std::vector<TokenId> ids(n);
    for (TokenId& id : ids)
        id = static_cast<TokenId>(engine() % (vocabulary - 1));
    return ids;
}

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One pass with its trace and, by `logits`, the logits of no row, the last row or all rows.
double runOnce(const Model& model, std::size_t n_tokens, const std::string& logits) {
    std::vector<TokenId> ids = randomIds(n_tokens, model.spec().vocabulary_size);
    std::vector<TokenId> target = model.spec().kind == ModelKind::EncoderDecoder ? ids : std::vector<TokenId>{};
    Result<ModelInput> input = model.prepareIds(std::move(ids), std::move(target));
    if (!input.ok())
        fail(input.error());
    const auto start = std::chrono::steady_clock::now();
    Result<RunResult> result = model.run(std::move(input).value());
    if (!result.ok())
        fail(result.error());
    if (logits != "none") {
        const TokenRange rows{logits == "last" ? n_tokens - 1 : 0, n_tokens};
        if (const Result<Tensor> values = model.logits(*result.value().trace, rows); !values.ok())
            fail(values.error());
    }
    return secondsSince(start);
}

double peakMegabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void serve(const Model& model) {
    std::size_t n_tokens = 0;
    std::string logits;
    std::cout << "ready" << std::endl;
    while (std::cin >> n_tokens >> logits)
        std::cout << runOnce(model, n_tokens, logits) << std::endl;
}

} // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    if (options.folder.empty()) {
        std::fputs(kUsage, stderr);
        return 2;
    }
    const BackendPtr backend = backendFor(options);
    const auto start = std::chrono::steady_clock::now();
    const Result<std::shared_ptr<const Model>> loaded = Model::load(options.folder, backend);
    if (!loaded.ok())
        fail(loaded.error());
    const Model& model = *loaded.value();
    if (options.serve) {
        serve(model);
        return 0;
    }
    std::printf("%s: %s, loaded in %.2f s\n", model.name().c_str(), model.backend().description().c_str(), secondsSince(start));
    for (const std::size_t n : options.tokens) {
        std::vector<double> seconds;
        for (std::size_t round = 0; round <= options.rounds; ++round)
            seconds.push_back(runOnce(model, n, options.logits));
        std::sort(seconds.begin() + 1, seconds.end()); // the first run warms up
        std::printf("%5zu tokens: median %9.2f ms, best %9.2f ms, logits: %s, peak memory %.0f MB\n", n,
                    1e3 * seconds[1 + options.rounds / 2], 1e3 * seconds[1], options.logits.c_str(), peakMegabytes());
        std::fflush(stdout);
    }
    return 0;
}
