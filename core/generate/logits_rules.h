// The checkpoint's rules about what may come next, applied to one row of scores.
#pragma once

#include "core/generate/decoding_plan.h"

#include <span>

namespace headlight {

/// Log-probabilities of what is left.
void renormalise(std::span<float> scores);

/// Changes `scores` [vocabulary] in place, as transformers' logits processors do and in their order: penalties of tokens read and
/// written before, n-grams of either, banned words, minimal lengths, forced first and last tokens, suppressed first tokens, and at last,
/// where no warpers follow, renormalisation. NaN becomes impossible first. `ids`: all decoder tokens so far. Scores are logits, or log-probabilities in beam search.
void applyRules(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores);

} // namespace headlight
