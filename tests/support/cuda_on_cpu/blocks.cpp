// Blocks of threads as fibers of one thread.
#include "tests/support/cuda_on_cpu/platform.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__x86_64__)
extern "C" void headlight_switch_fiber(void** save, void* load);
asm(R"(
.text
.globl headlight_switch_fiber
.hidden headlight_switch_fiber
.type headlight_switch_fiber,@function
headlight_switch_fiber:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size headlight_switch_fiber, .-headlight_switch_fiber
)");
#endif

namespace headlight::cuda {

thread_local OneDimension threadIdx{};
thread_local OneDimension blockIdx{};
thread_local OneDimension blockDim{};

namespace {

// To the thread sanitizer a block is its calling thread: its threads are in order, as one runs at a time, and
// following each change between them would take it a hundred times as long. It counts calls and returns,
// which come out even at a block's end but for these functions, in which fibers wait for the next.
#if defined(__SANITIZE_THREAD__)
#define HEADLIGHT_UNCOUNTED __attribute__((no_sanitize_thread))
#else
#define HEADLIGHT_UNCOUNTED
#endif

constexpr unsigned kWarpLanes = 32;
constexpr std::size_t kStackBytes = std::size_t{128} << 10;

[[noreturn]] void broken(const char* what) {
    std::fprintf(stderr, "kernel broken: %s (block %u)\n", what, blockIdx.x);
    std::abort();
}

enum class State { Ready, AtBlockBarrier, AtWarpBarrier, Done };

/// Which thread goes first between two barriers.
enum class Schedule { Forward, Reverse, Random };
Schedule scheduleAsked() {
    const char* const asked = std::getenv("HEADLIGHT_CUDA_ON_CPU");
    const std::string_view text = asked != nullptr ? asked : "";
    if (text.find("schedule=reverse") != std::string_view::npos)
        return Schedule::Reverse;
    return text.find("schedule=random") != std::string_view::npos ? Schedule::Random : Schedule::Forward;
}

#if defined(__x86_64__)
class Context {
public:
    void prepare(void* stack, void (*entry)()) {
        char* const top = static_cast<char*>(stack) + kStackBytes; // 16-byte aligned
        void** slot = reinterpret_cast<void**>(top) - 1;
        *slot-- = nullptr;                      // where the entry would return to
        *slot = reinterpret_cast<void*>(entry); // where the first switch returns to
        slot -= 6;                              // registers it takes back
        std::memset(static_cast<void*>(slot), 0, 6 * sizeof(void*));
        pointer_ = slot;
    }
    HEADLIGHT_UNCOUNTED void switchFrom(Context& from) { headlight_switch_fiber(&from.pointer_, pointer_); }

private:
    void* pointer_ = nullptr;
};
#else
class Context {
public:
    void prepare(void* stack, void (*entry)()) {
        getcontext(&context_);
        context_.uc_stack.ss_sp = stack;
        context_.uc_stack.ss_size = kStackBytes;
        context_.uc_link = nullptr;
        makecontext(&context_, entry, 0);
    }
    HEADLIGHT_UNCOUNTED void switchFrom(Context& from) { swapcontext(&from.context_, &context_); }

private:
    ucontext_t context_{};
};
#endif

struct Fiber {
    Context context;
    std::unique_ptr<unsigned char[]> stack{new unsigned char[kStackBytes + 16]};
    State state = State::Done;
    float offered = 0.0f;                 ///< what a shuffle gives to others
    const void* offered_memory = nullptr; ///< what meetWarp() does

    [[nodiscard]] void* alignedStack() const {
        return reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(stack.get()) + 15) / 16 * 16);
    }
};

void enterFiber();

/// Runs blocks one after the other in the calling thread.
class BlockRunner {
public:
    void run(const Launch& grid, void (*call)(const void*), const void* arguments) {
        if (running_)
            broken("a kernel starts another");
        running_ = true;
        call_ = call;
        arguments_ = arguments;
        schedule_ = scheduleAsked();
        while (fibers_.size() < grid.threads) {
            Fiber& fiber = *fibers_.emplace_back(std::make_unique<Fiber>());
            fiber.context.prepare(fiber.alignedStack(), enterFiber);
        }
        n_threads_ = grid.threads;
        blockDim.x = grid.threads;
        order_.resize(grid.threads);
        // A vector of exactly this size, so that the address sanitizer sees its ends; operator new aligns to
        // 16 bytes.
        shared_ = std::make_unique<unsigned char[]>(std::max<std::size_t>(1, grid.shared_bytes));
        for (std::size_t i = 0; i < grid.blocks; ++i) {
            std::memset(shared_.get(), 0xff, grid.shared_bytes); // NaN: nobody may rely on what lay there
            runBlock(static_cast<unsigned>(schedule_ == Schedule::Reverse ? grid.blocks - 1 - i : i));
        }
        shared_.reset();
        running_ = false;
    }
    void wait(State barrier) {
        current().state = barrier;
        scheduler_.switchFrom(current().context);
    }
    [[nodiscard]] Fiber& current() { return *fibers_[threadIdx.x]; }
    [[nodiscard]] Fiber& other(unsigned thread) {
        if (thread >= n_threads_)
            broken("a shuffle asks a lane that is not there");
        return *fibers_[thread];
    }
    [[nodiscard]] void* shared() const { return shared_.get(); }
    HEADLIGHT_UNCOUNTED void runThread() {
        call_(arguments_);
        current().state = State::Done;
        scheduler_.switchFrom(current().context);
    }

private:
    void runBlock(unsigned block);
    void runReady();
    [[nodiscard]] bool releaseWarps();
    [[nodiscard]] bool releaseBlock();

