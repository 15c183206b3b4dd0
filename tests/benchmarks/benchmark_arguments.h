// What the benchmarks of whole models are asked in the same words, and how they end when it cannot be done.
#pragma once

#include "core/base/result.h"
#include "core/compute/backend.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace headlight::bench {

/// The value, or the end of the program with the error's message.
template <typename T>
T orEnd(Result<T> result) {
    if (!result.ok()) {
        std::fprintf(stderr, "%s\n", result.error().message().c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

/// By its name in small letters; F32 where there is none of that name.
inline ComputePrecision precisionNamed(std::string_view name) {
    for (const ComputePrecision precision :
         {ComputePrecision::TF32, ComputePrecision::F16, ComputePrecision::BF16})
        if (std::ranges::equal(name, precisionName(precision), {},
                               [](unsigned char c) { return std::toupper(c); }))
            return precision;
    return ComputePrecision::F32;
}

/// A checkpoint and what computes it.
struct ModelArguments {
    std::string folder; ///< empty: none was given
    BackendOptions backend;
};
inline constexpr const char* kModelArguments =
    "[--backend auto|cpu|cuda] [--precision f32|tf32|f16|bf16] [--threads N]"; ///< for usage texts

/// Takes an argument that is a program's own, with value() for what follows it; false: it is another one.
using OwnArgument =
    std::function<bool(const std::string& argument, const std::function<std::string()>& value)>;

/// Reads kModelArguments, what is `own`, and the folder.
inline ModelArguments parseModelArguments(int argc, char** argv, const OwnArgument& own) {
    ModelArguments read;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
        if (own(argument, value))
            continue;
        if (argument == "--backend") {
            const std::string name = value();
            read.backend.choice = name == "cuda"  ? BackendChoice::Cuda
                                  : name == "cpu" ? BackendChoice::Cpu
                                                  : BackendChoice::Auto;
        } else if (argument == "--precision") {
            read.backend.precision = precisionNamed(value());
        } else if (argument == "--threads") {
            read.backend.n_threads = std::stoul(value());
        } else {
            read.folder = argument;
        }
    }
    return read;
}

} // namespace headlight::bench
