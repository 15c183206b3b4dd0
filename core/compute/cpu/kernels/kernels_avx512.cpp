// Kernels for AVX-512: sixteen floats at a time, 32 registers.
#define HEADLIGHT_LANES 16
#define HEADLIGHT_ROW_BLOCK 14
#include "core/compute/cpu/kernels/make_table.h"

namespace headlight::cpu {

const KernelTable& avx512Kernels() {
    static constexpr KernelTable kTable = makeTable("AVX-512");
    return kTable;
}

} // namespace headlight::cpu
