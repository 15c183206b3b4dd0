#include "core/compute/cpu/thread_pool.h"

#include <exception>

namespace headlight::cpu {
namespace {

// A pass of 16 tokens hands out a loop every few microseconds: sleeping between them would cost more than the loops.
constexpr int kSpinsBeforeSleep = 4000;

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// Waits until `value` is no longer `old`: a short spin, then sleep.
void waitWhile(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int spin = 0; spin < kSpinsBeforeSleep; ++spin) {
        if (value.load() != old)
            return;
        relax();
    }
    value.wait(old);
}

} // namespace

struct ThreadPool::Job {
    std::size_t n;
    Call call;
    void* context;
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::exception_ptr failure{}; ///< written once, by whoever sets `failed`; read after all workers have left

    void work() {
        for (std::size_t i = next.fetch_add(1); i < n; i = next.fetch_add(1)) {
            try {
                call(context, i);
            } catch (...) {
                if (!failed.exchange(true))
                    failure = std::current_exception();
                next.store(n);
            }
        }
    }
};

ThreadPool::ThreadPool(std::size_t n_threads) {
    for (std::size_t i = 1; i < n_threads; ++i)
        workers_.emplace_back([this] { workerLoop(); });
}

ThreadPool::~ThreadPool() {
    stopping_.store(true);
    epoch_.fetch_add(1);
    epoch_.notify_all();
    for (std::thread& worker : workers_)
        worker.join();
}

void ThreadPool::run(std::size_t n, Call call, void* context) const {
    if (n <= 1 || workers_.empty() || busy_.exchange(true)) {
        for (std::size_t i = 0; i < n; ++i)
            call(context, i);
        return;
    }
    Job job{.n = n, .call = call, .context = context};
    share(job);
    busy_.store(false);
    if (job.failed.load())
        std::rethrow_exception(job.failure);
}

void ThreadPool::share(Job& job) const {
    job_.store(&job);
    epoch_.fetch_add(1);
    epoch_.notify_all();
    job.work();
    // The job lives on this stack. A worker first counts itself in, then reads the pointer; this thread first clears
    // the pointer, then reads the count: so either the worker sees no job, or it is waited for here.
    job_.store(nullptr);
    for (std::uint32_t inside = inside_.load(); inside != 0; inside = inside_.load())
        waitWhile(inside_, inside);
}

void ThreadPool::workerLoop() {
    std::uint32_t seen = 0;
    while (true) {
        waitWhile(epoch_, seen);
        seen = epoch_.load();
        if (stopping_.load())
            return;
        inside_.fetch_add(1);
        if (Job* job = job_.load(); job != nullptr)
            job->work();
        inside_.fetch_sub(1);
        inside_.notify_all();
    }
}

} // namespace headlight::cpu
