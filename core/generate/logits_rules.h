// The checkpoint's rules about what may come next, applied to one row of scores.
#pragma once

#include "core/generate/decoding_plan.h"

#include <span>

namespace headlight {

/// Changes `scores` [vocabulary] in place, as transformers' logits processors do and in their order: repetition penalty,
/// repeated n-grams, banned words, minimal lengths, forced first and last tokens, suppressed first tokens, and at last
/// renormalisation. NaN becomes impossible first. `ids`: all decoder tokens so far. Scores are logits, or log-probabilities in beam search.
void applyRules(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores);

} // namespace headlight
