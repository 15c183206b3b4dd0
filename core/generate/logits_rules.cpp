#include "core/generate/logits_rules.h"

#include "core/generate/predictions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

namespace headlight {

namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

/// Ids come from configuration files: those outside the vocabulary ban nothing.
void forbid(std::span<float> scores, TokenId id) {
    if (id >= 0 && static_cast<std::size_t>(id) < scores.size())
        scores[static_cast<std::size_t>(id)] = kImpossible;
}
void forbid(std::span<float> scores, const std::vector<TokenId>& ids) {
    for (const TokenId id : ids)
        forbid(scores, id);
}

/// Leaves only these tokens, all with the same score.
void force(std::span<float> scores, std::span<const TokenId> ids) {
    std::fill(scores.begin(), scores.end(), kImpossible);
    for (const TokenId id : ids)
        if (id >= 0 && static_cast<std::size_t>(id) < scores.size())
            scores[static_cast<std::size_t>(id)] = 0.0f;
}

/// Keskar et al. 2019, "CTRL", section 4.1.
void penaliseRepetition(float penalty, std::span<const TokenId> ids, std::span<float> scores) {
    const std::unordered_set<TokenId> present(ids.begin(), ids.end());
    for (const TokenId id : present) {
        if (id < 0 || static_cast<std::size_t>(id) >= scores.size()) // an encoder's vocabulary may be the larger one
            continue;
        float& score = scores[static_cast<std::size_t>(id)];
        score = score < 0.0f ? score * penalty : score / penalty;
    }
}

/// Whether the last tokens of `ids` are `sequence` without its own last.
bool wouldComplete(std::span<const TokenId> ids, std::span<const TokenId> sequence) {
    const std::span<const TokenId> beginning = sequence.first(sequence.size() - 1);
    return ids.size() >= sequence.size() && std::equal(beginning.begin(), beginning.end(), ids.end() - std::ssize(beginning));
}

/// Forbids whatever would complete, behind the last `size` - 1 tokens, an n-gram that `text` already has.
void forbidNgramsOf(std::span<const TokenId> text, std::size_t size, std::span<const TokenId> ids, std::span<float> scores) {
    if (ids.size() + 1 < size)
        return;
    const std::span<const TokenId> tail = ids.last(size - 1);
    for (std::size_t start = 0; start + size <= text.size(); ++start)
        if (std::equal(tail.begin(), tail.end(), text.begin() + static_cast<std::ptrdiff_t>(start)))
            forbid(scores, text[start + size - 1]);
}

void forceEnds(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores) {
    const GenerationSpec& settings = plan.settings;
    if (settings.forced_bos_token && ids.size() == 1)
        force(scores, {&*settings.forced_bos_token, 1});
    if (!settings.forced_eos_tokens.empty() && ids.size() + 1 == plan.max_length)
        force(scores, settings.forced_eos_tokens);
}

} // namespace

void renormalise(std::span<float> scores) {
    const auto normaliser = static_cast<float>(logSumExp(scores));
    if (!std::isfinite(normaliser)) // nothing is left
        return;
    for (float& score : scores)
        score -= normaliser;
}

void applyRules(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores) {
    const GenerationSpec& settings = plan.settings;
    for (float& score : scores) // a damaged checkpoint's NaN would leave comparisons without an order
        if (std::isnan(score))
            score = kImpossible;
    if (settings.encoder_repetition_penalty != 1.0f)
        penaliseRepetition(1.0f / settings.encoder_repetition_penalty, plan.source_ids, scores);
    if (plan.decoding.repetition_penalty != 1.0f)
        penaliseRepetition(plan.decoding.repetition_penalty, ids, scores);
    if (settings.no_repeat_ngram_size > 0)
        forbidNgramsOf(ids, settings.no_repeat_ngram_size, ids, scores);
    if (settings.encoder_no_repeat_ngram_size > 0)
        forbidNgramsOf(plan.source_ids, settings.encoder_no_repeat_ngram_size, ids, scores);
    forbid(scores, settings.suppressed_tokens);
    for (const std::vector<TokenId>& sequence : settings.banned_sequences)
        if (wouldComplete(ids, sequence))
            forbid(scores, sequence.back());
    const std::size_t least = settings.min_new_tokens ? plan.n_prompt + *settings.min_new_tokens : settings.min_length;
    if (ids.size() < least)
        forbid(scores, settings.eos_tokens);
    forceEnds(plan, ids, scores);
    const bool first_is_forced = plan.n_prompt == 1 && settings.forced_bos_token.has_value();
    if (ids.size() == plan.n_prompt + (first_is_forced ? 1 : 0))
        forbid(scores, settings.begin_suppressed_tokens);
    if (settings.renormalize_logits && !plan.samples())
        renormalise(scores);
}

} // namespace headlight
