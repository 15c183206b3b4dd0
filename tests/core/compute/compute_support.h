// What the compute tests share: seeded data, buffers full of NaN, and a float64 reference that reads like the paper.
#pragma once

#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/compute/cpu/processor.h"

#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace headlight::test {

/// A CPU backend for every instruction set this machine has, named for a data row.
struct NamedBackend {
    std::string name;
    BackendPtr backend;
};
inline const std::vector<NamedBackend>& backends() {
    static const std::vector<NamedBackend> all = [] {
        std::vector<NamedBackend> list;
        for (const cpu::KernelTable* kernels : cpu::usableKernels())
            for (const std::size_t n_threads : {std::size_t{1}, std::size_t{3}})
                list.push_back({std::string(kernels->name) + ", " + std::to_string(n_threads) + " threads",
                                std::make_shared<const cpu::CpuBackend>(
                                    cpu::CpuOptions{.n_threads = n_threads, .kernels = kernels})});
        return list;
    }();
    return all;
}

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
