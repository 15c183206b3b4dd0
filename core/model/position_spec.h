// How a stack knows the order of its tokens, as data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace headlight {

/// Whether a pass uses the positions its model was trained with.
enum class PositionUse {
    AsTrained,
    Off, ///< no position embedding, no rotation, no position bias: what is left knows order by causal masks and windows alone
};

enum class PositionKind { None, Sinusoidal, Learned, RelativeBias, Rotary, Alibi };

/// How fast the angles of a sinusoidal table fall from dimension to dimension. Sines stand in the first half of a row,
/// cosines in the second.
enum class SinusoidLayout {
    Marian,  ///< angle = position / 10000^(2 i / d_model); Marian, PEGASUS
    Fairseq, ///< angle = position / 10000^(i / (d_model / 2 - 1)); M2M100, NLLB
};

/// How rotary frequencies are stretched for texts longer than those of the training (config.json's rope_scaling).
enum class RotaryScaling {
    None,
    Linear,   ///< Chen et al. 2023: positions divided by `factor`
    Dynamic,  ///< NTK-aware: the base grows once a text is longer than `original_positions`
    Yarn,     ///< Peng et al. 2023: slow pairs divided by `factor`, fast ones kept, a ramp between
    Llama3,   ///< Llama 3.1: the same idea by wavelength
    LongRope, ///< Ding et al. 2024: a factor a pair, one list for short texts and one for long ones
};

/// Su et al. 2021: pair i of a head's first `dims` dimensions turns by position * base^(-2 i / dims).
struct RotarySpec {
    std::size_t dims = 0;                ///< even, at most head_dim; 0: no rotary positions
    double base = 10000.0;
    bool interleaved = false;            ///< pairs (2 i, 2 i + 1) instead of (i, i + dims / 2)
    RotaryScaling scaling = RotaryScaling::None;
    double factor = 1.0;
    double low_frequency_factor = 1.0;   ///< Llama3
    double high_frequency_factor = 4.0;  ///< Llama3
    double beta_fast = 32.0;             ///< Yarn
    double beta_slow = 1.0;              ///< Yarn
    bool truncate = true;                ///< Yarn: the ramp's ends rounded to whole pairs
    std::size_t original_positions = 0;  ///< positions the model was first trained on
    std::vector<double> short_factors;   ///< LongRope, [dims / 2]
    std::vector<double> long_factors;    ///< LongRope, [dims / 2]
    double attention_factor = 1.0;       ///< cosines and sines are multiplied by it (Yarn, LongRope)
};

/// Raffel et al. 2019 (T5): a learned bias a head and bucket of distances, added to the scores of every layer.
struct RelativeBiasSpec {
    std::size_t n_buckets = 0;           ///< 0: none
    std::size_t max_distance = 128;      ///< all larger distances share the last bucket
    bool bidirectional = true;           ///< half of the buckets are for keys behind the query
};

/// Press et al. 2021: a bias that falls linearly with distance, with a slope a head.
struct AlibiSpec {
    float scale = 1.0f;                  ///< on the bias; Falcon also divides it by sqrt(head_dim)
    bool rounded_to_bf16 = false;        ///< slopes and products as Falcon computes them
};

struct PositionSpec {
    PositionKind kind = PositionKind::None;
    std::size_t max_positions = 0;   ///< 0: no limit
    std::size_t offset = 0;          ///< rows of the position table before position 0 (OPT, BART, RoBERTa: 2)
    /// A token that stands at no position and takes row offset - 1 of the table; those behind it count on without it
    /// (RoBERTa's and M2M100's padding token, should a text hold it).
    std::optional<std::int32_t> skipped_token;
    SinusoidLayout sinusoids = SinusoidLayout::Marian;
    RotarySpec rotary;
    RelativeBiasSpec relative;       ///< may stand beside learned positions (MPNet)
    AlibiSpec alibi;
};

} // namespace headlight
