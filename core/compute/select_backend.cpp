#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_backend.h"

namespace headlight {

Result<SelectedBackend> selectBackend(const BackendOptions& options) {
    if (options.choice == BackendChoice::Cuda)
        return makeError(ErrorKind::Backend, "this build of Headlight has no CUDA module")
            .atItem("--backend cuda")
            .nextStep("Use --backend cpu, which computes the same on the processor.");
    auto backend = std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = options.n_threads, .precision = options.precision});
    std::string reason = options.choice == BackendChoice::Cpu ? "the CPU was asked for"
                                                               : "this build has no CUDA module, so the CPU computes";
    return SelectedBackend{std::move(backend), std::move(reason)};
}

} // namespace headlight
