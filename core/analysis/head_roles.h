// A name for what a head does on this text, by documented thresholds; most heads get none.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/analysis/measure_info.h"

#include <span>
#include <string_view>

namespace headlight {

enum class HeadRole {
    None,
    PreviousToken,
    NextToken,
    Induction,
    DuplicateToken,
    Self,
    FirstToken,
    SpecialTokens,
    OneToken,
    Alignment,
    Local,
    Wide,
};

/// A head has a role when its measure reaches the threshold and, where the measure is a share of the weight, is more than
/// kAboveEven times what an even spread over this text would give: in a short text nearly every head rests on the first token.
struct RoleInfo {
    HeadRole role;
    std::string_view key;         ///< "previous_token"
    std::string_view name;        ///< "previous token"
    std::string_view explanation; ///< one sentence with the threshold
    HeadMeasure measure;          ///< what decides (of None: nothing)
    double threshold;
};

inline constexpr double kAboveEven = 2.0;
/// So many tokens must have been there before for a text to show induction or duplicates: one alone may be chance.
inline constexpr std::size_t kLeastRepeats = 3;

/// All of them; None last. A head that meets several has the first.
[[nodiscard]] std::span<const RoleInfo> allRoles();
[[nodiscard]] const RoleInfo& roleInfo(HeadRole role);
/// Those a head of this kind can have, in the same order, None last.
[[nodiscard]] std::vector<HeadRole> rolesOf(AttentionKind kind);

/// The role of a head of `kind`; `even` is what an even spread measures, `n_repeated` how many tokens were there before.
[[nodiscard]] HeadRole roleOf(const HeadMeasures& measures, const HeadMeasures& even, std::size_t n_repeated, AttentionKind kind);

} // namespace headlight
