// BF16 products on AMX: tiles of 16 rows x 64 bytes, four of them summing 32 x 32 outputs.
#include "core/compute/cpu/kernels/bf16_kernels.h"
#include "core/compute/cpu/kernels/bf16_rounding.h"
#include "core/compute/cpu/kernels/tile_registers.h"

namespace headlight::cpu {
namespace {

static_assert(kBf16Tile == kTileRows && kBf16StripStep * sizeof(std::uint16_t) == kTileBytes);

/// Registers 0 to 3 are sums, 4 and 5 rows of the left-hand side, 6 and 7 the halves of a panel.
void enterTiles(std::size_t tile_rows) {
    static constexpr TileConfigurations<6> kConfigurations;
    _tile_loadconfig(&kConfigurations.by_rows[tile_rows]);
}

/// Where sums go: 32 columns, rows `stride` bytes apart, `second` the rows of the second strip.
struct Sums {
    float* first;
    float* second;
    int stride;
};

/// What is done while the tile registers multiply. The part of the weights behind the block in work is asked
/// for. In one burst the requests would hold up all loads behind them, of rows too: so a few lines are asked
/// for in each step.
struct Meanwhile {
    const char* from;
    void (*meanwhile)(void* context);
    void* context;

    [[gnu::always_inline]] void afterStep(std::size_t step) const {
        if (meanwhile != nullptr && step % kBf16StepsACall == kBf16StepsACall - 1)
            meanwhile(context);
    }
    template <std::size_t Lines>
    [[gnu::always_inline]] void fetch() {
        fetchAhead<kIntoL2>(from, Lines * 64);
        from += Lines * 64;
    }
};

/// 32 columns (+)= strips at `left` and `left + left_stride` times `n_steps` of a panel.
template <std::size_t LinesAStep>
void addTwoStrips(const std::uint16_t* left, std::size_t left_stride, const std::uint16_t* right,
                  std::size_t n_steps, const Sums& sums, bool accumulate, Meanwhile meanwhile) {
    const std::uint16_t* const second = left + left_stride;
    if (accumulate) {
        _tile_loadd(0, sums.first, sums.stride);
        _tile_loadd(1, sums.first + 16, sums.stride);
        _tile_loadd(2, sums.second, sums.stride);
        _tile_loadd(3, sums.second + 16, sums.stride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (std::size_t step = 0; step < n_steps; ++step) {
        const std::uint16_t* const halves = right + step * kBf16PanelStep;
        _tile_stream_loadd(4, left + step * kBf16StripStep,
                           64); // used once here: the L1 cache is for the panel
        _tile_loadd(6, halves, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, halves + kBf16PanelStep / 2, 64);
        meanwhile.fetch<LinesAStep / 2>();
        _tile_dpbf16ps(1, 4, 7);
        _tile_stream_loadd(5, second + step * kBf16StripStep, 64);
        _tile_dpbf16ps(2, 5, 6);
        meanwhile.fetch<LinesAStep - LinesAStep / 2>();
        _tile_dpbf16ps(3, 5, 7);
        meanwhile.afterStep(step);
    }
    _tile_stored(0, sums.first, sums.stride);
    _tile_stored(1, sums.first + 16, sums.stride);
    _tile_stored(2, sums.second, sums.stride);
    _tile_stored(3, sums.second + 16, sums.stride);
}

/// The same with one strip. A strip alone reads the panel straight through: a few steps ahead go into the L1
/// cache.
void addOneStrip(const std::uint16_t* left, const std::uint16_t* right, std::size_t n_steps, const Sums& sums,
                 bool accumulate, bool alone) {
    constexpr std::size_t kStepsAhead = 4;
    if (accumulate) {
        _tile_loadd(0, sums.first, sums.stride);
        _tile_loadd(1, sums.first + 16, sums.stride);
    } else {
        _tile_zero(0);
        _tile_zero(1);
    }
    for (std::size_t step = 0; step < n_steps; ++step) {
        const std::uint16_t* const halves = right + step * kBf16PanelStep;
        const std::uint16_t* const ahead = halves + kStepsAhead * kBf16PanelStep;
        _tile_loadd(4, left + step * kBf16StripStep, 64);
        _tile_loadd(6, halves, 64);
        if (alone)
            fetchAhead<kIntoL1>(ahead, kTileBytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, halves + kBf16PanelStep / 2, 64);
        if (alone)
            fetchAhead<kIntoL1>(ahead + kBf16PanelStep / 2, kTileBytes);
        _tile_dpbf16ps(1, 4, 7);
    }
    _tile_stored(0, sums.first, sums.stride);
    _tile_stored(1, sums.first + 16, sums.stride);
}

/// Steps [first, first + count) of the depth.
struct DepthBlock {
    std::size_t first;
    std::size_t count;
};

template <std::size_t LinesAStep>
void multiplyBlock(const Bf16Product& p, const DepthBlock& block) {
    const std::uint16_t* const right = p.right + block.first * kBf16PanelStep;
    const auto* const next = reinterpret_cast<const char*>(right + block.count * kBf16PanelStep);
    const std::size_t pair_lines = block.count * LinesAStep;
    const std::size_t next_lines = block.count * kBf16PanelStep * sizeof(std::uint16_t) / 64;
    for (std::size_t tile = 0; tile < p.n_tiles; tile += 2) {
        const std::uint16_t* const left = p.left + tile * p.left_stride + block.first * kBf16StripStep;
        float* const product = p.product + tile * p.tile_rows * p.product_stride;
        const Sums sums{product, product + p.tile_rows * p.product_stride,
                        static_cast<int>(p.product_stride * sizeof(float))};
        const std::size_t asked = tile / 2 * pair_lines; // of the next block, by the strips before
        const Meanwhile meanwhile{next + asked * 64, p.meanwhile, p.context};
        if (tile + 1 == p.n_tiles)
            addOneStrip(left, right, block.count, sums, block.first > 0, p.n_tiles == 1);
        else if (asked < next_lines)
            addTwoStrips<LinesAStep>(left, p.left_stride, right, block.count, sums, block.first > 0,
                                     meanwhile);
        else
            addTwoStrips<0>(left, p.left_stride, right, block.count, sums, block.first > 0, meanwhile);
    }
}

void multiplyPanelAmx(const Bf16Product& p) {
    constexpr std::size_t kBlockSteps = kBf16DepthBlock / kBf16DepthStep;
    const std::size_t n_steps = p.depth / kBf16DepthStep;
    const std::size_t n_pairs = p.n_tiles / 2;
    for (std::size_t first = 0; first == 0 || first < n_steps;
         first += kBlockSteps) { // no depth at all: zeros
        const DepthBlock block{first, n_steps - first < kBlockSteps ? n_steps - first : kBlockSteps};
        // A step of a panel is 32 lines: pairs of strips share them out.
        if (n_pairs <= 1)
            multiplyBlock<32>(p, block);
        else if (n_pairs <= 2)
            multiplyBlock<16>(p, block);
        else if (n_pairs <= 4)
            multiplyBlock<8>(p, block);
        else if (n_pairs <= 8)
            multiplyBlock<4>(p, block);
        else
            multiplyBlock<2>(p, block);
    }
}

void packStripBf16(const Bf16Source& source, std::uint16_t* strip) {
    const __m512 factor = _mm512_set1_ps(source.factor);
    for (std::size_t r = 0; r < source.padded_count; ++r) {
        const float* const row = source.values + (r < source.count ? r : 0) * source.stride;
        const std::size_t depth = r < source.count ? source.depth : 0;
        std::uint16_t* to = strip + r * kBf16DepthStep;
        for (std::size_t k = 0; k < source.depth; k += kBf16DepthStep, to += kBf16StripStep) {
            const __m512 low = _mm512_mul_ps(loadInside(row, k, depth), factor);
            const __m512 high = _mm512_mul_ps(loadInside(row, k + 16, depth), factor);
            storeRounded(low, high, to);
        }
    }
}

} // namespace

const Bf16Kernels& amxKernels() {
    static const Bf16Kernels kKernels{"AMX BF16",    enterTiles,       leaveTiles,
                                      packStripBf16, multiplyPanelAmx, amxAttentionKernels()};
    return kKernels;
}

} // namespace headlight::cpu
