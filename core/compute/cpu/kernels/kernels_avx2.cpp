// Kernels for AVX2 with FMA: eight floats at a time, 16 registers.
#define HEADLIGHT_LANES 8
#define HEADLIGHT_ROW_BLOCK 6
#include "core/compute/cpu/kernels/make_table.h"

namespace headlight::cpu {

const KernelTable& avx2Kernels() {
    static constexpr KernelTable kTable = makeTable("AVX2");
    return kTable;
}

} // namespace headlight::cpu
