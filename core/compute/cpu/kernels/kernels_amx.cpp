// BF16 products on AMX: tiles of 16 rows x 64 bytes, four of them summing 32 x 32 outputs.
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/tile_registers.h"

namespace headlight::cpu {
namespace {

void enterTiles() {
    static constexpr TileConfiguration kConfiguration;
    _tile_loadconfig(&kConfiguration);
}

constexpr int kLeftStride = static_cast<int>(kBf16RowStride * sizeof(std::uint16_t));
constexpr int kRightStride = static_cast<int>(kBf16PanelWidth * 2 * sizeof(std::uint16_t));
constexpr int kProductStride = static_cast<int>(kBf16PanelWidth * sizeof(float));

/// product[32, 32] (+)= left[32, depth] right[depth, 32]
void multiplyTwoRowTiles(const std::uint16_t* left, const std::uint16_t* right, std::size_t depth, float* product, bool accumulate) {
    float* lower = product + 16 * kBf16PanelWidth;
    if (accumulate) {
        _tile_loadd(0, product, kProductStride);
        _tile_loadd(1, product + 16, kProductStride);
        _tile_loadd(2, lower, kProductStride);
        _tile_loadd(3, lower + 16, kProductStride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (std::size_t k = 0; k < depth; k += kBf16DepthStep) {
        const std::uint16_t* pairs = right + k * kBf16PanelWidth;
        _tile_loadd(4, left + k, kLeftStride);
        _tile_loadd(6, pairs, kRightStride);
        _tile_loadd(7, pairs + 32, kRightStride);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, left + 16 * kBf16RowStride + k, kLeftStride);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, product, kProductStride);
    _tile_stored(1, product + 16, kProductStride);
    _tile_stored(2, lower, kProductStride);
    _tile_stored(3, lower + 16, kProductStride);
}

/// product[16, 32] (+)= left[16, depth] right[depth, 32]
void multiplyOneRowTile(const std::uint16_t* left, const std::uint16_t* right, std::size_t depth, float* product, bool accumulate) {
    if (accumulate) {
        _tile_loadd(0, product, kProductStride);
        _tile_loadd(1, product + 16, kProductStride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
    }
    for (std::size_t k = 0; k < depth; k += kBf16DepthStep) {
        const std::uint16_t* pairs = right + k * kBf16PanelWidth;
        _tile_loadd(4, left + k, kLeftStride);
        _tile_loadd(6, pairs, kRightStride);
        _tile_loadd(7, pairs + 32, kRightStride);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
    }
    _tile_stored(0, product, kProductStride);
    _tile_stored(1, product + 16, kProductStride);
}

void packRowsBf16(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth,
                  std::size_t padded_rows, std::size_t padded_depth, std::uint16_t* packed) {
    constexpr std::size_t kLanes = 16;
    for (std::size_t k = 0; k < padded_depth; k += kBf16DepthBlock) {
        const std::size_t width = padded_depth - k < kBf16DepthBlock ? padded_depth - k : kBf16DepthBlock;
        for (std::size_t r = 0; r < padded_rows; ++r) {
            for (std::size_t i = 0; i < width; i += kLanes) {
                const std::size_t first = k + i;
                const std::size_t count = r >= rows || first >= depth ? 0 : (depth - first < kLanes ? depth - first : kLanes);
                const auto mask = static_cast<__mmask16>((1u << count) - 1u);
                const float* from = count > 0 ? source + r * source_stride + first : source;
                const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from));
                __builtin_memcpy(packed + r * kBf16RowStride + i, &rounded, sizeof rounded);
            }
        }
        packed += padded_rows * kBf16RowStride;
    }
}

void multiplyPanelAmx(const Bf16Product& p) {
    for (std::size_t k = 0; k < p.depth; k += kBf16DepthBlock) {
        const std::size_t depth = p.depth - k < kBf16DepthBlock ? p.depth - k : kBf16DepthBlock;
        const std::uint16_t* left = p.left + k / kBf16DepthBlock * p.rows * kBf16RowStride;
        const std::uint16_t* right = p.right + k * kBf16PanelWidth;
        fetchAhead<kIntoL2>(right + depth * kBf16PanelWidth, depth * kBf16PanelWidth * sizeof(std::uint16_t));
        std::size_t row = 0;
        for (; row + 32 <= p.rows; row += 32)
            multiplyTwoRowTiles(left + row * kBf16RowStride, right, depth, p.product + row * kBf16PanelWidth, k > 0);
        if (row < p.rows)
            multiplyOneRowTile(left + row * kBf16RowStride, right, depth, p.product + row * kBf16PanelWidth, k > 0);
    }
}

} // namespace

const Bf16Kernels& amxKernels() {
    static constexpr Bf16Kernels kKernels{"AMX BF16", enterTiles, leaveTiles, packRowsBf16, multiplyPanelAmx};
    return kKernels;
}

} // namespace headlight::cpu
