// Every measure of a head with its name, a sentence that explains it, its source, unit and range: the one table that the
// window, its tooltips and the command line read.
#pragma once

#include "core/analysis/head_measures.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headlight {

enum class HeadMeasure {
    Entropy,
    NormalisedEntropy,
    Distance,
    Nearby,
    Diagonal,
    PreviousToken,
    NextToken,
    FirstToken,
    SpecialTokens,
    BusiestKey,
    Sharpness,
    Induction,
    DuplicateToken,
};

/// In which unit a measure counts.
enum class MeasureUnit {
    Nats,
    Fraction, ///< 0..1
    Tokens,
    Share,    ///< of a row's weight, 0..1; an even spread gives it a value of its own to compare with
};

struct MeasureInfo {
    HeadMeasure measure;
    std::string_view key;         ///< for the command line and files: "previous_token"
    std::string_view name;        ///< for people: "on previous"
    std::string_view explanation; ///< one sentence, with its formula
    std::string_view source;      ///< who uses it: a paper
    MeasureUnit unit;
    std::string_view range;       ///< "0 to 1", "0 to ln n"
};

/// All of them, in reading order.
[[nodiscard]] std::span<const MeasureInfo> allMeasures();
[[nodiscard]] const MeasureInfo& measureInfo(HeadMeasure measure);
/// The one with this key; nothing for an unknown one.
[[nodiscard]] std::optional<HeadMeasure> measureOfKey(std::string_view key);
/// "nats", "0..1", "tokens", "share of the weight".
[[nodiscard]] std::string_view unitName(MeasureUnit unit);

/// Those that say something about this kind of attention: a causal head has no next token, cross attention no position of its
/// own and no token that comes again.
[[nodiscard]] std::span<const HeadMeasure> measuresOf(AttentionKind kind);

/// Its value; nothing where the text has nothing to measure (no token comes twice).
[[nodiscard]] std::optional<double> valueOf(const HeadMeasures& measures, HeadMeasure measure);

} // namespace headlight
