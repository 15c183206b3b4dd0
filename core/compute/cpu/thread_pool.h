// The one thread pool of a CPU backend.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace headlight::cpu {

/// Runs loops over its threads and the caller's. One loop at a time: a caller that finds the pool busy (another
/// thread's loop, or a loop inside a loop) runs its own alone. Safe to use from several threads at once.
class ThreadPool {
public:
    explicit ThreadPool(std::size_t n_threads); ///< counts the caller: 1 starts no thread
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] std::size_t size() const { return workers_.size() + 1; }

    /// Calls function(i) once for every i in [0, n), in no particular order, and returns when all are done.
    /// An exception of `function` is rethrown here after the loop has ended.
    template <class Function>
    void parallelFor(std::size_t n, Function&& function) const {
        using Plain = std::remove_reference_t<Function>;
        run(n, [](void* context, std::size_t i) { (*static_cast<Plain*>(context))(i); },
            const_cast<void*>(static_cast<const void*>(&function)));
    }

private:
    using Call = void (*)(void* context, std::size_t i);
    struct Job;

    void run(std::size_t n, Call call, void* context) const;
    void share(Job& job) const;
    void workerLoop();

    std::vector<std::thread> workers_;
    // All atomics are sequentially consistent: see share() for the pair that needs it.
    mutable std::atomic<bool> busy_{false};
    mutable std::atomic<std::uint32_t> epoch_{0}; ///< counts jobs; workers sleep on it
    mutable std::atomic<Job*> job_{nullptr};
    mutable std::atomic<std::uint32_t> inside_{0}; ///< workers that may hold a pointer to the job
    std::atomic<bool> stopping_{false};
};

} // namespace headlight::cpu