    std::vector<std::unique_ptr<Fiber>> fibers_;
    std::vector<unsigned> order_;
    std::unique_ptr<unsigned char[]> shared_;
    Context scheduler_;
    void (*call_)(const void*) = nullptr;
    const void* arguments_ = nullptr;
    unsigned n_threads_ = 0;
    Schedule schedule_ = Schedule::Forward;
    std::mt19937 random_{1};
    bool running_ = false;
};

BlockRunner& runner() {
    static thread_local BlockRunner mine; // its stacks are large: kept as long as the thread
    return mine;
}

/// A fiber runs its thread of one block after the other.
HEADLIGHT_UNCOUNTED void enterFiber() {
    while (true)
        runner().runThread();
}

void BlockRunner::runReady() {
    std::iota(order_.begin(), order_.end(), 0u);
    if (schedule_ == Schedule::Reverse)
        std::reverse(order_.begin(), order_.end());
    if (schedule_ == Schedule::Random)
        std::shuffle(order_.begin(), order_.end(), random_);
    for (const unsigned thread : order_) {
        if (fibers_[thread]->state != State::Ready)
            continue;
        threadIdx.x = thread;
        fibers_[thread]->context.switchFrom(scheduler_);
    }
}

bool BlockRunner::releaseWarps() {
    bool released = false;
    for (unsigned first = 0; first < n_threads_; first += kWarpLanes) {
        unsigned waiting = 0;
        const unsigned end = std::min(first + kWarpLanes, n_threads_);
        for (unsigned thread = first; thread < end; ++thread)
            waiting += fibers_[thread]->state == State::AtWarpBarrier ? 1u : 0u;
        if (waiting == 0)
            continue;
        if (waiting != kWarpLanes)
            broken("not all lanes of a warp come to a shuffle");
        for (unsigned thread = first; thread < end; ++thread)
            fibers_[thread]->state = State::Ready;
        released = true;
    }
    return released;
}

bool BlockRunner::releaseBlock() {
    for (unsigned thread = 0; thread < n_threads_; ++thread)
        if (fibers_[thread]->state != State::AtBlockBarrier)
            return false;
    for (unsigned thread = 0; thread < n_threads_; ++thread)
        fibers_[thread]->state = State::Ready;
    return true;
}

void BlockRunner::runBlock(unsigned block) {
    blockIdx.x = block;
    for (unsigned thread = 0; thread < n_threads_; ++thread)
        fibers_[thread]->state = State::Ready;
    while (true) {
        runReady();
        if (releaseWarps() || releaseBlock())
            continue;
        for (unsigned thread = 0; thread < n_threads_; ++thread)
            if (fibers_[thread]->state != State::Done)
                broken("not all threads of a block come to a barrier");
        return;
    }
}

} // namespace

void __syncthreads() {
    runner().wait(State::AtBlockBarrier);
}

float __shfl_xor_sync(unsigned members, float value, int lane_mask, int width) {
    if (members != 0xffffffffu)
        broken("a shuffle leaves lanes out");
    const unsigned lane = threadIdx.x % kWarpLanes;
    const unsigned from = lane ^ static_cast<unsigned>(lane_mask);
    runner().current().offered = value;
    runner().wait(State::AtWarpBarrier);
    const bool inside = from / static_cast<unsigned>(width) == lane / static_cast<unsigned>(width);
    const float received = inside ? runner().other(threadIdx.x - lane + from).offered : value;
    runner().wait(State::AtWarpBarrier); // nobody offers the next before all have taken this
    return received;
}

void meetWarp(const void* mine, void (*look)(const void* const offered[32], void* result), void* result) {
    runner().current().offered_memory = mine;
    runner().wait(State::AtWarpBarrier);
    const void* offered[kWarpLanes];
    const unsigned first = threadIdx.x / kWarpLanes * kWarpLanes;
    for (unsigned lane = 0; lane < kWarpLanes; ++lane)
        offered[lane] = runner().other(first + lane).offered_memory;
    look(offered, result);
    runner().wait(State::AtWarpBarrier); // nobody changes what others still read
}

namespace {

unsigned reduceWarp(unsigned members, unsigned value,
                    const unsigned& (*better)(const unsigned&, const unsigned&)) {
    if (members != 0xffffffffu)
        broken("a reduction leaves lanes out");
    struct Reduction {
        unsigned value;
        const unsigned& (*better)(const unsigned&, const unsigned&);
    } reduction{value, better};
    meetWarp(
        &value,
        [](const void* const offered[32], void* result) {
            auto& all = *static_cast<Reduction*>(result);
            for (unsigned lane = 0; lane < kWarpLanes; ++lane)
                all.value = all.better(all.value, *static_cast<const unsigned*>(offered[lane]));
        },
        &reduction);
    return reduction.value;
}

} // namespace

unsigned __reduce_max_sync(unsigned members, unsigned value) {
    return reduceWarp(members, value, std::max<unsigned>);
}
unsigned __reduce_min_sync(unsigned members, unsigned value) {
    return reduceWarp(members, value, std::min<unsigned>);
}

void* sharedMemoryOfBlock() {
    return runner().shared();
}

void runBlocks(const Launch& grid, void (*call)(const void*), const void* arguments) {
    runner().run(grid, call, arguments);
}

} // namespace headlight::cuda
