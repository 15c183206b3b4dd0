// The checkpoint's rules about what may come next, applied to one row of scores.
#pragma once

#include "core/compute/token_choice.h"
#include "core/generate/decoding_plan.h"

#include <span>

namespace headlight {

/// What the rules do to the scores of the token behind `ids`, for those who choose where the logits are.
[[nodiscard]] ScoreEdits editsFor(const DecodingPlan& plan, std::span<const TokenId> ids);

/// Changes `scores` [vocabulary] in place, as transformers' logits processors do and in their order: penalties of tokens read and
/// written before, n-grams of either, banned words, minimal lengths, forced first and last tokens, suppressed first tokens, and at last,
/// where no warpers follow, renormalisation. NaN becomes impossible first. `ids`: all decoder tokens so far. Scores are logits, or log-probabilities in beam search.
void applyRules(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores);

} // namespace headlight
