// The door between the program and its CUDA module: plain data and functions, nothing of CUDA and nothing of
// the C++ library, so that either side may be built by another compiler. The module exports one C function,
// kModuleEntry.
#pragma once

#include <cstddef>
#include <cstdint>

namespace headlight::cuda {

/// Raised whenever anything below changes.
inline constexpr std::uint32_t kModuleVersion = 2;
inline constexpr char kModuleEntry[] = "headlight_cuda_module";
inline constexpr char kModuleFile[] = "libheadlight_cuda.so";

enum class Status : std::int32_t {
    Ok = 0,
    NoDriver = 1,    ///< no NVIDIA driver is installed
    OldDriver = 2,   ///< the driver is older than what the module was built for
    NoDevice = 3,    ///< no GPU
    OutOfMemory = 4, ///< of the device; it goes on working
    DeviceLost = 5,  ///< nothing can be computed on it any more
    Unsupported = 6, ///< a size the kernels are not made for
    Failed = 7,      ///< anything else; the result is not there
};

/// What products multiply with. Sums, and everything that is no product, are F32 always.
enum class Number : std::int32_t { F32 = 0, TF32 = 1, F16 = 2, BF16 = 3 };

/// Memory of the device. Element (r, c) is data[r * row_stride + c].
struct Matrix {
    float* data;
    std::size_t rows;
    std::size_t columns;
    std::size_t row_stride;
};

/// [n_tokens, n_heads, head_dim] in memory of the device, see HeadsView.
struct Heads {
    float* data;
    std::size_t n_tokens;
    std::size_t n_heads;
    std::size_t head_dim;
    std::size_t token_stride;
    std::size_t head_stride;
};

/// AttentionProblem with pointers for buffers.
struct Attention {
    Heads query;
    Heads key;
    Heads value;
    float scale;
    float softcap;
    std::int32_t causal;
    std::int32_t bias_by_key;
    std::size_t window;
    std::size_t query_offset;
    Matrix bias; ///< [n_heads, n_distances]; data is null without
    std::ptrdiff_t min_distance;
    Number number; ///< of queries, keys, weights and values as factors; scores, softmax and sums are F32
};

struct SoftmaxStatistics {
    Matrix maximum; ///< [n_query, n_heads]
    Matrix inverse_sum;
};

/// A rectangle of one head's map.
struct Tile {
    std::size_t head;
    std::size_t first_row;
    std::size_t n_rows;
    std::size_t first_column;
    std::size_t n_columns;
};

struct PooledMap {
    std::size_t rows;
    std::size_t columns;
    std::int32_t mean; ///< 1: mean, 0: maximum
};

/// A linear layer's weights on the device.
struct Weights {
    const void* matrix; ///< [n_out, n_in] of `number`
    const float* bias;  ///< [n_out]; null without
    std::size_t n_in;
    std::size_t n_out;
    Number number;
};

struct DeviceInfo {
    char name[128];
    std::int32_t major; ///< compute capability
    std::int32_t minor;
    std::int32_t driver; ///< newest CUDA version the driver can do, 1000 * major + 10 * minor
    std::size_t total_bytes;
    std::size_t free_bytes;
};

/// Opaque: a device, its stream and what it keeps.
struct Device;

/// Row-by-row operations of the interface, told apart by number.
enum class NormKind : std::int32_t { Layer = 0, Rms = 1 };
struct Norm {
    NormKind kind;
    Matrix input;
    const float* gain; ///< null: 1
    const float* bias; ///< null: 0
    float epsilon;
    float gain_offset;
    Matrix output;
};

/// What is done to one score of a row; of one token, in this order (core/compute/token_choice.h's
/// ScoreEdits).
enum class EditKind : std::int32_t { Penalty = 0, Force = 1, Forbid = 2 };
struct ScoreEdit {
    std::int32_t id;
    EditKind kind;
    float factor; ///< of Penalty
};

/// Tokens that come back of a row at most.
inline constexpr std::size_t kMostRanked = 64;
/// Rows of logits may be so long.
inline constexpr std::size_t kMostVocabulary = std::size_t{1} << 20;

/// TokenQuery without renormalisation.
struct RowQuery {
    std::size_t row;
    const ScoreEdit* edits; ///< in host memory; those of a token lie together
    std::size_t n_edits;
    std::int32_t log_softmax;
    std::int32_t forced; ///< all scores begin as -infinity
    std::int32_t draws;
    float added;
    float temperature;
    float log_min_p;   ///< -infinity: all stay
    double top_p;      ///< 1: all stay
    std::size_t top_k; ///< 0: all stay
    std::uint64_t seed;
    std::uint64_t position;
    std::int32_t n_candidates; ///< up to kMostRanked
    std::int32_t n_choices;
};
struct RankedToken {
    std::int32_t id; ///< -1: there are no more
    float value;
};
/// TokenChoice before probabilities, which the host makes of SoftmaxNormaliser's two numbers.
struct RowAnswer {
    double logit_maximum;
    double logit_sum;
    double score_maximum;
    double score_sum;
    std::int32_t chosen;
    float chosen_logit;
    float chosen_score;
    std::int32_t unused;
    RankedToken candidates[kMostRanked];
    RankedToken choices[kMostRanked];
};

/// Every function may be called from several threads at once; one device's work happens in the order it was
/// asked for. What a function reads from or writes to host memory is done when it returns; the rest may still
/// be under way, and a failure may show at a later call. `activation` is headlight::Activation as a number.
struct Module {
    std::uint32_t version; ///< kModuleVersion; first for all time
    std::uint32_t size;    ///< sizeof(Module)

