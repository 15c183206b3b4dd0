#include "core/generate/logits_rules.h"

#include <algorithm>

namespace headlight {

namespace {

/// Keskar et al. 2019, "CTRL", section 4.1: every token once, however often it is there.
void penaliseRepetition(float penalty, std::span<const TokenId> ids, ScoreEdits& edits) {
    std::vector<TokenId> present(ids.begin(), ids.end());
    std::ranges::sort(present);
    const auto rest = std::ranges::unique(present);
    present.erase(rest.begin(), rest.end());
    for (const TokenId id : present)
        edits.penalties.push_back({id, penalty});
}

void forbid(const std::vector<TokenId>& ids, ScoreEdits& edits) {
    edits.forbidden.insert(edits.forbidden.end(), ids.begin(), ids.end());
}

/// Whether the last tokens of `ids` are `sequence` without its own last.
bool wouldComplete(std::span<const TokenId> ids, std::span<const TokenId> sequence) {
    const std::span<const TokenId> beginning = sequence.first(sequence.size() - 1);
    return ids.size() >= sequence.size() && std::equal(beginning.begin(), beginning.end(), ids.end() - std::ssize(beginning));
}

/// Forbids whatever would complete, behind the last `size` - 1 tokens, an n-gram that `text` already has.
void forbidNgramsOf(std::span<const TokenId> text, std::size_t size, std::span<const TokenId> ids, ScoreEdits& edits) {
    if (ids.size() + 1 < size)
        return;
    const std::span<const TokenId> tail = ids.last(size - 1);
    for (std::size_t start = 0; start + size <= text.size(); ++start)
        if (std::equal(tail.begin(), tail.end(), text.begin() + static_cast<std::ptrdiff_t>(start)))
            edits.forbidden.push_back(text[start + size - 1]);
}

/// Leaves only these tokens: what was forbidden before counts no more.
void force(std::vector<TokenId> ids, ScoreEdits& edits) {
    edits.forced = std::move(ids);
    edits.forbidden.clear();
}

void forceEnds(const DecodingPlan& plan, std::span<const TokenId> ids, ScoreEdits& edits) {
    const GenerationSpec& settings = plan.settings;
    if (settings.forced_bos_token && ids.size() == 1)
        force({*settings.forced_bos_token}, edits);
    if (!settings.forced_eos_tokens.empty() && ids.size() + 1 == plan.max_length)
        force(settings.forced_eos_tokens, edits);
}

} // namespace

ScoreEdits editsFor(const DecodingPlan& plan, std::span<const TokenId> ids) {
    const GenerationSpec& settings = plan.settings;
    ScoreEdits edits;
    if (settings.encoder_repetition_penalty != 1.0f)
        penaliseRepetition(1.0f / settings.encoder_repetition_penalty, plan.source_ids, edits);
    if (plan.decoding.repetition_penalty != 1.0f)
        penaliseRepetition(plan.decoding.repetition_penalty, ids, edits);
    if (settings.no_repeat_ngram_size > 0)
        forbidNgramsOf(ids, settings.no_repeat_ngram_size, ids, edits);
    if (settings.encoder_no_repeat_ngram_size > 0)
        forbidNgramsOf(plan.source_ids, settings.encoder_no_repeat_ngram_size, ids, edits);
    forbid(settings.suppressed_tokens, edits);
    for (const std::vector<TokenId>& sequence : settings.banned_sequences)
        if (wouldComplete(ids, sequence))
            edits.forbidden.push_back(sequence.back());
    const std::size_t least = settings.min_new_tokens ? plan.n_prompt + *settings.min_new_tokens : settings.min_length;
    if (ids.size() < least)
        forbid(settings.eos_tokens, edits);
    forceEnds(plan, ids, edits);
    const bool first_is_forced = plan.n_prompt == 1 && settings.forced_bos_token.has_value();
    if (ids.size() == plan.n_prompt + (first_is_forced ? 1 : 0))
        forbid(settings.begin_suppressed_tokens, edits);
    edits.renormalise = settings.renormalize_logits && !plan.samples();
    return edits;
}

void applyRules(const DecodingPlan& plan, std::span<const TokenId> ids, std::span<float> scores) {
    editScores(editsFor(plan, ids), scores);
}

} // namespace headlight
