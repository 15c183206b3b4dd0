#include "core/analysis/head_roles.h"

#include <algorithm>
#include <array>

namespace headlight {

namespace {

// Half of the weight is where Clark et al. 2019 begin to speak of heads that attend to one place; 0.4 for repeats, which
// heads that look at them leave for the first token whenever nothing is repeated yet (Olsson et al. 2022).
constexpr std::array<RoleInfo, 12> kRoles{{
    {HeadRole::PreviousToken, "previous_token", "previous token", "Half or more of the weight lies on the token before.",
     HeadMeasure::PreviousToken, 0.5},
    {HeadRole::NextToken, "next_token", "next token", "Half or more of the weight lies on the token behind.", HeadMeasure::NextToken, 0.5},
    {HeadRole::Induction, "induction", "induction",
     "Tokens that were there before put 0.4 or more of their weight on what followed last time; needs three such tokens.",
     HeadMeasure::Induction, 0.4},
    {HeadRole::DuplicateToken, "duplicate_token", "duplicate token",
     "Tokens that come more than once put 0.4 or more of their weight on the other occurrences; needs three repeated tokens.",
     HeadMeasure::DuplicateToken, 0.4},
    {HeadRole::Self, "self", "itself", "Half or more of the weight lies on the token's own position.", HeadMeasure::Diagonal, 0.5},
    {HeadRole::FirstToken, "first_token", "first token",
     "Half or more of the weight rests on the first token: an attention sink, the head finds little to look at.",
     HeadMeasure::FirstToken, 0.5},
    {HeadRole::SpecialTokens, "special_tokens", "special tokens",
     "Half or more of the weight rests on special tokens: the head finds little to look at.", HeadMeasure::SpecialTokens, 0.5},
    {HeadRole::OneToken, "one_token", "one token", "One token receives half or more of all weight.", HeadMeasure::BusiestKey, 0.5},
    {HeadRole::Alignment, "alignment", "alignment",
     "The largest weight of a step is 0.6 or more on average, and not always the same token's: each step looks at one word.",
     HeadMeasure::Sharpness, 0.6},
    {HeadRole::Local, "local", "local", "Three quarters or more of the weight lie at most 3 tokens away.", HeadMeasure::Nearby, 0.75},
    {HeadRole::Wide, "wide", "wide", "Evenness is 0.85 or more: the weight is spread over all tokens.",
     HeadMeasure::NormalisedEntropy, 0.85},
    {HeadRole::None, "none", "none stands out", "No measure reaches the threshold of a role on this text.", HeadMeasure::Entropy, 0.0},
}};

bool possible(HeadRole role, AttentionKind kind) {
    if (role == HeadRole::Alignment)
        return kind == AttentionKind::Cross;
    if (role == HeadRole::None)
        return true;
    return std::ranges::find(measuresOf(kind), roleInfo(role).measure) != measuresOf(kind).end() &&
           !(kind == AttentionKind::Cross && role == HeadRole::Self); // same position in two languages is chance
}

} // namespace

std::span<const RoleInfo> allRoles() { return kRoles; }

const RoleInfo& roleInfo(HeadRole role) { return *std::ranges::find(kRoles, role, &RoleInfo::role); }

std::vector<HeadRole> rolesOf(AttentionKind kind) {
    std::vector<HeadRole> roles;
    for (const RoleInfo& info : kRoles)
        if (possible(info.role, kind))
            roles.push_back(info.role);
    return roles;
}

HeadRole roleOf(const HeadMeasures& measures, const HeadMeasures& even, std::size_t n_repeated, AttentionKind kind) {
    for (const RoleInfo& info : kRoles) {
        if (info.role == HeadRole::None || !possible(info.role, kind))
            continue;
        const bool of_repeats = info.role == HeadRole::Induction || info.role == HeadRole::DuplicateToken;
        if (of_repeats && n_repeated < kLeastRepeats)
            continue;
        const std::optional<double> value = valueOf(measures, info.measure);
        if (!value || *value < info.threshold)
            continue;
        const bool share = measureInfo(info.measure).unit == MeasureUnit::Share;
        if (share && *value <= kAboveEven * valueOf(even, info.measure).value_or(0.0))
            continue;
        return info.role;
    }
    return HeadRole::None;
}

} // namespace headlight
