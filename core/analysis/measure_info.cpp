#include "core/analysis/measure_info.h"

#include <algorithm>
#include <array>

namespace headlight {

namespace {

constexpr std::string_view kClark = "Clark et al. 2019, What Does BERT Look At?";
constexpr std::string_view kVig = "Vig and Belinkov 2019, Analyzing the Structure of Attention in a Transformer Language Model";
constexpr std::string_view kVoita = "Voita et al. 2019, Analyzing Multi-Head Self-Attention";
constexpr std::string_view kOlsson = "Olsson et al. 2022, In-context Learning and Induction Heads";
constexpr std::string_view kWang = "Wang et al. 2022, Interpretability in the Wild";
constexpr std::string_view kXiao = "Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks";

constexpr std::array<MeasureInfo, 13> kMeasures{{
    {HeadMeasure::Entropy, "entropy", "entropy",
     "Entropy = −Σ w ln w of a row, mean over all rows: 0 looks at one token, ln n spreads evenly over n.", kClark,
     MeasureUnit::Nats, "0 to ln n"},
    {HeadMeasure::NormalisedEntropy, "normalised_entropy", "evenness",
     "Evenness = entropy of a row divided by ln of the tokens it can see, mean over the rows that see two or more: 1 spreads evenly.",
     kVig, MeasureUnit::Fraction, "0 to 1"},
    {HeadMeasure::Distance, "distance", "distance",
     "Distance = Σ w |i − j| of a row, mean over all rows: how far away the tokens are that this head looks at.", kVig,
     MeasureUnit::Tokens, "0 to n − 1"},
    {HeadMeasure::Nearby, "nearby", "nearby",
     "Weight on the token itself and on those up to 3 positions away, mean over all rows.", kVoita, MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::Diagonal, "diagonal", "on itself", "Weight on the token's own position, mean over all rows.", kClark,
     MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::PreviousToken, "previous_token", "on previous",
     "Weight on the token one position before, mean over all rows that have one.", kClark, MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::NextToken, "next_token", "on next", "Weight on the token one position behind, mean over all rows that have one.",
     kClark, MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::FirstToken, "first_token", "on first",
     "Weight on the first token, mean over all rows: where many heads rest when they find nothing.", kXiao, MeasureUnit::Share,
     "0 to 1"},
    {HeadMeasure::SpecialTokens, "special_tokens", "on special",
     "Weight on special tokens, which the text itself does not contain, mean over all rows.", kClark, MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::BusiestKey, "busiest_key", "on one token",
     "The share of all weight that the most looked-at token receives: max over tokens of the mean weight on it.", kXiao,
     MeasureUnit::Share, "1/n to 1"},
    {HeadMeasure::Sharpness, "sharpness", "row maximum",
     "The largest weight of a row, mean over all rows: 1 when every token looks at exactly one.", kVoita, MeasureUnit::Share,
     "1/n to 1"},
    {HeadMeasure::Induction, "induction", "induction",
     "Weight on the tokens that followed earlier occurrences of the token that looks, mean over tokens that were there before.",
     kOlsson, MeasureUnit::Share, "0 to 1"},
    {HeadMeasure::DuplicateToken, "duplicate_token", "duplicates",
     "Weight on other occurrences of the token that looks, mean over tokens that see one.", kWang, MeasureUnit::Share, "0 to 1"},
}};

} // namespace

std::span<const MeasureInfo> allMeasures() { return kMeasures; }

const MeasureInfo& measureInfo(HeadMeasure measure) { return kMeasures[static_cast<std::size_t>(measure)]; }

std::optional<HeadMeasure> measureOfKey(std::string_view key) {
    const auto found = std::ranges::find(kMeasures, key, &MeasureInfo::key);
    return found != kMeasures.end() ? std::optional(found->measure) : std::nullopt;
}

std::string_view unitName(MeasureUnit unit) {
    switch (unit) {
    case MeasureUnit::Nats: return "nats";
    case MeasureUnit::Fraction: return "0 to 1";
    case MeasureUnit::Tokens: return "tokens";
    case MeasureUnit::Share: return "share of the weight";
    }
    return {};
}

std::span<const HeadMeasure> measuresOf(AttentionKind kind) {
    using enum HeadMeasure;
    static constexpr std::array encoder{Entropy,   NormalisedEntropy, Distance,      Nearby,     Diagonal,  PreviousToken, NextToken,
                                        FirstToken, SpecialTokens,     BusiestKey, Sharpness, Induction, DuplicateToken};
    static constexpr std::array decoder{Entropy,       NormalisedEntropy, Distance,   Nearby,    Diagonal,  PreviousToken,
                                        FirstToken, SpecialTokens,     BusiestKey, Sharpness, Induction, DuplicateToken};
    static constexpr std::array cross{Entropy, NormalisedEntropy, Sharpness, Distance, Diagonal, FirstToken, SpecialTokens, BusiestKey};
    switch (kind) {
    case AttentionKind::EncoderSelf: return encoder;
    case AttentionKind::DecoderSelf: return decoder;
    case AttentionKind::Cross: return cross;
    }
    return {};
}

std::optional<double> valueOf(const HeadMeasures& measures, HeadMeasure measure) {
    switch (measure) {
    case HeadMeasure::Entropy: return measures.entropy;
    case HeadMeasure::NormalisedEntropy: return measures.normalised_entropy;
    case HeadMeasure::Distance: return measures.distance;
    case HeadMeasure::Nearby: return measures.nearby;
    case HeadMeasure::Diagonal: return measures.diagonal;
    case HeadMeasure::PreviousToken: return measures.previous_token;
    case HeadMeasure::NextToken: return measures.next_token;
    case HeadMeasure::FirstToken: return measures.first_token;
    case HeadMeasure::SpecialTokens: return measures.special_tokens;
    case HeadMeasure::BusiestKey: return measures.busiest_key;
    case HeadMeasure::Sharpness: return measures.sharpness;
    case HeadMeasure::Induction: return measures.induction;
    case HeadMeasure::DuplicateToken: return measures.duplicate_token;
    }
    return std::nullopt;
}

} // namespace headlight
