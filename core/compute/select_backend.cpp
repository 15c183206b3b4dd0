#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/compute/cpu/processor.h"
#include "core/compute/cuda/cuda_backend.h"
#include "core/compute/cuda/cuda_module.h"

#include <algorithm>

namespace headlight {

namespace {

BackendPtr cpuBackend(const BackendOptions& options) {
    return std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = std::min(options.n_threads, cpu::usableCpuCount()), .precision = options.precision});
}

Result<BackendPtr> cudaBackend(const BackendOptions& options, BackendPtr fallback, cuda::Status* answer = nullptr) {
    HEADLIGHT_ASSIGN(const cuda::Module* const module, cuda::findModule());
    HEADLIGHT_ASSIGN(auto backend, cuda::CudaBackend::open(*module, {.precision = options.precision, .fallback = std::move(fallback)}, answer));
    return BackendPtr(std::move(backend));
}

/// Of a GPU that is there and would compute if something were mended. That there is none needs no word.
std::string idleGpuNotice(const Error& error, cuda::Status answer) {
    if (!cuda::worthTrying() || answer == cuda::Status::NoDriver || answer == cuda::Status::NoDevice)
        return {};
    return error.summary + ", so the CPU computes. " + error.next_step;
}

/// Threads that wait for one another's processor make a pass many times slower.
std::string threadsNotice(const BackendOptions& options) {
    const std::size_t n_usable = cpu::usableCpuCount();
    if (options.n_threads <= n_usable)
        return {};
    return "--threads: computing with " + std::to_string(n_usable) + " of the " + std::to_string(options.n_threads) +
           " threads asked for: this process may use " + std::to_string(n_usable) +
           (n_usable == 1 ? " processor" : " processors");
}

} // namespace

Result<SelectedBackend> selectBackend(const BackendOptions& options) {
    if (options.choice == BackendChoice::Cpu)
        return SelectedBackend{cpuBackend(options), "the CPU was asked for", threadsNotice(options)};
    if (options.choice == BackendChoice::Cuda) {
        HEADLIGHT_ASSIGN(BackendPtr backend, cudaBackend(options, nullptr));
        return SelectedBackend{std::move(backend), "the GPU was asked for", {}};
    }
    BackendPtr cpu = cpuBackend(options);
    cuda::Status answer = cuda::Status::Failed;
    auto gpu = cudaBackend(options, cpu, &answer);
    if (gpu)
        return SelectedBackend{std::move(gpu).value(), "there is a GPU, and it computes", threadsNotice(options)};
    std::string notice = idleGpuNotice(gpu.error(), answer);
    if (std::string threads = threadsNotice(options); !threads.empty())
        notice += (notice.empty() ? "" : "\n") + threads;
    return SelectedBackend{std::move(cpu), gpu.error().summary + ", so the CPU computes", std::move(notice)};
}

} // namespace headlight
