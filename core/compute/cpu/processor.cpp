#include "core/compute/cpu/processor.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace headlight::cpu {
namespace {

std::size_t affinityCount() {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
        return static_cast<std::size_t>(CPU_COUNT(&set));
#endif
    return std::max(1u, std::thread::hardware_concurrency());
}

/// CPUs' worth of time the control group of version 2 grants, or a large number.
double quotaOf(const std::string& folder) {
    std::ifstream file(folder + "/cpu.max"); // "max 100000" or "150000 100000"
    double quota = 0.0;
    double period = 0.0;
    if (file >> quota >> period && quota > 0.0 && period > 0.0)
        return quota / period;
    return 1e9;
}

/// The strictest quota between this process's control group and the root.
double cgroupQuota() {
    std::ifstream groups("/proc/self/cgroup");
    std::string line;
    double quota = 1e9;
    while (std::getline(groups, line)) {
        if (!line.starts_with("0::"))
            continue;
        std::string path = line.substr(3);
        while (true) {
            quota = std::min(quota, quotaOf("/sys/fs/cgroup" + path));
            const std::size_t slash = path.find_last_of('/');
            if (path.empty() || slash == std::string::npos)
                break;
            path.resize(slash);
        }
    }
    return quota;
}

#if defined(HEADLIGHT_HAVE_BF16_KERNELS) || defined(HEADLIGHT_HAVE_DIGIT_KERNELS)
/// What CPUID leaf 7 says; whether the system saves the registers is asked elsewhere.
struct TileInstructions {
    bool bf16 = false; ///< AMX-TILE, AMX-BF16 and AVX512_BF16
    bool int8 = false; ///< AMX-TILE and AMX-INT8
};
TileInstructions tileInstructions() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d >> 24 & 1u) == 0)
        return {};
    const bool bf16 = (d >> 22 & 1u) != 0;
    const bool int8 = (d >> 25 & 1u) != 0;
    return {.bf16 = bf16 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 5 & 1u) != 0, .int8 = int8};
}

/// AMX registers are eight kilobytes a thread: Linux gives them to processes that ask.
bool tileRegistersGranted() {
#if defined(__linux__)
    constexpr long kRequestPermission = 0x1023; // ARCH_REQ_XCOMP_PERM
    constexpr long kTileData = 18;              // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
    return false;
#endif
}
#endif

} // namespace

std::size_t usableCpuCount() {
    const double quota = std::ceil(cgroupQuota());
    const std::size_t affinity = affinityCount();
    return quota < static_cast<double>(affinity) ? std::max<std::size_t>(1, static_cast<std::size_t>(quota)) : affinity;
}

std::vector<const KernelTable*> usableKernels() {
    std::vector<const KernelTable*> kernels;
#if defined(__x86_64__)
    __builtin_cpu_init(); // also asks whether the operating system saves the wide registers
    const bool fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (fma && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        kernels.push_back(&avx512Kernels());
    if (fma)
        kernels.push_back(&avx2Kernels());
#endif
    kernels.push_back(&portableKernels());
    return kernels;
}

const Bf16Kernels* usableBf16Kernels() {
#if defined(HEADLIGHT_HAVE_BF16_KERNELS)
    const bool wide = usableKernels().front()->panel_width == kBf16PanelWidth; // AVX-512, and the system saves it
    if (wide && tileInstructions().bf16 && tileRegistersGranted())
        return &amxKernels();
#endif
    return nullptr;
}

const DigitKernels* usableDigitKernels() {
#if defined(HEADLIGHT_HAVE_DIGIT_KERNELS)
    const bool wide = usableKernels().front()->panel_width == kDigitPanelWidth; // AVX-512, and the system saves it
    if (wide && tileInstructions().int8 && tileRegistersGranted())
        return &amxDigitKernels();
#endif
    return nullptr;
}

} // namespace headlight::cpu
