#include "core/compute/backend.h"
#include "core/compute/cpu/cpu_backend.h"
#include "core/compute/cpu/processor.h"

#include <algorithm>

namespace headlight {

Result<SelectedBackend> selectBackend(const BackendOptions& options) {
    if (options.choice == BackendChoice::Cuda)
        return makeError(ErrorKind::Backend, "this build of Headlight has no CUDA module")
            .atItem("--backend cuda")
            .nextStep("Use --backend cpu, which computes the same on the processor.");
    const std::size_t n_usable = cpu::usableCpuCount();
    auto backend = std::make_shared<const cpu::CpuBackend>(
        cpu::CpuOptions{.n_threads = std::min(options.n_threads, n_usable), .precision = options.precision});
    SelectedBackend selected{std::move(backend), {}, {}};
    selected.reason = options.choice == BackendChoice::Cpu ? "the CPU was asked for"
                                                           : "this build has no CUDA module, so the CPU computes";
    if (options.n_threads > n_usable) // threads that wait for one another's processor make a pass many times slower
        selected.notice = "computing with " + std::to_string(n_usable) + " of the " + std::to_string(options.n_threads) +
                          " threads asked for: this process may use " + std::to_string(n_usable) +
                          (n_usable == 1 ? " processor" : " processors");
    return selected;
}

} // namespace headlight
