// The hot loops of the CPU backend, as a table of functions compiled once for each instruction set.
// Nothing here includes other headers of ours: an inline function shared between translation units compiled for
// different instruction sets could be emitted with instructions the running CPU does not have.
#pragma once

#include <cstddef>

namespace headlight::cpu {

/// Depth (the summed dimension) of one block: a block of the right-hand panel stays in the L1 cache.
inline constexpr std::size_t kDepthBlock = 192;
/// Floats between rows of a packed block: 13 cache lines, an odd number, so that rows fall into different cache sets.
inline constexpr std::size_t kPackedRowStride = kDepthBlock + 16;
inline constexpr std::size_t kActivationCount = 7;

/// Floats that `rows` x `depth` take as packed rows: element (r, k) lies at
/// (k / kDepthBlock) * rows * kPackedRowStride + r * kPackedRowStride + k % kDepthBlock.
constexpr std::size_t packedRowsSize(std::size_t rows, std::size_t depth) {
    return (depth + kDepthBlock - 1) / kDepthBlock * rows * kPackedRowStride;
}

/// product[rows, panel_width] = left[rows, depth] right[depth, panel_width].
struct PanelProduct {
    const float* left;         ///< packed rows
    std::size_t block_stride;  ///< floats between depth blocks of `left`: packed row count * kPackedRowStride
    std::size_t rows;
    std::size_t depth;
    const float* right;        ///< row-major, panel_width floats a row, 64-byte aligned
    float* product;
    std::size_t product_stride;
    bool accumulate = false;   ///< product += instead of product =
};

/// output[rows, columns] (+)= activation(tile + bias); tile has panel_width columns.
struct LinearTile {
    const float* tile;
    std::size_t tile_stride;
    std::size_t rows;
    std::size_t columns;       ///< at most panel_width
    const float* bias;         ///< panel_width values, or null
    float* output;
    std::size_t output_stride;
    bool accumulate;
};

/// Keys [begin, end) that a query row may see.
struct KeyRange {
    std::size_t begin;
    std::size_t end;
};

/// Finished scores of `rows` queries against one panel of keys: scaled, capped, biased, masked.
struct ScoreTile {
    const float* query;        ///< packed rows, depth head_dim, already scaled
    std::size_t block_stride;
    std::size_t rows;
    std::size_t head_dim;
    const float* key_panel;    ///< [head_dim, panel_width]: keys transposed, missing ones zero
    std::size_t first_key;     ///< position of the panel's first key
    float softcap;             ///< 0: none
    const float* bias;         ///< [n_distances] of this head, or null
    std::ptrdiff_t n_distances;
    std::ptrdiff_t first_distance; ///< (first_key - position of row 0) - min_distance
    std::ptrdiff_t row_step;       ///< by how much a row's distances are less than the row's before: 1, or 0 by key
    const KeyRange* visible;   ///< [rows], key positions
    float* scores;
    std::size_t score_stride;
};

/// Softmax of packed rows of scores, in place.
struct SoftmaxBlock {
    float* scores;             ///< packed rows, depth n_keys padded to whole panels
    std::size_t block_stride;
    std::size_t rows;
    std::size_t depth;         ///< multiple of panel_width
    float* maximum;            ///< [rows]
    float* inverse_sum;        ///< [rows]
};

/// Scores of one panel become weights, in place: exp(score - maximum) * inverse_sum.
struct WeightTile {
    float* scores;
    std::size_t score_stride;
    std::size_t rows;
    const float* maximum;      ///< [rows]
    const float* inverse_sum;  ///< [rows]
};

/// One row of a norm; gain and bias may be null, input and output may be the same.
struct NormRow {
    const float* input;
    const float* gain;
    const float* bias;
    float* output;
    std::size_t size;
    float epsilon;
    float gain_offset;
};

struct KernelTable {
    const char* name;          ///< for people: "AVX-512"
    std::size_t panel_width;   ///< columns of a right-hand panel; divides kDepthBlock
    std::size_t row_block;     ///< rows the inner product kernel holds in registers at once

    void (*multiply_panel)(const PanelProduct&);
    void (*finish_linear[kActivationCount])(const LinearTile&); ///< by Activation
    /// Copies rows past the caches; null where there is no instruction for it.
    void (*stream_rows)(const float* source, std::size_t source_stride, std::size_t rows, std::size_t columns, float* target,
                        std::size_t target_stride);
    /// Packs row-major [rows, depth] into packed rows.
    void (*pack_rows)(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth, float* packed);
    /// The same, times `factor`.
    void (*pack_scaled_rows)(const float* source, std::size_t source_stride, std::size_t rows, std::size_t depth,
                             float factor, float* packed);
    /// panel[d][lane] = source[lane][d] for `count` <= panel_width rows of `depth`; missing lanes become zero.
    void (*pack_transposed)(const float* source, std::size_t source_stride, std::size_t count, std::size_t depth, float* panel);

    void (*score_tile)(const ScoreTile&);
    /// What comes after the product, where `scores` holds one already: soft cap, bias and mask, in place.
    void (*finish_scores)(const ScoreTile&);
    void (*softmax)(const SoftmaxBlock&);
    void (*weight_tile)(const WeightTile&);

    void (*layer_norm)(const NormRow&);
    void (*rms_norm)(const NormRow&);
    void (*add)(const float* addend, float* target, std::size_t n);        ///< target += addend
    void (*multiply)(const float* factor, float* target, std::size_t n);   ///< target *= factor
    /// target[panel_width] = max or sum of itself and the rows of tile[rows, panel_width].
    void (*maximum_rows)(const float* tile, std::size_t stride, std::size_t rows, float* target);
    void (*sum_rows)(const float* tile, std::size_t stride, std::size_t rows, float* target);
    /// out[c] = max or sum over values [c * n / n_out, (c + 1) * n / n_out).
    void (*maximum_cells)(const float* values, std::size_t n, std::size_t n_out, float* out);
    void (*sum_cells)(const float* values, std::size_t n, std::size_t n_out, float* out);
    void (*scale)(const float* source, float factor, float* target, std::size_t n);     ///< target = source * factor
    void (*add_scaled)(const float* source, float factor, float* target, std::size_t n); ///< target += source * factor
    void (*exponential)(const float* source, float* target, std::size_t n);
    void (*activate[kActivationCount])(float* values, std::size_t n);      ///< by Activation; null for None
};

const KernelTable& portableKernels();
#if defined(__x86_64__)
const KernelTable& avx2Kernels();    ///< needs AVX2 and FMA
const KernelTable& avx512Kernels();  ///< needs AVX-512 F, BW, DQ and VL
#endif

} // namespace headlight::cpu
