// Kernels for any 64-bit CPU: four floats at a time (SSE2, NEON).
#define HEADLIGHT_LANES 4
#if defined(__aarch64__)
#define HEADLIGHT_ROW_BLOCK 12 // 32 registers
#else
#define HEADLIGHT_ROW_BLOCK 4 // 16 registers and no fused multiply-add
#endif
#include "core/compute/cpu/kernels/make_table.h"

namespace headlight::cpu {

const KernelTable& portableKernels() {
#if defined(__aarch64__)
    static constexpr KernelTable kTable = makeTable("NEON");
#elif defined(__x86_64__)
    static constexpr KernelTable kTable = makeTable("SSE2");
#else
    static constexpr KernelTable kTable = makeTable("portable vectors");
#endif
    return kTable;
}

} // namespace headlight::cpu