    /// What went wrong in the calling thread's last call that was not Ok, as a sentence without a final stop.
    const char* (*failureText)();
    /// Opens the device of this number among those there are.
    Status (*open)(std::int32_t index, Device** device, DeviceInfo* info);
    void (*close)(Device*);
    Status (*freeMemory)(Device*, std::size_t* bytes);
    Status (*allocate)(Device*, std::size_t bytes, void** memory);
    void (*release)(Device*, void* memory);
    Status (*synchronize)(Device*);
    /// What is asked for until the same number of ends may be kept and handed over at once; what needs a
    /// result before that ends the keeping.
    Status (*beginPiece)(Device*);
    Status (*endPiece)(Device*);

    Status (*upload)(Device*, const float* host, Matrix to);
    Status (*download)(Device*, Matrix from, float* host);
    Status (*copy)(Device*, Matrix from, Matrix to);

    /// Turns host weights, [n_out, n_in] or with `transposed` [n_in, n_out], into `to` [n_out, n_in] of
    /// `number`.
    Status (*packWeights)(Device*, const float* host, std::int32_t transposed, const Weights* shape,
                          void* to);
    Status (*linear)(Device*, const Weights*, Matrix input, Matrix output, std::int32_t activation,
                     std::int32_t accumulate);
    Status (*linearToHost)(Device*, const Weights*, Matrix input, float* host);

    Status (*capLogits)(Device*, Matrix logits, float scale, float softcap);
    Status (*chooseTokens)(Device*, Matrix logits, const RowQuery* queries, std::size_t n_queries,
                           RowAnswer* answers);

    Status (*embed)(Device*, Matrix table, const std::int32_t* host_ids, float scale, std::int32_t accumulate,
                    Matrix output);
    Status (*add)(Device*, Matrix addend, Matrix target);
    Status (*multiply)(Device*, Matrix factor, Matrix target);
    Status (*activate)(Device*, std::int32_t activation, Matrix target);
    Status (*norm)(Device*, const Norm*);
    Status (*rotate)(Device*, Heads heads, Matrix table, std::int32_t interleaved);

    Status (*attention)(Device*, const Attention*, const SoftmaxStatistics*, Matrix output);
    Status (*attentionScores)(Device*, const Attention*, const Tile*, float* host);
    Status (*attentionWeights)(Device*, const Attention*, const SoftmaxStatistics*, const Tile*, float* host);
    Status (*attentionPooled)(Device*, const Attention*, const SoftmaxStatistics*, const Tile*,
                              const PooledMap*, float* host);
};

/// Type of kModuleEntry. Gives the module's table, or null where it cannot serve a program of `version`.
using ModuleEntry = const Module* (*)(std::uint32_t version);

} // namespace headlight::cuda
