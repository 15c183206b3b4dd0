// What the machine offers: how many CPUs this process may use, and which kernels they run.
#pragma once

#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/digit_kernels.h"
#include "core/compute/cpu/kernels/kernel_table.h"

#include <cstddef>
#include <vector>

namespace headlight::cpu {

/// CPUs the process may use: its affinity mask, cut down to its control group's quota. At least 1.
[[nodiscard]] std::size_t usableCpuCount();

/// Kernels this CPU can run, best first; the portable ones are always there.
[[nodiscard]] std::vector<const KernelTable*> usableKernels();

/// BF16 product kernels this CPU can run, or null. Asks the system for the AMX registers.
[[nodiscard]] const Bf16Kernels* usableBf16Kernels();

/// Kernels of F32 products made of integer ones that this CPU can run, or null. Asks the system for the AMX registers.
[[nodiscard]] const DigitKernels* usableDigitKernels();

} // namespace headlight::cpu
