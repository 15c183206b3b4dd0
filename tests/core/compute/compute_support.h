// What the compute tests share: seeded data, buffers full of NaN, and a float64 reference that reads like the paper.
#pragma once

#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/compute/cpu/processor.h"
#include "core/compute/cuda/cuda_backend.h"
#include "core/compute/cuda/cuda_module.h"
#include "tests/support/sanitizers.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace headlight::test {

/// A backend, named for a data row.
struct NamedBackend {
    std::string name;
    BackendPtr backend;   ///< null where this machine has no such device
    std::string missing;  ///< why
    bool same_bits = true; ///< a row has the same bits whatever other rows run with it, and outputs those of rebuilt weights
};

inline constexpr const char* kCudaOnCpu = "CUDA kernels on the CPU";

/// The CUDA module whose kernels run on the processor (tests/support/cuda_on_cpu).
inline BackendPtr cudaOnCpu(ComputePrecision precision = ComputePrecision::F32, BackendPtr fallback = nullptr) {
    const auto module = cuda::loadModule(HEADLIGHT_CUDA_ON_CPU_MODULE);
    if (!module)
        qFatal("%s", module.error().message().c_str());
    auto backend = cuda::CudaBackend::open(*module.value(), {.precision = precision, .fallback = std::move(fallback)});
    if (!backend)
        qFatal("%s", backend.error().message().c_str());
    return backend.value();
}

/// The CPU backend with linear layers by exact integer products; null where this CPU cannot.
inline BackendPtr integerBackend(std::size_t n_threads) {
    if (cpu::usableDigitKernels() == nullptr)
        return nullptr;
    return std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = n_threads, .products = cpu::F32Products::Digits});
}

/// The CPU backend with BF16 products; null where this CPU cannot.
inline BackendPtr bf16Backend(std::size_t n_threads) {
    if (cpu::usableBf16Kernels() == nullptr)
        return nullptr;
    return std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = n_threads, .precision = ComputePrecision::BF16});
}

/// A CPU backend for every instruction set this machine has, the kernels of the CUDA module on the processor, and a real GPU
/// where there is one. HEADLIGHT_TEST_BACKENDS=CUDA leaves the GPU alone.
inline const std::vector<NamedBackend>& allBackends() {
    static const std::vector<NamedBackend> all = [] {
        std::vector<NamedBackend> list;
        for (const cpu::KernelTable* kernels : cpu::usableKernels())
            for (const std::size_t n_threads : {std::size_t{1}, std::size_t{3}})
                list.push_back({std::string(kernels->name) + ", " + std::to_string(n_threads) + " threads",
                                std::make_shared<const cpu::CpuBackend>(cpu::CpuOptions{
                                    .n_threads = n_threads, .kernels = kernels, .products = cpu::F32Products::Panels}), {}});
        for (const std::size_t n_threads : {std::size_t{1}, std::size_t{3}})
            list.push_back({"integers on AMX, " + std::to_string(n_threads) + " threads", integerBackend(n_threads),
                            "this CPU has no AMX for integers"});
        list.push_back({kCudaOnCpu, cudaOnCpu(), {}, false});
        if (qEnvironmentVariable("HEADLIGHT_TEST_BACKENDS") == QLatin1String("CUDA"))
            list.clear(); // under compute-sanitizer, where nothing else is worth its time
        auto gpu = selectBackend({.choice = BackendChoice::Cuda});
        list.push_back({"CUDA", gpu ? gpu.value().backend : nullptr, gpu ? "" : "no CUDA device: " + gpu.error().summary, false});
        return list;
    }();
    return all;
}
/// Those that are there.
inline const std::vector<NamedBackend>& backends() {
    static const std::vector<NamedBackend> there = [] {
        std::vector<NamedBackend> list = allBackends();
        std::erase_if(list, [](const NamedBackend& one) { return one.backend == nullptr; });
        return list;
    }();
    return there;
}
/// Skips a data row whose backend is not there, visibly.
#define HEADLIGHT_SKIP_MISSING(named)                \
    do {                                             \
        if ((named).backend == nullptr)              \
            QSKIP((named).missing.c_str());          \
    } while (false)

/// The thread sanitizer follows every change from one thread of a block to the next: with it, these kernels get small sizes.
inline bool needsSmallSizes(const std::string& backend_name) {
    return testing::kThreadSanitizer && backend_name == kCudaOnCpu;
}
/// Skips a data row whose size is too much for that, visibly: the other backends take it.
#define HEADLIGHT_SKIP_TOO_SLOW(named, n_products)                                                            \
    do {                                                                                                      \
        if (needsSmallSizes((named).name) && (n_products) > 3'000'000)                                         \
            QSKIP("the thread sanitizer takes minutes for this size here: smaller ones on this backend, this one on the others"); \
    } while (false)

inline std::vector<float> randomFloats(std::size_t n, unsigned seed, float spread = 1.0f) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0.0f, spread);
    std::vector<float> values(n);
    for (float& value : values)
        value = normal(engine);
    return values;
}

/// A matrix in a buffer full of NaN, with `gap` floats between rows and some before the first.
inline MatrixView poisoned(const ComputeBackend& backend, std::size_t rows, std::size_t columns, std::size_t gap = 3) {
    constexpr std::size_t kOffset = 5;
    const std::size_t stride = columns + gap;
    const std::size_t size = kOffset + rows * stride;
    MatrixView whole{backend.allocate(size).value(), 0, 1, size, size};
    backend.upload(std::vector<float>(size, std::numeric_limits<float>::quiet_NaN()), whole);
    return {whole.buffer, kOffset, rows, columns, stride};
}
inline MatrixView uploaded(const ComputeBackend& backend, std::size_t rows, std::size_t columns,
                           const std::vector<float>& values, std::size_t gap = 3) {
    MatrixView view = poisoned(backend, rows, columns, gap);
    backend.upload(values, view);
    return view;
}
inline std::vector<float> downloaded(const ComputeBackend& backend, const MatrixView& view) {
    std::vector<float> values(view.rows * view.columns);
    backend.download(view, values);
    return values;
}
/// True while nothing outside the view's rows has been written: the poison is still there.
inline bool surroundingsUntouched(const ComputeBackend& backend, const MatrixView& view) {
    const std::size_t size = view.buffer->size();
    const std::vector<float> all = downloaded(backend, {view.buffer, 0, 1, size, size});
    for (std::size_t i = 0; i < size; ++i) {
        const bool inside = i >= view.offset && (i - view.offset) % view.row_stride < view.columns;
        if (!inside && !std::isnan(all[i]))
            return false;
    }
    return true;
}

/// Largest |a - b|; infinity where one of them is not a number or the sizes differ. Equal infinities are equal.
inline double largestDifference(const std::vector<float>& a, const std::vector<double>& b) {
    if (a.size() != b.size())
        return std::numeric_limits<double>::infinity();
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (static_cast<double>(a[i]) == b[i])
            continue;
        const double difference = std::abs(static_cast<double>(a[i]) - b[i]);
        largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
    }
    return largest;
}

inline double activated(Activation activation, double x) {
    switch (activation) {
    case Activation::None: return x;
    case Activation::Relu: return x > 0 ? x : 0;
    case Activation::Gelu: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::GeluTanh: return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::GeluQuick: return x / (1 + std::exp(-1.702 * x));
    case Activation::Silu: return x / (1 + std::exp(-x));
    case Activation::Tanh: return std::tanh(x);
    }
    return 0;
}

} // namespace headlight::test
