// Whole forward passes, the full trace kept, of a checkpoint in Hugging Face layout
// (make_random_checkpoint.py makes one of any size). An encoder-decoder reads the given number of tokens on
// both sides.
#include "benchmark_arguments.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/model/model.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace headlight;
using namespace headlight::bench;

namespace {

void printUsage() {
    std::fprintf(
        stderr,
        "bench_forward FOLDER [--tokens 16,128,512] [--rounds 5] [--logits none|last|all] %s "
        "[--products best|panels] [--serve]\n"
        "--serve: answers each line 'TOKENS LOGITS' on standard input with the seconds one pass took.\n",
        kModelArguments);
}

struct Options {
    ModelArguments model;
    std::vector<std::size_t> tokens{16, 128, 512, 1024, 4096};
    std::size_t rounds = 5;
    std::string logits = "all";
    bool panels = false; ///< the CPU's F32 multiply-adds, also where integer products are faster
    bool serve = false;
};

Options parse(int argc, char** argv) {
    Options options;
    options.model = parseModelArguments(argc, argv, [&](const std::string& argument, const auto& value) {
        if (argument == "--serve") {
            options.serve = true;
        } else if (argument == "--products") {
            options.panels = value() == "panels";
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
            return false;
        }
        return true;
    });
    return options;
}

BackendPtr backendFor(const Options& options) {
    if (options.panels)
        return std::make_shared<const cpu::CpuBackend>(
            cpu::CpuOptions{.n_threads = options.model.backend.n_threads,
                            .precision = options.model.backend.precision,
                            .products = cpu::F32Products::Panels});
    return orEnd(selectBackend(options.model.backend)).backend;
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
    std::vector<TokenId> target =
        model.spec().kind == ModelKind::EncoderDecoder ? ids : std::vector<TokenId>{};
    ModelInput input = orEnd(model.prepareIds(std::move(ids), std::move(target)));
    const auto start = std::chrono::steady_clock::now();
    const RunResult result = orEnd(model.run(std::move(input)));
    if (logits != "none") {
        const TokenRange rows{logits == "last" ? n_tokens - 1 : 0, n_tokens};
        orEnd(model.logits(*result.trace, rows));
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
    if (options.model.folder.empty()) {
        printUsage();
        return 2;
    }
    const BackendPtr backend = backendFor(options);
    const auto start = std::chrono::steady_clock::now();
    const std::shared_ptr<const Model> loaded = orEnd(Model::load(options.model.folder, backend));
    const Model& model = *loaded;
    if (options.serve) {
        serve(model);
        return 0;
    }
    std::printf("%s: %s, loaded in %.2f s\n", model.name().c_str(), model.backend().description().c_str(),
                secondsSince(start));
    for (const std::size_t n : options.tokens) {
        std::vector<double> seconds;
        for (std::size_t round = 0; round <= options.rounds; ++round)
            seconds.push_back(runOnce(model, n, options.logits));
        std::sort(seconds.begin() + 1, seconds.end()); // the first run warms up
        std::printf("%5zu tokens: median %9.2f ms, best %9.2f ms, logits: %s, peak memory %.0f MB\n", n,
                    1e3 * seconds[1 + options.rounds / 2], 1e3 * seconds[1], options.logits.c_str(),
                    peakMegabytes());
        std::fflush(stdout);
    }
    return 0;
}
