// What a temperature and cuts leave of one row of scores, for those who draw.
#pragma once

#include "core/compute/token_choice.h"
#include "core/generate/decoding_plan.h"

#include <span>

namespace headlight {

/// The plan's temperature and cuts, for those who choose where the logits are.
[[nodiscard]] ScoreWarping warpingOf(const DecodingPlan& plan);

/// Changes `scores` [vocabulary], logits after the rules, in place, as transformers' logits warpers do and in their order:
/// divided by the temperature; then only the top_k highest stay, and whatever ties with the last of them (Fan et al. 2018);
/// then the smallest set that holds top_p of the probability (Holtzman et al. 2019); then what has at least min_p of the
/// highest probability (Nguyen et al. 2024). What goes becomes -infinity; the highest score always stays. Renormalised at last where the
/// checkpoint asks for it.
void applyWarpers(const DecodingPlan& plan, std::span<float> scores);

} // namespace headlight
