// What the benchmark programs share: interleaved timing, so that a noisy machine is noisy for all candidates alike.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <random>
#include <vector>

namespace headlight::bench {

/// Seconds of the fastest and the middle run.
struct Timing {
    double best = 0.0;
    double median = 0.0;
};

/// Runs the candidates in turn, round after round, until each has had `seconds` (and at least three runs).
inline std::vector<Timing> timeInterleaved(const std::vector<std::function<void()>>& candidates, double seconds = 0.3) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::vector<double>> samples(candidates.size());
    for (const auto& run : candidates)
        run(); // first touch of memory, code generation of libraries
    double total = 0.0;
    while (total < seconds * static_cast<double>(candidates.size()) || samples.front().size() < 3) {
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const auto start = Clock::now();
            candidates[i]();
            samples[i].push_back(std::chrono::duration<double>(Clock::now() - start).count());
            total += samples[i].back();
        }
    }
    std::vector<Timing> timings;
    for (auto& runs : samples) {
        std::sort(runs.begin(), runs.end());
        timings.push_back({runs.front(), runs[runs.size() / 2]});
    }
    return timings;
}

inline std::vector<float> randomFloats(std::size_t n, unsigned seed, float spread = 1.0f) {
    std::minstd_rand engine(seed);
    std::uniform_real_distribution<float> uniform(-spread, spread);
    std::vector<float> values(n);
    for (float& value : values)
        value = uniform(engine);
    return values;
}

} // namespace headlight::bench
