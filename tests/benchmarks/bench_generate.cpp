// Tokens a second when generating, against what reading the weights and the keys and values once a token
// allows. On a GPU twice: with each step handed over as one graph, and launch by launch.
#include "benchmark_arguments.h"
#include "benchmark_support.h"
#include "core/generate/generate.h"
#include "core/model/model.h"
#include "core/model/weights.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace headlight;
using namespace headlight::bench;

namespace {

constexpr std::size_t kWarmUp = 16; ///< tokens that do not count

struct Options {
    ModelArguments model;
    std::size_t n_tokens = 256;
    std::size_t n_prompt = 16;
    bool sample = false;
};

Options parse(int argc, char** argv) {
    Options options;
    options.model = parseModelArguments(argc, argv, [&](const std::string& argument, const auto& value) {
        if (argument == "--tokens")
            options.n_tokens = std::stoul(value());
        else if (argument == "--prompt")
            options.n_prompt = std::stoul(value());
        else if (argument == "--sample")
            options.sample = true;
        else
            return false;
        return true;
    });
    return options;
}

/// Bytes of weights that a step reads.
double weightBytes(const Model& model) {
    double numbers = 0.0;
    const auto add = [&](const LinearWeightsPtr& weights) {
        if (weights)
            numbers += double(weights->inputSize()) * double(weights->outputSize());
    };
    for (const BlockWeights& block : model.weights().decoder->blocks) {
        for (const AttentionWeights* const attention : {&block.self, &block.cross}) {
            add(attention->query_key_value);
            add(attention->query);
            add(attention->output);
        }
        for (const LinearWeightsPtr& weights :
             {block.feed_forward.gate, block.feed_forward.up, block.feed_forward.down})
            add(weights);
    }
    add(model.weights().head.output);
    return numbers * double(model.backend().bytesPerWeight());
}

/// Bytes of keys and values that a step behind `n_tokens` reads.
double cacheBytes(const StackSpec& spec, double n_tokens) {
    return n_tokens * double(spec.n_layers * 2 * spec.n_kv_heads * spec.head_dim) * sizeof(float);
}

/// Bytes a second of a large copy, read and written.
double bandwidth(const ComputeBackend& backend) {
    constexpr std::size_t kFloats = std::size_t{1} << 27;
    const auto matrix = [&] { return MatrixView{backend.allocate(kFloats).value(), 0, 1, kFloats, kFloats}; };
    const MatrixView from = matrix();
    const MatrixView to = matrix();
    backend.upload(randomFloats(kFloats, 1), from);
    const double seconds = timeInterleaved({[&] {
                               for (int i = 0; i < 10; ++i)
                                   backend.copy(from, to);
                               backend.finish();
                           }})
                               .front()
                               .median /
                           10;
    return 2.0 * sizeof(float) * double(kFloats) / seconds;
}

/// Median seconds of a step. Error messages end the program.
double secondsOfStep(const Model& model, const Options& options) {
    std::vector<TokenId> ids(options.n_prompt);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i] = static_cast<TokenId>(1 + i * 7919 % (model.spec().vocabulary_size - 2));
    const ModelInput input = orEnd(model.prepareIds(ids, {}));
    using Clock = std::chrono::steady_clock;
    std::vector<Clock::time_point> times;
    GenerateOptions generation;
    generation.max_new_tokens = options.n_tokens + kWarmUp;
    generation.n_beams = 1;
    generation.sample = options.sample;
    generation.top_p = options.sample ? std::optional(0.95f) : std::nullopt;
    generation.watch.on_words = [&](std::span<const TokenId>, std::span<const GenerationStep>) {
        times.push_back(Clock::now());
    };
    const Generation result = orEnd(generate(model, input, generation));
    if (!result.run.notice.empty())
        std::printf("%s\n", result.run.notice.c_str());
    std::vector<double> seconds;
    for (std::size_t i = kWarmUp; i + 1 < times.size(); ++i)
        seconds.push_back(std::chrono::duration<double>(times[i + 1] - times[i]).count());
    if (seconds.size() < options.n_tokens / 2)
        std::printf("the text ended after %zu tokens\n", times.size());
    if (seconds.empty())
        std::exit(1);
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
}

void measure(const Options& options, const char* how) {
    const SelectedBackend selected = orEnd(selectBackend(options.model.backend));
    const std::shared_ptr<const Model> loaded = orEnd(Model::load(options.model.folder, selected.backend));
    const Model& model = *loaded;
    if (!model.spec().hasDecoder()) {
        std::fputs("this model generates nothing\n", stderr);
        std::exit(1);
    }
    const double rate = bandwidth(model.backend());
    const double bytes =
        weightBytes(model) +
        cacheBytes(*model.spec().decoder, double(options.n_prompt + kWarmUp) + double(options.n_tokens) / 2);
    const double step = secondsOfStep(model, options);
    std::printf("%s, %s%s: %.1f tokens a second, %.0f us a token; %.0f MB a token at %.0f GB/s allow %.1f: "
                "%.0f %% of it (bar 70 %%)\n",
                model.backend().description().c_str(), how, options.sample ? ", sampling" : "", 1.0 / step,
                1e6 * step, 1e-6 * bytes, 1e-9 * rate, rate / bytes, 100.0 * bytes / rate / step);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    if (options.model.folder.empty()) {
        std::fprintf(stderr, "bench_generate FOLDER [--tokens 256] [--prompt 16] [--sample] %s\n",
                     kModelArguments);
        return 2;
    }
    if (options.model.backend.choice != BackendChoice::Cuda) {
        measure(options, "step by step");
        return 0;
    }
    measure(options, "with graphs");
    setenv("HEADLIGHT_CUDA_GRAPHS", "off", 1); // read when a device is opened
    measure(options, "launch by launch");
    return 0;
}
