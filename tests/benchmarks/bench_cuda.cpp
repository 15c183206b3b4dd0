// What holds each of the GPU's kernels, bandwidth or arithmetic, and how near it comes. Ceilings are measured
// on the same GPU in the same run: the rate of a large copy, and of the largest of cuBLAS's products in the
// same precision. Usage: bench_cuda [f32|tf32|f16|bf16]
#include "benchmark_arguments.h"
#include "benchmark_support.h"
#include "core/compute/backend.h"
#include "core/tensor/tensor.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using namespace headlight;
using namespace headlight::bench;

namespace {

/// What a GPU can do at most.
struct Ceilings {
    double bytes_per_second = 0.0;
    double products_per_second =
        0.0; ///< floating point operations of linear layers and attention, in their precision
    double f32_per_second = 0.0; ///< of everything else
};

class Bench {
public:
    explicit Bench(BackendPtr backend)
        : backend_(std::move(backend)) {}
    void run();

private:
    [[nodiscard]] MatrixView matrix(std::size_t rows, std::size_t columns) const {
        const MatrixView view{backend_->allocate(rows * columns).value(), 0, rows, columns, columns};
        backend_->upload(randomFloats(rows * columns, 1), view);
        return view;
    }
    [[nodiscard]] LinearWeightsPtr weights(std::size_t n_in, std::size_t n_out) const {
        return backend_
            ->prepareLinear(Tensor::fromVector({n_out, n_in}, randomFloats(n_in * n_out, 2)),
                            WeightLayout::OutIn, Tensor::fromVector({n_out}, randomFloats(n_out, 3)))
            .value();
    }
    /// Seconds of one call among many in a row: the GPU is never left waiting for the program.
    [[nodiscard]] double seconds(const std::function<void()>& work) const;
    void report(const std::string& name, double seconds, double bytes, double operations,
                bool product = false) const;
    void measureCeilings();
    void rows() const;
    void linears() const;
    void attention(std::size_t n, std::size_t n_heads, std::size_t n_kv_heads, std::size_t head_dim) const;
    void step(std::size_t n, std::size_t n_heads, std::size_t n_kv_heads, std::size_t head_dim) const;
    void rebuilt(std::size_t head_dim) const;
    void choosing() const;

    BackendPtr backend_;
    Ceilings ceilings_;
};

double Bench::seconds(const std::function<void()>& work) const {
    work();
    backend_->finish();
    std::size_t repeats = 1;
    while (true) {
        const double total = timeInterleaved({[&] {
                                                 for (std::size_t i = 0; i < repeats; ++i)
                                                     work();
                                                 backend_->finish();
                                             }},
                                             0.05)
                                 .front()
                                 .median;
        if (total > 0.02 || repeats > 10000)
            return total / static_cast<double>(repeats);
        repeats *= 4;
    }
}

/// Bytes that must move and operations that must be done say which ceiling is the nearer one.
void Bench::report(const std::string& name, double seconds, double bytes, double operations,
                   bool product) const {
    const double by_memory = bytes / ceilings_.bytes_per_second;
    const double by_arithmetic =
        operations / (product ? ceilings_.products_per_second : ceilings_.f32_per_second);
    const bool memory = by_memory > by_arithmetic;
    std::printf("%-44s %10.3f us  %8.1f GB/s  %9.2f GFLOP/s  %-9s %5.1f %% of it\n", name.c_str(),
                1e6 * seconds, 1e-9 * bytes / seconds, 1e-9 * operations / seconds,
                memory ? "bandwidth" : "compute", 100.0 * std::max(by_memory, by_arithmetic) / seconds);
}

void Bench::measureCeilings() {
    constexpr std::size_t kFloats = std::size_t{1} << 28;
    const MatrixView from = matrix(1, kFloats);
    const MatrixView to{backend_->allocate(kFloats).value(), 0, 1, kFloats, kFloats};
    ceilings_.bytes_per_second = 8.0 * double(kFloats) / seconds([&] { backend_->copy(from, to); });
    constexpr std::size_t n = 8192;
    const LinearWeightsPtr square = weights(n, n);
    const MatrixView input = matrix(n, n);
    const MatrixView output = matrix(n, n);
    ceilings_.products_per_second =
        2.0 * double(n) * double(n) * double(n) / seconds([&] { backend_->linear(*square, input, output); });
    ceilings_.f32_per_second = ceilings_.products_per_second;
    if (backend_->precision() != ComputePrecision::F32)
        if (const auto f32 = selectBackend({.choice = BackendChoice::Cuda}); f32.ok()) {
            Bench other(f32.value().backend);
            other.measureCeilings();
            ceilings_.f32_per_second = other.ceilings_.products_per_second;
        }
}

void Bench::rows() const {
    for (const auto& [n, d] : {std::pair<std::size_t, std::size_t>{1, 4096}, {1024, 768}, {4096, 4096}}) {
        const MatrixView a = matrix(n, d);
        const MatrixView b = matrix(n, d);
        const MatrixView gain = matrix(1, d);
        const double bytes = 4.0 * double(n * d);
        const std::string shape = ", " + std::to_string(n) + " x " + std::to_string(d);
        report("layer norm" + shape, seconds([&] { backend_->layerNorm(a, gain, gain, 1e-5f, b); }),
               2 * bytes, 8.0 * double(n * d));
        report("RMS norm" + shape, seconds([&] { backend_->rmsNorm(a, gain, 0.0f, 1e-5f, b); }), 2 * bytes,
               5.0 * double(n * d));
        report("add" + shape, seconds([&] { backend_->add(a, b); }), 3 * bytes, double(n * d));
        report("multiply" + shape, seconds([&] { backend_->multiply(a, b); }), 3 * bytes, double(n * d));
        report("GELU" + shape, seconds([&] { backend_->activate(Activation::GeluTanh, b); }), 2 * bytes,
               12.0 * double(n * d));
        const MatrixView table = matrix(n, 128);
        report("rotary" + shape, seconds([&] {
                   backend_->rotate({b.buffer, 0, n, d / 128, 128, d, 128}, table, false);
               }),
               2 * bytes, 3.0 * double(n * d));
        std::vector<std::int32_t> ids(n);
        for (std::size_t i = 0; i < n; ++i)
            ids[i] = static_cast<std::int32_t>(i * 7919 % 32000);
        const MatrixView embedding = matrix(32000, d);
        report("embedding" + shape, seconds([&] { backend_->embed(embedding, ids, 1.0f, false, b); }),
               2 * bytes, double(n * d));
    }
}

void Bench::linears() const {
    const double weight_bytes = double(backend_->bytesPerWeight());
    for (const auto& [n_in, n_out] : {std::pair<std::size_t, std::size_t>{768, 2304},
                                      {768, 3072},
                                      {4096, 4096},
                                      {4096, 11008},
                                      {11008, 4096}}) {
        const LinearWeightsPtr layer = weights(n_in, n_out);
        for (const std::size_t n : {1u, 4u, 16u, 128u, 1024u, 4096u}) {
            const MatrixView input = matrix(n, n_in);
            const MatrixView output = matrix(n, n_out);
            report("linear " + std::to_string(n_in) + " -> " + std::to_string(n_out) + ", " +
                       std::to_string(n) + " rows",
                   seconds([&] { backend_->linear(*layer, input, output); }),
                   weight_bytes * double(n_in * n_out) + 4.0 * double(n * (n_in + n_out)),
                   2.0 * double(n) * double(n_in * n_out), true);
        }
    }
}

/// A layer's self attention with random queries, keys and values in one fused buffer.
struct Layer {
    AttentionProblem problem;
    MatrixView output;
    SoftmaxRows softmax;
};

Layer makeLayer(const std::function<MatrixView(std::size_t, std::size_t)>& matrix, std::size_t n_query,
                std::size_t n, std::size_t n_heads, std::size_t n_kv_heads, std::size_t head_dim) {
    const std::size_t width = (n_heads + 2 * n_kv_heads) * head_dim;
    const MatrixView fused = matrix(n, width);
    Layer layer;
    layer.problem.query = {fused.buffer, (n - n_query) * width, n_query, n_heads, head_dim, width, head_dim};
    layer.problem.key = {fused.buffer, n_heads * head_dim, n, n_kv_heads, head_dim, width, head_dim};
    layer.problem.value = {fused.buffer, (n_heads + n_kv_heads) * head_dim, n, n_kv_heads, head_dim, width,
                           head_dim};
    layer.problem.scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
    layer.problem.mask = {.causal = true, .query_offset = n - n_query};
    layer.output = matrix(n_query, n_heads * head_dim);
    layer.softmax = {matrix(n_query, n_heads), matrix(n_query, n_heads)};
    return layer;
}

void Bench::attention(std::size_t n, std::size_t n_heads, std::size_t n_kv_heads,
                      std::size_t head_dim) const {
    const Layer layer = makeLayer([&](std::size_t r, std::size_t c) { return matrix(r, c); }, n, n, n_heads,
                                  n_kv_heads, head_dim);
    const double cells = double(n_heads) * double(n) * double(n + 1) / 2.0;
    report("attention, " + std::to_string(n_heads) + " x " + std::to_string(head_dim) + ", " +
               std::to_string(n) + " tokens",
           seconds([&] { backend_->attention(layer.problem, layer.output, layer.softmax); }),
           4.0 * double(n * (2 * n_heads + 2 * n_kv_heads) * head_dim), cells * 4.0 * double(head_dim), true);
}

void Bench::step(std::size_t n, std::size_t n_heads, std::size_t n_kv_heads, std::size_t head_dim) const {
    const Layer layer = makeLayer([&](std::size_t r, std::size_t c) { return matrix(r, c); }, 1, n, n_heads,
                                  n_kv_heads, head_dim);
    report("attention step, " + std::to_string(n_heads) + "/" + std::to_string(n_kv_heads) + " x " +
               std::to_string(head_dim) + ", " + std::to_string(n) + " keys",
           seconds([&] { backend_->attention(layer.problem, layer.output, layer.softmax); }),
           4.0 * double(n * 2 * n_kv_heads * head_dim), 4.0 * double(n * n_heads * head_dim), true);
}

/// With the copy to the host, which is part of the answer.
void Bench::rebuilt(std::size_t head_dim) const {
    const Layer layer =
        makeLayer([&](std::size_t r, std::size_t c) { return matrix(r, c); }, 16384, 16384, 1, 1, head_dim);
    backend_->attention(layer.problem, layer.output, layer.softmax);
    std::vector<float> tile(1024 * 1024);
    const std::string of = " of a head of " + std::to_string(head_dim);
    const double cells = 1024.0 * 1024.0;
    const double products = 2.0 * cells * double(head_dim);
    const MatrixView on_device = matrix(1024, 1024);
    const double copied = seconds([&] { backend_->download(on_device, tile); });
    const double weights = seconds([&] {
        backend_->attentionWeights(layer.problem, layer.softmax, HeadIndex(0), {15000, 16024}, {8000, 9024},
                                   tile);
    });
    std::printf("tile 1,024 x 1,024 of weights%s, in host memory: %.3f ms (bar: 1 ms), of which the copy to "
                "the host %.3f ms\n",
                of.c_str(), 1e3 * weights, 1e3 * copied);
    report("  its kernel", std::max(weights - copied, 1e-9), 4.0 * cells, products, true);
    for (const Pooling pooling : {Pooling::Maximum, Pooling::Mean}) {
        const double pooled = seconds([&] {
            backend_->attentionPooled(layer.problem, layer.softmax, HeadIndex(0), {0, 16384}, {0, 16384},
                                      1024, 1024, pooling, tile);
        });
        report("overview of 16,384 tokens" + of + (pooling == Pooling::Maximum ? ", maximum" : ", mean"),
               pooled, 4.0 * cells, 16384.0 * 16384.0 * double(head_dim), true);
    }
}

/// A row of logits, and what is asked of it when a text is generated: held by launches, not by the row's
/// bytes.
void Bench::choosing() const {
    for (const std::size_t vocabulary : {std::size_t{50257}, std::size_t{128256}}) {
        const MatrixView logits = matrix(1, vocabulary);
        const auto time = [&](const char* name, const TokenQuery& query) {
            report("choosing of " + std::to_string(vocabulary) + ", " + name, seconds([&] {
                       (void)backend_->chooseTokens(logits, {&query, 1});
                   }),
                   4.0 * double(vocabulary), 8.0 * double(vocabulary));
        };
        TokenQuery query;
        time("most probable", query);
        query.draws = true;
        time("drawn", query);
        query.warping = {
            .temperature = 0.8f, .top_k = 50, .top_p = 0.95, .min_p = 0.0f, .renormalise = false};
        time("drawn of top 50 and 0.95", query);
        std::vector<float> row(vocabulary);
        std::printf("%-44s %10.3f us\n", "  the row to the host instead",
                    1e6 * seconds([&] { backend_->download(logits, row); }));
    }
}

void Bench::run() {
    measureCeilings();
    std::printf("%s\nceilings: %.0f GB/s, products %.1f TFLOP/s, F32 %.1f TFLOP/s\n",
                backend_->description().c_str(), 1e-9 * ceilings_.bytes_per_second,
                1e-12 * ceilings_.products_per_second, 1e-12 * ceilings_.f32_per_second);
    rows();
    linears();
    for (const std::size_t n : {128u, 512u, 1024u, 2048u, 4096u, 8192u, 16384u}) {
        attention(n, 12, 12, 64);
        attention(n, 32, 8, 128);
    }
    for (const std::size_t n : {128u, 1024u, 4096u, 16384u}) {
        step(n, 12, 12, 64);
        step(n, 32, 8, 128);
    }
    for (const std::size_t head_dim : {64u, 128u})
        rebuilt(head_dim);
    choosing();
}

} // namespace

int main(int argc, char** argv) {
    BackendOptions options{.choice = BackendChoice::Cuda};
    options.precision = precisionNamed(argc > 1 ? argv[1] : "f32");
    Bench(orEnd(selectBackend(options)).backend).run();
    return 0;
}
